#include "otoroshictl/resources/admin_target.h"

#include <filesystem>
#include <string_view>
#include <system_error>
#include <utility>

#include "common/auth/auth_headers.h"
#include "common/base/read_file.h"
#include "common/text/duration.h"
#include "common/text/quoted.h"
#include "otoroshictl/resources/config_file.h"
#include "otoroshictl/resources/terminal_text.h"
#include "otoroshictl/tcp_tunnel/credentials.h"

namespace otoroshi::ctl {
namespace {

constexpr auto default_url = "http://127.0.0.1:8081";
constexpr auto config_variable = "OTOROSHI_CONFIG";
constexpr auto id_option = "--client-id";
constexpr auto secret_option = "--client-secret";
constexpr auto key_file_option = "--key-file";

std::unexpected<Error> refuse(std::string_view option, std::string_view what) {
  return fail(ErrorCode::bad_input, Side::client, std::string(option).append(": ").append(what));
}

// A value, and the option, variable or file that it is from.
struct Given {
  std::string value;
  std::string origin;

  bool is_given() const { return !value.empty(); }
};

// "ID:SECRET", as the gateway keeps the key that it has made.
Result<BasicCredentials> read_key_file(const std::string& path) {
  const auto unusable = [&path](std::string_view why) {
    return refuse(key_file_option, otoroshi::quoted(path).append(" ").append(why));
  };
  const auto text = read_file(path);
  if (!text) return unusable(text.error().sentence);
  const auto line = text->substr(0, text->find_first_of("\r\n"));
  auto key = parse_id_and_secret(line);
  if (!key) return unusable("does not hold a key as ID:SECRET");
  return *std::move(key);
}

class TargetReader {
 public:
  TargetReader(const TargetArguments& arguments, const Environment& environment)
      : arguments_(arguments), environment_(environment) {}

  Result<AdminTarget> read() {
    if (auto read = read_config(); !read) return std::unexpected(std::move(read.error()));
    if (auto read = read_url(); !read) return std::unexpected(std::move(read.error()));
    if (auto read = read_key(); !read) return std::unexpected(std::move(read.error()));
    if (auto read = read_tls(); !read) return std::unexpected(std::move(read.error()));
    const auto timeout = parse_duration(arguments_.timeout);
    if (!timeout) return refuse("--timeout", timeout.error().sentence);
    if (timeout->count() == 0) return refuse("--timeout", "0 would leave no time at all");
    target_.timeout = *timeout;
    return std::move(target_);
  }

 private:
  // The one that is named; else the one in the user's folder, if there is one.
  Result<void> read_config() {
    auto path = arguments_.config_file.value_or(environment_(config_variable));
    if (path.empty()) path = usual_config_file();
    if (path.empty()) return {};
    auto config = read_config_file(path, target_.warnings);
    if (!config) return std::unexpected(std::move(config.error()));
    config_ = std::move(*config);
    config_path_ = path;
    return {};
  }

  std::string usual_config_file() const {
    const auto base = environment_("XDG_CONFIG_HOME");
    const auto home = environment_("HOME");
    if (base.empty() && home.empty()) return {};
    const auto folder = base.empty() ? std::filesystem::path(home) / ".config" : std::filesystem::path(base);
    const auto file = folder / "otoroshictl" / "config.yaml";
    std::error_code is_not_there;
    return std::filesystem::exists(file, is_not_there) ? file.string() : std::string();
  }

  Given choose(const std::optional<std::string>& argument, const char* option, const char* variable,
               const std::optional<std::string>& setting) const {
    if (argument) return {*argument, option};
    if (auto value = environment_(variable); !value.empty()) return {std::move(value), variable};
    return {setting.value_or(""), config_path_};
  }

  Result<void> read_url() {
    auto given = choose(arguments_.url, "--url", "OTOROSHI_URL", config_.url);
    if (arguments_.hostname && arguments_.url)
      return refuse("--otoroshi-cluster-hostname", "--url says it already: leave one of them out");
    if (!arguments_.hostname && (arguments_.port || arguments_.tls))
      return refuse("--otoroshi-cluster-port, --otoroshi-cluster-tls", "need --otoroshi-cluster-hostname");
    if (arguments_.hostname) given = {url_of_parts(), "--otoroshi-cluster-hostname"};
    if (!given.is_given()) given = {default_url, ""};
    auto url = parse_http_url(given.value);
    if (!url)
      return refuse(given.origin, otoroshi::quoted(given.value) +
                                      " is no URL: write http://HOST:PORT or https://HOST:PORT");
    while (url->target.ends_with('/')) url->target.pop_back();
    if (url->target.contains('?')) return refuse(given.origin, "a URL without a query is wanted");
    target_.url = std::move(*url);
    target_.url_text = terminal_text(given.value);
    return {};
  }

  std::string url_of_parts() const {
    const auto scheme = std::string(arguments_.tls ? "https://" : "http://");
    return scheme + *arguments_.hostname + (arguments_.port ? ":" + *arguments_.port : "");
  }

  Result<void> read_key() {
    auto id = choose(arguments_.client_id, id_option, "OTOROSHI_ADMIN_CLIENT_ID", config_.client_id);
    auto secret = choose(arguments_.client_secret, secret_option, "OTOROSHI_ADMIN_CLIENT_SECRET",
                         config_.client_secret);
    if (arguments_.key_file) {
      const auto key = read_key_file(*arguments_.key_file);
      if (!key) return std::unexpected(key.error());
      id = {key->id, *arguments_.key_file};
      secret = {key->secret, *arguments_.key_file};
    }
    if (!id.is_given() && !secret.is_given()) return {};
    if (!id.is_given()) return refuse(id_option, "is needed with " + secret.origin);
    if (!secret.is_given()) return refuse(secret_option, "is needed with " + id.origin);
    return take_key(id, secret);
  }

  Result<void> take_key(const Given& given_id, const Given& given_secret) {
    const auto id = SecretSource(given_id.origin, given_id.value).read();
    if (!id) return std::unexpected(id.error());
    if (id->contains(':')) return refuse(given_id.origin, "a client id has no ':'");
    const auto secret = SecretSource(given_secret.origin, given_secret.value).read();
    if (!secret) return std::unexpected(secret.error());
    target_.authorization = basic_authorization(*id, *secret);
    target_.key_text =
        "the key " + otoroshi::quoted(*id, 100, '\'') + " (" + terminal_text(given_id.origin) + ')';
    return {};
  }

  Result<void> read_tls() {
    target_.insecure = arguments_.insecure;
    target_.ca_file = arguments_.ca_file.value_or(config_.ca_file.value_or(""));
    if (!target_.url.tls && (arguments_.insecure || arguments_.ca_file))
      return refuse("--ca-file, --insecure",
                    "have no effect on " + target_.url_text + ", which is without TLS");
    if (arguments_.insecure && arguments_.ca_file)
      return refuse("--insecure", "takes any certificate, so --ca-file has no effect: leave one of them out");
    return {};
  }

  const TargetArguments& arguments_;
  const Environment& environment_;
  ClientConfig config_;
  std::string config_path_;
  AdminTarget target_;
};

}  // namespace

Result<AdminTarget> to_target(const TargetArguments& arguments, const Environment& environment) {
  return TargetReader(arguments, environment).read();
}

}  // namespace otoroshi::ctl
