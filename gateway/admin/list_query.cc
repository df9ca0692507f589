#include "gateway/admin/list_query.h"

#include <algorithm>
#include <charconv>
#include <limits>
#include <string_view>
#include <utility>

#include "common/json/reader.h"
#include "common/text/ascii.h"
#include "common/text/quoted.h"

namespace otoroshi::gateway {
namespace {

constexpr std::string_view filter_prefix = "filter.";
// Each costs a look into every entity, while nobody else is answered.
constexpr std::size_t most_of_each = 100;

std::optional<std::size_t> whole_number(std::string_view text) {
  std::size_t number = 0;
  const auto end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, number);
  return error == std::errc{} && stop == end ? std::optional(number) : std::nullopt;
}

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  while (!text.empty()) {
    const auto end = text.find(separator);
    if (end != 0) parts.push_back(text.substr(0, end));
    text.remove_prefix(end == text.npos ? text.size() : end + 1);
  }
  return parts;
}

class Parser {
 public:
  std::expected<ListQuery, Problems> parse(const TextPairs& parameters) {
    for (const auto& [name, value] : parameters) read(name, value);
    bound("filter.", query_.equal.size());
    bound("filtered", query_.containing.size());
    bound("sorted", query_.orders.size());
    bound("fields", query_.fields.size());
    if (!problems_.empty()) return std::unexpected(std::move(problems_));
    return std::move(query_);
  }

 private:
  void read(std::string_view name, std::string_view value) {
    if (name == "page") {
      query_.page = positive(name, value);
    } else if (name == "pageSize") {
      query_.page_size = positive(name, value);
    } else if (name == "filtered") {
      for (const auto part : split(value, ',')) read_filtered(part);
    } else if (name == "sorted") {
      for (const auto part : split(value, '|')) read_sorted(part);
    } else if (name == "fields") {
      for (const auto field : split(value, ',')) query_.fields.emplace_back(field);
    } else if (name.starts_with(filter_prefix)) {
      query_.equal.push_back({std::string(name.substr(filter_prefix.size())), std::string(value)});
    }
  }

  void bound(std::string_view name, std::size_t count) {
    if (count > most_of_each) refuse(name, "at most " + std::to_string(most_of_each) + " are allowed");
  }

  std::size_t positive(std::string_view name, std::string_view value) {
    const auto number = whole_number(value);
    if (!number || *number == 0)
      refuse(name, quoted(value) + " is not allowed: a whole number from 1 is wanted");
    return number.value_or(1);
  }

  void read_filtered(std::string_view part) {
    const auto colon = part.find(':');
    if (colon == part.npos || colon == 0)
      return refuse("filtered", quoted(part) + " is not allowed: field:text is wanted");
    query_.containing.push_back({std::string(part.substr(0, colon)), ascii_lower(part.substr(colon + 1))});
  }

  // Otoroshi's own pages send true for a descending order.
  void read_sorted(std::string_view part) {
    const auto colon = std::min(part.find(':'), part.size());
    const auto field = part.substr(0, colon);
    const auto direction = part.substr(std::min(colon + 1, part.size()));
    const bool descending = direction == "desc" || direction == "true";
    const bool ascending = direction.empty() || direction == "asc" || direction == "false";
    if (field.empty() || (!descending && !ascending))
      return refuse("sorted", quoted(part) + " is not allowed: field, field:asc or field:desc is wanted");
    query_.orders.push_back({std::string(field), descending});
  }

  void refuse(std::string_view name, std::string sentence) {
    problems_.push_back({std::string(name), std::move(sentence)});
  }

  ListQuery query_;
  Problems problems_;
};

// Calls visit(value) for every value at the path until it says true; says whether it did.
template <class Visit>
bool any_at(const JsonValue& value, std::string_view path, const Visit& visit) {
  if (value.IsArray()) {
    const auto dot = std::min(path.find('.'), path.size());
    if (const auto index = whole_number(path.substr(0, dot)))
      return *index < value.Size() && any_at(value[static_cast<rapidjson::SizeType>(*index)],
                                             path.substr(std::min(dot + 1, path.size())), visit);
    return std::ranges::any_of(value.GetArray(),
                               [&](const JsonValue& element) { return any_at(element, path, visit); });
  }
  if (path.empty()) return visit(value);
  if (!value.IsObject()) return false;
  // A name may hold dots itself, as keys of metadata do.
  for (const auto& member : value.GetObject()) {
    const auto name = text_of(member.name);
    if (!path.starts_with(name)) continue;
    const auto rest = path.substr(name.size());
    if (!rest.empty() && !rest.starts_with('.')) continue;
    if (any_at(member.value, rest.substr(rest.empty() ? 0 : 1), visit)) return true;
  }
  return false;
}

std::string as_text(const JsonValue& value) {
  return value.IsString() ? std::string(text_of(value)) : to_json(value);
}

bool is_wanted(const ListQuery& query, const JsonValue& entity) {
  const auto is_equal = [&](const ListQuery::Condition& condition) {
    return any_at(entity, condition.field,
                  [&](const JsonValue& value) { return as_text(value) == condition.text; });
  };
  const auto contains = [&](const ListQuery::Condition& condition) {
    return any_at(entity, condition.field, [&](const JsonValue& value) {
      return ascii_lower(as_text(value)).find(condition.text) != std::string::npos;
    });
  };
  return std::ranges::all_of(query.equal, is_equal) && std::ranges::all_of(query.containing, contains);
}

// What an entity is sorted by; compared member by member.
struct SortKey {
  enum Rank { number, text, none };
  Rank rank = none;
  double as_number = 0;
  std::string as_text = {};

  // `ascending` of the keys themselves; those without a value come last in both directions.
  bool is_before(const SortKey& other, bool descending) const {
    if (rank == none || other.rank == none) return rank < other.rank;
    const auto& first = descending ? other : *this;
    const auto& second = descending ? *this : other;
    if (first.rank != second.rank) return first.rank < second.rank;
    if (first.rank == number) return first.as_number < second.as_number;
    return first.as_text < second.as_text;
  }
};

SortKey sort_key(const JsonValue& entity, std::string_view field) {
  SortKey key;
  any_at(entity, field, [&](const JsonValue& value) {
    if (value.IsNumber())
      key = {SortKey::number, value.GetDouble()};
    else if (!value.IsNull())
      key = {SortKey::text, 0, as_text(value)};
    return true;  // the first value counts
  });
  return key;
}

// By the keys of all orders, worked out once an entity.
void sort_by(const std::vector<ListQuery::Order>& orders, std::vector<const JsonValue*>& entities) {
  struct Keyed {
    const JsonValue* entity;
    std::size_t place;
    std::vector<SortKey> keys = {};
  };
  std::vector<Keyed> keyed;
  for (const auto* entity : entities) {
    auto& one = keyed.emplace_back(Keyed{entity, keyed.size()});
    for (const auto& order : orders) one.keys.push_back(sort_key(*entity, order.field));
  }
  // Not stable_sort(): that of GCC 12's library uses what clang calls deprecated. The place does as well.
  std::ranges::sort(keyed, [&orders](const Keyed& a, const Keyed& b) {
    for (std::size_t i = 0; i < orders.size(); ++i) {
      if (a.keys[i].is_before(b.keys[i], orders[i].descending)) return true;
      if (b.keys[i].is_before(a.keys[i], orders[i].descending)) return false;
    }
    return a.place < b.place;
  });
  std::ranges::transform(keyed, entities.begin(), &Keyed::entity);
}

void write_some(const std::vector<std::string_view>& fields, const JsonValue& value, JsonWriter& json) {
  if (value.IsArray()) {
    json.begin_list();
    for (const auto& element : value.GetArray()) write_some(fields, element, json);
    json.end_list();
    return;
  }
  if (!value.IsObject() || std::ranges::find(fields, "") != fields.end()) {
    json.value(value);
    return;
  }
  json.begin_object();
  for (const auto& member : value.GetObject()) {
    const auto name = text_of(member.name);
    std::vector<std::string_view> below;
    for (const auto field : fields) {
      if (field == name)
        below.emplace_back();
      else if (field.starts_with(name) && field[name.size()] == '.')
        below.push_back(field.substr(name.size() + 1));
    }
    if (!below.empty()) write_some(below, member.value, json.key(name));
  }
  json.end_object();
}

}  // namespace

std::size_t ListQuery::offset() const {
  const auto largest = std::numeric_limits<std::size_t>::max();
  const auto before = page - 1;
  const auto size = page_size.value_or(largest);
  return before != 0 && size > largest / before ? largest : before * size;
}

std::size_t ListQuery::length(std::size_t of) const {
  if (offset() >= of) return 0;
  return std::min(page_size.value_or(of), of - offset());
}

std::expected<ListQuery, Problems> parse_list_query(const TextPairs& parameters) {
  return Parser().parse(parameters);
}

TextPairs page_headers(const ListQuery& query, std::size_t count) {
  return {{"X-Count", std::to_string(count)},
          {"X-Offset", std::to_string(query.offset())},
          {"X-Page", std::to_string(query.page)},
          {"X-Page-Size", std::to_string(query.page_size.value_or(count))}};
}

std::vector<const JsonValue*> choose(const ListQuery& query, const std::vector<JsonDocument>& entities) {
  std::vector<const JsonValue*> chosen;
  for (const auto& entity : entities) {
    if (is_wanted(query, entity)) chosen.push_back(&entity);
  }
  if (!query.orders.empty()) sort_by(query.orders, chosen);
  return chosen;
}

void write_fields(const ListQuery& query, const JsonValue& entity, JsonWriter& json) {
  if (query.fields.empty())
    json.value(entity);
  else
    write_some({query.fields.begin(), query.fields.end()}, entity, json);
}

}  // namespace otoroshi::gateway
