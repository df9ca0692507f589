// Stored certificates as JSON (facts C4), both ways.
#pragma once

#include <expected>
#include <string>
#include <string_view>

#include "common/base/result.h"
#include "common/model/entity_description.h"
#include "common/model/stored_certificate.h"

namespace otoroshi {

const EntityDescription<StoredCertificate>& stored_certificate_description();

// The certificate, or every problem at once. "chain" must be there.
std::expected<StoredCertificate, Problems> parse_stored_certificate(std::string_view json);
std::string to_json(const StoredCertificate& certificate);  // compact, with the private key

}  // namespace otoroshi
