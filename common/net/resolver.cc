#include "common/net/resolver.h"

#include <netdb.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <asio/ip/tcp.hpp>
#include <cstring>
#include <list>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <system_error>
#include <thread>
#include <utility>

#include "common/net/why_broken.h"

namespace otoroshi {

namespace {

Result<Addresses> query(const std::string& name) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_ADDRCONFIG;
  addrinfo* list = nullptr;
  auto error = ::getaddrinfo(name.c_str(), nullptr, &hints, &list);
  // A host with nothing but loopback addresses has no configured family: ask again without that condition.
  if (error == EAI_NONAME || error == EAI_ADDRFAMILY) {
    hints.ai_flags = 0;
    error = ::getaddrinfo(name.c_str(), nullptr, &hints, &list);
  }
  if (error != 0) {
    return fail(ErrorCode::unknown_host, Side::target,
                "cannot resolve '" + name + "': " + ::gai_strerror(error) + "; check the target's host name");
  }
  Addresses addresses;
  for (auto* entry = list; entry; entry = entry->ai_next) {
    asio::ip::tcp::endpoint endpoint;
    std::memcpy(endpoint.data(), entry->ai_addr, entry->ai_addrlen);
    endpoint.resize(entry->ai_addrlen);
    addresses.push_back(endpoint.address());
  }
  ::freeaddrinfo(list);
  return addresses;
}

// One sleeping resolve(). The query's thread hands it over by post(); it may have given up by then.
struct Pending {
  Worker& worker;
  WaitSlot slot;
  std::optional<Result<Addresses>> answer;
  Addresses last_known;  // empty: there is nothing but to wait
};

}  // namespace

// Keeps what is asked, and by whom, and what was answered.
class Resolver::Cache : public std::enable_shared_from_this<Cache> {
 public:
  explicit Cache(unsigned threads)
      : max_threads_(threads),
        slow_{.most = std::max(1U, threads / 4)},
        from_clients_{.most = std::max(1U, threads / 2)} {}

  // The answer if there is one by now, good or bad; else `pending` gets it later.
  std::optional<Result<Addresses>> look_up(const std::string& name, NameFrom from,
                                           const std::shared_ptr<Pending>& pending) {
    std::lock_guard lock(mutex_);
    forget_old_names();
    auto& entry = entries_[name];
    if (entry.has_answer_within(fresh_for)) return entry.addresses;
    const bool is_usable = entry.has_answer_within(usable_for);
    if (is_usable && entry.is_asked_for(patience)) return entry.addresses;
    if (!entry.asked && !ask(name, entry, from)) {
      if (is_usable) return entry.addresses;
      forget_if_empty(name);
      return too_many_wait(name);
    }
    if (is_usable) pending->last_known = entry.addresses;
    entry.waiting.insert(pending);
    if (const auto problem = start_thread()) {
      tell(name, fail(ErrorCode::limit, Side::gateway,
                      "cannot resolve '" + name + "': no thread to be had: " + *problem));
    }
    return std::nullopt;
  }

  // What look_up() promised `pending` is wanted no longer.
  void give_up(const std::string& name, const std::shared_ptr<Pending>& pending) {
    std::lock_guard lock(mutex_);
    const auto found = entries_.find(name);
    if (found == entries_.end()) return;
    auto& entry = found->second;
    entry.waiting.erase(pending);
    if (entry.waiting.empty() && entry.question && !keeps_its_place(entry)) {
      entry.lane->names.erase(*std::exchange(entry.question, std::nullopt));
    }
    forget_if_empty(name);
  }

  // Nobody is told anything any more; what still runs ends by itself.
  void close() {
    std::lock_guard lock(mutex_);
    closed_ = true;
    for (auto* lane : lanes()) lane->names.clear();
    entries_.clear();
  }

 private:
  using Queue = std::list<std::string>;

  // Questions that wait for a thread.
  struct Lane {
    unsigned most;  // threads that it may have at a time
    Queue names{};
    unsigned running = 0;

    bool may_run() const { return !names.empty() && running < most; }
  };

  struct Entry {
    Addresses addresses;
    Clock::time_point answered;
    std::set<std::shared_ptr<Pending>> waiting;
    Lane* lane = nullptr;
    std::optional<Queue::iterator> question;  // in the lane
    std::optional<Clock::time_point> asked;   // since then a thread has the question
    bool was_slow = false;

    bool has_answer_within(Clock::duration age) const {
      return !addresses.empty() && Clock::now() - answered < age;
    }
    bool is_asked_for(Clock::duration age) const { return asked && Clock::now() - *asked > age; }
  };

  static Result<Addresses> too_many_wait(const std::string& name) {
    return fail(ErrorCode::limit, Side::gateway,
                "cannot resolve '" + name + "': " + std::to_string(max_waiting_names) +
                    " other names already wait for the machine's DNS");
  }

  // Whoever is served first comes first.
  std::array<Lane*, 3> lanes() { return {&from_settings_, &slow_, &from_clients_}; }

  Lane& lane_of(const Entry& entry, NameFrom from) {
    if (from == NameFrom::client) return from_clients_;
    return entry.was_slow ? slow_ : from_settings_;
  }

  // Nobody waits for more than `patience` while there is an answer that is usable: if each took the name out
  // of the lane again, it would never come to its front. Clients could fill theirs with such names.
  bool keeps_its_place(const Entry& entry) const {
    return entry.lane != &from_clients_ && entry.has_answer_within(usable_for);
  }

  // The name is in the lane of whoever is served first. False: that lane is full.
  bool ask(const std::string& name, Entry& entry, NameFrom from) {
    if (entry.question && (from == NameFrom::client || entry.lane != &from_clients_)) return true;
    auto& lane = lane_of(entry, from);
    if (lane.names.size() >= max_waiting_names) return entry.question.has_value();
    if (entry.question)
      lane.names.splice(lane.names.end(), entry.lane->names, *entry.question);
    else
      entry.question = lane.names.insert(lane.names.end(), name);
    entry.lane = &lane;
    return true;
  }

  // Threads come when there is something to ask and go when there is nothing more. Nobody joins them:
  // getaddrinfo may take half a minute, and the end of the program does not wait for it. The answer is why
  // there is no thread at all.
  std::optional<std::string> start_thread() {
    if (threads_ == max_threads_ || !next_lane()) return std::nullopt;
    try {
      std::thread([self = shared_from_this()] { self->answer_questions(); }).detach();
      ++threads_;
    } catch (const std::system_error& problem) {
      if (threads_ == 0) return problem.what();  // else those that run will come to it
    }
    return std::nullopt;
  }

  Lane* next_lane() {
    const auto all = lanes();
    const auto next = std::ranges::find_if(all, &Lane::may_run);
    return next == all.end() ? nullptr : *next;
  }

  void answer_questions() {
    std::unique_lock lock(mutex_);
    while (auto* lane = next_lane()) {
      const auto name = std::move(lane->names.front());
      lane->names.pop_front();
      auto& asked = entries_[name];
      asked.question.reset();
      asked.asked = Clock::now();
      ++lane->running;
      start_thread();  // the next question may have had to wait for what this thread did before
      lock.unlock();
      auto addresses = query(name);
      lock.lock();
      --lane->running;
      if (!closed_) tell(name, std::move(addresses));
    }
    --threads_;
  }

  void tell(const std::string& name, Result<Addresses> answer) {
    auto& entry = entries_[name];
    if (entry.asked && entry.lane != &from_clients_) entry.was_slow = entry.is_asked_for(slow_query);
    entry.asked.reset();
    if (entry.question) entry.lane->names.erase(*std::exchange(entry.question, std::nullopt));
    if (answer) {
      entry.addresses = *answer;
      entry.answered = Clock::now();
    } else if (entry.has_answer_within(usable_for)) {
      answer = entry.addresses;
    }
    for (const auto& pending : std::exchange(entry.waiting, {})) {
      // Under the mutex, so that no worker is gone yet: they outlive close().
      pending->worker.post([pending, answer] {
        pending->answer = answer;
        pending->slot.ring();
      });
    }
    forget_if_empty(name);
  }

  void forget_if_empty(const std::string& name) {
    const auto& entry = entries_[name];
    if (entry.waiting.empty() && !entry.asked && entry.addresses.empty() && !entry.was_slow)
      entries_.erase(name);
  }

  void forget_old_names() {
    const auto now = Clock::now();
    if (entries_.size() < max_names || now < next_cleaning_) return;
    next_cleaning_ = now + fresh_for;
    std::erase_if(entries_, [](const auto& item) {
      const auto& entry = item.second;
      return entry.waiting.empty() && !entry.question && !entry.asked && !entry.has_answer_within(usable_for);
    });
  }

  static constexpr std::size_t max_names = 4096;
  const unsigned max_threads_;
  std::mutex mutex_;  // guards the others
  std::map<std::string, Entry> entries_;
  Lane from_settings_{.most = max_threads_};
  Lane slow_;
  Lane from_clients_;
  Clock::time_point next_cleaning_;
  unsigned threads_ = 0;
  bool closed_ = false;
};

// Takes a sleeper's place back, if it leaves without an answer.
struct Resolver::Place {
  std::shared_ptr<Cache> cache;
  std::string name;
  std::shared_ptr<Pending> pending;

  ~Place() {
    if (!pending->answer) cache->give_up(name, pending);
  }
};

Resolver::Resolver(unsigned threads) : cache_(std::make_shared<Cache>(threads)) {}

Resolver::~Resolver() {
  cache_->close();
}

Task<Result<Addresses>> Resolver::resolve(Worker& worker, const std::string& name, Clock::duration limit,
                                          Stream* on_behalf_of, NameFrom from) {
  std::error_code not_a_literal;
  auto literal = asio::ip::make_address(name, not_a_literal);
  if (!not_a_literal) co_return Addresses{literal};

  auto pending = std::make_shared<Pending>(worker);
  if (auto known = cache_->look_up(name, from, pending)) co_return std::move(*known);
  const Place place{cache_, name, pending};
  Timer timer(worker.timers());
  timer.start(pending->last_known.empty() ? limit : std::min<Clock::duration>(limit, patience));
  while (!pending->answer && !timer.expired()) {
    co_await sleep_until([&](Waiter& waiter) {
      waiter.sleep_on(pending->slot);
      timer.arm(waiter);
      if (on_behalf_of) on_behalf_of->arm_broken(waiter);
    });
    if (on_behalf_of && on_behalf_of->is_broken()) {
      const Error gone{ErrorCode::reset, Side::client, "the client went away before its target was resolved"};
      co_return std::unexpected(why_broken(*on_behalf_of, gone));
    }
  }
  if (pending->answer) co_return *pending->answer;
  if (!pending->last_known.empty()) co_return pending->last_known;
  co_return fail(ErrorCode::timed_out, Side::target,
                 "resolving '" + name + "' took longer than the connect timeout; check the machine's DNS");
}

}  // namespace otoroshi
