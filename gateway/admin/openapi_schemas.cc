#include "gateway/admin/openapi_schemas.h"

#include <algorithm>

#include "gateway/admin/entity_resource.h"

namespace otoroshi::gateway {
namespace {

struct NamedSchema {
  const char* name;
  const char* json;
};

constexpr NamedSchema shared_schemas[] = {
    {"Error",
     R"({"type":"object","required":["error","error_description"],"properties":{
         "error":{"type":"string","description":"What is wrong, in a word: not_found, bad_format, ..."},
         "error_description":{"type":"string","description":"The same in a sentence."},
         "problems":{"$ref":"#/components/schemas/Problems"}}})"},
    {"Problems",
     R"({"type":"array","items":{"type":"object","required":["path","message"],"properties":{
         "path":{"type":"string","description":"A JSON Pointer (RFC 6901) into the body; empty: all of it."},
         "message":{"type":"string"}}}})"},
    {"Patch",
     R"({"description":"Operations (RFC 6902), new values (RFC 7396), or Otoroshi's dotted form.",
         "oneOf":[{"type":"array","items":{"type":"object","required":["path"],"properties":{
           "op":{"enum":["add","remove","replace","move","copy","test"]},
           "path":{"type":"string"},"from":{"type":"string"},"value":{}}}},{"type":"object"}]})"},
    {"Lines", R"({"type":"string","description":"One JSON object a line."})"},
    {"Deleted", R"({"type":"object","properties":{"deleted":{"const":true},"done":{"const":true}}})"},
    {"Export",
     R"({"type":"object","description":"The sections of Otoroshi's exports.","properties":{
         "tcpServices":{"$ref":"#/components/schemas/TcpServiceList"},
         "routes":{"$ref":"#/components/schemas/RouteList"},
         "apiKeys":{"$ref":"#/components/schemas/ApiKeyList"},
         "jwtVerifiers":{"$ref":"#/components/schemas/JwtVerifierList"},
         "certificates":{"$ref":"#/components/schemas/CertificateList"}}})"},
    {"ImportReport",
     R"({"type":"object","properties":{"done":{"const":true},
         "added":{"type":"integer"},"changed":{"type":"integer"},
         "removed":{"type":"integer"},"unchanged":{"type":"integer"},
         "kept":{"type":"object","properties":{"appSessions":{"type":"integer"},
           "sections":{"type":"array","items":{"type":"string"}}}},
         "warnings":{"$ref":"#/components/schemas/Problems"}}})"},
};

struct Parameter {
  std::string_view name, description, schema;
};

constexpr std::string_view text_schema = R"({"type":"string"})";
constexpr std::string_view count_schema = R"({"type":"integer","minimum":1})";
constexpr std::string_view boolean_schema = R"({"type":"boolean"})";

constexpr Parameter parameters[] = {
    {"page", "Which page, from 1.", count_schema},
    {"pageSize", "Entities a page; without it, all are one.", count_schema},
    {"filtered", "`field:text,...`: only entities whose fields contain these texts, in any letter case.",
     text_schema},
    {"sorted", "`field|field:desc|...`: in this order.", text_schema},
    {"fields", "`field,field.field,...`: only these fields.", text_schema},
    {"reveal", "`true`: with private keys of certificates.", boolean_schema},
    {"enrich", "`false`: what follows from a certificate's chain is not filled in.", boolean_schema},
    {"schema", "`false`: without the schemas.", boolean_schema},
    {"drain",
     "`30s`: live connections of a service that is deleted or disabled end after that time; without it, they "
     "live on.",
     text_schema},
    {"_group", "Taken from Otoroshi's clients, without effect: all lines are done in order.", text_schema},
};

const Parameter* find(std::string_view name) {
  const auto* found = std::ranges::find(parameters, name, &Parameter::name);
  return found == std::end(parameters) ? nullptr : found;
}

}  // namespace

std::map<std::string, std::string> openapi_schemas() {
  std::map<std::string, std::string> schemas;
  for (const auto& [name, json] : shared_schemas) schemas.emplace(name, json);
  for (const auto& resource : entity_resources()) {
    const std::string kind(resource->names().api.kind);
    schemas.emplace(kind, resource->schema());
    schemas.emplace(kind + "List",
                    R"({"type":"array","items":{"$ref":"#/components/schemas/)" + kind + R"("}})");
  }
  return schemas;
}

std::string_view describe_parameter(std::string_view name) {
  const auto* parameter = find(name);
  return parameter ? parameter->description : "";
}

std::string_view schema_of_parameter(std::string_view name) {
  const auto* parameter = find(name);
  return parameter ? parameter->schema : text_schema;
}

}  // namespace otoroshi::gateway
