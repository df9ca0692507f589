#include "gateway/gateway.h"

#include <spdlog/spdlog.h>

#include <csignal>
#include <cstdlib>
#include <ctime>
#include <exception>

#include "common/net/give_way.h"
#include "common/net/process.h"
#include "gateway/config/import_file.h"
#include "gateway/log.h"
#include "gateway/sd_notify.h"
#include "gateway/store/import_plan.h"
#include "gateway/store/open_store.h"
#include "gateway/tunnel/serve_tunnel.h"

namespace otoroshi::gateway {

using namespace std::chrono_literals;

namespace {

constexpr auto sweep_interval = 1s;
constexpr auto certificate_check_interval = 1s;
constexpr auto memory_look_interval = 1s;
constexpr auto drain_check_interval = 20ms;
constexpr int control_niceness = 10;
// How long connections may take to notice that they were aborted.
constexpr auto abort_limit = 1s;

bool splice_is_wanted() {
  const char* setting = std::getenv("OTOROSHI_SPLICE");  // for tests and for a look at what splice is worth
  return !setting || std::string_view(setting) != "off";
}

unsigned worker_count(const GatewayConfig& config) {
  return config.threads != 0 ? config.threads : std::max(1u, std::thread::hardware_concurrency());
}

std::size_t connection_limit(const GatewayConfig& config, std::uint64_t descriptors) {
  if (config.limits.max_connections != 0) return config.limits.max_connections;
  const std::size_t for_admin = config.admin.port == 0 ? 0 : AdminServer::max_connections;
  return connections_within(descriptors, 48 + for_admin + worker_count(config) * 2 * PipePool::lent_at_most);
}

}  // namespace

// Looks after a worker's connections once a second.
class Gateway::Sweeper final : public TimerQueue::Entry {
 public:
  explicit Sweeper(WorkerContext& context) : Entry(context.worker.timers()), context_(context) {
    context_.worker.post([this] { start(sweep_interval); });
  }

 private:
  void expire() override {
    const auto& timeouts = context_.shared.config.timeouts;
    context_.registry.sweep(Clock::now(), timeouts.idle, timeouts.half_closed);
    end_revoked_tunnels(context_);
    start(sweep_interval);
  }
  WorkerContext& context_;
};

Gateway::Gateway(GatewayConfig config, std::uint64_t descriptors)
    : config_(std::move(config)),
      descriptors_(descriptors),
      signals_(control_),
      certificate_timer_(control_),
      memory_timer_(control_),
      drain_timer_(control_),
      tls_(config_),
      listeners_(workers_) {}

Gateway::~Gateway() {
  for (auto& worker : workers_) worker->context.worker.stop();
  for (auto& worker : workers_) worker->context.worker.join();
}

Result<void> Gateway::start() {
  auto store = open_store(config_);
  if (!store) return std::unexpected(store.error());

  auto events = EventSink::open(config_.events.output);
  if (!events) return std::unexpected(events.error());
  events_ = std::move(*events);

  auto upstream_tls = make_upstream_tls(config_);
  if (!upstream_tls) return std::unexpected(upstream_tls.error());
  upstream_tls_ = std::make_unique<TlsClientContext>(std::move(*upstream_tls));

  shared_ = std::unique_ptr<SharedContext>(new SharedContext{config_, resolver_, jwks_, *events_,
                                                             *upstream_tls_, splice_is_wanted(),
                                                             connection_limit(config_, descriptors_)});
  for (unsigned number = 0; number < worker_count(config_); ++number) {
    workers_.push_back(std::make_unique<AcceptingWorker>(*shared_, number));
    sweepers_.push_back(std::make_unique<Sweeper>(workers_.back()->context));
    workers_.back()->context.worker.start();
  }

  if (auto loaded = tls_.reload(); !loaded) return loaded;
  live_ = std::make_unique<LiveEntities>(config_, listeners_, tls_, std::move(*store));
  watch_signals();
  watch_certificates();
  watch_memory();
  if (auto served = serve_first(); !served) return served;
  if (auto opened = open_admin(); !opened) return opened;
  state_.started = true;
  log_always("ready");
  sd_notify("READY=1");
  return {};
}

Result<void> Gateway::open_admin() {
  if (config_.admin.port == 0) return {};
  auto opened = Admin::open({config_, state_, *live_, tls_, *shared_, workers_, control_});
  if (!opened) return std::unexpected(opened.error());
  admin_ = std::move(*opened);
  return {};
}

void Gateway::run() {
  // Who changes what is served must not make connections wait for a core. It still gets a tenth of a busy
  // one, so that health and changes are answered.
  give_way(control_niceness);
  for (;;) {
    try {
      control_.run();
      return;
    } catch (const std::exception& problem) {  // no memory for what this thread was about
      spdlog::error("a change or a look at files was broken off: {}", problem.what());
    }
  }
}

// What the admin API made and stored was served until now: a file that has come to contradict it must not end
// that, no more than at SIGHUP.
Result<void> Gateway::serve_first() {
  auto imported = import_files();
  if (imported || live_->entities().empty()) return imported;
  if (auto served = live_->refresh(); !served)
    return fail(served.error().code, Side::gateway, to_text(served.error()));
  spdlog::error("the import files are left out, and what is stored is served: {}", imported.error().sentence);
  return {};
}

Result<void> Gateway::import_files() {
  auto imported = load_import_files(config_.imports, live_->entities());
  if (!imported) {
    log_problems(imported.error());
    return fail(ErrorCode::bad_input, Side::gateway, "the import files cannot be used as they are");
  }
  log_warnings(imported->warnings);
  auto plan = plan_import(live_->entities(), std::move(imported->entities), import_mode(config_));
  const auto counts = to_text(plan);
  if (auto changed = live_->change(std::move(plan.entities)); !changed) {
    if (changed.error().code != ErrorCode::bad_input)
      return fail(changed.error().code, Side::gateway, to_text(changed.error()));
    log_problems(imported->places.locate(changed.error().problems));
    return fail(ErrorCode::bad_input, Side::gateway, "the entities cannot be served as they are");
  }
  spdlog::info("entities: {}; open ports: {}", counts, live_->snapshot()->ports.size());
  return {};
}

void Gateway::reload() {
  if (state_.draining) return;
  sd_notify_reloading();
  try {
    read_again();
  } catch (const std::exception& problem) {
    // No memory: connections need none of it. The entities may be in the store already.
    spdlog::error("reload failed, what is served stays as it was: {}", problem.what());
  }
  sd_notify("READY=1");
}

void Gateway::read_again() {
  if (auto loaded = tls_.reload(); !loaded) spdlog::error("{}", loaded.error().sentence);
  if (admin_) admin_->reload();
  if (auto reopened = events_->reopen(); !reopened) spdlog::error("{}", reopened.error().sentence);
  if (auto imported = import_files(); !imported) {
    spdlog::error("reload failed, the entities stay as they were: {}", imported.error().sentence);
    // New authorities for clients' certificates are in force all the same.
    serve_anew();
  }
}

// By certificates and authorities as they are now.
void Gateway::serve_anew() {
  if (auto served = live_->refresh(); !served) spdlog::error("{}", to_text(served.error()));
}

void Gateway::watch_signals() {
  for (int signal : {SIGHUP, SIGTERM, SIGINT}) signals_.add(signal);
  signals_.async_wait([this](std::error_code error, int signal) {
    if (error) return;
    watch_signals();  // first: what follows may fail
    if (signal == SIGHUP) {
      reload();
    } else if (!state_.draining) {
      spdlog::info("{}: no new connections; live ones have {} s to end",
                   signal == SIGTERM ? "SIGTERM" : "SIGINT",
                   std::chrono::duration_cast<std::chrono::seconds>(config_.timeouts.drain).count());
      drain();
    } else {
      spdlog::info("second signal: ending at once");
      drain_until_ = Clock::now();
    }
  });
}

void Gateway::watch_certificates() {
  certificate_timer_.expires_after(certificate_check_interval);
  certificate_timer_.async_wait([this](std::error_code error) {
    if (error) return;
    watch_certificates();
    const bool has_changed = tls_.reload_if_changed();
    if (has_changed || live_->snapshot()->tls->good_until() <= std::time(nullptr)) serve_anew();
  });
}

void Gateway::watch_memory() {
  memory_timer_.expires_after(memory_look_interval);
  memory_timer_.async_wait([this](std::error_code error) {
    if (error) return;
    watch_memory();
    // From a worker: its priority is higher than this thread's.
    if (memory_.look(shared_->connections.load(std::memory_order_relaxed), Clock::now()))
      workers_.front()->context.worker.post(give_memory_back);
  });
}

void Gateway::drain() {
  state_.draining = true;
  sd_notify("STOPPING=1");
  listeners_.close_all();
  drain_until_ = Clock::now() + config_.timeouts.drain;
  wait_for_connections();
}

void Gateway::wait_for_connections() {
  auto left = shared_->connections.load(std::memory_order_relaxed);
  auto now = Clock::now();
  if (left == 0 || now >= drain_until_ + abort_limit) return control_.stop();
  drain_timer_.expires_after(drain_check_interval);
  drain_timer_.async_wait([this](std::error_code error) {
    if (!error) wait_for_connections();
  });
  if (now >= drain_until_) {
    abort_connections("the gateway stops, and the connection did not end within timeouts.drain");
  }
}

void Gateway::abort_connections(const std::string& why) {
  for (auto& worker : workers_) {
    worker->context.worker.post([&context = worker->context, why] {
      context.registry.abort_all({ErrorCode::shut_down, Side::gateway, why});
    });
  }
}

}  // namespace otoroshi::gateway
