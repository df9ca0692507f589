#include "gateway/tunnel/jwks.h"

#include <httplib.h>

#include <asio/ip/tcp.hpp>
#include <asio/write.hpp>
#include <atomic>
#include <catch2/catch.hpp>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "tests/support/run_task.h"
#include "tests/support/test_pki.h"
#include "tests/support/token_maker.h"

using namespace otoroshi;
using namespace otoroshi::gateway;
using namespace otoroshi::test;
using namespace std::chrono_literals;

namespace {

using Key = std::optional<std::string>;

std::string set_with(const std::vector<std::string>& ids) {
  static const auto key = SigningKey::ec();
  std::string text;
  for (const auto& id : ids) {
    const auto member = std::string(R"("kid":")").append(id).append("\",");
    text.append(text.empty() ? "" : ",").append(key.jwk(member));
  }
  return R"({"keys":[)" + text + "]}";
}

// An issuer that answers what the test tells it, and counts. Shared, for nobody joins the threads that ask
// it.
struct Issuer : std::enable_shared_from_this<Issuer> {
  std::mutex mutex;
  Result<std::string> answer = set_with({"a"});
  std::atomic<int> asked = 0;

  void publish(Result<std::string> next) {
    const std::lock_guard lock(mutex);
    answer = std::move(next);
  }
  Jwks::Fetch fetch() {
    return [self = shared_from_this()](const Jwks::Source&) {
      const std::lock_guard lock(self->mutex);
      ++self->asked;
      return self->answer;
    };
  }
};

Jwks::Source source_at(const std::string& url, std::uint32_t ttl_ms = 3'600'000) {
  Jwks::Source source;
  source.type = JwtAlgorithm::jwks;
  source.url = url;
  source.ttl_ms = ttl_ms;
  source.timeout_ms = 30'000;
  return source;
}

// "a b": the ids of these that are there; else the sentence.
std::string found(Worker& worker, Jwks& jwks, const Jwks::Source& source, const Key& key_id) {
  const auto set = run_task(worker, jwks.find(worker, source, key_id));
  if (!set) return set.error().sentence;
  std::string text;
  for (const auto* id : {"a", "b", "c"})
    if ((*set)->has(id)) text += id;
  return text;
}

std::unexpected<Error> failure(const std::string& sentence) {
  return fail(ErrorCode::io, Side::gateway, sentence);
}

}  // namespace

TEST_CASE("jwks: a set is fetched once and then serves at once") {
  Worker worker;
  const auto issuer = std::make_shared<Issuer>();
  Jwks jwks(issuer->fetch());
  const auto source = source_at("https://issuer.test/jwks");
  CHECK(found(worker, jwks, source, "a") == "a");
  Outcome<Result<JwkSetPtr>> outcome;
  const Key key = "a";
  start_task(jwks.find(worker, source, key), outcome);
  CHECK(outcome.ended());
  CHECK(found(worker, jwks, source, std::nullopt) == "a");
  CHECK(issuer->asked == 1);
}

TEST_CASE("jwks: many who ask at a time wait for one fetch") {
  Worker worker;
  const auto issuer = std::make_shared<Issuer>();
  Jwks jwks(issuer->fetch());
  const auto source = source_at("https://issuer.test/jwks");
  const Key key = "a";
  std::vector<Outcome<Result<JwkSetPtr>>> outcomes(20);
  {
    const std::lock_guard hold(issuer->mutex);
    for (auto& outcome : outcomes) start_task(jwks.find(worker, source, key), outcome);
  }
  REQUIRE(
      run_until(worker, [&] { return std::ranges::all_of(outcomes, &Outcome<Result<JwkSetPtr>>::ended); }));
  for (const auto& outcome : outcomes) CHECK((*outcome.value).value()->has("a"));
  CHECK(issuer->asked == 1);
}

TEST_CASE("jwks: a key that is not there is asked for at once, but not again and again") {
  Worker worker;
  const auto issuer = std::make_shared<Issuer>();
  const auto source = source_at("https://issuer.test/jwks");
  SECTION("after the pause") {
    Jwks jwks(issuer->fetch(), 0s);
    CHECK(found(worker, jwks, source, "a") == "a");
    issuer->publish(set_with({"a", "b"}));
    CHECK(found(worker, jwks, source, "a") == "a");
    CHECK(issuer->asked == 1);
    CHECK(found(worker, jwks, source, "b") == "ab");
    CHECK(issuer->asked == 2);
  }
  SECTION("within the pause") {
    Jwks jwks(issuer->fetch(), 1h);
    CHECK(found(worker, jwks, source, "a") == "a");
    issuer->publish(set_with({"a", "b"}));
    CHECK(found(worker, jwks, source, "b") == "a");
    CHECK(issuer->asked == 1);
  }
}

TEST_CASE("jwks: when its time is over a set is fetched anew, and the last good one serves if that fails") {
  Worker worker;
  const auto issuer = std::make_shared<Issuer>();
  Jwks jwks(issuer->fetch(), 0s);
  const auto source = source_at("https://issuer.test/jwks", 0);
  CHECK(found(worker, jwks, source, "a") == "a");
  issuer->publish(set_with({"b"}));
  CHECK(found(worker, jwks, source, "b") == "b");
  for (const auto& bad : {Result<std::string>(failure("down")), Result<std::string>("<html>")}) {
    issuer->publish(bad);
    CHECK(found(worker, jwks, source, "b") == "b");
  }
  issuer->publish(set_with({"c"}));
  CHECK(found(worker, jwks, source, "b") == "c");
  CHECK(issuer->asked == 5);
}

TEST_CASE("jwks: without any set the failure says why") {
  Worker worker;
  const auto issuer = std::make_shared<Issuer>();
  issuer->publish(failure("the answer's status is 500"));
  Jwks jwks(issuer->fetch(), 1h);
  const auto source = source_at("https://issuer.test/jwks");
  CHECK_THAT(found(worker, jwks, source, "a"), Catch::Contains("status is 500"));
  CHECK_THAT(found(worker, jwks, source, "a"), Catch::Contains("status is 500"));
  CHECK(issuer->asked == 1);
}

TEST_CASE("jwks: other headers are another source") {
  Worker worker;
  const auto issuer = std::make_shared<Issuer>();
  Jwks jwks(issuer->fetch());
  const auto plain = source_at("https://issuer.test/jwks");
  auto with_header = plain;
  with_header.headers = {{"Authorization", "Basic YTpi"}};
  CHECK(found(worker, jwks, plain, "a") == "a");
  CHECK(found(worker, jwks, with_header, "a") == "a");
  CHECK(issuer->asked == 2);
}

TEST_CASE("jwks: nobody waits longer than the timeout, and who gave up is not told") {
  Worker worker;
  const auto issuer = std::make_shared<Issuer>();
  Jwks jwks(issuer->fetch(), 0s);
  auto source = source_at("https://issuer.test/jwks", 0);
  source.timeout_ms = 20;
  {
    const std::lock_guard silent(issuer->mutex);
    CHECK_THAT(found(worker, jwks, source, "a"), Catch::Contains("in time"));
  }
  source.timeout_ms = 30'000;
  CHECK(found(worker, jwks, source, "a") == "a");
  source.timeout_ms = 20;
  const std::lock_guard silent(issuer->mutex);
  CHECK(found(worker, jwks, source, "a") == "a");  // the last good one
}

TEST_CASE("jwks: the end of the cache does not wait for a fetch, and the fetch tells nobody") {
  Worker worker;
  const auto issuer = std::make_shared<Issuer>();
  const auto source = source_at("https://issuer.test/jwks");
  const Key key = "a";
  std::atomic<bool> has_begun = false;
  std::atomic<bool> has_ended = false;
  {
    const std::lock_guard silent(issuer->mutex);
    Jwks jwks([&has_begun, &has_ended, ask = issuer->fetch()](const Jwks::Source& asked) {
      has_begun = true;
      auto answer = ask(asked);
      has_ended = true;
      return answer;
    });
    auto short_source = source;
    short_source.timeout_ms = 1;
    CHECK_FALSE(run_task(worker, jwks.find(worker, short_source, key)).has_value());
    REQUIRE(run_until(worker, [&] { return has_begun.load(); }));
  }
  CHECK(run_until(worker, [&] { return has_ended.load(); }));
  CHECK(handlers_until_idle(worker) == 0);
}

TEST_CASE("jwks: files, and what is wrong with them") {
  const TemporaryFolder folder;
  const auto url = [&](const std::string& name) { return source_at("file://" + folder.path() + "/" + name); };
  folder.write("good set", set_with({"a"}));
  folder.write("large", std::string(max_jwks_size + 1, ' '));
  folder.write("largest", std::string(max_jwks_size, ' '));
  CHECK(fetch_jwks(url("good%20set")).value() == set_with({"a"}));
  CHECK(fetch_jwks(url("largest")).value().size() == max_jwks_size);
  CHECK_THAT(fetch_jwks(url("large")).error().sentence, Catch::Contains("larger than 1 MiB"));
  CHECK_THAT(fetch_jwks(url("missing")).error().sentence, Catch::Contains("No such file"));
  CHECK_THAT(fetch_jwks(url("100%")).error().sentence, Catch::Contains("percent-encoded"));
  CHECK_FALSE(fetch_jwks(source_at("file://" + folder.path())).has_value());
}

TEST_CASE("jwks: over HTTP, with the source's headers") {
  httplib::Server server;
  server.Get("/jwks", [](const httplib::Request& request, httplib::Response& response) {
    const bool asked_well =
        request.get_param_value("tenant") == "a b" && request.get_header_value("X-Key") == "k";
    response.set_content(asked_well ? set_with({"a"}) : "", "application/json");
  });
  server.Get("/large", [](const httplib::Request&, httplib::Response& response) {
    response.set_content(std::string(max_jwks_size + 1, ' '), "text/plain");
  });
  server.Get("/moved",
             [](const httplib::Request&, httplib::Response& response) { response.set_redirect("/jwks"); });
  const auto port = server.bind_to_any_port("127.0.0.1");
  std::thread serving([&] { server.listen_after_bind(); });
  const auto fetch = [&](const std::string& target) {
    auto source = source_at("http://127.0.0.1:" + std::to_string(port) + target);
    source.headers = {{"X-Key", "k"}};
    return fetch_jwks(source);
  };
  CHECK(fetch("/jwks?tenant=a%20b#part").value() == set_with({"a"}));
  CHECK_THAT(fetch("/large").error().sentence, Catch::Contains("larger than 1 MiB"));
  CHECK_THAT(fetch("/moved").error().sentence, Catch::Contains("status is 302"));
  CHECK_THAT(fetch("/nothing?key=s3cret").error().sentence,
             Catch::Contains("status is 404") && !Catch::Contains("s3cret"));
  server.stop();
  serving.join();
  CHECK_THAT(fetch("/jwks").error().sentence, Catch::Contains("request failed"));
}

namespace {

// What an issuer that sends `begin` once and then `rest` again and again brings fetch_jwks() to.
Result<std::string> fetch_from_issuer_that_sends(const std::string& begin, const std::string& rest,
                                                 std::chrono::milliseconds pause) {
  asio::io_context io;
  asio::ip::tcp::acceptor acceptor(io, {asio::ip::address_v4::loopback(), 0});
  auto source = source_at("http://127.0.0.1:" + std::to_string(acceptor.local_endpoint().port()));
  source.timeout_ms = 500;
  std::thread issuer([&] {
    auto peer = acceptor.accept();
    std::error_code gone;
    asio::write(peer, asio::buffer(begin), gone);
    while (!gone && !rest.empty()) {
      std::this_thread::sleep_for(pause);
      asio::write(peer, asio::buffer(rest), gone);
    }
  });
  auto fetched = fetch_jwks(source);
  issuer.join();
  return fetched;
}

}  // namespace

// The head of an answer is the issuer's, or that of whoever sits between: neither may end the gateway.
TEST_CASE("jwks: an issuer that sends a head without end is given up") {
  const std::string ok = "HTTP/1.1 200 OK\r\n";
  const std::string megabyte(1024 * 1024, 'A');
  CHECK_FALSE(fetch_from_issuer_that_sends("HTTP/1.1 200 " + megabyte + "\r\n\r\n{}", "", 0ms).has_value());
  CHECK_FALSE(fetch_from_issuer_that_sends("HTTP/1.1 200 ", megabyte, 0ms).has_value());
  CHECK_FALSE(fetch_from_issuer_that_sends(ok, "X: " + std::string(1000, 'A') + "\r\n", 0ms).has_value());
}

TEST_CASE("jwks: an issuer that sends byte by byte is given up in time") {
  const std::string ok = "HTTP/1.1 200 OK\r\n";
  for (const auto& begin : {ok, ok + "\r\n", ok + "Transfer-Encoding: chunked\r\n\r\n1"}) {
    const auto began = Clock::now();
    CHECK_THAT(fetch_from_issuer_that_sends(begin, begin.ends_with('1') ? "0" : "X", 50ms).error().sentence,
               Catch::Contains("within 500ms"));
    CHECK(Clock::now() - began < failsafe / 2);
  }
}

TEST_CASE("jwks: a certificate of no known authority is not believed") {
  const auto pair = self_signed({.names = {"127.0.0.1"}});
  const TemporaryFolder folder;
  const auto certificate = folder.write("cert.pem", pair.certificate);
  const auto key = folder.write("key.pem", pair.key);
  httplib::SSLServer server(certificate.c_str(), key.c_str());
  std::atomic<bool> was_asked = false;
  server.Get("/jwks", [&](const httplib::Request&, httplib::Response& response) {
    was_asked = true;
    response.set_content(set_with({"a"}), "application/json");
  });
  const auto port = server.bind_to_any_port("127.0.0.1");
  std::thread serving([&] { server.listen_after_bind(); });
  CHECK_FALSE(fetch_jwks(source_at("https://127.0.0.1:" + std::to_string(port) + "/jwks")).has_value());
  CHECK_FALSE(was_asked);
  server.stop();
  serving.join();
}
