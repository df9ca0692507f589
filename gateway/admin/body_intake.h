// How much of a request's body is kept while it arrives. What its operation does not take is read and
// dropped, so that the client gets an answer instead of a reset, and nobody makes us hold what will be
// refused. (pure)
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace otoroshi::gateway {

class BodyIntake {
 public:
  static constexpr std::uint64_t dropped_at_most = 128 * 1024 * 1024;

  // The next body: of `announced` bytes (0: chunked, nobody knows), of which `limit` are kept.
  void begin(std::uint64_t announced, std::size_t limit);

  // Appends a piece to `body`, or empties `body` for good where it becomes too long. False: this is not even
  // dropped any more, the connection has to end.
  bool take(std::string_view piece, std::string& body);

  bool is_too_long() const { return is_too_long_; }

  // Whether anything of the body is kept, which it is only for who has shown the key.
  bool is_wanted() const { return limit_ > 0; }

 private:
  std::size_t limit_ = 0;
  std::uint64_t received_ = 0;
  bool is_too_long_ = false;
};

}  // namespace otoroshi::gateway
