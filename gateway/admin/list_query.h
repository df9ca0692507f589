// Which entities of a list are asked for, in Otoroshi's words (facts C6), and choosing them. (pure)
#pragma once

#include <cstddef>
#include <expected>
#include <optional>
#include <string>
#include <vector>

#include "common/base/result.h"
#include "common/json/writer.h"
#include "gateway/admin/admin_http.h"

namespace otoroshi::gateway {

// Fields are dotted paths into the JSON, "sni.forwardsTo.host"; a list is entered by an index or, without
// one, by all of its elements, any of which suffices.
struct ListQuery {
  struct Condition {
    std::string field;
    std::string text;
  };
  struct Order {
    std::string field;
    bool descending = false;
  };

  std::size_t page = 1;                    // "page", from 1
  std::optional<std::size_t> page_size;    // "pageSize"; nullopt: all entities are one page
  std::vector<Condition> equal = {};       // "filter.FIELD=VALUE": the value as text is this
  std::vector<Condition> containing = {};  // "filtered=FIELD:TEXT,...": contains it, in any letter case
  std::vector<Order> orders = {};          // "sorted=FIELD:desc|FIELD:asc|FIELD": the first counts most
  std::vector<std::string> fields = {};    // "fields=A,B": only these are answered; empty: all

  // Whether entities have to be looked into; otherwise they are answered as they are.
  bool looks_into_entities() const {
    return !equal.empty() || !containing.empty() || !orders.empty() || !fields.empty();
  }
  // The place of the page's first entity among those that passed the conditions.
  std::size_t offset() const;
  // How many of so many entities are on the page.
  std::size_t length(std::size_t of) const;
};

// Parameters that are none of these are passed over. Problems have the parameter's name as path.
std::expected<ListQuery, Problems> parse_list_query(const TextPairs& parameters);

// X-Count, X-Offset, X-Page and X-Page-Size of the answer to a query of so many.
TextPairs page_headers(const ListQuery& query, std::size_t count);

// The entities that fulfil all conditions, in the wanted order (else in that of `entities`), of all pages.
// Numbers are sorted as numbers and come before texts; what lacks the field comes last.
std::vector<const JsonValue*> choose(const ListQuery& query, const std::vector<JsonDocument>& entities);

// The entity, or those of its fields that are asked for.
void write_fields(const ListQuery& query, const JsonValue& entity, JsonWriter& json);

}  // namespace otoroshi::gateway
