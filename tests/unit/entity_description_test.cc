#include <catch2/catch.hpp>

#include "common/model/entity_description.h"

using namespace otoroshi;
using namespace std::string_literals;

namespace {

enum class Colour { red, dark_blue };
constexpr EnumName<Colour> colour_names[] = {{Colour::red, "Red"}, {Colour::dark_blue, "DarkBlue"}};

struct Wheel {
  std::int64_t size = 26;
  std::string unknown_fields = {};
  friend bool operator==(const Wheel&, const Wheel&) = default;
};

struct Bike {
  std::string name = {};
  Colour colour = Colour::red;
  std::optional<std::uint8_t> gears = {};
  std::vector<Wheel> wheels = {};
  std::map<std::string, std::vector<std::string>> notes = {};
  bool bell = true;
  std::string unknown_lights = {};
  std::string unknown_fields = {};
};

const EntityDescription<Wheel>& wheel_description() {
  static const auto table =
      EntityDescription<Wheel>("A wheel.", &Wheel::unknown_fields)
          .field("size", &Wheel::size, kinds::integer<std::int64_t>({1, 100}), "Inches.");
  return table;
}

const EntityDescription<Bike>& bike_description() {
  using namespace kinds;
  static const auto table =
      EntityDescription<Bike>("A bicycle.", &Bike::unknown_fields)
          .field("name", &Bike::name, text(), "Its name.", Presence::required, {"title", "label"})
          .field("colour", &Bike::colour, one_of<Colour>(colour_names), "Its colour.")
          .field("gears", &Bike::gears, kinds::optional(integer<std::uint8_t>()), "How many gears.")
          .field("wheels", &Bike::wheels, list_of(object_of(wheel_description())), "Its wheels.")
          .field("notes", &Bike::notes, map_of(list_of(text())), "Notes.")
          .group("lights",
                 EntityDescription<Bike>("What makes it seen.", &Bike::unknown_lights)
                     .field("bell", &Bike::bell, boolean(), "A bell."),
                 Presence::extension);
  return table;
}

std::string complaint(std::string_view json) {
  const auto bike = read_entity(bike_description(), *parse_json(json));
  return bike ? "" : to_text(bike.error());
}

std::string rewritten(std::string_view json) {
  const auto bike = read_entity(bike_description(), *parse_json(json));
  if (!bike) return to_text(bike.error());
  JsonWriter writer;
  bike_description().write(*bike, writer);
  return writer.take();
}

}  // namespace

TEST_CASE("a table reads and writes every kind of field") {
  CHECK(rewritten(R"({"name":"a"})") == R"({"name":"a","colour":"Red","gears":null,"wheels":[],"notes":{}})");
  const auto full = R"({"name":"a","colour":"DarkBlue","gears":255,"wheels":[{"size":1},{"size":26,"w":0}],)"
                    R"("notes":{"x":["1","2"],"y":[]},"lights":{"bell":false,"lamp":{}},"z":0})"s;
  CHECK(rewritten(full) == full);
  CHECK(rewritten(R"({"title":"a","colour":"darkblue"})") ==
        R"({"name":"a","colour":"DarkBlue","gears":null,"wheels":[],"notes":{}})");
}

TEST_CASE("a table names every value that it does not allow") {
  const struct {
    std::string_view json, complaint;
  } rows[] = {
      {R"({})", "/name: is missing: a text is wanted"},
      {R"({"name":"a","label":"b"})", R"(/label: the field "name" is given under two names)"},
      {R"({"name":"a","label":null})", ""},
      {R"({"label":1})", "/label: a number is not allowed: a text is wanted"},
      {R"({"name":"a","gears":256})", "/gears: 256 is not allowed: a whole number from 0 to 255 is wanted"},
      {R"({"name":"a","gears":1.0})", "/gears: 1.0 is not allowed: a whole number from 0 to 255 is wanted"},
      {R"({"name":"a","wheels":[{"size":0},null]})",
       "/wheels/0/size: 0 is not allowed: a whole number from 1 to 100 is wanted\n"
       "/wheels/1: null is not allowed: an object is wanted"},
      {R"({"name":"a","notes":{"x":["1",2],"y":3}})",
       "/notes/x/1: a number is not allowed: a text is wanted\n/notes/y: a number is not allowed: a list is "
       "wanted"},
      {R"({"name":"a","lights":{"bell":1}})", "/lights/bell: 1 is not allowed: true or false is wanted"},
      {R"({"name":"a","lights":[]})", "/lights: a list is not allowed: an object is wanted"},
      {R"({"name":"a","colour":"green"})",
       R"(/colour: "green" is not allowed: one of "Red", "DarkBlue" is wanted)"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.json);
    CHECK(complaint(row.json) == row.complaint);
  }
}

TEST_CASE("a table has a JSON Schema with documentation, defaults and what is allowed") {
  const auto schema = parse_json(bike_description().schema());
  REQUIRE(schema);
  const auto at = [&](const char* name) { return to_json((*schema)["properties"][name]); };
  CHECK(to_json((*schema)["required"]) == R"(["name"])");
  CHECK(at("name") == R"({"description":"Its name.","type":"string"})");
  CHECK(at("colour") == R"({"description":"Its colour.","default":"Red","enum":["Red","DarkBlue"]})");
  CHECK(at("gears") == R"({"description":"How many gears.","default":null,)"
                       R"("anyOf":[{"type":"integer","minimum":0,"maximum":255},{"type":"null"}]})");
  CHECK(at("lights") ==
        R"({"description":"What makes it seen.","type":"object",)"
        R"("properties":{"bell":{"description":"A bell.","default":true,"type":"boolean"}},"required":[]})");
}
