#include "common/http/url.h"

#include <utility>

#include "common/text/absolute_uri.h"
#include "common/text/ascii.h"

namespace otoroshi {

std::optional<HttpUrl> parse_http_url(std::string_view url) {
  const auto uri = split_uri(url);
  if (!uri) return std::nullopt;
  const bool tls = equal_ignoring_case(uri->scheme, "https");
  if (!tls && !equal_ignoring_case(uri->scheme, "http")) return std::nullopt;
  auto address = parse_host_port(uri->authority(), tls ? 443 : 80);
  if (!address) return std::nullopt;
  const auto target = uri->tail().substr(0, uri->tail().find('#'));
  const std::string_view root = target.starts_with('/') ? "" : "/";
  return HttpUrl{tls, std::move(*address), std::string(root).append(target)};
}

}  // namespace otoroshi
