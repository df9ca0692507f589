// Stands in for the system's resolver, as one that can fall silent.
#pragma once

#include <condition_variable>
#include <mutex>
#include <string>
#include <vector>

namespace otoroshi::test {

// Queries for names under held.test last until the test lets them go, and fail then; but those that begin
// with "known" get the answer for localhost. All other names are the system's affair. Any thread may call.
class HeldQueries {
 public:
  void hold();  // also forgets those that were asked for before
  void let_go();
  // So many have begun and, if they were let go, none is left.
  bool wait_begun(unsigned count);
  bool wait_begun(const std::string& name);
  unsigned begun();
  unsigned most_at_once();
  std::vector<std::string> names();  // in the order in which they were asked for

  // What getaddrinfo() does with such a name: the name to ask for in its place, or none if it fails.
  const char* query(const std::string& name);

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool held_ = false;
  std::vector<std::string> names_;
  unsigned running_ = 0, most_at_once_ = 0;
};

extern HeldQueries held_queries;

}  // namespace otoroshi::test
