// A URI with scheme and authority, taken apart: "https://example.org:8443/path?query#part" (RFC 3986 section
// 3). (pure)
#pragma once

#include <optional>
#include <string_view>

namespace otoroshi {

// Views of the text that was split.
struct AbsoluteUri {
  std::string_view scheme;  // "https", as it was written
  std::string_view rest;    // what follows "://"

  std::string_view authority() const { return rest.substr(0, rest.find_first_of("/?#")); }
  std::string_view tail() const { return rest.substr(authority().size()); }  // path, query and fragment
};

// nullopt: what stands in front of the first "://" is no scheme. "/go?to=http://example.org/" is a path.
std::optional<AbsoluteUri> split_uri(std::string_view text);

}  // namespace otoroshi
