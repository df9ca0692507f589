#include "gateway/admin/http_connections.h"

#include <spdlog/spdlog.h>

#include <asio/post.hpp>
#include <chrono>
#include <climits>
#include <exception>

#include "common/text/ascii.h"
#include "gateway/admin/answers.h"
#include "gateway/admin/request_head.h"
#include "gateway/tunnel/ip_network.h"

namespace asio {

// RESTinio's connection uses this one name that ASIO_NO_DEPRECATED takes away. (Its acceptor and server use
// more of them; nothing here includes those.)
template <class Pointer>
Pointer buffer_cast(const const_buffer& buffer) {
  return static_cast<Pointer>(buffer.data());
}

}  // namespace asio

#include <restinio/null_timer_manager.hpp>
#include <restinio/settings.hpp>
// Behind those whose names it uses.
#include <restinio/impl/connection.hpp>

namespace otoroshi::gateway {

// Found by RESTinio through the namespace of the socket.
template <class Connection, class Start, class Failed>
void prepare_connection_and_start_read(AdminSocket& socket, Connection& connection, Start start,
                                       Failed failed) {
  socket.prepare([start, failed, alive = connection.shared_from_this()](std::error_code error) {
    if (error) {
      failed(error);
    } else {
      start();
    }
  });
}

inline restinio::impl::tls_socket_t* make_tls_socket_pointer_for_state_listener(AdminSocket&) noexcept {
  return nullptr;
}

namespace {

// What is far beyond the heads of honest clients. http_parser itself ends a head at 80 KiB.
constexpr std::size_t max_target = 32 * 1024;
constexpr std::size_t max_field_name = 256;
constexpr std::size_t max_field_value = 16 * 1024;
constexpr std::size_t max_fields = 100;
constexpr std::size_t read_buffer = 16 * 1024;

// Why a connection ended without an answer: not a matter for an operator, unless he looks for it.
struct DebugLogger {
  template <class Message>
  void trace(Message&&) const noexcept {}
  template <class Message>
  void info(Message&&) const noexcept {}
  template <class Message>
  void warn(Message&& message) const noexcept {
    error(message);
  }
  template <class Message>
  void error(Message&& message) const noexcept {
    try {
      spdlog::debug("admin API: {}", message());
    } catch (...) {
    }
  }
};

struct Traits
    : restinio::traits_t<restinio::null_timer_manager_t, DebugLogger, restinio::default_request_handler_t,
                         restinio::noop_strand_t, AdminSocket> {};

using Settings = restinio::server_settings_t<Traits>;
using ConnectionSettings = restinio::impl::connection_settings_t<Traits>;
using Connection = restinio::impl::connection_t<Traits>;
using ParserContext = restinio::impl::http_parser_ctx_t;

// `AdminSocket` says it, and ends the connection.
int refuse(AdminResponse why) {
  AdminSocket::parsing().refusal = std::move(why);
  return -1;
}

AdminRequest without_body(const restinio::http_request_header_t& header) {
  AdminRequest request;
  request.method = header.method().c_str();
  request.read_target(header.request_target());
  header.for_each_field(
      [&](const auto& field) { request.headers.emplace_back(ascii_lower(field.name()), field.value()); });
  return request;
}

bool expects_continue(const AdminRequest& head) {
  const auto expect = head.header("expect");
  return expect && ascii_lower(*expect) == "100-continue";
}

ParserContext& context_of(http_parser* parser) {
  return *static_cast<ParserContext*>(parser->data);
}

AdminResponse header_too_large() {
  return error_answer(431, "header_too_large",
                      "there may be 100 headers, with names of 256 bytes and values of 16 KiB");
}

constexpr int skip_body = 1;  // http_parser: answer without it

// Takes the place of restinio_headers_complete_cb().
int head_is_complete(http_parser* parser) {
  try {
    auto& context = context_of(parser);
    context.m_leading_headers_completed = true;
    AdminSocket::parsing().folds.head_ends();
    auto head = without_body(context.m_header);
    if (auto why = refuse_head(head, {parser->http_major, parser->http_minor}))
      return refuse(*std::move(why));
    parser->upgrade = 0;  // an offer, which we decline by answering as always (RFC 9110 section 7.8)
    const bool is_chunked = (parser->flags & F_CHUNKED) != 0;
    const auto announced = parser->content_length == ULLONG_MAX ? 0 : parser->content_length;
    auto& parsing = AdminSocket::parsing();
    parsing.is_unsent = false;
    if (announced == 0 && !is_chunked) {
      parsing.body.begin(0, 0);
      return 0;
    }
    // RESTinio itself says it only when the body is there.
    head.method = ::http_method_str(static_cast<http_method>(parser->method));
    head.remote = parsing.remote;
    const auto limit = parsing.service.body_limit(head);
    parsing.body.begin(announced, limit);
    // Who waits long enough for being told to go on goes on (RFC 9110 section 10.1.1).
    const bool is_told = expects_continue(head) && !parsing.service.answers_late(head);
    parsing.is_unsent = is_told && parsing.body.is_too_long();
    if (parsing.is_unsent) return skip_body;
    parsing.wants_continue = is_told;
    // At once, because growing would need the memory twice; untouched pages cost nothing.
    if (!parsing.body.is_too_long()) context.m_body.reserve(is_chunked ? limit : announced);
    return 0;
  } catch (const std::exception& problem) {
    spdlog::error("a request to the admin API cannot be read: {}", problem.what());
    return -1;
  }
}

int body_has_come(http_parser* parser, const char* bytes, std::size_t size) {
  try {
    if (AdminSocket::parsing().body.take({bytes, size}, context_of(parser).m_body)) return 0;
    return refuse(error_answer(413, "too_large", "this body is longer than any that is taken"));
  } catch (const std::exception& problem) {
    spdlog::error("the body of a request to the admin API cannot be read: {}", problem.what());
    return -1;
  }
}

int target_has_come(http_parser* parser, const char* bytes, std::size_t size) {
  if (restinio::impl::restinio_url_cb(parser, bytes, size) == 0) return 0;
  return refuse(error_answer(414, "uri_too_long", "the target may have at most 32 KiB"));
}

int name_has_come(http_parser* parser, const char* bytes, std::size_t size) {
  if (context_of(parser).m_last_was_value) AdminSocket::parsing().folds.header_begins(bytes);
  if (restinio::impl::restinio_header_field_cb(parser, bytes, size) == 0) return 0;
  return refuse(header_too_large());
}

int value_has_come(http_parser* parser, const char* bytes, std::size_t size) {
  if (!AdminSocket::parsing().folds.ends_in_line(bytes + size)) return refuse(refuse_folded_header());
  if (restinio::impl::restinio_header_value_cb(parser, bytes, size) == 0) return 0;
  return refuse(header_too_large());
}

// RESTinio's own notes down every chunk of a body: 16 bytes a chunk of one byte.
int chunk_begins(http_parser*) {
  return 0;
}

http_parser_settings parser_settings() {
  auto settings = restinio::impl::create_parser_settings<Traits::http_methods_mapper_t>();
  settings.on_url = target_has_come;
  settings.on_header_field = name_has_come;
  settings.on_header_value = value_has_come;
  settings.on_headers_complete = head_is_complete;
  settings.on_body = body_has_come;
  settings.on_chunk_header = chunk_begins;
  return settings;
}

// Answers hold secrets and are for programs: nobody keeps one, and no browser takes it for a page.
const TextPairs headers_of_all_answers = {
    {"Cache-Control", "no-store"},
    {"Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'"},
    {"X-Content-Type-Options", "nosniff"},
};

// RFC 9110 section 8.6: with 204 there is none, and with 304 it would be that of another answer.
bool has_length(int status) {
  return status != 204 && status != 304;
}

restinio::http_response_header_t response_head(AdminResponse& response, bool keeps_alive) {
  const auto reason = ::http_status_str(static_cast<http_status>(response.status));
  const auto code = restinio::http_status_code_t(static_cast<std::uint16_t>(response.status));
  restinio::http_response_header_t head({code, reason});
  head.should_keep_alive(keeps_alive);
  head.add_field("Date", restinio::make_date_field_value(std::chrono::system_clock::now()));
  for (const auto& [name, value] : headers_of_all_answers) head.add_field(name, value);
  for (auto& [name, value] : response.headers) head.add_field(std::move(name), std::move(value));
  if (!response.body.empty()) head.add_field("Content-Type", std::move(response.content_type));
  head.content_length(response.body.size());
  return head;
}

// By hand, because RESTinio's builders tell every answer's Content-Length.
void send(restinio::request_t& request, AdminResponse response, bool closes) try {
  using namespace restinio::impl;
  const auto head = response_head(response, !closes);
  restinio::writable_items_container_t parts;
  parts.emplace_back(create_header_string(head, has_length(response.status)
                                                    ? content_length_field_presence_t::add_content_length
                                                    : content_length_field_presence_t::skip_content_length));
  if (request.header().method() != restinio::http_method_head() && !response.body.empty())
    parts.emplace_back(std::move(response.body));
  access_req_connection(request)->write_response_parts(
      request.request_id(),
      {restinio::response_parts_attr_t::final_parts, restinio::response_connection_attr(!closes)},
      restinio::write_group_t(std::move(parts)));
} catch (const std::exception& problem) {
  spdlog::error("an answer of the admin API cannot be sent: {}", problem.what());
}

restinio::request_handling_status_t handle(const restinio::request_handle_t& handle) {
  auto& parsing = AdminSocket::parsing();
  parsing.owes_answer = true;
  parsing.is_last = parsing.is_unsent || !handle->header().should_keep_alive();
  auto request = without_body(handle->header());
  if (request.method == "HEAD") request.method = "GET";
  request.remote = parsing.remote;
  request.body = handle->body();
  request.body_is_too_long = parsing.body.is_too_long();
  // Not before this function has returned: RESTinio would then go on reading twice, and end the connection at
  // the third of requests that were sent in a row.
  auto done = [handle, executor = parsing.executor, closes = parsing.is_last](AdminResponse response) {
    asio::post(executor, [handle, closes, response = std::move(response)]() mutable {
      send(*handle, std::move(response), closes);
    });
  };
  parsing.service.answer(std::move(request), std::move(done));
  return restinio::request_accepted();
}

Settings server_settings() {
  Settings settings;
  settings.request_handler(handle)
      .buffer_size(read_buffer)
      .incoming_http_msg_limits(restinio::incoming_http_msg_limits_t()
                                    .max_url_size(max_target)
                                    .max_field_name_size(max_field_name)
                                    .max_field_value_size(max_field_value)
                                    .max_field_count(max_fields));
  return settings;
}

}  // namespace

struct HttpConnections::Shared {
  std::shared_ptr<ConnectionSettings> settings = std::make_shared<ConnectionSettings>(
      server_settings(), parser_settings(), std::make_shared<restinio::null_timer_manager_t>());
  restinio::connection_id_t next_id = 1;
};

HttpConnections::HttpConnections() : shared_(std::make_unique<Shared>()) {}

HttpConnections::~HttpConnections() = default;

void HttpConnections::start(AdminSocket socket, const asio::ip::tcp::endpoint& peer) {
  socket.set_remote(without_mapping(peer.address()).to_string());
  const Connection::lifetime_monitor_t not_counted(nullptr);
  std::make_shared<Connection>(shared_->next_id++, std::move(socket), shared_->settings, peer, not_counted)
      ->init();
}

}  // namespace otoroshi::gateway
