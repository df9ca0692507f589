#include <array>
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "common/tunnel/protocol.h"
#include "gateway/config/import_file.h"
#include "gateway/tunnel/tunnel_table.h"

using namespace otoroshi;
using namespace otoroshi::gateway;

namespace {

std::string document() {
  const auto root = std::filesystem::path(__FILE__).parent_path().parent_path().parent_path();
  std::ifstream file(root / "docs/tunnel-protocol.md");
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

// What stands between ```json and ```.
std::vector<std::string> json_examples(const std::string& text) {
  const std::string begin = "```json\n";
  std::vector<std::string> examples;
  for (auto at = text.find(begin); at != text.npos; at = text.find(begin, at)) {
    at += begin.size();
    examples.push_back(text.substr(at, text.find("```", at) - at));
  }
  return examples;
}

}  // namespace

TEST_CASE("docs/tunnel-protocol.md names what is on the wire as the code does") {
  const auto text = document();
  for (const auto name :
       {tunnel::path, tunnel::transport_parameter, tunnel::remote_host_parameter,
        tunnel::remote_port_parameter, tunnel::session_parameter, tunnel::ping_interval_header}) {
    CAPTURE(name);
    CHECK_THAT(text, Catch::Contains(std::string(name)));
  }
  CHECK_THAT(text, Catch::Contains(std::string(tunnel::capability_header) + ": " +
                                   std::string(tunnel::half_close_capability)));
  CHECK_THAT(text, Catch::Contains(std::to_string(tunnel::max_head / 1024) + " KiB"));
  CHECK_THAT(text, Catch::Contains("`tunnel.pingInterval` (" +
                                   std::to_string(tunnel::default_ping_interval.count() / 1000) + " s)"));
}

TEST_CASE("the examples of docs/tunnel-protocol.md are import files that are served") {
  const auto examples = json_examples(document());
  REQUIRE(examples.size() == 3);
  for (const auto& example : examples) {
    CAPTURE(example);
    const std::array files{ImportFile{"example.json", example}};
    const auto imported = read_import_files(files);
    CAPTURE(imported ? "" : to_text(imported.error()));
    REQUIRE(imported);
    for (const auto& warning : imported->warnings)
      CHECK_THAT(warning.sentence, Catch::Contains("OverrideHost"));
    const auto& entities = imported->entities.tunnel;
    const auto table = TunnelTable::build(entities, "secret");
    REQUIRE(table);
    for (const auto& route : entities.routes) CHECK((*table)->route(route->frontend.domains.front()));
  }
}
