// Failures that come again and again (the gateway is away, and a client tries every second) are told once,
// and counted when they change or end. (pure)
#pragma once

#include <string>
#include <vector>

namespace otoroshi::ctl {

class FailureLog {
 public:
  // Each returns the lines to log now.
  std::vector<std::string> failed(const std::string& sentence);
  std::vector<std::string> succeeded();

 private:
  std::vector<std::string> end_repetition();

  std::string last_;  // "": nothing has failed since the last success
  unsigned repeated_ = 0;
};

}  // namespace otoroshi::ctl
