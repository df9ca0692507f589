#include "gateway/admin/openapi_document.h"

#include <algorithm>
#include <map>
#include <set>
#include <vector>

#include "common/json/writer.h"
#include "common/text/ascii.h"
#include "gateway/admin/entity_patch.h"
#include "gateway/admin/media_types.h"
#include "gateway/admin/openapi_schemas.h"

namespace otoroshi::gateway {
namespace {

// "/api/routes/{id}", and the names between the braces.
struct PathTemplate {
  std::string text;
  std::vector<std::string> parameters;
};

PathTemplate template_of_path(std::string_view pattern) {
  PathTemplate path;
  while (!pattern.empty()) {
    pattern.remove_prefix(1);  // '/'
    const auto segment = pattern.substr(0, pattern.find('/'));
    pattern.remove_prefix(segment.size());
    if (segment.starts_with(':')) {
      path.parameters.emplace_back(segment.substr(1));
      path.text.append("/{").append(path.parameters.back()).append("}");
    } else {
      path.text.append("/").append(segment);
    }
  }
  return path;
}

// For operations that have none: "getApiTcpConnections".
std::string operation_id(const Operation& operation) {
  if (!operation.id.empty()) return operation.id;
  auto id = ascii_lower(operation.method);
  bool begins_word = true;
  for (const char c : operation.path) {
    if (is_alphanumeric(c)) id += begins_word && 'a' <= c && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    begins_word = !is_alphanumeric(c);
  }
  return id;
}

class Document {
 public:
  std::string of(std::span<const Operation> operations, std::string_view version) {
    json_.begin_object().key("openapi").text("3.1.0");
    json_.key("info").begin_object().key("title").text("Admin API of the TCP gateway");
    json_.key("description")
        .text(
            "Manages services, routes, API keys, JWT verifiers, sessions and certificates while the gateway "
            "runs.");
    json_.key("license").begin_object().key("name").text("Apache-2.0").key("identifier").text("Apache-2.0");
    json_.end_object().key("version").text(version).end_object();
    write_servers();
    write_tags(operations);
    write_paths(operations);
    write_components();
    return json_.end_object().take();
  }

 private:
  void write_servers() {
    json_.key("servers").begin_list().begin_object().key("url").text("/").end_object().end_list();
  }

  void write_tags(std::span<const Operation> operations) {
    std::set<std::string> tags;
    for (const auto& operation : operations) tags.insert(operation.tag);
    json_.key("tags").begin_list();
    for (const auto& tag : tags) json_.begin_object().key("name").text(tag).end_object();
    json_.end_list();
  }

  void write_paths(std::span<const Operation> operations) {
    std::map<std::string, std::vector<const Operation*>> by_path;
    for (const auto& operation : operations)
      by_path[template_of_path(operation.path).text].push_back(&operation);
    json_.key("paths").begin_object();
    for (const auto& [path, of_path] : by_path) {
      json_.key(path).begin_object();
      for (const auto* operation : of_path) write_operation(*operation);
      json_.end_object();
    }
    json_.end_object();
  }

  void write_operation(const Operation& operation) {
    json_.key(ascii_lower(operation.method)).begin_object();
    json_.key("tags").begin_list().text(operation.tag).end_list();
    json_.key("summary").text(operation.summary).key("operationId").text(operation_id(operation));
    write_parameters(operation);
    if (!operation.request_schema.empty()) write_request_body(operation);
    write_responses(operation);
    if (operation.access == Access::open) json_.key("security").begin_list().end_list();
    json_.end_object();
  }

  void write_parameters(const Operation& operation) {
    json_.key("parameters").begin_list();
    for (const auto& name : template_of_path(operation.path).parameters)
      write_parameter(name, "path", true, "", R"({"type":"string"})");
    for (const auto& name : operation.query)
      write_parameter(name, "query", false, describe_parameter(name), schema_of_parameter(name));
    json_.end_list();
  }

  void write_parameter(std::string_view name, std::string_view place, bool is_required,
                       std::string_view description, std::string_view schema) {
    json_.begin_object().key("name").text(name).key("in").text(place);
    json_.key("required").boolean(is_required);
    if (!description.empty()) json_.key("description").text(description);
    write_json(schema, json_.key("schema"));
    json_.end_object();
  }

  void write_request_body(const Operation& operation) {
    json_.key("requestBody").begin_object().key("content").begin_object();
    write_content(operation.request_type, operation.request_schema);
    if (operation.request_schema == "Patch") {
      for (const auto type : {json_patch_type, merge_patch_type, dotted_patch_type})
        write_content(type, operation.request_schema);
    }
    json_.end_object().end_object();
  }

  void write_responses(const Operation& operation) {
    json_.key("responses").begin_object();
    json_.key(std::to_string(operation.success)).begin_object().key("description").text("Done.");
    if (operation.success != 204) {
      json_.key("content").begin_object();
      write_content(operation.response_type, operation.response_schema);
      json_.end_object();
    }
    json_.end_object();
    json_.key("default").begin_object().key("$ref").text("#/components/responses/Refused").end_object();
    json_.end_object();
  }

  // Without a known schema, anything.
  void write_content(std::string_view type, const std::string& schema) {
    json_.key(type).begin_object().key("schema").begin_object();
    if (schemas_.contains(schema)) json_.key("$ref").text("#/components/schemas/" + schema);
    json_.end_object().end_object();
  }

  void write_components() {
    json_.key("components").begin_object().key("schemas").begin_object();
    for (const auto& [name, schema] : schemas_) write_json(schema, json_.key(name));
    json_.end_object();
    write_json(R"({"Refused":{"description":"Refused: nothing was changed.","content":{"application/json":{
                     "schema":{"$ref":"#/components/schemas/Error"}}}}})",
               json_.key("responses"));
    write_json(
        R"({"basic":{"type":"http","scheme":"basic","description":"The admin key: client id and secret."},
                   "clientId":{"type":"apiKey","in":"header","name":"Otoroshi-Client-Id"},
                   "clientSecret":{"type":"apiKey","in":"header","name":"Otoroshi-Client-Secret"}})",
        json_.key("securitySchemes"));
    json_.end_object();
    write_json(R"([{"basic":[]},{"clientId":[],"clientSecret":[]}])", json_.key("security"));
  }

  static void write_json(std::string_view text, JsonWriter& json) { json.value(parse_json(text).value()); }

  JsonWriter json_;
  const std::map<std::string, std::string> schemas_ = openapi_schemas();
};

}  // namespace

std::string openapi_document(std::span<const Operation> operations, std::string_view version) {
  return Document().of(operations, version);
}

}  // namespace otoroshi::gateway
