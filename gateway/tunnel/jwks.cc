#include "gateway/tunnel/jwks.h"

#include <spdlog/spdlog.h>

#include <deque>
#include <map>
#include <mutex>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include "common/net/timer_queue.h"

namespace otoroshi::gateway {
namespace {

using std::chrono::milliseconds;

constexpr unsigned max_threads = 4;
constexpr std::size_t max_sets = 256;  // verifiers come and go, this many URLs are remembered

// One sleeping find(). The fetching thread hands it over by post(); it may have given up by then.
struct Pending {
  Worker& worker;
  WaitSlot slot;
  std::optional<Result<JwkSetPtr>> answer;
};

// What a fetch depends on.
std::string name_of(const Jwks::Source& source) {
  auto name = source.url;
  for (const auto& [header, value] : source.headers)
    name.append("\n").append(header).append(":").append(value);
  return name;
}

Result<JwkSetPtr> read_set(Result<std::string> text) {
  if (!text) return std::unexpected(std::move(text.error()));
  auto set = JwkSet::parse(*text);
  if (!set) return std::unexpected(std::move(set.error()));
  return std::make_shared<const JwkSet>(std::move(*set));
}

}  // namespace

class Jwks::Sets : public std::enable_shared_from_this<Sets> {
 public:
  Sets(Fetch fetch, Clock::duration pause) : fetch_(std::move(fetch)), pause_(pause) {}

  // The answer if it is known already; else `pending` gets it later.
  std::optional<Result<JwkSetPtr>> look_up(const Source& source, const std::optional<std::string>& key_id,
                                           const std::shared_ptr<Pending>& pending) {
    const std::lock_guard lock(mutex_);
    forget_old_sets();
    auto& entry = entries_[name_of(source)];
    const auto now = Clock::now();
    const bool is_fresh = entry.keys && now - entry.fetched < milliseconds(source.ttl_ms);
    if (is_fresh && (!key_id || entry.keys->has(*key_id))) return entry.keys;
    if (!entry.fetching) {
      if (entry.asked && now - *entry.asked < pause_) return answer_of(entry);
      entry.asked = now;
      if (!start_fetching(source, entry)) return answer_of(entry);
    }
    entry.waiting.push_back(pending);
    return std::nullopt;
  }

  // For who does not wait any longer.
  Result<JwkSetPtr> last_answer(const Source& source) {
    const std::lock_guard lock(mutex_);
    return answer_of(entries_[name_of(source)]);
  }

  // Nobody is told anything any more; what still runs ends by itself.
  void close() {
    const std::lock_guard lock(mutex_);
    closed_ = true;
    questions_.clear();
    entries_.clear();
  }

 private:
  struct Entry {
    JwkSetPtr keys;  // null: there was none yet
    Clock::time_point fetched;
    std::optional<Clock::time_point> asked;
    bool fetching = false;
    std::string failure;  // of the last fetch; "": it went well
    std::vector<std::shared_ptr<Pending>> waiting;
  };

  static Result<JwkSetPtr> answer_of(const Entry& entry) {
    if (entry.keys) return entry.keys;
    const auto& why = entry.failure.empty() ? "its issuer does not answer in time" : entry.failure;
    return fail(ErrorCode::io, Side::gateway, std::string("its JWK Set cannot be fetched: ").append(why));
  }

  // Threads come when there is something to fetch and go when there is nothing more. Nobody joins them, so
  // that the end of the program does not wait for a silent server.
  bool start_fetching(const Source& source, Entry& entry) {
    questions_.push_back(source);
    entry.fetching = true;
    if (threads_ == max_threads) return true;
    try {
      std::thread([self = shared_from_this()] { self->fetch_all(); }).detach();
      ++threads_;
    } catch (const std::system_error& problem) {
      if (threads_ > 0) return true;  // those that run will come to it
      questions_.pop_back();
      entry.fetching = false;
      entry.failure = problem.what();
      return false;
    }
    return true;
  }

  void fetch_all() {
    std::unique_lock lock(mutex_);
    while (!questions_.empty()) {
      const auto source = std::move(questions_.front());
      questions_.pop_front();
      lock.unlock();
      auto set = read_set(fetch_(source));
      lock.lock();
      if (!closed_) take(source, std::move(set));
    }
    --threads_;
  }

  void take(const Source& source, Result<JwkSetPtr> set) {
    auto& entry = entries_[name_of(source)];
    entry.fetching = false;
    const auto failure = set ? std::string() : set.error().sentence;
    if (failure != std::exchange(entry.failure, failure)) log_change(source, entry);
    if (set) {
      entry.keys = std::move(*set);
      entry.fetched = Clock::now();
    }
    const auto answer = answer_of(entry);
    for (auto& pending : std::exchange(entry.waiting, {})) {
      // Under the mutex, so that no worker is gone yet: they outlive close().
      pending->worker.post([pending, answer] {
        pending->answer = answer;
        pending->slot.ring();
      });
    }
  }

  static void log_change(const Source& source, const Entry& entry) {
    const auto url = shown_url(source.url);
    if (entry.failure.empty())
      spdlog::info("JWK Set {}: fetched again", url);
    else
      spdlog::warn("JWK Set {}: {}; {}", url, entry.failure,
                   entry.keys ? "the last one serves on" : "tokens that need it are refused");
  }

  void forget_old_sets() {
    if (entries_.size() < max_sets) return;
    std::erase_if(entries_, [&](const auto& item) {
      return !item.second.fetching && item.second.asked && Clock::now() - *item.second.asked > pause_;
    });
  }

  const Fetch fetch_;
  const Clock::duration pause_;
  std::mutex mutex_;  // guards the others
  std::map<std::string, Entry> entries_;
  std::deque<Source> questions_;
  unsigned threads_ = 0;
  bool closed_ = false;
};

Jwks::Jwks(Fetch fetch, Clock::duration pause) : sets_(std::make_shared<Sets>(std::move(fetch), pause)) {}

Jwks::~Jwks() {
  sets_->close();
}

Task<Result<JwkSetPtr>> Jwks::find(Worker& worker, const Source& source,
                                   const std::optional<std::string>& key_id) {
  auto pending = std::make_shared<Pending>(worker);
  if (auto known = sets_->look_up(source, key_id, pending)) co_return std::move(*known);
  Timer timer(worker.timers());
  timer.start(milliseconds(source.timeout_ms));
  while (!pending->answer && !timer.expired()) {
    co_await sleep_until([&](Waiter& waiter) {
      waiter.sleep_on(pending->slot);
      timer.arm(waiter);
    });
  }
  if (pending->answer) co_return *pending->answer;
  co_return sets_->last_answer(source);
}

}  // namespace otoroshi::gateway
