// TCP services as JSON (spec/tcp-services.md), both ways. Only types, ranges and allowed values are checked
// here; whether the whole makes sense is for tcp_service_check.h.
#pragma once

#include <expected>
#include <string>
#include <string_view>

#include "common/base/result.h"
#include "common/json/parse.h"
#include "common/model/entity_description.h"
#include "common/model/tcp_service.h"

namespace otoroshi {

// The tables. Read one service of a list with tcp_service_description().read(value, service, place): its
// problems then have the list's path in front.
const EntityDescription<TcpService>& tcp_service_description();
const EntityDescription<Target>& target_description();

// The service, or every problem at once. Only "port" must be there.
std::expected<TcpService, Problems> read_tcp_service(const JsonValue& value);
std::expected<TcpService, Problems> parse_tcp_service(std::string_view json);

// Compact JSON with the specification's names and order, every field of it included.
std::string to_json(const TcpService& service);

}  // namespace otoroshi
