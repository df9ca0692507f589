#include "gateway/config/import_file.h"

#include <catch2/catch.hpp>
#include <sstream>

#include "common/json/writer.h"
#include "gateway/store/entity_kinds.h"
#include "tests/support/test_pki.h"

using namespace otoroshi;
using namespace otoroshi::gateway;

namespace {

// A service with one target, and what else is wanted in front of it.
std::string service(std::string_view members) {
  return std::string("{").append(members).append(
      R"(, "rules": [{"domain": "*", "targets": [{"host": "a.test", "port": 1}]}]})");
}
std::string file_of(std::string_view services) {
  return std::string(R"({"tcpServices": [)").append(services).append("]}");
}

std::expected<Imported, Problems> read(std::vector<std::string> texts) {
  std::vector<ImportFile> files;
  for (std::size_t i = 0; i < texts.size(); ++i)
    files.push_back({std::string("f").append(std::to_string(i)), texts[i]});
  return read_import_files(files);
}
Imported good(std::vector<std::string> texts) {
  auto imported = read(std::move(texts));
  if (!imported) FAIL(to_text(imported.error()));
  return *imported;
}
Problems bad(std::vector<std::string> texts) {
  auto imported = read(std::move(texts));
  REQUIRE_FALSE(imported);
  return imported.error();
}
bool mentions(const std::string& text, const char* part) {
  return text.find(part) != text.npos;
}

// A tunnel to a fixed target, with these members in front and this plugin besides.
std::string route(std::string_view members, std::string_view plugin = "") {
  return std::string("{").append(members).append(
             R"(, "frontend": {"domains": ["t.test"]}, "backend": {"targets": [{"hostname": "a.test", "port": 1}]},
                "plugins": [{"plugin": "cp:otoroshi.next.plugins.TcpTunnel"})") +
         std::string(plugin.empty() ? "" : ", ").append(plugin).append("]}");
}
std::string verifier(std::string_view members) {
  return std::string("{").append(members).append(
      R"(, "algoSettings": {"type": "HSAlgoSettings", "secret": "s"}})");
}

// PEM, as a JSON text.
std::string authority() {
  static const test::TestCa ca;
  return JsonWriter().text(ca.pem()).take();
}

// A file with one entity of each kind, all with the same id.
std::string all_kinds(const std::string& id, int port) {
  const auto with_id = R"("id": ")" + id + R"(", "name": )";
  return R"({"tcpServices": [)" + service(with_id + R"("service name", "port": )" + std::to_string(port)) +
         R"(], "routes": [)" + route(with_id + R"("route name")") + R"(], "apiKeys": [{"clientId": ")" + id +
         R"(", "clientSecret": "s", "clientName": "key name"}],
            "jwtVerifiers": [)" +
         verifier(with_id + R"("verifier name")") + R"(], "appSessions": [{"randomId": ")" + id +
         R"(", "expiredAt": 1}], "certificates": [{)" + with_id +
         R"("certificate name", "ca": true, "chain": )" + authority() + "}]}";
}

}  // namespace

TEST_CASE("services of all files come in the order of the files") {
  auto imported =
      good({file_of(service(R"("id": "x", "port": 1)") + ',' + service(R"("id": "a", "port": 2)")),
            file_of(service(R"("id": "m", "port": 3)") + ", /* a comment */ ")});
  REQUIRE(imported.entities.services.size() == 3);
  CHECK(imported.entities.services[0]->id == "x");
  CHECK(imported.entities.services[1]->id == "a");
  CHECK(imported.entities.services[2]->id == "m");
  CHECK(imported.warnings.empty());
}

TEST_CASE("no files and empty files are no services") {
  CHECK(good({}).entities.services.empty());
  CHECK(good({"{}", R"({"tcpServices": []})"}).entities.services.empty());
}

TEST_CASE("a service without id gets the same one at every reading") {
  auto text = file_of(service(R"("name": "db", "port": 5433)"));
  auto id = good({text}).entities.services[0]->id;
  CHECK(id.starts_with("tcp_service_"));
  CHECK(good({text}).entities.services[0]->id == id);
  CHECK(good({file_of(service(R"("id": "other", "port": 1)")), text}).entities.services[1]->id == id);
  CHECK(good({file_of(service(R"("name": "db", "port": 5434)"))}).entities.services[0]->id != id);
  CHECK(good({file_of(service(R"("name": "db2", "port": 5433)"))}).entities.services[0]->id != id);
}

TEST_CASE("services that share a port, all without id and name, still have ids of their own") {
  auto shared = service(R"("port": 443, "tls": "PassThrough", "sni": {"enabled": true})");
  auto services = good({file_of(shared + ',' + shared + ',' + shared)}).entities.services;
  CHECK(services[1]->id == services[0]->id + "_2");
  CHECK(services[2]->id == services[0]->id + "_3");
}

TEST_CASE("every problem of every file is told with its place") {
  auto problems = bad({file_of(service(R"("port": 1)") + ',' + service(R"("port": 70000)")),
                       R"({"tcpServices": [{"port": 3, "rules": [{"domain": "(", "targets": []}]}]})", "{"});
  auto text = to_text(problems);
  CAPTURE(text);
  CHECK(mentions(text, "f0: /tcpServices/1/port: "));
  CHECK(mentions(text, "70000"));
  CHECK(mentions(text, "f1: /tcpServices/0/rules/0/domain: "));
  CHECK(mentions(text, "f2: line 1"));
}

TEST_CASE("an id that is taken is told at the later one's place, across files too") {
  auto first = file_of(service(R"("id": "a", "port": 1)"));
  auto same_id =
      to_text(bad({first, file_of(service(R"("port": 2)") + ',' + service(R"("id": "a", "port": 3)"))}));
  CHECK(mentions(same_id, "f1: /tcpServices/1/id: "));
}

TEST_CASE("a problem that shows only side by side is told at the place of whose it is") {
  const auto imported = good({file_of(service(R"("id": "a", "port": 1)")),
                              file_of(service(R"("id": "b", "port": 1)") + ',' + service(R"("port": 9)"))});
  const auto entities = imported.entities;
  const auto located = imported.places.locate({{"tcpServices", "b", {"/port", "taken"}},
                                               {"tcpServices", entities.services[2]->id, {"", "odd"}},
                                               {"tcpServices", "stored", {"/port", "taken, too"}},
                                               {"routes", "b", {"", "another kind's"}},
                                               {"", "", {"/tunnel", "nobody's"}}});
  CHECK(to_text(located) ==
        "f1: /tcpServices/0/port: taken\nf1: /tcpServices/1: odd\ntcpServices/stored: /port: taken, too\n"
        "routes/b: another kind's\n/tunnel: nobody's");
}

TEST_CASE("sections of an Otoroshi export that mean nothing here are one warning") {
  auto imported = good({R"({"label": "Otoroshi export", "config": {}, "tcpServices": [], "scripts": []})"});
  REQUIRE(imported.warnings.size() == 1);
  CHECK(imported.warnings[0].path == "f0");
  CHECK(mentions(imported.warnings[0].sentence, "label, config, scripts"));
}

TEST_CASE("no section of an Otoroshi export is taken for a mistake") {
  const auto* names =
      "label dateRaw date stats config admins simpleAdmins serviceGroups serviceDescriptors errorTemplates "
      "authConfigs clientValidators scripts dataExporters tenants teams routeCompositions backends "
      "wasmPlugins "
      "drafts extensions";
  std::istringstream words(names);
  std::string name, text = R"({"tcpServices": [])";
  while (words >> name) text.append(", \"").append(name).append("\": []");
  CHECK(good({text + "}"}).warnings.size() == 1);
}

TEST_CASE("what can only be a mistake is a problem") {
  struct Row {
    const char *text, *part;
  };
  const Row rows[] = {
      {"[]", "object"},
      {R"({"tcpservices": []})", "did you mean \"tcpServices\"?"},
      {R"({"tcpService": []})", "did you mean \"tcpServices\"?"},
      {R"({"apikeys": []})", "did you mean \"apiKeys\"?"},
      {R"({"route": []})", "did you mean \"routes\"?"},
      {R"({"tcpServices": {}})", "f0: /tcpServices: "},
      {R"({"tcpServices": [7]})", "f0: /tcpServices/0: "},
      {R"({"port": 5432, "rules": []})", "no section of entities"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.text);
    auto text = to_text(bad({row.text}));
    CAPTURE(text);
    CHECK(mentions(text, row.part));
  }
}

TEST_CASE("entities of every kind come out of all files") {
  auto entities = good({all_kinds("one", 1), all_kinds("two", 2)}).entities;
  for_each_kind([&]<class Entity>(const EntityKind<Entity>& kind) {
    CAPTURE(std::string(kind.section));
    const auto& list = list_of<Entity>(entities);
    REQUIRE(list.size() == 2);
    CHECK((*list[0]).*kind.id == "one");
    CHECK((*list[1]).*kind.id == "two");
  });
}

TEST_CASE("an id stands for one entity of a kind, in all files") {
  CHECK(to_text(bad({all_kinds("same", 1), all_kinds("same", 2)})) ==
        "f1: /tcpServices/0/id: the id is taken by service 'service name': an id stands for one service\n"
        "f1: /routes/0/id: the id is taken by route 'route name': an id stands for one route\n"
        "f1: /apiKeys/0/clientId: the id is taken by API key 'key name': an id stands for one API key\n"
        "f1: /jwtVerifiers/0/id: the id is taken by JWT verifier 'verifier name': an id stands for one JWT "
        "verifier\n"
        "f1: /appSessions/0/randomId: the id is taken by another session: an id stands for one session\n"
        "f1: /certificates/0/id: the id is taken by certificate 'certificate name': an id stands for one "
        "certificate");
}

TEST_CASE("a route or a verifier without id gets the same one at every reading") {
  const auto text = R"({"routes": [)" + route(R"("name": "r")") + ',' + route(R"("name": "s")") + ',' +
                    route(R"("name": "r")") + R"(], "jwtVerifiers": [)" + verifier(R"("name": "v")") + "]}";
  const auto tunnel = good({text}).entities.tunnel;
  CHECK(tunnel.routes[0]->id.starts_with("route_"));
  CHECK(tunnel.routes[1]->id != tunnel.routes[0]->id);
  CHECK(tunnel.routes[2]->id == tunnel.routes[0]->id + "_2");
  CHECK(tunnel.verifiers[0]->id.starts_with("jwt_verifier_"));
  const auto again = good({text}).entities.tunnel;
  CHECK(again.routes[1]->id == tunnel.routes[1]->id);
  CHECK(again.verifiers[0]->id == tunnel.verifiers[0]->id);
}

TEST_CASE("a certificate that is known may come without its private key") {
  const auto pair = test::TestCa().issue({.names = {"one.test"}});
  const auto file = [&](const std::string& id, const std::string& key) {
    return R"({"certificates": [{"id": ")" + id + R"(", "chain": )" +
           JsonWriter().text(pair.certificate).take() + R"(, "privateKey": )" +
           JsonWriter().text(key).take() + "}]}";
  };
  const auto known = good({file("one", pair.key)}).entities;
  CHECK(known.certificates[0]->sans == std::vector<std::string>{"one.test"});
  const auto hidden = [&](const std::string& id) {
    const ImportFile text{"f0", file(id, "")};
    return read_import_files({&text, 1}, known);
  };
  const auto again = hidden("one");
  REQUIRE(again);
  CHECK(*again->entities.certificates[0] == *known.certificates[0]);
  const auto other = hidden("other");
  REQUIRE_FALSE(other);
  CHECK(other.error()[0].path == "f0: /certificates/0/privateKey");
}

TEST_CASE("problems of every kind are told at once, with file and place, and no secret") {
  const auto text =
      to_text(bad({R"({"tcpServices": [{}], "routes": [{}]})",
                   R"({"apiKeys": [{"clientId": "a:b", "clientSecret": "hunter2", "clientName": "n",
           "restrictions": {"enabled": true}}],
           "jwtVerifiers": [{"algoSettings": {"type": "HSAlgoSettings", "size": 1, "secret": "hunter2"}},
                            {"algoSettings": {"type": "RSAlgoSettings", "publicKey": "hunter2"}}],
           "appSessions": [{"randomId": "hunter2"}, {"randomId": "hunter2", "expiredAt": 1},
                           {"randomId": "hunter2", "expiredAt": 1}]})"}));
  CAPTURE(text);
  for (const auto* place :
       {"f0: /tcpServices/0/port: ", "f0: /routes/0/frontend: ", "f1: /apiKeys/0/clientId: ",
        "f1: /apiKeys/0/restrictions/enabled: ", "f1: /jwtVerifiers/0/algoSettings/size: ",
        "f1: /jwtVerifiers/1: algoSettings.publicKey",
        "f1: /appSessions/0/expiredAt: ", "f1: /appSessions/2/randomId: "})
    CHECK(mentions(text, place));
  CHECK_FALSE(mentions(text, "hunter2"));
}

TEST_CASE("a setting without effect is a warning with its place") {
  auto imported = good({file_of(service(R"("port": 1, "clientAuth": "Need")"))});
  REQUIRE_FALSE(imported.warnings.empty());
  CHECK(mentions(imported.warnings[0].path, "f0: /tcpServices/0/clientAuth"));
}

TEST_CASE("a file that cannot be read is a problem that names it") {
  const std::string paths[] = {"/nonexistent/services.json", "/"};
  auto imported = load_import_files(paths);
  REQUIRE_FALSE(imported);
  REQUIRE(imported.error().size() == 2);
  CHECK(imported.error()[0].path == "/nonexistent/services.json");
  CHECK(mentions(imported.error()[0].sentence, "No such file"));
  CHECK(mentions(imported.error()[1].sentence, "directory"));
}
