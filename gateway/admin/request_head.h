// What a request's head must not be, beyond what its parser knows: that one takes heads which another server
// in front of us reads differently, and whoever knows both can smuggle requests (RFC 9112 section 11.2).
// (pure)
#pragma once

#include <optional>

#include "gateway/admin/admin_http.h"

namespace otoroshi::gateway {

struct HttpVersion {
  unsigned major_number = 1;
  unsigned minor_number = 1;
};

// The answer, 400 or 505, behind which the connection has to end; nullopt: nothing is wrong. Sections 2.3
// (version), 3.2 (Host), 5.1 (blanks before the colon) and 6.1 (chunks in HTTP/1.0).
std::optional<AdminResponse> refuse_head(const AdminRequest& head, HttpVersion version);

// Section 5.2: a header that goes on in a second line.
AdminResponse refuse_folded_header();

// What the parser gave up on.
AdminResponse refuse_unreadable();

}  // namespace otoroshi::gateway
