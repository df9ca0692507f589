#include "common/http/answer_reader.h"

#include <catch2/catch.hpp>
#include <string>
#include <string_view>

using namespace otoroshi;

namespace {

constexpr std::size_t max_body = 10;

// "200 body", "...": not complete yet, or the sentence.
std::string read_in_pieces(std::string_view text, std::size_t piece, bool with_end) {
  HttpAnswerReader reader(max_body);
  Result<bool> complete = false;
  while (complete && !*complete && !text.empty()) {
    complete = reader.take(as_bytes(text.substr(0, piece)));
    text.remove_prefix(std::min(piece, text.size()));
  }
  if (complete && !*complete && with_end) complete = reader.take({});
  if (!complete) return complete.error().sentence;
  if (!*complete) return "...";
  return std::to_string(reader.answer().status) + ' ' + reader.answer().body;
}

}  // namespace

TEST_CASE("http answer: its body ends by length, by chunks or with the connection") {
  const struct {
    std::string_view text, answer, answer_at_end;
  } cases[] = {
      {"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc", "200 abc", "200 abc"},
      {"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabcHTTP/1.1 500 No\r\n\r\n", "200 abc", "200 abc"},
      {"HTTP/1.1 404\r\nContent-Length: 0\r\n\r\n", "404 ", "404 "},
      {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1;x=y\r\na\r\n2\r\nbc\r\n0\r\nT: t\r\n\r\n",
       "200 abc", "200 abc"},
      {"HTTP/1.1 200 OK\r\n\r\nabc", "...", "200 abc"},
      {"HTTP/1.0 200 OK\r\n\r\n", "...", "200 "},
      {"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early\r\nLink: x\r\n\r\nHTTP/1.1 204 No\r\n\r\n", "204 ",
       "204 "},
      {"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n0123456789", "200 0123456789", "200 0123456789"},
  };
  for (const auto& [text, answer, answer_at_end] : cases) {
    for (const std::size_t piece : {1, 2, 7, 1000}) {
      CAPTURE(text, piece);
      CHECK(read_in_pieces(text, piece, false) == answer);
      CHECK(read_in_pieces(text, piece, true) == answer_at_end);
    }
  }
}

TEST_CASE("http answer: what is none, ends early or is too large is refused") {
  const std::string ok = "HTTP/1.1 200 OK\r\n";
  const std::pair<std::string, std::string> cases[] = {
      {"", "no HTTP"},
      {"SSH-2.0-x\r\n", "no HTTP"},
      {"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nab", "no HTTP"},
      {ok + "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n", "no HTTP"},
      {ok + "Transfer-Encoding: chunked\r\n\r\nffffffffffffffffff\r\n", "no HTTP"},
      {ok + "Content-Length: -1\r\n\r\n", "no HTTP"},
      {ok + "Content-Length: 11\r\n\r\n0123456789a", "larger than 10 bytes"},
      {ok + "Transfer-Encoding: chunked\r\n\r\n6\r\n012345\r\n5\r\n6789a\r\n", "larger than 10 bytes"},
      {ok + "\r\n0123456789a", "larger than 10 bytes"},
      {"HTTP/1.1 200 " + std::string(200'000, 'A') + "\r\n\r\n", "no HTTP"},
      {ok + "X: " + std::string(200'000, 'A') + "\r\n\r\n", "no HTTP"},
  };
  for (const auto& [text, sentence] : cases) {
    for (const std::size_t piece : {1, 5, 1'000'000}) {
      CAPTURE(text.substr(0, 80), piece);
      CHECK_THAT(read_in_pieces(text, piece, true), Catch::Contains(sentence));
    }
  }
}
