#include "common/json/patch.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "common/json/equal.h"
#include "common/json/patch_target.h"
#include "common/json/reader.h"

namespace otoroshi {
namespace {

enum class Kind : std::uint8_t {
  add,
  remove,
  replace,
  move,
  copy,
  test,
  set,  // of the dotted form
};

struct KindRow {
  std::string_view name;
  Kind kind;
  bool has_from;
  bool has_value;
};
constexpr KindRow kind_rows[] = {
    {"add", Kind::add, false, true},         {"remove", Kind::remove, false, false},
    {"replace", Kind::replace, false, true}, {"move", Kind::move, true, false},
    {"copy", Kind::copy, true, false},       {"test", Kind::test, false, true},
};

struct Operation {
  Kind kind = Kind::test;
  JsonSteps path;
  JsonSteps from;                    // move, copy
  const JsonValue* value = nullptr;  // add, replace, test, set: within the patch
};

// One of the operation's fields, which it must have.
const JsonValue* required(const JsonValue& operation, std::string_view name, const JsonPlace& place) {
  const auto found = operation.FindMember(JsonValue(rapidjson::StringRef(name.data(), name.size())));
  if (found != operation.MemberEnd()) return &found->value;
  (place / name).problem("the operation needs this field");
  return nullptr;
}

std::optional<KindRow> read_kind(const JsonValue& operation, const JsonPlace& place) {
  const auto* const field = required(operation, "op", place);
  if (!field) return std::nullopt;
  const auto op = place / "op";
  const auto name = read_text(*field, op);
  if (!name) return std::nullopt;
  const auto* const row = std::ranges::find(kind_rows, *name, &KindRow::name);
  if (row != std::end(kind_rows)) return *row;
  op.refuse(shown(*field), "add, remove, replace, move, copy or test");
  return std::nullopt;
}

JsonSteps read_path(const JsonValue& operation, std::string_view name, const JsonPlace& place) {
  const auto* const field = required(operation, name, place);
  if (!field) return {};
  const auto field_place = place / name;
  const auto text = read_text(*field, field_place);
  if (!text) return {};
  auto steps = read_json_pointer(*text);
  if (steps) return std::move(*steps);
  field_place.problem(steps.error());
  return {};
}

// What is wrong goes to the place's problems; other fields of an operation mean nothing (RFC 6902, section
// 4).
Operation read_operation(const JsonValue& json, const JsonPlace& place) {
  Operation operation;
  if (!is_object(json, place)) return operation;
  const auto kind = read_kind(json, place);
  if (!kind) return operation;
  operation.kind = kind->kind;
  operation.path = read_path(json, "path", place);
  if (kind->has_from) operation.from = read_path(json, "from", place);
  if (kind->has_value) operation.value = required(json, "value", place);
  return operation;
}

JsonSteps split_at_dots(std::string_view path) {
  JsonSteps steps(1);
  for (const char c : path) {
    if (c == '.')
      steps.emplace_back();
    else
      steps.back() += c;
  }
  return steps;
}

Operation read_change(const JsonValue& json, const JsonPlace& place) {
  Operation operation{Kind::set, {}, {}, nullptr};
  if (!is_object(json, place)) return operation;
  operation.value = required(json, "value", place);
  const auto* const path = required(json, "path", place);
  if (!path) return operation;
  const auto path_place = place / "path";
  const auto text = read_text(*path, path_place);
  if (!text) return operation;
  operation.path = split_at_dots(*text);
  if (std::ranges::count(operation.path, "") > 0)
    path_place.refuse(shown(*path), "names of fields and numbers of elements with a dot between them");
  return operation;
}

std::vector<Operation> read_operations(const JsonValue& list, const PatchLimits& limits,
                                       Operation (*read)(const JsonValue&, const JsonPlace&),
                                       Problems& problems) {
  std::vector<Operation> operations;
  const JsonPlace root(problems);
  if (!is_list(list, root)) return operations;
  if (list.Size() > limits.operations) {
    root.problem(std::to_string(list.Size()) + " operations are too many: at most " +
                 std::to_string(limits.operations) + " are done at once");
    return operations;
  }
  operations.reserve(list.Size());
  for (rapidjson::SizeType i = 0; i < list.Size(); ++i) operations.push_back(read(list[i], root / i));
  return operations;
}

// Why an operation could not be done, and which of its fields says so.
struct Misfit {
  std::string_view field;
  std::string sentence;
};
using Applied = std::expected<void, Misfit>;

template <class T>
std::unexpected<Misfit> misfit(std::string_view field, PatchOutcome<T> outcome) {
  return std::unexpected(Misfit{field, std::move(outcome.error())});
}

Applied applied(PatchOutcome<void> outcome) {
  if (!outcome) return misfit("path", std::move(outcome));
  return {};
}

using Put = PatchOutcome<void> (PatchTarget::*)(JsonStepsView, JsonValue);

Applied put_value(PatchTarget& target, const Operation& operation, Put put) {
  auto value = target.copy_of(*operation.value);
  if (!value) return misfit("value", std::move(value));
  return applied((target.*put)(operation.path, std::move(*value)));
}

Applied remove(PatchTarget& target, const Operation& operation) {
  auto taken = target.take(operation.path);
  if (!taken) return misfit("path", std::move(taken));
  return {};
}

bool is_within(JsonStepsView path, JsonStepsView ancestor) {
  return path.size() > ancestor.size() && std::ranges::equal(path.first(ancestor.size()), ancestor);
}

Applied move(PatchTarget& target, const Operation& operation) {
  if (is_within(operation.path, operation.from))
    return std::unexpected(Misfit{"path", "a value cannot be moved into itself"});
  if (operation.path == operation.from) {  // nothing to do, but the value must be there
    auto present = target.find(operation.from);
    if (!present) return misfit("from", std::move(present));
    return {};
  }
  auto value = target.take(operation.from);
  if (!value) return misfit("from", std::move(value));
  return applied(target.add(operation.path, std::move(*value)));
}

Applied copy(PatchTarget& target, const Operation& operation) {
  auto source = target.find(operation.from);
  if (!source) return misfit("from", std::move(source));
  auto value = target.copy_of(**source);
  if (!value) return misfit("from", std::move(value));
  return applied(target.add(operation.path, std::move(*value)));
}

Applied test(PatchTarget& target, const Operation& operation) {
  auto found = target.find(operation.path);
  if (!found) return misfit("path", std::move(found));
  if (equal_json(**found, *operation.value)) return {};
  return std::unexpected(Misfit{"value", "the document has another value there"});
}

Applied apply(PatchTarget& target, const Operation& operation) {
  if (target.is_exhausted())
    return std::unexpected(
        Misfit{"path", "the operations before this one were too much work: send fewer at once"});
  switch (operation.kind) {
    case Kind::add:
      return put_value(target, operation, &PatchTarget::add);
    case Kind::replace:
      return put_value(target, operation, &PatchTarget::replace);
    case Kind::set:
      return put_value(target, operation, &PatchTarget::set);
    case Kind::remove:
      return remove(target, operation);
    case Kind::move:
      return move(target, operation);
    case Kind::copy:
      return copy(target, operation);
    case Kind::test:
      return test(target, operation);
  }
  return {};
}

std::expected<JsonDocument, Problems> apply_all(const JsonValue& target,
                                                const std::vector<Operation>& operations,
                                                std::size_t max_bytes, Problems problems) {
  if (!problems.empty()) return std::unexpected(std::move(problems));
  const JsonPlace root(problems);
  PatchTarget patched(target, max_bytes);
  for (std::size_t i = 0; i < operations.size(); ++i) {
    const auto done = apply(patched, operations[i]);
    if (done) continue;
    const auto place = root / i;
    (place / done.error().field).problem(done.error().sentence);
    return std::unexpected(std::move(problems));
  }
  auto document = patched.finish();
  if (document) return std::move(*document);
  root.problem(document.error());
  return std::unexpected(std::move(problems));
}

}  // namespace

std::expected<JsonDocument, Problems> apply_json_patch(const JsonValue& target, const JsonValue& operations,
                                                       const PatchLimits& limits) {
  Problems problems;
  const auto read = read_operations(operations, limits, read_operation, problems);
  return apply_all(target, read, limits.bytes, std::move(problems));
}

std::expected<JsonDocument, Problems> apply_dotted_patch(const JsonValue& target, const JsonValue& changes,
                                                         const PatchLimits& limits) {
  Problems problems;
  const auto read = read_operations(changes, limits, read_change, problems);
  return apply_all(target, read, limits.bytes, std::move(problems));
}

}  // namespace otoroshi
