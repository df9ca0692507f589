#include "otoroshictl/resources/admin_arguments.h"

#include <array>
#include <string_view>
#include <utility>

#include "common/text/ascii.h"
#include "common/text/quoted.h"

namespace otoroshi::ctl {
namespace {

std::unexpected<Error> refuse(std::string sentence) {
  return fail(ErrorCode::bad_input, Side::client, std::move(sentence));
}

Result<OutputFormat> read_format(std::string_view text) {
  constexpr std::array<std::pair<std::string_view, OutputFormat>, 4> formats = {
      {{"table", OutputFormat::table},
       {"json", OutputFormat::json},
       {"json_pretty", OutputFormat::json_pretty},
       {"yaml", OutputFormat::yaml}}};
  for (const auto& [name, format] : formats)
    if (equal_ignoring_case(text, name)) return format;
  return refuse("--output: " + otoroshi::quoted(text) + " is none: write table, json, json_pretty or yaml");
}

class CommandReader {
 public:
  explicit CommandReader(const AdminArguments& arguments) : arguments_(arguments) {}

  Result<AdminCommand> read() const {
    auto format = read_format(arguments_.format);
    if (!format) return std::unexpected(std::move(format.error()));
    auto action = read_action();
    if (!action) return std::unexpected(std::move(action.error()));
    return AdminCommand{arguments_.target, *format, std::move(*action)};
  }

 private:
  Result<AdminAction> read_action() const {
    if (arguments_.verb == Verb::show) return ShowFact{arguments_.fact};
    if (arguments_.verb == Verb::export_all) return ExportEntities{arguments_.reveal};
    const ResourceKind* kind = nullptr;
    if (!arguments_.kind.empty()) {
      const auto found = find_kind(arguments_.kind);
      if (!found) return std::unexpected(found.error());
      kind = *found;
    }
    switch (arguments_.verb) {
      case Verb::get:
        return arguments_.id.empty() ? read_list(kind) : read_get(kind);
      case Verb::list:
        return read_list(kind);
      case Verb::print_template:
        return PrintTemplate{kind};
      case Verb::create:
        if (auto some = want_sources(); !some) return std::unexpected(std::move(some.error()));
        return CreateEntities{kind, sources()};
      case Verb::apply:
        if (arguments_.files.empty()) return refuse("-f FILE is needed; -f - reads stdin");
        return ApplyEntities{kind, sources()};
      case Verb::patch:
        return read_patch(kind);
      default:
        return read_delete(kind);
    }
  }

  Result<AdminAction> read_get(const ResourceKind* kind) const {
    if (!arguments_.filters.empty() || arguments_.sorted || arguments_.page || arguments_.page_size)
      return refuse("--filter, --sorted, --page and --page-size are for lists: leave the id out");
    return GetEntity{kind, arguments_.id, arguments_.columns, arguments_.reveal};
  }

  Result<AdminAction> read_list(const ResourceKind* kind) const {
    ListEntities list{kind, arguments_.columns};
    if (arguments_.reveal) return refuse("--reveal is for one entity: name its id");
    const auto add = [&list](std::string name, const std::optional<std::string>& value) {
      if (value) list.query.emplace_back(std::move(name), *value);
    };
    for (const auto& filter : arguments_.filters) {
      const auto equals = filter.find('=');
      if (equals == std::string::npos || equals == 0)
        return refuse("--filter: " + otoroshi::quoted(filter) + " is no FIELD=VALUE");
      add("filter." + filter.substr(0, equals), filter.substr(equals + 1));
    }
    add("sorted", arguments_.sorted);
    add("page", arguments_.page);
    add("pageSize", arguments_.page_size);
    return list;
  }

  Result<AdminAction> read_patch(const ResourceKind* kind) const {
    const auto given = (arguments_.files.empty() ? 0 : 1) + (arguments_.data ? 1 : 0) +
                       (arguments_.merge ? 1 : 0) + (arguments_.operations ? 1 : 0);
    if (given != 1)
      return refuse("one patch is needed: --merge JSON, --patch JSON, -f FILE, or the JSON itself");
    if (arguments_.merge) return PatchEntity{kind, arguments_.id, {{}, arguments_.merge}, PatchForm::merge};
    if (arguments_.operations)
      return PatchEntity{kind, arguments_.id, {{}, arguments_.operations}, PatchForm::operations};
    return PatchEntity{kind, arguments_.id, sources()};
  }

  Result<AdminAction> read_delete(const ResourceKind* kind) const {
    if (arguments_.ids.empty() && arguments_.files.empty())
      return refuse(kind ? "ids are needed, or -f FILE" : "a kind and ids are needed, or -f FILE");
    return DeleteEntities{kind, arguments_.ids, sources()};
  }

  Result<void> want_sources() const {
    if (!sources().empty()) return {};
    return refuse("an entity is needed: -f FILE (- is stdin), or --data JSON");
  }

  EntitySources sources() const { return {arguments_.files, arguments_.data}; }

  const AdminArguments& arguments_;
};

}  // namespace

Result<AdminCommand> to_command(const AdminArguments& arguments) {
  return CommandReader(arguments).read();
}

}  // namespace otoroshi::ctl
