#include "gateway/admin/entity_list.h"

#include <algorithm>
#include <vector>

#include "gateway/admin/answers.h"
#include "gateway/admin/entity_answers.h"
#include "gateway/admin/list_query.h"
#include "gateway/admin/media_types.h"

namespace otoroshi::gateway {
namespace {

// Gathers entities as a list or as lines.
class ListBody {
 public:
  explicit ListBody(bool lines) : lines_(lines) {
    if (!lines_) json_.begin_list();
  }

  template <class Write>
  void add(const Write& write) {
    write(json_);
    if (lines_) text_.append(json_.take()).append("\n");
  }

  std::string take() { return lines_ ? std::move(text_) : json_.end_list().take(); }

 private:
  bool lines_;
  JsonWriter json_;
  std::string text_;
};

// Entities as they are: nothing is parsed, so that 10,000 of them take milliseconds.
void add_page(const ListQuery& query, const EntityResource& resource, const Entities& entities,
              Secrets secrets, ListBody& body) {
  const auto length = query.length(resource.count(entities));
  for (std::size_t i = 0; i < length; ++i) {
    body.add([&](JsonWriter& json) { resource.write(entities, query.offset() + i, secrets, json); });
  }
}

void add_chosen(const ListQuery& query, const EntityResource& resource, const Entities& entities,
                Secrets secrets, ListBody& body) {
  std::vector<JsonDocument> documents;
  for (std::size_t i = 0; i < resource.count(entities); ++i) {
    // Our own text, which always parses.
    documents.push_back(parse_json(resource.text(entities, i, secrets)).value());
  }
  const auto chosen = choose(query, documents);
  const auto length = query.length(chosen.size());
  for (std::size_t i = 0; i < length; ++i) {
    body.add([&](JsonWriter& json) { write_fields(query, *chosen[query.offset() + i], json); });
  }
}

}  // namespace

AdminResponse list_answer(const AdminRequest& request, const EntityResource& resource,
                          const Entities& entities) {
  const auto query = parse_list_query(request.query);
  if (!query) return problems_answer(400, "bad_format", query.error());
  const auto secrets = secrets_asked(request);
  const bool lines = wants_lines(request);
  ListBody body(lines);
  if (query->looks_into_entities())
    add_chosen(*query, resource, entities, secrets, body);
  else
    add_page(*query, resource, entities, secrets, body);
  const auto count = resource.count(entities);
  return {.status = 200,
          .body = body.take(),
          .content_type = std::string(lines ? ndjson_type : json_type),
          .headers = page_headers(*query, count)};
}

}  // namespace otoroshi::gateway
