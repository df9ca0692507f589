#include "common/http/answer_reader.h"

#include <string>
#include <string_view>
#include <utility>

#include "common/text/ascii.h"

namespace otoroshi {

HttpAnswerReader::HttpAnswerReader(std::size_t max_body) : max_body_(max_body) {
  http_parser_init(&parser_, HTTP_RESPONSE);
  parser_.data = this;
}

// What they return is for the library: other than 0 ends the parsing.
const http_parser_settings& HttpAnswerReader::callbacks() {
  static const auto settings = [] {
    http_parser_settings made;
    http_parser_settings_init(&made);
    made.on_message_begin = [](http_parser* parser) {  // behind an interim answer, too
      of(parser).answer_.headers.clear();
      return 0;
    };
    made.on_header_field = [](http_parser* parser, const char* piece, std::size_t size) {
      auto& reader = of(parser);
      if (std::exchange(reader.in_its_value_, false)) reader.header_.clear();
      reader.header_ += ascii_lower(std::string_view(piece, size));
      return 0;
    };
    made.on_header_value = [](http_parser* parser, const char* piece, std::size_t size) {
      auto& reader = of(parser);
      auto& value = reader.answer_.headers[reader.header_];
      const bool is_next_piece = std::exchange(reader.in_its_value_, true);
      if (!is_next_piece && !value.empty()) value += ", ";  // given twice (RFC 9110 section 5.3)
      value.append(piece, size);
      return 0;
    };
    made.on_body = [](http_parser* parser, const char* piece, std::size_t size) {
      auto& reader = of(parser);
      reader.is_too_large_ = size > reader.max_body_ - reader.answer_.body.size();
      if (!reader.is_too_large_) reader.answer_.body.append(piece, size);
      return reader.is_too_large_ ? 1 : 0;
    };
    made.on_message_complete = [](http_parser* parser) {
      // Another one follows (RFC 9110 section 15.2), but behind a 101, which we never ask for, no HTTP does.
      if (parser->status_code / 100 == 1 && parser->status_code != 101) return 0;
      of(parser).is_complete_ = true;
      http_parser_pause(parser, 1);  // what comes behind it is not looked at
      return 0;
    };
    return made;
  }();
  return settings;
}

Result<bool> HttpAnswerReader::take(Bytes bytes) {
  const auto text = as_text(bytes);
  http_parser_execute(&parser_, &callbacks(), text.data(), text.size());
  if (is_too_large_) {
    return fail(ErrorCode::limit, Side::target,
                "the answer's body is larger than " + std::to_string(max_body_) + " bytes");
  }
  if (is_complete_) {
    answer_.status = parser_.status_code;
    return true;
  }
  const auto error = HTTP_PARSER_ERRNO(&parser_);
  if (error != HPE_OK || bytes.empty()) {
    return fail(ErrorCode::protocol, Side::target,
                std::string("the answer is no HTTP: ")
                    .append(http_errno_description(error == HPE_OK ? HPE_INVALID_EOF_STATE : error)));
  }
  return false;
}

}  // namespace otoroshi
