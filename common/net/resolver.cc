#include "common/net/resolver.h"

#include <netdb.h>
#include <sys/socket.h>

#include <asio/ip/tcp.hpp>
#include <cstring>
#include <deque>
#include <map>
#include <mutex>
#include <optional>
#include <system_error>
#include <thread>
#include <utility>

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
};

}  // namespace

class Resolver::Cache : public std::enable_shared_from_this<Cache> {
 public:
  explicit Cache(unsigned threads) : max_threads_(threads) {}

  // The answer if there is a fresh one; else `pending` gets it later.
  std::optional<Addresses> look_up(const std::string& name, const std::shared_ptr<Pending>& pending) {
    std::lock_guard lock(mutex_);
    forget_old_names();
    auto& entry = entries_[name];
    if (!entry.addresses.empty() && Clock::now() - entry.answered < fresh_for) return entry.addresses;
    entry.waiting.push_back(pending);
    if (entry.waiting.size() == 1) ask(name);
    return std::nullopt;
  }

  // Nobody is told anything any more; what still runs ends by itself.
  void close() {
    std::lock_guard lock(mutex_);
    closed_ = true;
    questions_.clear();
    entries_.clear();
  }

 private:
  struct Entry {
    Addresses addresses;
    Clock::time_point answered;
    std::vector<std::shared_ptr<Pending>> waiting;
  };

  // Threads come when there is something to ask and go when there is nothing more. Nobody joins them:
  // getaddrinfo may take half a minute, and the end of the program does not wait for it.
  void ask(const std::string& name) {
    questions_.push_back(name);
    if (threads_ == max_threads_) return;
    try {
      std::thread([self = shared_from_this()] { self->answer_questions(); }).detach();
      ++threads_;
    } catch (const std::system_error& problem) {
      if (threads_ > 0) return;  // those that run will come to it
      questions_.pop_back();
      tell(entries_[name], fail(ErrorCode::limit, Side::gateway,
                                "cannot resolve '" + name + "': no thread to be had: " + problem.what()));
    }
  }

  void answer_questions() {
    std::unique_lock lock(mutex_);
    while (!questions_.empty()) {
      auto name = std::move(questions_.front());
      questions_.pop_front();
      lock.unlock();
      auto addresses = query(name);
      lock.lock();
      if (!closed_) tell(entries_[name], std::move(addresses));
    }
    --threads_;
  }

  void tell(Entry& entry, Result<Addresses> answer) {
    auto now = Clock::now();
    if (answer) {
      entry.addresses = *answer;
      entry.answered = now;
    } else if (!entry.addresses.empty() && now - entry.answered < usable_for) {
      answer = entry.addresses;
    }
    for (auto& pending : std::exchange(entry.waiting, {})) {
      // Under the mutex, so that no worker is gone yet: they outlive close().
      pending->worker.post([pending, answer] {
        pending->answer = answer;
        pending->slot.ring();
      });
    }
  }

  void forget_old_names() {
    if (entries_.size() < max_names) return;
    auto now = Clock::now();
    std::erase_if(entries_, [&](const auto& item) {
      return item.second.waiting.empty() && now - item.second.answered > usable_for;
    });
  }

  static constexpr std::size_t max_names = 4096;
  const unsigned max_threads_;
  std::mutex mutex_;  // guards the others
  std::map<std::string, Entry> entries_;
  std::deque<std::string> questions_;
  unsigned threads_ = 0;
  bool closed_ = false;
};

Resolver::Resolver(unsigned threads) : cache_(std::make_shared<Cache>(threads)) {}

Resolver::~Resolver() {
  cache_->close();
}

Task<Result<Addresses>> Resolver::resolve(Worker& worker, const std::string& name, Clock::duration limit,
                                          Stream* on_behalf_of) {
  std::error_code not_a_literal;
  auto literal = asio::ip::make_address(name, not_a_literal);
  if (!not_a_literal) co_return Addresses{literal};

  auto pending = std::make_shared<Pending>(worker);
  if (auto known = cache_->look_up(name, pending)) co_return *known;
  Timer timer(worker.timers());
  timer.start(limit);
  while (!pending->answer && !timer.expired()) {
    co_await sleep_until([&](Waiter& waiter) {
      waiter.sleep_on(pending->slot);
      timer.arm(waiter);
      if (on_behalf_of) on_behalf_of->arm_broken(waiter);
    });
    if (on_behalf_of && on_behalf_of->is_broken()) {
      co_return fail(ErrorCode::reset, Side::client, "the client went away before its target was resolved");
    }
  }
  if (pending->answer) co_return *pending->answer;
  co_return fail(ErrorCode::timed_out, Side::target,
                 "resolving '" + name + "' took longer than the connect timeout; check the machine's DNS");
}

}  // namespace otoroshi
