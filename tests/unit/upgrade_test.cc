#include "common/tunnel/upgrade.h"

#include <catch2/catch.hpp>
#include <set>

#include "common/text/base64.h"
#include "common/tunnel/protocol.h"

using namespace otoroshi;
using namespace otoroshi::tunnel;

namespace {

// RFC 6455 section 1.3.
constexpr auto sample_key = "dGhlIHNhbXBsZSBub25jZQ==";
constexpr auto sample_accept = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=";

std::string request_text(std::string_view target = "/", std::string_view extra = "") {
  return std::string("GET ")
      .append(target)
      .append(" HTTP/1.1\r\nHost: Tunnel.Example.com:8080\r\n")
      .append(extra)
      .append("\r\n");
}

Request parsed(const std::string& text) {
  auto request = inspect_request(as_bytes(text));
  INFO((request ? "" : request.error().sentence));
  REQUIRE(request);
  REQUIRE(*request);
  return std::move(**request);
}

// The upgrade of a client that is no relative of ours, with one line replaced: "" leaves it out.
Request upgrade_with(std::string_view name = "", std::string_view value = "",
                     std::string_view method = "GET") {
  const std::pair<std::string_view, std::string_view> usual[] = {{"Connection", "keep-alive, Upgrade"},
                                                                 {"Upgrade", "websocket"},
                                                                 {"Sec-WebSocket-Version", "13"},
                                                                 {"Sec-WebSocket-Key", sample_key}};
  Request request;
  request.method = method;
  for (const auto& [usual_name, usual_value] : usual)
    if (usual_name != name) request.headers.emplace_back(usual_name, usual_value);
  if (!value.empty()) request.headers.emplace_back(name, value);
  return request;
}

std::string answer_text(std::string_view extra = "", std::string_view accept = sample_accept) {
  return std::string("HTTP/1.1 101 Switching Protocols\r\nUpgrade: WebSocket\r\nconnection: upgrade\r\n")
      .append("Sec-WebSocket-Accept: ")
      .append(accept)
      .append("\r\n")
      .append(extra)
      .append("\r\n");
}

}  // namespace

TEST_CASE("a request is taken apart as the client wrote it") {
  const auto text = request_text("/a%2Fb?x=1%202&y&=z&x=3&&e=a=b", "X-One: 1\r\nx-one:  2 \r\nX-Empty:\r\n");
  const auto request = parsed(text + "\x82\x05tunnel's");
  CHECK(request.method == "GET");
  CHECK(request.path == "/a/b");
  CHECK(request.query == std::vector<std::pair<std::string, std::string>>{
                             {"x", "1 2"}, {"y", ""}, {"", "z"}, {"x", "3"}, {"e", "a=b"}});
  CHECK(request.parameter("x") == "1 2");
  CHECK(request.parameter("y") == "");
  CHECK(request.parameter("X") == std::nullopt);
  CHECK(request.header("x-ONE") == "1, 2");
  CHECK(request.header("x-empty") == "");
  CHECK(request.header("x-none") == std::nullopt);
  CHECK(request.host() == "tunnel.example.com");
  CHECK(request.bytes == text.size());
}

TEST_CASE("query values of the original client, which encodes nothing, arrive as they are") {
  struct Row {
    const char* query;
    const char* name;
    const char* value;
  };
  const Row rows[] = {{"pappsToken=0a1b::id-1", "pappsToken", "0a1b::id-1"},
                      {"remoteHost=::1&remotePort=22", "remoteHost", "::1"},
                      {"remoteHost=%3A%3a1", "remoteHost", "::1"},
                      {"remoteHost=fe80::1%eth0", "remoteHost", "fe80::1%eth0"},
                      {"x=100%", "x", "100%"},
                      {"x=%4", "x", "%4"},
                      {"x=%%41", "x", "%A"},
                      {"x=%+1", "x", "%+1"},
                      {"x=a+b", "x", "a+b"}};
  for (const auto& row : rows) {
    CAPTURE(row.query);
    CHECK(parsed(request_text(std::string("/?") + row.query)).parameter(row.name) == row.value);
  }
}

TEST_CASE("cookies are found by their whole name") {
  const auto request =
      parsed(request_text("/", "Cookie: a=1; bb=2;c=\"3\"\r\nCookie: oto-papps-x=sig::id\r\n"));
  CHECK(request.cookie("a") == "1");
  CHECK(request.cookie("bb") == "2");
  CHECK(request.cookie("c") == "3");
  CHECK(request.cookie("oto-papps-x") == "sig::id");
  CHECK(request.cookie("b") == std::nullopt);
}

TEST_CASE("hosts are compared in lower case, without port and final dot") {
  struct Row {
    const char* header;
    const char* host;
  };
  const Row rows[] = {{"a.b", "a.b"},           {"A.b:1", "a.b"},  {"a.b.", "a.b"},
                      {"a.b.:443", "a.b"},      {"[::1]", "::1"},  {"[FE80::1]:8080", "fe80::1"},
                      {"10.0.0.1", "10.0.0.1"}, {"a_b-c", "a_b-c"}};
  for (const auto& row : rows) {
    CAPTURE(row.header);
    CHECK(parsed("GET / HTTP/1.1\r\nHost: " + std::string(row.header) + "\r\n\r\n").host() == row.host);
  }
}

TEST_CASE("what servers may read in different ways is refused as soon as it is seen") {
  struct Row {
    std::string text;
    const char* sentence_has;
  };
  const auto host = std::string("Host: a\r\n");
  const Row rows[] = {
      {"GET / HTTP/1.1\nHost: a\n\n", "CR LF"},
      {"GET / HTTP/1.1\r\nHost: a\n", "CR LF"},
      {"GET / HTTP/1.1\rHost: a", "CR without LF"},
      {std::string("GET / HTTP/1.1\r\nHo\0st: a", 25), "control character"},
      {"\x16\x03\x01\x02", "control character"},
      {"GET / HTTP/1.1\r\n" + host + "X: a\r\n b\r\n\r\n", "folded"},
      {"GET / HTTP/1.1\r\n" + host + "X : a\r\n\r\n", "name: value"},
      {"GET / HTTP/1.1\r\n" + host + "no colon\r\n\r\n", "name: value"},
      {"GET / HTTP/1.1\r\n" + host + ": a\r\n\r\n", "name: value"},
      {"GET / HTTP/1.1\r\n" + host + "host: a\r\n\r\n", "two Host"},
      {"GET / HTTP/1.1\r\n\r\n", "Host"},
      {"GET / HTTP/1.1\r\nHost:\r\n\r\n", "Host"},
      {"GET / HTTP/1.1\r\nHost: a b\r\n\r\n", "Host"},
      {"GET / HTTP/1.1\r\nHost: http://a/\r\n\r\n", "Host"},
      {"GET / HTTP/1.0\r\n" + host + "\r\n", "HTTP/1.1"},
      {"GET / HTTP/2.0\r\n" + host + "\r\n", "HTTP/1.1"},
      {"GET /\r\n" + host + "\r\n", "METHOD target"},
      {"GET  HTTP/1.1\r\n" + host + "\r\n", "no path"},
      {" / HTTP/1.1\r\n" + host + "\r\n", "method"},
      {"G@T / HTTP/1.1\r\n" + host + "\r\n", "method"},
      {"GET /a b HTTP/1.1\r\n" + host + "\r\n", "no spaces"},
      {"GET http://a/ HTTP/1.1\r\n" + host + "\r\n", "must begin with /"},
      {"GET /%zz HTTP/1.1\r\n" + host + "\r\n", "%"},
      {"\r\n\r\n", "METHOD target"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.text);
    const auto request = inspect_request(as_bytes(row.text));
    REQUIRE_FALSE(request);
    CHECK(request.error().code == ErrorCode::protocol);
    CHECK(request.error().side == Side::client);
    CHECK_THAT(request.error().sentence, Catch::Contains(row.sentence_has));
  }
}

TEST_CASE("a head may come in any pieces, and is no larger than 16 KiB") {
  const auto text = request_text("/x", "A: b\r\n");
  for (std::size_t length = 0; length < text.size(); ++length) {
    CAPTURE(length);
    const auto cut = inspect_request(as_bytes(text).first(length));
    REQUIRE(cut);
    CHECK_FALSE(*cut);
  }

  const auto filled_to = [](std::size_t size) {
    const auto rest = size - request_text("/", "X: \r\n").size();
    return request_text("/", "X: " + std::string(rest, 'x') + "\r\n");
  };
  CHECK(parsed(filled_to(max_head)).bytes == max_head);
  for (const auto& too_large : {filled_to(max_head + 1), std::string(max_head, 'G')}) {
    const auto request = inspect_request(as_bytes(too_large));
    REQUIRE_FALSE(request);
    CHECK(request.error().code == ErrorCode::limit);
  }
}

TEST_CASE("a head has no more than 256 fields") {
  std::string fields;  // beside Host
  for (int number = 1; number < 256; ++number)
    fields.append("A").append(std::to_string(number)).append(":\r\n");
  CHECK(parsed(request_text("/", fields + "a1: again\r\n")).header("A1") == ", again");
  const auto too_many = request_text("/", fields + "B:\r\n");
  const auto request = inspect_request(as_bytes(too_many));
  REQUIRE_FALSE(request);
  CHECK(request.error().code == ErrorCode::limit);
}

TEST_CASE("an upgrade is a GET for WebSocket 13 with a key") {
  CHECK(check_upgrade(upgrade_with()));
  CHECK(check_upgrade(upgrade_with("Upgrade", "h2c, WebSocket")));
  CHECK(check_upgrade(upgrade_with("Content-Length", "0")));
  struct Row {
    const char* name;
    const char* value;
    const char* sentence_has;
  };
  const Row rows[] = {{"Connection", "", "Connection"},
                      {"Connection", "keep-alive", "Connection"},
                      {"Upgrade", "", "Upgrade"},
                      {"Upgrade", "websocket2", "Upgrade"},
                      {"Sec-WebSocket-Version", "", "13"},
                      {"Sec-WebSocket-Version", "8", "13"},
                      {"Sec-WebSocket-Version", "13, 8", "13"},
                      {"Sec-WebSocket-Key", "", "Sec-WebSocket-Key"},
                      {"Sec-WebSocket-Key", "dGhlIHNhbXBsZQ==", "16 bytes"},
                      {"Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ", "16 bytes"},
                      {"Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZSE=", "16 bytes"},
                      {"Content-Length", "1", "body"},
                      {"Transfer-Encoding", "chunked", "body"}};
  for (const auto& row : rows) {
    CAPTURE(row.name, row.value);
    const auto checked = check_upgrade(upgrade_with(row.name, row.value));
    REQUIRE_FALSE(checked);
    CHECK_THAT(checked.error().sentence, Catch::Contains(row.sentence_has));
  }
  CHECK_FALSE(check_upgrade(upgrade_with("", "", "POST")));
}

TEST_CASE("each end accepts what the other writes") {
  const auto asked = make_request({.host = "gw.example.com:9999",
                                   .target = tunnel_target("::1", "22", "sig::id"),
                                   .authorization = "Bearer t"});
  const auto request = parsed(asked.head);
  CHECK(request.bytes == asked.head.size());
  CHECK(request.path == tunnel::path);
  CHECK(request.parameter("transport") == "tcp");
  CHECK(request.parameter("remoteHost") == "::1");
  CHECK(request.parameter("remotePort") == "22");
  CHECK(request.parameter("pappsToken") == "sig::id");
  CHECK(request.header("Host") == "gw.example.com:9999");
  CHECK(request.header("Authorization") == "Bearer t");
  CHECK(request.header("Sec-WebSocket-Extensions") == std::nullopt);
  CHECK(request.has_half_close());
  REQUIRE(check_upgrade(request));

  const auto answer = accept_response(request, std::chrono::milliseconds(1500));
  const auto response = inspect_response(as_bytes(answer + "frames"), asked.key);
  REQUIRE(response);
  REQUIRE(*response);
  CHECK((*response)->status == 101);
  CHECK((*response)->head_bytes == answer.size());
  CHECK((*response)->half_close);
  CHECK((*response)->ping_interval == std::chrono::milliseconds(1500));
  CHECK((*response)->accepted);
}

TEST_CASE("an interval of Pings that is no number, or makes no sense, is not taken over") {
  for (const auto* interval : {"", "x", "-1", "0", "9", "86400001", "99999999999999999999", "25s", "10 "}) {
    CAPTURE(interval);
    const auto answer =
        "HTTP/1.1 101 Switching Protocols\r\nOtoroshi-Tunnel-Ping-Interval: " + std::string(interval) +
        "\r\n\r\n";
    const auto response = inspect_response(as_bytes(answer), "");
    REQUIRE((response && *response));
    const bool usable = std::string_view(interval) == "10 ";  // without the space at its end
    CHECK((*response)->ping_interval.has_value() == usable);
  }
}

TEST_CASE("what is not asked for is left out of the request") {
  CHECK(tunnel_target("", "", "") == "/.well-known/otoroshi/tunnel?transport=tcp");
  CHECK(tunnel_target("a b", "", "") == "/.well-known/otoroshi/tunnel?transport=tcp&remoteHost=a%20b");
  CHECK_THAT(make_request({.host = "a:80", .target = "/", .authorization = ""}).head,
             !Catch::Contains("Authorization"));
}

TEST_CASE("every upgrade has a key of its own") {
  std::set<std::string> keys;
  for (int count = 0; count < 100; ++count) {
    const auto key = make_request({.host = "a:80", .target = "/", .authorization = ""}).key;
    CHECK(base64_decode(key).value().size() == 16);
    keys.insert(key);
  }
  CHECK(keys.size() == 100);
}

TEST_CASE("a 101 must accept the key, and nothing that was not offered") {
  struct Row {
    std::string text;
    bool accepted;
    bool half_close = false;
  };
  const Row rows[] = {
      {answer_text(), true},
      {answer_text("Otoroshi-Tunnel: half-close\r\n"), true, true},
      {answer_text("Otoroshi-Tunnel: full-close\r\n"), true, false},
      {answer_text("", "s3pPLMBiTxaQ9kYGzzhZRbK+xOp="), false},
      {answer_text("", ""), false},
      {answer_text("Sec-WebSocket-Extensions: permessage-deflate\r\n"), false},
      {answer_text("Sec-WebSocket-Protocol: x\r\n"), false},
      {"HTTP/1.1 101 Switching Protocols\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n",
       false},
  };
  for (const auto& row : rows) {
    CAPTURE(row.text);
    const auto response = inspect_response(as_bytes(row.text), sample_key).value().value();
    CHECK(response.status == 101);
    CHECK(response.accepted.has_value() == row.accepted);
    CHECK(response.half_close == row.half_close);
  }
}

TEST_CASE("status lines are read to the letter") {
  struct Row {
    const char* line;
    unsigned status;  // 0: refused
    const char* reason;
  };
  const Row rows[] = {{"HTTP/1.1 404 Not Found", 404, "Not Found"},
                      {"HTTP/1.0 200 Connection established", 200, "Connection established"},
                      {"HTTP/1.1 502", 502, ""},
                      {"HTTP/1.1 502 ", 502, ""},
                      {"HTTP/1.1 1011 X", 0, ""},
                      {"HTTP/1.1 099 X", 0, ""},
                      {"HTTP/1.1 4 X", 0, ""},
                      {"HTTP/2 200", 0, ""},
                      {"HTTPS/1.1 200 OK", 0, ""},
                      {"SSH-2.0-OpenSSH_9.2", 0, ""}};
  for (const auto& row : rows) {
    CAPTURE(row.line);
    const auto response =
        inspect_response(as_bytes(std::string(row.line) + "\r\nContent-Length: 12\r\n\r\n"), "");
    REQUIRE(response.has_value() == (row.status != 0));
    if (row.status == 0) {
      CHECK(response.error().side == Side::target);
      continue;
    }
    CHECK((*response)->status == row.status);
    CHECK((*response)->reason == row.reason);
    CHECK((*response)->content_length == 12);
    CHECK_FALSE((*response)->accepted);
  }
}

TEST_CASE("a refusal is Otoroshi's JSON, and the client finds its sentence") {
  const auto text = refuse_response(403, "errors.destination", "port 99 of \"db\" is not allowed");
  const auto response = inspect_response(as_bytes(text), sample_key).value().value();
  CHECK(response.status == 403);
  CHECK(response.reason == "Forbidden");
  const auto body = text.substr(response.head_bytes);
  CHECK(response.content_length == body.size());
  CHECK(body == R"({"error":"errors.destination","error_description":"port 99 of \"db\" is not allowed"})");
  CHECK(sentence_of_refusal(body) == "port 99 of \"db\" is not allowed");
  for (const char* header : {"Otoroshi-Error: true\r\n", "Connection: close\r\n",
                             "Content-Type: application/json\r\n", "X-Content-Type-Options: nosniff\r\n"})
    CHECK_THAT(text, Catch::Contains(header));
  CHECK_THAT(refuse_response(426, "c", "s"), Catch::Contains("Upgrade: websocket\r\n") &&
                                                 Catch::Contains("Sec-WebSocket-Version: 13\r\n") &&
                                                 Catch::Contains(" 426 Upgrade Required\r\n"));
  for (unsigned status : {400u, 401u, 404u, 429u, 502u, 504u})
    CHECK_THAT(refuse_response(status, "c", "s"), !Catch::Contains("Unknown"));
}

TEST_CASE("bodies of refusals become one harmless line") {
  struct Row {
    std::string body;
    std::string sentence;
  };
  const Row rows[] = {{R"({"error":"e","error_description":"d"})", "d"},
                      {R"({"error":"e","error_description":7})", "e"},
                      {R"({"Otoroshi-Error":"No ApiKey provided"})", "No ApiKey provided"},
                      {R"({"error":"e"})", "e"},
                      {"{}", "{}"},
                      {"Bad\r\n  gateway\n", "Bad gateway"},
                      {"a\x1b[31mb\xc2\x9b"
                       "c\xff",
                       "a [31mb c?"},
                      {"\r\n <html><body>", ""},
                      {"", ""},
                      {" \r\n ", ""}};
  for (const auto& row : rows) {
    CAPTURE(row.body);
    CHECK(sentence_of_refusal(row.body) == row.sentence);
  }
  CHECK(sentence_of_refusal(std::string(100000, 'x')).size() < 600);
}
