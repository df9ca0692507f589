// The named parts of the OpenAPI document: schemas of bodies, parameters of queries. (pure)
#pragma once

#include <map>
#include <string>
#include <string_view>

namespace otoroshi::gateway {

// By name, as JSON: every kind of entities ("TcpService"), lists of them ("TcpServiceList"), and the bodies
// that operations share.
std::map<std::string, std::string> openapi_schemas();

// What a parameter of a query means; "": nothing is known of it.
std::string_view describe_parameter(std::string_view name);
// Its schema, as JSON.
std::string_view schema_of_parameter(std::string_view name);

}  // namespace otoroshi::gateway
