#include "common/tunnel/handshake.h"

// The library without Boost: it looks for C++11 by compiler, and does not know newer ones.
#define _WEBSOCKETPP_CPP11_STL_
#include <openssl/rand.h>

#include <memory>
#include <websocketpp/extensions/permessage_deflate/disabled.hpp>
#include <websocketpp/http/request.hpp>
#include <websocketpp/http/response.hpp>
#include <websocketpp/message_buffer/alloc.hpp>
#include <websocketpp/message_buffer/message.hpp>
#include <websocketpp/processors/hybi13.hpp>

#include "common/json/writer.h"
#include "common/text/base64.h"
#include "common/text/http_text.h"
#include "common/tunnel/protocol.h"
#include "common/tunnel/upgrade.h"

namespace otoroshi::tunnel {
namespace {

constexpr std::size_t key_bytes = 16;
constexpr std::string_view key_header = "Sec-WebSocket-Key";
constexpr std::string_view version_header = "Sec-WebSocket-Version";
constexpr std::string_view wanted_version = "13";

// As much of a websocketpp config as its handshake asks for: frames go through frame_codec.h instead.
struct Config {
  struct Random {
    std::uint32_t operator()() {
      std::uint32_t number = 0;
      RAND_bytes(reinterpret_cast<unsigned char*>(&number), sizeof number);
      return number;
    }
  };
  struct DeflateOptions {};
  using request_type = websocketpp::http::parser::request;
  using response_type = websocketpp::http::parser::response;
  using message_type =
      websocketpp::message_buffer::message<websocketpp::message_buffer::alloc::con_msg_manager>;
  using con_msg_manager_type = websocketpp::message_buffer::alloc::con_msg_manager<message_type>;
  using rng_type = Random;
  using permessage_deflate_type = websocketpp::extensions::permessage_deflate::disabled<DeflateOptions>;
  static constexpr bool enable_extensions = false;
  static constexpr std::size_t max_message_size = 0;
};

// One end of a handshake. No extension, no messages.
class Handshake {
 public:
  explicit Handshake(Side side) : protocol_(false, side == Side::target, nullptr, random_) {}
  websocketpp::processor::hybi13<Config>* operator->() { return &protocol_; }

 private:
  Config::Random random_;
  websocketpp::processor::hybi13<Config> protocol_;
};

std::string to_library(std::string_view text) {
  return std::string(text);
}

bool lists(const Headers& headers, std::string_view name, std::string_view token) {
  return has_token(find_header(headers, name).value_or(""), token);
}

}  // namespace

Result<void> check_upgrade(const Request& request) {
  const auto refuse = [](const char* sentence) { return fail(ErrorCode::protocol, Side::client, sentence); };
  if (request.method != "GET") return refuse("a tunnel begins with GET");
  if (request.header("Transfer-Encoding") || request.header("Content-Length").value_or("0") != "0")
    return refuse("the request that begins a tunnel has no body");
  if (!lists(request.headers, "Connection", "upgrade") || !lists(request.headers, "Upgrade", "websocket"))
    return refuse("a tunnel is a WebSocket: \"Connection: Upgrade\" and \"Upgrade: websocket\" are wanted");
  if (request.header(version_header) != wanted_version)
    return refuse("\"Sec-WebSocket-Version: 13\" is wanted");
  // The library hashes any text.
  const auto key = base64_decode(request.header(key_header).value_or(""));
  if (!key || key->size() != key_bytes || !request.header(key_header)->ends_with("=="))
    return refuse("Sec-WebSocket-Key is not 16 bytes in base64");
  return {};
}

std::string accept_response(const Request& request, std::chrono::milliseconds ping_interval) {
  Config::request_type asked;
  asked.replace_header(to_library(key_header), to_library(request.header(key_header).value_or("")));
  Config::response_type answer;
  answer.set_version("HTTP/1.1");
  answer.set_status(websocketpp::http::status_code::switching_protocols);
  answer.replace_header(to_library(capability_header), to_library(half_close_capability));
  answer.replace_header(to_library(ping_interval_header), std::to_string(ping_interval.count()));
  Handshake(Side::target)->process_handshake(asked, "", answer);
  return answer.raw();
}

std::string refuse_response(unsigned status, std::string_view cause, std::string_view sentence) {
  constexpr unsigned upgrade_required = 426;
  JsonWriter json;
  json.begin_object().key("error").text(cause).key("error_description").text(sentence).end_object();
  Config::response_type answer;
  answer.set_version("HTTP/1.1");
  answer.set_status(static_cast<websocketpp::http::status_code::value>(status));
  answer.replace_header("Content-Type", "application/json");
  answer.replace_header("Otoroshi-Error", "true");
  answer.replace_header("X-Content-Type-Options", "nosniff");  // the sentence repeats what was asked
  if (status == upgrade_required) {  // RFC 9110 section 15.5.22, RFC 6455 section 4.2.2
    answer.replace_header("Connection", "Upgrade, close");
    answer.replace_header("Upgrade", "websocket");
    answer.replace_header(to_library(version_header), to_library(wanted_version));
  } else {
    answer.replace_header("Connection", "close");
  }
  answer.set_body(json.take());
  return answer.raw();
}

Asked make_request(const Ask& ask) {
  Config::request_type request;
  const auto nowhere = std::make_shared<websocketpp::uri>(false, "", "");
  Handshake(Side::client)->client_handshake_request(request, nowhere, {});
  request.set_uri(ask.target);
  request.replace_header("Host", ask.host);
  request.replace_header(to_library(capability_header), to_library(half_close_capability));
  if (!ask.authorization.empty()) request.replace_header("Authorization", ask.authorization);
  return {.head = request.raw_head(), .key = request.get_header(to_library(key_header))};
}

Result<void> check_accepted(unsigned status, const Headers& headers, std::string_view key) {
  if (status != websocketpp::http::status_code::switching_protocols)
    return fail(ErrorCode::refused, Side::target, "the upgrade was refused");
  Config::request_type asked;
  asked.replace_header(to_library(key_header), to_library(key));
  Config::response_type answer;
  answer.set_status(websocketpp::http::status_code::switching_protocols);
  for (const auto& [name, value] : headers) answer.replace_header(name, value);
  const auto flaw = Handshake(Side::client)->validate_server_handshake_response(asked, answer);
  // The library looks for the tokens anywhere in the text.
  if (flaw || !lists(headers, "Connection", "upgrade") || !lists(headers, "Upgrade", "websocket"))
    return fail(ErrorCode::protocol, Side::target,
                "the answer 101 does not accept the WebSocket that was asked for");
  if (find_header(headers, "Sec-WebSocket-Extensions") || find_header(headers, "Sec-WebSocket-Protocol"))
    return fail(ErrorCode::protocol, Side::target,
                "the answer 101 chooses an extension or a subprotocol although none was offered");
  return {};
}

}  // namespace otoroshi::tunnel
