// Which gateway a command manages, and by which key.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "common/base/result.h"
#include "common/http/url.h"
#include "otoroshictl/environment.h"

namespace otoroshi::ctl {

// As written on the command line. nullopt: not given.
struct TargetArguments {
  std::optional<std::string> url = {};
  std::optional<std::string> hostname = {};  // the original client's three parts of a URL
  std::optional<std::string> port = {};
  bool tls = false;
  std::optional<std::string> client_id = {};
  std::optional<std::string> client_secret = {};
  std::optional<std::string> key_file = {};
  std::optional<std::string> config_file = {};
  std::optional<std::string> ca_file = {};
  bool insecure = false;
  std::string timeout = "30s";
};

struct AdminTarget {
  HttpUrl url;                // of the API's root; its target has no "/" at the end
  std::string url_text;       // as it was written
  std::string authorization;  // value of the header; "": no key was given
  std::string key_text;       // "the key 'admin' (--client-id)"; never its secret
  std::string ca_file;        // "": the system's authorities
  bool insecure = false;
  std::chrono::milliseconds timeout{};
  std::vector<std::string> warnings;  // for the user
};

// Each part from the command line, else the environment, else the configuration file, else its default:
// http://127.0.0.1:8081 without a key. Reads files. Fails (bad_input) with a sentence that names the option.
Result<AdminTarget> to_target(const TargetArguments& arguments, const Environment& environment);

}  // namespace otoroshi::ctl
