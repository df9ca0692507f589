// What a tunnel proves to the gateway who asks with. No secret ever stands in a message.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "common/base/result.h"

namespace otoroshi::ctl {

enum class AccessType : std::uint8_t { apikey, bearer, session, open };

// A secret as it was given: the text itself, or "@FILE", a file that holds nothing else. Files are read for
// every connection, so that a token that was refreshed is used.
class SecretSource {
 public:
  SecretSource() = default;
  // `option`: for messages, "--bearer-token".
  SecretSource(std::string_view option, std::string given) : option_(option), given_(std::move(given)) {}

  bool is_given() const { return !given_.empty(); }
  // Fails (bad_input) if the file cannot be read, or if what it holds can be no secret.
  Result<std::string> read() const;

 private:
  std::string option_;
  std::string given_;
};

// Only what the type needs is given.
struct Access {
  AccessType type = AccessType::open;
  SecretSource client_id = {};
  SecretSource client_secret = {};
  SecretSource token = {};  // of bearer and session
};

// What they become in the request.
struct Credentials {
  std::string authorization;  // value of the header; "": none
  std::string session_token;  // value of the query parameter; "": none
};

// May read files.
Result<Credentials> read_credentials(const Access& access);

}  // namespace otoroshi::ctl
