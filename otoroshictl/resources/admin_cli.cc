#include "otoroshictl/resources/admin_cli.h"

#include "otoroshictl/option_names.h"

namespace otoroshi::ctl {
namespace {

constexpr auto argument_group = "Arguments";
constexpr auto entity_commands = "Entities of a running gateway";
constexpr auto fact_commands = "What a running gateway says of itself";
constexpr auto target_group = "Which gateway";

constexpr auto kind_doc =
    "tcp-services, routes, apikeys, certificates, jwt-verifiers or apps-sessions; also in the singular";
constexpr auto file_doc =
    "JSON or YAML: an entity, a list of them, or an export; - is stdin, a folder stands for its files; may "
    "be repeated";

constexpr auto target_footer =
    R"(Each of these comes from the command line, else the environment, else the configuration file:
  URL and key from OTOROSHI_URL, OTOROSHI_ADMIN_CLIENT_ID, OTOROSHI_ADMIN_CLIENT_SECRET; the file from OTOROSHI_CONFIG.
  It is JSON or YAML with url, clientId, clientSecret and caFile; the original client's is taken, too.
A client id or secret may be written as @FILE.

Exit codes: 0 done; 1 failure, or the gateway refused; 2 wrong usage, or a file that cannot be used)";

// The options of one command.
class Options {
 public:
  Options(CLI::App& command, AdminArguments& arguments) : command_(command), arguments_(arguments) {
    command.set_help_flag();
    command.footer(target_footer);
  }

  Options& kind() {
    positional("KIND", arguments_.kind, kind_doc)->required();
    return *this;
  }
  Options& optional_kind() {
    positional("KIND", arguments_.kind,
               std::string(kind_doc) + "; needed where the entities do not say it themselves");
    return *this;
  }
  Options& id() {
    positional("ID", arguments_.id, "The entity's id; of an API key, its client id")->required();
    return *this;
  }
  Options& optional_id() {
    positional("ID", arguments_.id, "Only this entity; its id, of an API key its client id");
    return *this;
  }
  Options& ids() {
    positional("ID", arguments_.ids, "The entities' ids");
    return *this;
  }
  Options& input(const char* doc) {
    positional("JSON", arguments_.data, doc);
    return *this;
  }
  Options& files(const char* doc = file_doc) {
    add("-f,--file,-d,--directory", arguments_.files, "FILE", doc)->allow_extra_args(false);
    return *this;
  }
  Options& data() {
    add("--data", arguments_.data, "JSON", "The entity itself");
    return *this;
  }
  Options& patches() {
    add("--merge", arguments_.merge, "JSON", "An object with the new values; null removes one (RFC 7396)");
    add("--patch", arguments_.operations, "JSON", "A list of operations (RFC 6902)");
    return *this;
  }
  Options& list() {
    add("--filter,--filters", arguments_.filters, "FIELD=VALUE",
        "Only entities in which the field has this value")
        ->allow_extra_args(false)
        ->delimiter(',');
    add("--sorted", arguments_.sorted, "FIELD[:desc]", "In the order of this field");
    add("--page", arguments_.page, "NUMBER", "The page to show, from 1");
    add("--page-size", arguments_.page_size, "NUMBER", "Entities a page [default: all]");
    return columns();
  }
  Options& reveal() {
    command_.add_flag("--reveal", arguments_.reveal, "Show the private keys of certificates, too")
        ->group(standard_group);
    return *this;
  }
  Options& output() {
    add("-o,--output,--ouput", arguments_.format, "FORMAT",
        "table, json, json_pretty or yaml [default: table]");
    return *this;
  }

  // Every command ends with these.
  void target() {
    command_.set_help_flag(help_names, help_doc)->group(standard_group);
    auto& target = arguments_.target;
    add_target("--url,--otoroshi-cluster-url", target.url, "URL",
               "The gateway's admin API [default: http://127.0.0.1:8081]");
    add_target("--client-id,--otoroshi-user-client-id", target.client_id, "CLIENT_ID", "The admin key's id");
    add_target("--client-secret,--otoroshi-user-client-secret", target.client_secret, "CLIENT_SECRET",
               "The admin key's secret");
    add_target("--key-file", target.key_file, "FILE",
               "The admin key as the gateway keeps it, DATADIR/admin-key")
        ->excludes("--client-id")
        ->excludes("--client-secret");
    add_target(
        "--ca-file,--otoroshi-cluster-ca-location", target.ca_file, "FILE",
        "Authorities that the gateway's certificate is checked against, in PEM [default: the system's]");
    command_.add_flag("--insecure", target.insecure, "Take any certificate of the gateway")
        ->group(target_group);
    add_target("--timeout", target.timeout, "DURATION", "How long an answer may take [default: 30s]");
    add_target("-c,--config-file", target.config_file, "FILE",
               "Where the URL and the key are [default: ~/.config/otoroshictl/config.yaml]");
    add_original_names(target);
  }

 private:
  template <class Value>
  CLI::Option* positional(const char* name, Value& value, const std::string& doc) {
    return command_.add_option(name, value, doc)->group(argument_group);
  }
  template <class Value>
  CLI::Option* add(const char* names, Value& value, const char* type, const char* doc) {
    return command_.add_option(names, value, doc)->type_name(type)->group(standard_group);
  }
  template <class Value>
  CLI::Option* add_target(const char* names, Value& value, const char* type, const char* doc) {
    return command_.add_option(names, value, doc)->type_name(type)->group(target_group);
  }
  // Another way to say --url; not in the help.
  void add_original_names(TargetArguments& target) {
    command_.add_option("--otoroshi-cluster-hostname", target.hostname)->group("");
    command_.add_option("--otoroshi-cluster-port", target.port)->group("");
    command_.add_flag("--otoroshi-cluster-tls", target.tls)->group("");
  }
  Options& columns() {
    add("--columns", arguments_.columns, "FIELDS",
        "The table's columns, with commas, e.g. id,frontend.domains")
        ->allow_extra_args(false)
        ->delimiter(',');
    return *this;
  }

  CLI::App& command_;
  AdminArguments& arguments_;
};

Options add_command(CLI::App& app, AdminArguments& arguments, const char* name, Verb verb, const char* doc) {
  auto& command = *app.add_subcommand(name, doc);
  command.group(entity_commands);
  command.callback([&arguments, verb] { arguments.verb = verb; });
  return {command, arguments};
}

void add_entity_commands(CLI::App& app, AdminArguments& arguments) {
  const auto add = [&](const char* name, Verb verb, const char* doc) {
    return add_command(app, arguments, name, verb, doc);
  };
  add("get", Verb::get, "Show one entity, or all of a kind")
      .kind()
      .optional_id()
      .output()
      .reveal()
      .list()
      .target();
  add("list", Verb::list, "Show all entities of a kind").kind().output().list().target();
  add("template", Verb::print_template, "Print an entity to start from").kind().output().target();
  add("create", Verb::create, "Create entities; one that is there already is refused")
      .kind()
      .input("The entity itself")
      .files()
      .data()
      .output()
      .target();
  add("apply", Verb::apply, "Create or replace entities, what others refer to first")
      .optional_kind()
      .files()
      .target();
  add("patch", Verb::patch, "Change parts of an entity")
      .kind()
      .id()
      .input("The patch: an object with new values (RFC 7396), or a list of operations (RFC 6902)")
      .patches()
      .files("A patch of either form, in JSON or YAML; - is stdin")
      .output()
      .target();
  add("delete", Verb::remove, "Delete entities")
      .optional_kind()
      .ids()
      .files("Delete the entities that it holds; as for apply")
      .target();
  add("export", Verb::export_all, "Print all entities but sessions, for apply; with --reveal, a backup")
      .output()
      .reveal()
      .target();
}

void add_fact_command(CLI::App& app, AdminArguments& arguments, const char* name, Fact fact,
                      const char* doc) {
  auto& command = *app.add_subcommand(name, doc);
  command.group(fact_commands);
  command.callback([&arguments, fact] {
    arguments.verb = Verb::show;
    arguments.fact = fact;
  });
  Options options(command, arguments);
  if (fact != Fact::metrics) options.output();
  options.target();
}

}  // namespace

void add_admin_commands(CLI::App& app, AdminArguments& arguments) {
  add_entity_commands(app, arguments);

  auto& resources = *app.add_subcommand("resources", "The same commands, where the original client has them");
  resources.group(entity_commands);
  resources.set_help_flag(help_names, help_doc)->group(standard_group);
  resources.require_subcommand(1);
  add_entity_commands(resources, arguments);

  add_fact_command(app, arguments, "health", Fact::health,
                   "Show whether it is well; exit code 1 if it is not");
  add_fact_command(app, arguments, "infos", Fact::infos, "Show what it is");
  add_fact_command(app, arguments, "metrics", Fact::metrics, "Print its metrics in Prometheus' text format");
  add_fact_command(app, arguments, "version", Fact::version, "Show its version and that of otoroshictl");
}

}  // namespace otoroshi::ctl
