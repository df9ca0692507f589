#include "tests/support/held_queries.h"

#include <dlfcn.h>
#include <netdb.h>

#include <algorithm>
#include <string_view>

#include "tests/support/run_task.h"

namespace otoroshi::test {

HeldQueries held_queries;

void HeldQueries::hold() {
  std::lock_guard lock(mutex_);
  held_ = true;
  running_ = most_at_once_ = 0;
  names_.clear();
}

void HeldQueries::let_go() {
  std::lock_guard lock(mutex_);
  held_ = false;
  changed_.notify_all();
}

const char* HeldQueries::query(const std::string& name) {
  std::unique_lock lock(mutex_);
  names_.push_back(name);
  most_at_once_ = std::max(most_at_once_, ++running_);
  changed_.notify_all();
  changed_.wait(lock, [this] { return !held_; });
  --running_;
  changed_.notify_all();
  return name.starts_with("known") ? "localhost" : nullptr;
}

bool HeldQueries::wait_begun(unsigned count) {
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, failsafe,
                           [&] { return names_.size() >= count && (held_ || running_ == 0); });
}

bool HeldQueries::wait_begun(const std::string& name) {
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, failsafe, [&] { return std::ranges::find(names_, name) != names_.end(); });
}

unsigned HeldQueries::begun() {
  std::lock_guard lock(mutex_);
  return static_cast<unsigned>(names_.size());
}

unsigned HeldQueries::most_at_once() {
  std::lock_guard lock(mutex_);
  return most_at_once_;
}

std::vector<std::string> HeldQueries::names() {
  std::lock_guard lock(mutex_);
  return names_;
}

}  // namespace otoroshi::test

// Takes the place of the C library's in this program.
extern "C" int getaddrinfo(const char* node, const char* service, const addrinfo* hints, addrinfo** result) {
  if (node && std::string_view(node).ends_with("held.test")) {
    node = otoroshi::test::held_queries.query(node);
    if (!node) return EAI_FAIL;  // (EAI_NONAME would be asked about once more)
  }
  static const auto real = reinterpret_cast<decltype(&getaddrinfo)>(::dlsym(RTLD_NEXT, "getaddrinfo"));
  return real(node, service, hints, result);
}
