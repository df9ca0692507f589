// The file that says which gateway otoroshictl manages, and by which key.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/result.h"

namespace otoroshi::ctl {

struct ClientConfig {
  std::optional<std::string> url;
  std::optional<std::string> client_id;
  std::optional<std::string> client_secret;
  std::optional<std::string> ca_file;
};

// JSON or YAML: {"url", "clientId", "clientSecret", "caFile"}. The original client's configuration (clusters,
// users, contexts) is taken too, by its current context. Fails (bad_input) with what is wrong. (pure)
Result<ClientConfig> parse_config(std::string_view text, const std::string& path);

// `warnings`: takes what the user should know: that others can read a secret in it.
Result<ClientConfig> read_config_file(const std::string& path, std::vector<std::string>& warnings);

}  // namespace otoroshi::ctl
