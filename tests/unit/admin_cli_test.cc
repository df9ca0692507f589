#include <catch2/catch.hpp>
#include <cstring>

#include "otoroshictl/cli.h"

using namespace otoroshi;
using namespace otoroshi::ctl;

namespace {

using Arguments = std::vector<std::string>;

Command parse(const Arguments& arguments) {
  return read_command_line(arguments, [](const std::string&) { return std::string(); });
}

AdminCommand command_of(const Arguments& arguments) {
  auto read = parse(arguments);
  if (const auto* print = std::get_if<PrintAndExit>(&read)) FAIL(print->text);
  return std::get<AdminCommand>(read);
}

template <class Action>
Action action_of(const Arguments& arguments) {
  return std::get<Action>(command_of(arguments).action);
}

std::string refusal_of(const Arguments& arguments) {
  const auto print = std::get<PrintAndExit>(parse(arguments));
  CHECK(print.exit_code == 2);
  return print.text;
}

}  // namespace

TEST_CASE("admin commands: get and list") {
  const auto one = action_of<GetEntity>({"get", "tcp-service", "tcp_1", "--reveal", "--columns", "id,port"});
  CHECK(one.kind->plural == "tcp-services");
  CHECK(one.id == "tcp_1");
  CHECK(one.reveal);
  CHECK(one.columns == Arguments{"id", "port"});
  CHECK(action_of<GetEntity>({"resources", "get", "routes", "r"}).id == "r");

  for (const auto* verb : {"get", "list"}) {
    const auto list =
        action_of<ListEntities>({verb, "--filter", "name=a=b", "routes", "--sorted", "name:desc", "--page=2",
                                 "--page-size", "10", "--filter", "enabled=true"});
    CHECK(list.kind->plural == "routes");
    const std::vector<std::pair<std::string, std::string>> query = {{"filter.name", "a=b"},
                                                                    {"filter.enabled", "true"},
                                                                    {"sorted", "name:desc"},
                                                                    {"page", "2"},
                                                                    {"pageSize", "10"}};
    CHECK(list.query == query);
  }
}

TEST_CASE("admin commands: what changes entities") {
  CHECK(action_of<PrintTemplate>({"template", "apikey"}).kind->plural == "apikeys");
  CHECK(action_of<CreateEntities>({"create", "routes", "-f", "a.json", "-f", "-"}).sources.files ==
        Arguments{"a.json", "-"});
  CHECK(action_of<CreateEntities>({"create", "routes", "--data", "{}"}).sources.data == "{}");
  CHECK(action_of<CreateEntities>({"resources", "create", "routes", "{}"}).sources.data == "{}");

  CHECK(action_of<ApplyEntities>({"apply", "-f", "-"}).kind == nullptr);
  CHECK(action_of<ApplyEntities>({"apply", "-d", "folder", "certificates"}).kind->plural == "certificates");

  const auto patch = [](Arguments how) {
    how.insert(how.begin(), {"patch", "route", "r"});
    return action_of<PatchEntity>(how);
  };
  CHECK(patch({"--merge", "{}"}).form == PatchForm::merge);
  CHECK(patch({"--patch", R"([{"op":"remove","path":"/a"}])"}).form == PatchForm::operations);
  CHECK(patch({"--patch", "[]"}).patch.data == "[]");
  CHECK(patch({"{}"}).form == PatchForm::either);
  CHECK(patch({"-f", "p.yaml"}).patch.files == Arguments{"p.yaml"});
  CHECK(patch({"-f", "p.yaml"}).id == "r");

  CHECK(action_of<DeleteEntities>({"delete", "route", "a", "b", "--timeout", "1s"}).ids ==
        Arguments{"a", "b"});
  CHECK(action_of<DeleteEntities>({"delete", "-f", "a.yaml"}).kind == nullptr);
}

TEST_CASE("admin commands: facts, forms and the target") {
  CHECK(action_of<ShowFact>({"health"}).fact == Fact::health);
  CHECK(action_of<ShowFact>({"infos"}).fact == Fact::infos);
  CHECK(action_of<ShowFact>({"metrics"}).fact == Fact::metrics);
  CHECK(action_of<ShowFact>({"version"}).fact == Fact::version);
  CHECK_FALSE(action_of<ExportEntities>({"export"}).reveal);
  CHECK(action_of<ExportEntities>({"resources", "export", "--reveal"}).reveal);

  CHECK(command_of({"list", "routes"}).format == OutputFormat::table);
  CHECK(command_of({"list", "routes", "-o", "json"}).format == OutputFormat::json);
  CHECK(command_of({"list", "routes", "-ojson_pretty"}).format == OutputFormat::json_pretty);
  CHECK(command_of({"list", "routes", "--ouput", "YAML"}).format == OutputFormat::yaml);

  const auto target =
      command_of({"get", "routes", "--otoroshi-cluster-url", "https://a", "--client-id", "i",
                  "--otoroshi-user-client-secret", "s", "--ca-file", "ca", "--timeout", "1s", "-c", "f"})
          .target;
  CHECK(target.url == "https://a");
  CHECK(target.client_id == "i");
  CHECK(target.client_secret == "s");
  CHECK(target.ca_file == "ca");
  CHECK(target.timeout == "1s");
  CHECK(target.config_file == "f");
  const auto parts = command_of({"health", "--otoroshi-cluster-hostname", "h", "--otoroshi-cluster-port", "9",
                                 "--otoroshi-cluster-tls"})
                         .target;
  CHECK(parts.hostname == "h");
  CHECK(parts.port == "9");
  CHECK(parts.tls);
}

TEST_CASE("admin commands: wrong usage says what to write, and shows no secret") {
  const struct {
    Arguments arguments;
    const char* sentence;
  } rows[] = {{{"get"}, "otoroshictl get: KIND is required"},
              {{"get", "tcp-servces"}, "did you mean tcp-services?"},
              {{"get", "routes", "r", "--page", "2"}, "leave the id out"},
              {{"list", "routes", "--filter", "name"}, "\"name\" is no FIELD=VALUE"},
              {{"list", "routes", "-o", "xml"}, "write table, json, json_pretty or yaml"},
              {{"list", "routes", "--reveal"}, "is no option"},
              {{"get", "certificates", "--reveal"}, "name its id"},
              {{"create", "routes"}, "-f FILE"},
              {{"apply"}, "-f FILE"},
              {{"apply", "-f", "a", "-o", "json"}, "no option"},
              {{"patch", "routes", "r"}, "one patch"},
              {{"patch", "routes", "r", "--merge", "{}", "--patch", "[]"}, "one patch"},
              {{"patch", "routes"}, "ID is required"},
              {{"delete", "routes"}, "ids are needed"},
              {{"delete"}, "a kind and ids"},
              {{"health", "--key-file", "f", "--client-id", "i"}, "--key-file"},
              {{"health", "--ulr", "x"}, "did you mean --url?"},
              {{"health", "s3cret"}, "belongs to no option"},
              {{"resources"}, "otoroshictl resources: "},
              {{"resources", "get"}, "otoroshictl resources get: KIND is required"}};
  for (const auto& [arguments, sentence] : rows) {
    const auto text = refusal_of(arguments);
    CAPTURE(text);
    CHECK_THAT(text, Catch::Contains(sentence) && Catch::Contains("--help") && !Catch::Contains("s3cret"));
  }
}

TEST_CASE("admin commands: help lists them in groups, and each has its own") {
  const auto help = std::get<PrintAndExit>(parse({"--help"})).text;
  for (const auto* part : {"\nTunnels:\n  tcp-tunnel, tt\n", "\nEntities of a running gateway:\n  get\n",
                           "\nWhat a running gateway says of itself:\n"})
    CHECK_THAT(help, Catch::Contains(part));
  for (const auto* verb : {"get", "list", "template", "create", "apply", "patch", "delete", "export",
                           "health", "infos", "metrics", "version", "resources"}) {
    CAPTURE(verb);
    CHECK_THAT(help, Catch::Contains("\n  " + std::string(verb) + "\n"));
    const auto own = std::get<PrintAndExit>(parse({verb, "-h"}));
    CHECK(own.exit_code == 0);
    CHECK_THAT(own.text, Catch::Contains("Usage: otoroshictl " + std::string(verb) + " [OPTIONS]"));
  }
  CHECK_THAT(std::get<PrintAndExit>(parse({"get", "-h"})).text,
             Catch::Contains("[OPTIONS] <KIND> [ID]\n") && Catch::Contains("Exit codes:") &&
                 !Catch::Contains("--otoroshi-cluster-tls"));
}

TEST_CASE("admin commands: keys and entities are gone from the process list") {
  const auto hidden = [](Arguments arguments) {
    arguments.insert(arguments.begin(), "otoroshictl");
    std::vector<char*> argv;
    for (auto& argument : arguments) argv.push_back(argument.data());
    const auto taken = take_arguments(static_cast<int>(argv.size()), argv.data());
    CHECK(taken.back().contains("s3cret"));
    return std::string(argv.back());
  };
  for (const auto* option : {"--client-id", "--client-secret", "--otoroshi-user-client-id",
                             "--otoroshi-user-client-secret", "--data", "--merge", "--patch"}) {
    CAPTURE(option);
    CHECK(hidden({"get", option, "s3cret"}) == "*");
    CHECK(hidden({"get", std::string(option) + "=s3cret"}) == std::string(option) + "=*");
    CHECK(hidden({"get", option, "@s3cret"}) == "@s3cret");
  }
  CHECK(hidden({"create", "apikeys", R"({"clientSecret":"s3cret"})"}) == "*");
  CHECK(hidden({"patch", "apikeys", "a", R"([{"value":"s3cret"}])"}) == "*");
  CHECK(hidden({"get", "--url", "s3cret"}) == "s3cret");
}
