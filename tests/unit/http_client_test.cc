#include "common/http/client.h"

#include <asio/ip/tcp.hpp>
#include <asio/read.hpp>
#include <asio/read_until.hpp>
#include <asio/write.hpp>
#include <catch2/catch.hpp>
#include <thread>

using namespace otoroshi;
using namespace std::chrono_literals;

namespace {

// A server for one request: what it was sent, and what it answers.
class OneAnswer {
 public:
  explicit OneAnswer(std::string answer) : serving_([this, answer = std::move(answer)] { serve(answer); }) {}

  HttpRequest request(std::string method, std::string body) const {
    return {.method = std::move(method),
            .url = {.address = {"127.0.0.1", acceptor_.local_endpoint().port()}, .target = "/a?b=c"},
            .headers = {{"X-Key", "k"}},
            .body = std::move(body),
            .limit = 10s,
            .max_body = 100};
  }
  std::string received() {
    serving_.join();
    return received_;
  }

 private:
  void serve(const std::string& answer) {
    auto peer = acceptor_.accept();
    std::error_code ignored;
    const auto head = asio::read_until(peer, asio::dynamic_buffer(received_), "\r\n\r\n", ignored);
    if (received_.contains("Content-Length: 4"))
      asio::read(peer, asio::dynamic_buffer(received_), asio::transfer_exactly(head + 4 - received_.size()),
                 ignored);
    asio::write(peer, asio::buffer(answer), ignored);
  }

  asio::io_context io_;
  asio::ip::tcp::acceptor acceptor_{io_, {asio::ip::address_v4::loopback(), 0}};
  std::string received_;
  std::jthread serving_;
};

constexpr auto ok = "HTTP/1.1 200 OK\r\nETag: \"x\"\r\nX-Two: a\r\nX-two: b\r\nContent-Length: 2\r\n\r\nhi";

}  // namespace

TEST_CASE("http client: any method, with a body and its length") {
  OneAnswer server(ok);
  const auto answer = http_exchange(server.request("PATCH", "body"));
  REQUIRE(answer.has_value());
  CHECK(answer->status == 200);
  CHECK(answer->body == "hi");
  CHECK(answer->headers.at("etag") == "\"x\"");
  const auto sent = server.received();
  CHECK_THAT(sent, Catch::StartsWith("PATCH /a?b=c HTTP/1.1\r\nHost: 127.0.0.1:") &&
                       Catch::EndsWith("\r\n\r\nbody"));
  for (const auto* line : {"\r\nX-Key: k\r\n", "\r\nContent-Length: 4\r\n", "\r\nConnection: close\r\n"})
    CHECK_THAT(sent, Catch::Contains(line));
}

TEST_CASE("http client: a GET says nothing of a body") {
  OneAnswer server("HTTP/1.1 100 Continue\r\nX-Early: 1\r\n\r\n" + std::string(ok));
  const auto answer = http_exchange(server.request("GET", ""));
  REQUIRE(answer.has_value());
  CHECK(answer->status == 200);
  CHECK_FALSE(answer->headers.contains("x-early"));
  CHECK_THAT(server.received(), !Catch::Contains("Content-Length"));
}

TEST_CASE("http client: an answer that is too large, or none") {
  const struct {
    std::string answer;
    ErrorCode code;
  } rows[] = {{"HTTP/1.1 200 OK\r\nContent-Length: 101\r\n\r\n" + std::string(101, 'x'), ErrorCode::limit},
              {"", ErrorCode::protocol},
              {"SSH-2.0-x\r\n", ErrorCode::protocol},
              {"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhi", ErrorCode::protocol}};
  for (const auto& [text, code] : rows) {
    OneAnswer server(text);
    const auto answer = http_exchange(server.request("GET", ""));
    REQUIRE_FALSE(answer.has_value());
    CHECK(answer.error().code == code);
  }
}
