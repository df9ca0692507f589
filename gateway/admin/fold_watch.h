// Finds a header that goes on in a second line, which the HTTP parser takes without a word. It looks at the
// bytes themselves: where the first line is empty, the parser's callbacks give no sign of it. (pure)
#pragma once

namespace otoroshi::gateway {

class FoldWatch {
 public:
  // These bytes are parsed next, and lie there until bytes_go().
  void bytes_come(const char* begin, const char* end) {
    if (at_) at_ = begin;
    end_ = end;
  }
  void bytes_go() {
    if (at_) look_up_to(end_);
  }

  void header_begins(const char* at) {
    at_ = at;
    line_is_over_ = is_folded_ = false;
  }
  // Whether its value, or this piece of it, ends at `at` in the line in which the header began.
  bool ends_in_line(const char* at) {
    look_up_to(at);
    return !is_folded_;
  }
  void head_ends() { at_ = nullptr; }

 private:
  void look_up_to(const char* end) {
    for (; at_ != end; ++at_) {
      is_folded_ |= line_is_over_ && (*at_ == ' ' || *at_ == '\t');
      line_is_over_ = *at_ == '\n';
    }
  }

  const char* at_ = nullptr;  // up to there it has looked; null: not in a header
  const char* end_ = nullptr;
  bool line_is_over_ = false;
  bool is_folded_ = false;
};

}  // namespace otoroshi::gateway
