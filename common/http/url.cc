#include "common/http/url.h"

#include <utility>

#include "common/text/ascii.h"

namespace otoroshi {

std::optional<HttpUrl> parse_http_url(std::string_view url) {
  const auto scheme_end = url.find("://");
  const auto scheme = ascii_lower(url.substr(0, scheme_end));
  if (scheme_end == std::string_view::npos || (scheme != "http" && scheme != "https")) return std::nullopt;
  auto rest = url.substr(scheme_end + 3);
  rest = rest.substr(0, rest.find('#'));
  const auto authority = rest.substr(0, rest.find_first_of("/?"));
  const bool tls = scheme == "https";
  auto address = parse_host_port(authority, tls ? 443 : 80);
  if (!address) return std::nullopt;
  const auto target = rest.substr(authority.size());
  const std::string_view root = target.starts_with('/') ? "" : "/";
  return HttpUrl{tls, std::move(*address), std::string(root).append(target)};
}

}  // namespace otoroshi
