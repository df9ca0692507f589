#include "gateway/admin/admin_api.h"

#include <spdlog/spdlog.h>

#include <asio/steady_timer.hpp>
#include <exception>
#include <memory>
#include <utility>

#include "common/json/writer.h"
#include "gateway/admin/answers.h"

namespace otoroshi::gateway {
namespace {

AdminResponse not_authorized(const AdminRequest& request) {
  const auto sentence = "You're not authorized - " + request.method + ' ' + request.target;
  auto response =
      json_answer(401, JsonWriter().begin_object().key("error").text(sentence).end_object().take());
  response.headers.emplace_back("WWW-Authenticate", "Basic realm=\"otoroshi\", charset=\"UTF-8\"");
  return response;
}

AdminResponse too_many_guesses() {
  auto response = error_answer(429, "too_many_requests",
                               "this address has shown too many wrong keys: wait a moment and ask again");
  response.headers.emplace_back("Retry-After", std::to_string(GuessBrake::delay.count()));
  return response;
}

AdminResponse not_found(const AdminRequest& request) {
  return error_answer(404, "not_found", "there is nothing at " + request.path);
}

AdminResponse method_not_allowed(const AdminRequest& request, std::string allowed) {
  auto response =
      error_answer(405, "method_not_allowed", request.path + " takes " + allowed + ", not " + request.method);
  response.headers.emplace_back("Allow", std::move(allowed));
  return response;
}

AdminResponse too_long(const Operation& operation) {
  return error_answer(
      413, "too_large",
      "the body may have at most " + std::to_string(operation.max_body / (1024 * 1024)) + " MiB");
}

AdminResponse run(const Operation& operation, const AdminRequest& request) try {
  return operation.answer(request);
} catch (const std::exception& problem) {
  spdlog::error("admin API: {} {} failed: {}", request.method, request.path, problem.what());
  return error_answer(500, "internal_error", "the gateway could not answer; its log tells why");
}

}  // namespace

AdminApi::AdminApi(asio::io_context& control, AdminRoutes routes, Access access)
    : control_(control), routes_(std::move(routes)), access_(std::move(access)) {}

std::size_t AdminApi::body_limit(const AdminRequest& head) {
  auto request = head;
  bool path_is_known = false;
  const auto* operation = routes_.find(request, path_is_known);
  // Without the key nobody makes us hold anything.
  return operation && access_.key.shown_by(head) == AdminKey::Shown::right ? operation->max_body : 0;
}

bool AdminApi::answers_late(const AdminRequest& head) const {
  return access_.key.shown_by(head) != AdminKey::Shown::none &&
         brake_.is_slow(head.remote, GuessBrake::Clock::now());
}

void AdminApi::answer(AdminRequest request, Done done) {
  if (!answers_late(request)) return done(answer_now(request));
  if (!brake_.try_wait(request.remote)) return done(too_many_guesses());
  answer_later(std::move(request), std::move(done));
}

void AdminApi::answer_later(AdminRequest request, Done done) {
  auto timer = std::make_shared<asio::steady_timer>(control_, GuessBrake::delay);
  auto& waiting = *timer;
  waiting.async_wait([this, timer = std::move(timer), request = std::move(request),
                      done = std::move(done)](std::error_code) mutable {
    brake_.leave(request.remote);
    done(answer_now(request));
  });
}

AdminResponse AdminApi::answer_now(AdminRequest& request) {
  bool path_is_known = false;
  const auto* operation = routes_.find(request, path_is_known);
  const auto shown = access_.key.shown_by(request);
  if (!may_ask(operation, shown)) {
    if (shown == AdminKey::Shown::wrong) brake_.failed(request.remote, GuessBrake::Clock::now());
    return not_authorized(request);
  }
  if (!path_is_known) return not_found(request);
  if (!operation) return method_not_allowed(request, routes_.methods_of(request.path));
  if (request.body_is_too_long) return too_long(*operation);
  return run(*operation, request);
}

// Without the key nothing tells which paths there are.
bool AdminApi::may_ask(const Operation* operation, AdminKey::Shown shown) const {
  if (shown == AdminKey::Shown::right) return true;
  if (!operation) return false;
  return operation->access == gateway::Access::open ||
         (operation->access == gateway::Access::metrics && access_.metrics_are_open);
}

}  // namespace otoroshi::gateway
