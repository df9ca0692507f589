#include "otoroshictl/tcp_tunnel/failure_log.h"

#include <utility>

namespace otoroshi::ctl {

std::vector<std::string> FailureLog::end_repetition() {
  const auto count = std::exchange(repeated_, 0);
  if (count == 0) return {};
  return {"the last failure came " + std::to_string(count) + (count == 1 ? " more time" : " more times")};
}

std::vector<std::string> FailureLog::failed(const std::string& sentence) {
  if (sentence == last_) {
    ++repeated_;
    return {};
  }
  auto lines = end_repetition();
  last_ = sentence;
  lines.push_back(sentence);
  return lines;
}

std::vector<std::string> FailureLog::succeeded() {
  auto lines = end_repetition();
  if (!std::exchange(last_, "").empty()) lines.emplace_back("connections go through again");
  return lines;
}

}  // namespace otoroshi::ctl
