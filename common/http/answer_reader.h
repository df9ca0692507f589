// Reads one HTTP/1 answer (RFC 9112) however it is cut into pieces, by http-parser: its body may be chunked,
// of a given length, or end with the connection. Heads of more than 80 KiB are refused by the library, in
// time that is linear in their size. (pure)
#pragma once

#include <http_parser.h>

#include <cstddef>

#include "common/base/bytes.h"
#include "common/base/result.h"
#include "common/http/client.h"

namespace otoroshi {

class HttpAnswerReader {
 public:
  explicit HttpAnswerReader(std::size_t max_body);
  HttpAnswerReader(const HttpAnswerReader&) = delete;
  HttpAnswerReader& operator=(const HttpAnswerReader&) = delete;

  // Takes the next bytes, or the end of the connection if there are none. True: the answer is complete. Fails
  // (limit, target) on a body that is too large, (protocol, target) on what is no answer.
  Result<bool> take(Bytes bytes);

  HttpAnswer& answer() { return answer_; }

 private:
  static const http_parser_settings& callbacks();
  static HttpAnswerReader& of(http_parser* parser) { return *static_cast<HttpAnswerReader*>(parser->data); }

  http_parser parser_;
  const std::size_t max_body_;
  HttpAnswer answer_;
  std::string header_;         // the field that is being read
  bool in_its_value_ = false;  // the library tells name and value in pieces
  bool is_complete_ = false;
  bool is_too_large_ = false;
};

}  // namespace otoroshi
