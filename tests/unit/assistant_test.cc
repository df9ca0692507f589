#include "common/net/assistant.h"

#include <catch2/catch.hpp>
#include <chrono>
#include <future>
#include <string>

using namespace otoroshi;
using Urgency = Assistant::Urgency;

namespace {

constexpr auto patience = std::chrono::seconds(10);

// Notes its name in `log` when it is run.
struct Noted final : Assistant::Job {
  Noted(std::string& its_log, char its_name) : log(its_log), name(its_name) {}
  void run() noexcept override { log += name; }
  void finish() override { finished = true; }
  std::string& log;
  char name;
  bool finished = false;
};

// Keeps the assistant busy until it is let go, so that all that is given meanwhile waits.
struct Busy final : Assistant::Job {
  void run() noexcept override {
    begun.set_value();
    let_go.get_future().wait_for(patience);
  }
  void finish() override {}
  std::promise<void> begun, let_go;
};

// Ends the log: whoever is an assistant's last job has been preceded by all others.
struct Last final : Assistant::Job {
  void run() noexcept override { ran.set_value(); }
  void finish() override {}
  std::promise<void> ran;
};

}  // namespace

TEST_CASE("an assistant looks after who is served already, then after the newest") {
  std::string log;
  Busy busy;
  Last last;
  Noted a(log, 'a'), b(log, 'b'), c(log, 'c'), d(log, 'd'), withdrawn(log, 'w');
  Assistant assistant([] {});
  assistant.give(busy, Urgency::newcomer);
  REQUIRE(busy.begun.get_future().wait_for(patience) == std::future_status::ready);
  assistant.give(last, Urgency::newcomer);
  assistant.give(a, Urgency::newcomer);
  assistant.give(b, Urgency::served_already);
  assistant.give(withdrawn, Urgency::newcomer);
  assistant.give(c, Urgency::newcomer);
  assistant.give(d, Urgency::served_already);

  assistant.withdraw(withdrawn);
  CHECK(assistant.finish_done() == 1);
  CHECK(withdrawn.finished);

  busy.let_go.set_value();
  REQUIRE(last.ran.get_future().wait_for(patience) == std::future_status::ready);
  CHECK(log == "dbca");
  assistant.withdraw(a);  // too late, and no harm
}

TEST_CASE("an assistant tells once that it has done something, and finishes nothing by itself") {
  std::string log;
  std::promise<void> told;
  Noted job(log, 'a');
  Assistant assistant([&] { told.set_value(); });
  assistant.give(job, Urgency::newcomer);
  REQUIRE(told.get_future().wait_for(patience) == std::future_status::ready);
  CHECK_FALSE(job.finished);
  CHECK(assistant.finish_done() == 1);
  CHECK(job.finished);
  CHECK(assistant.finish_done() == 0);
}
