#include "gateway/config/import_file.h"

#include <catch2/catch.hpp>

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

}  // namespace

TEST_CASE("services of all files come in the order of the files") {
  auto imported =
      good({file_of(service(R"("id": "x", "port": 1)") + ',' + service(R"("id": "a", "port": 2)")),
            file_of(service(R"("id": "m", "port": 3)") + ", /* a comment */ ")});
  REQUIRE(imported.services.size() == 3);
  CHECK(imported.services[0]->id == "x");
  CHECK(imported.services[1]->id == "a");
  CHECK(imported.services[2]->id == "m");
  CHECK(imported.warnings.empty());
}

TEST_CASE("no files and empty files are no services") {
  CHECK(good({}).services.empty());
  CHECK(good({"{}", R"({"tcpServices": []})"}).services.empty());
}

TEST_CASE("a service without id gets the same one at every reading") {
  auto text = file_of(service(R"("name": "db", "port": 5433)"));
  auto id = good({text}).services[0]->id;
  CHECK(id.starts_with("tcp_service_"));
  CHECK(good({text}).services[0]->id == id);
  CHECK(good({file_of(service(R"("id": "other", "port": 1)")), text}).services[1]->id == id);
  CHECK(good({file_of(service(R"("name": "db", "port": 5434)"))}).services[0]->id != id);
  CHECK(good({file_of(service(R"("name": "db2", "port": 5433)"))}).services[0]->id != id);
}

TEST_CASE("services that share a port, all without id and name, still have ids of their own") {
  auto shared = service(R"("port": 443, "tls": "PassThrough", "sni": {"enabled": true})");
  auto services = good({file_of(shared + ',' + shared + ',' + shared)}).services;
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

TEST_CASE("conflicts between services name the later one's place, across files too") {
  auto first = file_of(service(R"("id": "a", "port": 1)"));
  auto same_id =
      to_text(bad({first, file_of(service(R"("port": 2)") + ',' + service(R"("id": "a", "port": 3)"))}));
  CHECK(mentions(same_id, "f1: /tcpServices/1/id: "));
  // The bad service in between must not shift the places.
  auto same_port =
      to_text(bad({first, file_of(service(R"("port": 0)") + ',' + service(R"("id": "b", "port": 1)"))}));
  CAPTURE(same_port);
  CHECK(mentions(same_port, "f1: /tcpServices/1/port: "));
  CHECK(mentions(same_port, "f1: /tcpServices/0/port: "));
}

TEST_CASE("sections of an Otoroshi export that mean nothing here are one warning") {
  auto imported = good(
      {R"({"label": "Otoroshi export", "config": {}, "apiKeys": [], "tcpServices": [], "scripts": []})"});
  REQUIRE(imported.warnings.size() == 2);
  CHECK(imported.warnings[0].path == "f0: /apiKeys");
  CHECK(mentions(imported.warnings[0].sentence, "not serve"));
  CHECK(imported.warnings[1].path == "f0");
  CHECK(mentions(imported.warnings[1].sentence, "label, config, scripts"));
}

TEST_CASE("what can only be a mistake is a problem") {
  struct Row {
    const char *text, *part;
  };
  const Row rows[] = {
      {"[]", "object"},
      {R"({"tcpservices": []})", "did you mean \"tcpServices\"?"},
      {R"({"tcpService": []})", "did you mean \"tcpServices\"?"},
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
