#include "common/json/patch_target.h"

#include <rapidjson/writer.h>

#include <algorithm>
#include <charconv>
#include <optional>
#include <utility>

#include "common/json/reader.h"
#include "common/text/byte_size.h"
#include "common/text/quoted.h"

namespace otoroshi {
namespace {

// Half a second. Patches of real entities need some thousands.
constexpr std::size_t most_work = 100'000'000;

struct ByteCounter {
  using Ch = char;
  std::size_t bytes = 0;
  void Put(Ch) { ++bytes; }
  void Flush() {}
};

std::size_t text_size(const JsonValue& value) {
  ByteCounter counter;
  rapidjson::Writer<ByteCounter> writer(counter);
  value.Accept(writer);
  return counter.bytes;
}

// Arrays and objects within each other; counts the values that it visits.
std::size_t depth_of(const JsonValue& value, std::size_t& visited) {
  ++visited;
  std::size_t inner = 0;
  if (value.IsArray()) {
    for (const auto& element : value.GetArray()) inner = std::max(inner, depth_of(element, visited));
  } else if (value.IsObject()) {
    for (const auto& member : value.GetObject()) inner = std::max(inner, depth_of(member.value, visited));
  } else {
    return 0;
  }
  return inner + 1;
}

// Refers to the name.
JsonValue name_value(std::string_view name) {
  return JsonValue(rapidjson::StringRef(name.data(), name.size()));
}

// Digits without a leading zero (RFC 6901, section 4).
std::optional<rapidjson::SizeType> list_index(std::string_view step) {
  if (step.starts_with('0') && step.size() > 1) return std::nullopt;
  rapidjson::SizeType index = 0;
  const auto [end, error] = std::from_chars(step.data(), step.data() + step.size(), index);
  if (error != std::errc() || end != step.data() + step.size()) return std::nullopt;
  return index;
}

std::string pointer_text(JsonStepsView path) {
  Problems unused;
  std::string pointer;
  const JsonPlace root(unused);
  for (const auto& step : path) pointer += (root / std::string_view(step)).pointer();
  return quoted(pointer);
}

// `path` ends with the step that led nowhere.
std::unexpected<std::string> nothing_at(JsonStepsView path, const JsonValue& parent) {
  auto sentence = "there is nothing at " + pointer_text(path);
  if (parent.IsArray())
    sentence += ": the list has " + std::to_string(parent.Size()) +
                (parent.Size() == 1 ? " element, counted from 0" : " elements, counted from 0");
  else if (parent.IsObject())
    sentence += ": the object has no such field";
  else
    sentence += ": what it would be in is neither an object nor a list";
  return std::unexpected(std::move(sentence));
}

}  // namespace

PatchOutcome<JsonSteps> read_json_pointer(std::string_view pointer) {
  const auto refused = [&] {
    return std::unexpected(quoted(pointer).append(
        " is not allowed: a JSON Pointer is wanted, \"\" or \"/\" in front of each step, with ~0 for ~ and "
        "~1 for / within a step"));
  };
  if (!pointer.empty() && pointer.front() != '/') return refused();
  JsonSteps steps;
  for (std::size_t i = 0; i < pointer.size(); ++i) {
    if (pointer[i] == '/') {
      steps.emplace_back();
    } else if (pointer[i] != '~') {
      steps.back() += pointer[i];
    } else {
      const auto escaped = ++i < pointer.size() ? pointer[i] : '\0';
      if (escaped != '0' && escaped != '1') return refused();
      steps.back() += escaped == '0' ? '~' : '/';
    }
  }
  return steps;
}

PatchTarget::PatchTarget(const JsonValue& target, std::size_t max_bytes) : max_bytes_(max_bytes) {
  document_.CopyFrom(target, document_.GetAllocator());
}

PatchOutcome<JsonValue*> PatchTarget::find(JsonStepsView path) {
  JsonValue* value = &document_;
  for (std::size_t i = 0; i < path.size(); ++i) {
    auto* const parent = value;
    value = child(*parent, path[i]);
    if (!value) return nothing_at(path.first(i + 1), *parent);
  }
  return value;
}

PatchOutcome<JsonValue> PatchTarget::copy_of(const JsonValue& value) {
  copied_bytes_ += text_size(value);
  if (copied_bytes_ > max_bytes_)
    return std::unexpected("the operations up to this one put in more than " +
                           byte_size_text(max_bytes_).append(" of JSON"));
  return JsonValue(value, document_.GetAllocator());
}

PatchOutcome<void> PatchTarget::add(JsonStepsView path, JsonValue value) {
  if (const auto depth = check_depth(path, value); !depth) return depth;
  if (path.empty()) return replace(path, std::move(value));
  const auto found = find(path.first(path.size() - 1));
  if (!found) return std::unexpected(found.error());
  auto& parent = **found;
  const auto& last = path.back();
  if (parent.IsObject()) {
    if (auto* const present = field(parent, last))
      *present = std::move(value);
    else
      add_field(parent, last, std::move(value));
    return {};
  }
  if (!parent.IsArray()) return nothing_at(path, parent);
  const auto index = last == "-" ? parent.Size() : list_index(last);
  if (!index || *index > parent.Size()) return nothing_at(path, parent);
  insert(parent, *index, std::move(value));
  return {};
}

PatchOutcome<void> PatchTarget::replace(JsonStepsView path, JsonValue value) {
  if (const auto depth = check_depth(path, value); !depth) return depth;
  const auto found = find(path);
  if (!found) return std::unexpected(found.error());
  **found = std::move(value);
  return {};
}

PatchOutcome<JsonValue> PatchTarget::take(JsonStepsView path) {
  if (path.empty()) return std::unexpected("the whole document cannot be removed");
  const auto found = find(path);
  if (!found) return std::unexpected(found.error());
  JsonValue taken = std::move(**found);
  auto& parent = **find(path.first(path.size() - 1));
  if (parent.IsArray()) {
    work_done_ += parent.Size();
    parent.Erase(parent.Begin() + *list_index(path.back()));
  } else {
    work_done_ += parent.MemberCount();
    parent.EraseMember(parent.FindMember(name_value(path.back())));
  }
  return taken;
}

PatchOutcome<void> PatchTarget::set(JsonStepsView path, JsonValue value) {
  if (const auto depth = check_depth(path, value); !depth) return depth;
  JsonValue* place = &document_;
  for (std::size_t i = 0; i < path.size(); ++i) {
    if (place->IsNull()) place->SetObject();  // made in the step before, or as good as not there
    auto* const parent = place;
    place = child_or_new(*parent, path[i]);
    if (!place) return nothing_at(path.first(i + 1), *parent);
  }
  *place = std::move(value);
  return {};
}

bool PatchTarget::is_exhausted() const {
  return work_done_ > most_work;
}

PatchOutcome<JsonDocument> PatchTarget::finish() {
  if (text_size(document_) > max_bytes_)
    return std::unexpected("the patched document is larger than " + byte_size_text(max_bytes_));
  return std::move(document_);
}

JsonValue* PatchTarget::child(JsonValue& parent, std::string_view step) {
  if (parent.IsObject()) return field(parent, step);
  if (!parent.IsArray()) return nullptr;
  const auto index = list_index(step);
  return index && *index < parent.Size() ? &parent[*index] : nullptr;
}

JsonValue* PatchTarget::field(JsonValue& object, std::string_view name) {
  work_done_ += object.MemberCount();
  const auto found = object.FindMember(name_value(name));
  return found == object.MemberEnd() ? nullptr : &found->value;
}

JsonValue* PatchTarget::child_or_new(JsonValue& parent, std::string_view step) {
  if (auto* const present = child(parent, step)) return present;
  if (parent.IsObject()) {
    add_field(parent, step, JsonValue());
    return &(parent.MemberEnd() - 1)->value;
  }
  if (!parent.IsArray() || list_index(step) != parent.Size()) return nullptr;
  insert(parent, parent.Size(), JsonValue());
  return &parent[parent.Size() - 1];
}

void PatchTarget::add_field(JsonValue& object, std::string_view name, JsonValue value) {
  auto& allocator = document_.GetAllocator();
  object.AddMember(JsonValue(name.data(), static_cast<rapidjson::SizeType>(name.size()), allocator), value,
                   allocator);
}

void PatchTarget::insert(JsonValue& list, rapidjson::SizeType index, JsonValue value) {
  work_done_ += list.Size() - index;
  list.PushBack(value, document_.GetAllocator());
  std::rotate(list.Begin() + index, list.End() - 1, list.End());
}

PatchOutcome<void> PatchTarget::check_depth(JsonStepsView path, const JsonValue& value) {
  if (path.size() + depth_of(value, work_done_) <= max_json_depth) return {};
  return std::unexpected("this would put more than " + std::to_string(max_json_depth) +
                         " arrays and objects within each other");
}

}  // namespace otoroshi
