#include <catch2/catch.hpp>

#include <ctime>
#include <span>
#include <string>
#include <string_view>

#include "common/json/equal.h"
#include "common/json/patch.h"
#include "common/json/writer.h"

using namespace otoroshi;
using namespace std::string_literals;
using namespace std::string_view_literals;

namespace {

JsonDocument json(std::string_view text) {
  CAPTURE(text);
  auto document = parse_json(text);
  REQUIRE(document);
  return std::move(*document);
}

using Apply = std::expected<JsonDocument, Problems> (*)(const JsonValue&, const JsonValue&,
                                                        const PatchLimits&);

// The new document, or what is wrong, as text.
std::string after(Apply apply, std::string_view target, std::string_view operations,
                  PatchLimits limits = {}) {
  const auto before = json(target);
  const auto patched = apply(before, json(operations), limits);
  CHECK(to_json(before) == to_json(json(target)));
  return patched ? to_json(*patched) : to_text(patched.error());
}

std::string patched(std::string_view target, std::string_view operations, PatchLimits limits = {}) {
  return after(apply_json_patch, target, operations, limits);
}

std::string dotted(std::string_view target, std::string_view changes) {
  return after(apply_dotted_patch, target, changes);
}

std::string merged(std::string_view target, std::string_view patch) {
  return to_json(merge_patched(json(target), json(patch)));
}

std::string repeat(std::string_view part, std::size_t times) {
  std::string text;
  for (std::size_t i = 0; i < times; ++i) text += part;
  return text;
}

// [part,part,...]
std::string list_of(std::string_view part, std::size_t times) {
  auto text = "["s + repeat(std::string(part) + ",", times);
  text.back() = ']';
  return text;
}

std::string nested(std::size_t depth) {
  return repeat("[", depth) + repeat("]", depth);
}

struct PatchRow {
  std::string_view target, operations, outcome;
};

void check_rows(Apply apply, std::span<const PatchRow> rows) {
  for (const auto& row : rows) {
    CAPTURE(row.target, row.operations);
    CHECK(after(apply, row.target, row.operations) == row.outcome);
  }
}

}  // namespace

TEST_CASE("JSON Patch: the examples of RFC 6902, appendix A") {
  const PatchRow rows[] = {
      // A.1 to A.5
      {R"({"foo":"bar"})", R"([{"op":"add","path":"/baz","value":"qux"}])", R"({"foo":"bar","baz":"qux"})"},
      {R"({"foo":["bar","baz"]})", R"([{"op":"add","path":"/foo/1","value":"qux"}])",
       R"({"foo":["bar","qux","baz"]})"},
      {R"({"baz":"qux","foo":"bar"})", R"([{"op":"remove","path":"/baz"}])", R"({"foo":"bar"})"},
      {R"({"foo":["bar","qux","baz"]})", R"([{"op":"remove","path":"/foo/1"}])", R"({"foo":["bar","baz"]})"},
      {R"({"baz":"qux","foo":"bar"})", R"([{"op":"replace","path":"/baz","value":"boo"}])",
       R"({"baz":"boo","foo":"bar"})"},
      // A.6, A.7: moving a value, an element
      {R"({"foo":{"bar":"baz","waldo":"fred"},"qux":{"corge":"grault"}})",
       R"([{"op":"move","from":"/foo/waldo","path":"/qux/thud"}])",
       R"({"foo":{"bar":"baz"},"qux":{"corge":"grault","thud":"fred"}})"},
      {R"({"foo":["all","grass","cows","eat"]})", R"([{"op":"move","from":"/foo/1","path":"/foo/3"}])",
       R"({"foo":["all","cows","eat","grass"]})"},
      // A.8, A.9: tests
      {R"({"baz":"qux","foo":["a",2,"c"]})",
       R"([{"op":"test","path":"/baz","value":"qux"},{"op":"test","path":"/foo/1","value":2}])",
       R"({"baz":"qux","foo":["a",2,"c"]})"},
      {R"({"baz":"qux"})", R"([{"op":"test","path":"/baz","value":"bar"}])",
       "/0/value: the document has another value there"},
      // A.10 to A.12: objects within each other, unknown fields, a parent that is not there
      {R"({"foo":"bar"})", R"([{"op":"add","path":"/child","value":{"grandchild":{}}}])",
       R"({"foo":"bar","child":{"grandchild":{}}})"},
      {R"({"foo":"bar"})", R"([{"op":"add","path":"/baz","value":"qux","xyz":123}])",
       R"({"foo":"bar","baz":"qux"})"},
      {R"({"foo":"bar"})", R"([{"op":"add","path":"/baz/bat","value":"qux"}])",
       R"(/0/path: there is nothing at "/baz": the object has no such field)"},
      // A.14 to A.16: escapes, a text is no number, an array as a value
      {R"({"/":9,"~1":10})", R"([{"op":"test","path":"/~01","value":10}])", R"({"/":9,"~1":10})"},
      {R"({"/":9,"~1":10})", R"([{"op":"test","path":"/~01","value":"10"}])",
       "/0/value: the document has another value there"},
      {R"({"foo":["bar"]})", R"([{"op":"add","path":"/foo/-","value":["abc","def"]}])",
       R"({"foo":["bar",["abc","def"]]})"},
  };
  check_rows(apply_json_patch, rows);
}

TEST_CASE("JSON Patch: the whole document, its ends and its oddly named fields") {
  const PatchRow rows[] = {
      {R"({"a":1})", R"([])", R"({"a":1})"},
      {R"({"a":1})", R"([{"op":"add","path":"","value":[1]}])", "[1]"},
      {R"({"a":1})", R"([{"op":"replace","path":"","value":"x"}])", R"("x")"},
      {R"({"a":{"b":2}})", R"([{"op":"copy","from":"/a","path":""}])", R"({"b":2})"},
      {R"({"a":{"b":2}})", R"([{"op":"move","from":"/a","path":""}])", R"({"b":2})"},
      {R"({"a":1})", R"([{"op":"copy","from":"","path":"/b"}])", R"({"a":1,"b":{"a":1}})"},
      {R"({"a":1})", R"([{"op":"remove","path":""}])", "/0/path: the whole document cannot be removed"},
      {R"({"a":1})", R"([{"op":"add","path":"/a","value":null}])", R"({"a":null})"},
      {R"({"":1,"a/b":2,"m~n":3})",
       R"([{"op":"remove","path":"/"},{"op":"replace","path":"/a~1b","value":5},{"op":"remove","path":"/m~0n"}])",
       R"({"a/b":5})"},
      {"{\"a\\u0000b\":1,\"a\":2}", "[{\"op\":\"remove\",\"path\":\"/a\\u0000b\"}]", R"({"a":2})"},
      {R"([])", R"([{"op":"add","path":"/0","value":1},{"op":"add","path":"/0","value":0}])", "[0,1]"},
      {R"({"0":"zero"})", R"([{"op":"remove","path":"/0"}])", "{}"},
      {R"({"-":"dash"})", R"([{"op":"remove","path":"/-"}])", "{}"},
      {R"({"a":1})", R"([{"op":"move","from":"/a","path":"/a"}])", R"({"a":1})"},
      {R"({"a":1,"ab":{}})", R"([{"op":"move","from":"/a","path":"/ab/c"}])", R"({"ab":{"c":1}})"},
  };
  check_rows(apply_json_patch, rows);
}

TEST_CASE("JSON Patch: numbers are tested by value, objects whatever their order") {
  const struct {
    std::string_view present, wanted;
    bool equal;
  } rows[] = {
      {"1", "1.0", true},
      {"1", "10e-1", true},
      {"-0.0", "0", true},
      {"1", "2", false},
      {"-1", "18446744073709551615", false},
      {"18446744073709551615", "18446744073709551615", true},
      {"9007199254740993", "9007199254740992", false},
      {"1", "true", false},
      {"0", "null", false},
      {"true", "true", true},
      {"true", "false", false},
      {"null", "null", true},
      {R"("a\u0000b")", R"("a\u0000c")", false},
      {R"({"a":1,"b":[{}]})", R"({"b":[{}],"a":1})", true},
      {R"({"a":1,"b":2})", R"({"b":1,"a":2})", false},
      {R"({"a":1})", R"({"a":1,"b":2})", false},
      {R"({"a":1,"b":2})", R"({"a":1})", false},
      {"[1,2]", "[2,1]", false},
      {"[1]", "[1,2]", false},
      {"[1,2]", "[1]", false},
      {"[]", "{}", false},
  };
  for (const auto& row : rows) {
    CAPTURE(row.present, row.wanted);
    CHECK(equal_json(json(row.present), json(row.wanted)) == row.equal);
    const auto test = R"([{"op":"test","path":"","value":)"s.append(row.wanted).append("}]");
    CHECK((patched(row.present, test).find("another value") == std::string::npos) == row.equal);
  }
}

TEST_CASE("JSON Patch: what does not fit the document is told, and nothing is done") {
  const auto target = R"({"a":[1,2],"b":"text"})"sv;
  const struct {
    std::string_view operation, complaint;
  } rows[] = {
      {R"({"op":"remove","path":"/c"})", R"(path: there is nothing at "/c": the object has no such field)"},
      {R"({"op":"replace","path":"/c","value":1})",
       R"(path: there is nothing at "/c": the object has no such field)"},
      {R"({"op":"remove","path":"/a/2"})",
       R"(path: there is nothing at "/a/2": the list has 2 elements, counted from 0)"},
      {R"({"op":"remove","path":"/a/-"})",
       R"(path: there is nothing at "/a/-": the list has 2 elements, counted from 0)"},
      {R"({"op":"add","path":"/a/3","value":1})",
       R"(path: there is nothing at "/a/3": the list has 2 elements, counted from 0)"},
      {R"({"op":"add","path":"/a/00","value":1})",
       R"(path: there is nothing at "/a/00": the list has 2 elements, counted from 0)"},
      {R"({"op":"add","path":"/a/01","value":1})",
       R"(path: there is nothing at "/a/01": the list has 2 elements, counted from 0)"},
      {R"({"op":"add","path":"/a/+1","value":1})",
       R"(path: there is nothing at "/a/+1": the list has 2 elements, counted from 0)"},
      {R"({"op":"add","path":"/a/-1","value":1})",
       R"(path: there is nothing at "/a/-1": the list has 2 elements, counted from 0)"},
      {R"({"op":"add","path":"/a/1e0","value":1})",
       R"(path: there is nothing at "/a/1e0": the list has 2 elements, counted from 0)"},
      {R"({"op":"add","path":"/a/4294967296","value":1})",
       R"(path: there is nothing at "/a/4294967296": the list has 2 elements, counted from 0)"},
      {R"({"op":"add","path":"/a/","value":1})",
       R"(path: there is nothing at "/a/": the list has 2 elements, counted from 0)"},
      {R"({"op":"add","path":"/b/0","value":1})",
       R"(path: there is nothing at "/b/0": what it would be in is neither an object nor a list)"},
      {R"({"op":"copy","from":"/x~1y/z","path":"/c"})",
       R"(from: there is nothing at "/x~1y": the object has no such field)"},
      {R"({"op":"move","from":"/c","path":"/c"})",
       R"(from: there is nothing at "/c": the object has no such field)"},
      {R"({"op":"move","from":"/a","path":"/a/0"})", "path: a value cannot be moved into itself"},
      {R"({"op":"move","from":"","path":"/a"})", "path: a value cannot be moved into itself"},
      {R"({"op":"move","from":"/a/0","path":"/a/2"})",
       R"(path: there is nothing at "/a/2": the list has 1 element, counted from 0)"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.operation);
    const auto operations =
        R"([{"op":"replace","path":"/b","value":"changed"},)"s.append(row.operation) + "]";
    CHECK(patched(target, operations) == "/1/"s + std::string(row.complaint));
  }
}

TEST_CASE("JSON Patch: every ill-formed operation is told") {
  const PatchRow rows[] = {
      {"{}", "{}", "an object is not allowed: a list is wanted"},
      {"{}", R"([1,{"path":"/a"},{"op":"merge","path":"/a"},{"op":2}])",
       "/0: a number is not allowed: an object is wanted\n"
       "/1/op: the operation needs this field\n"
       "/2/op: \"merge\" is not allowed: add, remove, replace, move, copy or test is wanted\n"
       "/3/op: a number is not allowed: a text is wanted"},
      {"{}", R"([{"op":"add"},{"op":"move","path":"/a"},{"op":"copy","path":1,"from":null}])",
       "/0/path: the operation needs this field\n"
       "/0/value: the operation needs this field\n"
       "/1/from: the operation needs this field\n"
       "/2/path: a number is not allowed: a text is wanted\n"
       "/2/from: null is not allowed: a text is wanted"},
      {"{}", R"([{"op":"set","path":"/a","value":1},{"OP":"remove","path":"/a"}])",
       "/0/op: \"set\" is not allowed: add, remove, replace, move, copy or test is wanted\n"
       "/1/op: the operation needs this field"},
  };
  check_rows(apply_json_patch, rows);
  for (const auto pointer : {"a", "a/b", "#/a", "/~", "/~2", "/a~"}) {
    CAPTURE(pointer);
    const auto complaint = patched("{}", R"([{"op":"remove","path":")"s.append(pointer) + "\"}]");
    CHECK(complaint == "/0/path: \""s.append(pointer) +
                           "\" is not allowed: a JSON Pointer is wanted, \"\" or \"/\" in front of each "
                           "step, with ~0 for ~ and ~1 for / within a step");
  }
}

TEST_CASE("JSON Patch: hostile patches are bounded") {
  const auto started = std::clock();  // of this process: others have the cores, too

  SECTION("number of operations") {
    const auto operations = [](std::size_t count) {
      return list_of(R"({"op":"test","path":"","value":{}})", count);
    };
    CHECK(patched("{}", operations(10'000)) == "{}");
    CHECK(patched("{}", operations(10'001)) ==
          "10001 operations are too many: at most 10000 are done at once");
  }
  SECTION("copies that double the document") {
    const auto doubling = list_of(R"({"op":"copy","from":"/a","path":"/a/-"})", 60);
    CHECK(patched(R"({"a":["0123456789"]})", doubling)
              .find("/from: the operations up to this one put in more "
                    "than 4MiB of JSON") != std::string::npos);
    const auto pairwise = list_of(R"({"op":"copy","from":"/a","path":"/b/-"},
                                     {"op":"copy","from":"/b","path":"/a/-"},
                                     {"op":"replace","path":"/b","value":[]})",
                                  3000);
    CHECK(patched(R"({"a":["0123456789"],"b":[]})", pairwise).starts_with("/"));
  }
  SECTION("copies over each other, of which each result is small") {
    const auto text = R"({"a":")"s + std::string(100'000, 'x') + R"("})";
    const auto copies = list_of(R"({"op":"copy","from":"/a","path":"/b"})", 10'000);
    CHECK(patched(text, copies).starts_with("/41/from: "));
  }
  SECTION("a result that is larger than the limit") {
    const auto target = list_of("\"0123456789\"", 10);
    const auto add = R"([{"op":"add","path":"/-","value":"0123456789"}])"sv;
    CHECK(patched(target, add, {.bytes = 144}).ends_with("\"0123456789\"]"));
    CHECK(patched(target, add, {.bytes = 143}) == "the patched document is larger than 143");
  }
  SECTION("nesting") {
    const auto add = [](std::size_t depth) {
      return R"([{"op":"add","path":"/0/0/-","value":)"s + nested(depth) + "}]";
    };
    CHECK(patched("[[[]]]", add(61)) == nested(64));
    CHECK(patched("[[[]]]", add(62)) ==
          "/0/path: this would put more than 64 arrays and objects within each other");
    CHECK(patched(nested(33), R"([{"op":"copy","from":"","path":")"s + repeat("/0", 32) + "/-\"}]")
              .starts_with("/0/path: this would put"));
    CHECK(patched("["s + nested(33) + "," + nested(33) + "]",
                  R"([{"op":"move","from":"/1","path":")"s + repeat("/0", 33) + "/-\"}]")
              .starts_with("/0/path: this would put"));
    CHECK(patched("{}", R"([{"op":"add","path":")"s + repeat("/a", 100'000) + R"(","value":1}])")
              .starts_with("/0/path: "));
  }
  SECTION("thousands of elements put before hundreds of thousands") {
    const auto front = list_of(R"({"op":"add","path":"/0","value":0})", 10'000);
    CHECK(patched(list_of("0", 500'000), front).find("too much work") != std::string::npos);
    CHECK(patched(list_of("0", 1'000), front) == list_of("0", 11'000));
  }
  SECTION("thousands of values moved deeper and back") {
    const auto moves = list_of(R"({"op":"move","from":"/a","path":"/b/c"},
                                  {"op":"move","from":"/b/c","path":"/a"})",
                               5'000);
    const auto large = R"({"a":)"s + list_of("0", 500'000) + R"(,"b":{}})";
    CHECK(patched(large, moves).find("too much work") != std::string::npos);
  }
  SECTION("thousands of fields among hundreds of thousands") {
    std::string fields;
    for (int i = 0; i < 200'000; ++i) fields.append("\"").append(std::to_string(i)).append("\":0,");
    const auto object = "{"s + fields + R"("last":0})";
    const auto tests = list_of(R"({"op":"test","path":"/last","value":0})", 10'000);
    CHECK(patched(object, tests).find("too much work") != std::string::npos);
    CHECK(equal_json(json(object), json(object)));
    CHECK(merged(object, object) == object);
  }
  CHECK(std::clock() - started < 20 * CLOCKS_PER_SEC);  // else: minutes
}

TEST_CASE("merge patch: the examples of RFC 7396, section 3 and appendix A") {
  const struct {
    std::string_view target, patch, result;
  } rows[] = {
      {R"({"a":"b"})", R"({"a":"c"})", R"({"a":"c"})"},
      {R"({"a":"b"})", R"({"b":"c"})", R"({"a":"b","b":"c"})"},
      {R"({"a":"b"})", R"({"a":null})", R"({})"},
      {R"({"a":"b","b":"c"})", R"({"a":null})", R"({"b":"c"})"},
      {R"({"a":["b"]})", R"({"a":"c"})", R"({"a":"c"})"},
      {R"({"a":"c"})", R"({"a":["b"]})", R"({"a":["b"]})"},
      {R"({"a":{"b":"c"}})", R"({"a":{"b":"d","c":null}})", R"({"a":{"b":"d"}})"},
      {R"({"a":[{"b":"c"}]})", R"({"a":[1]})", R"({"a":[1]})"},
      {R"(["a","b"])", R"(["c","d"])", R"(["c","d"])"},
      {R"({"a":"b"})", R"(["c"])", R"(["c"])"},
      {R"({"a":"foo"})", "null", "null"},
      {R"({"a":"foo"})", R"("bar")", R"("bar")"},
      {R"({"e":null})", R"({"a":1})", R"({"e":null,"a":1})"},
      {"[1,2]", R"({"a":"b","c":null})", R"({"a":"b"})"},
      {"{}", R"({"a":{"bb":{"ccc":null}}})", R"({"a":{"bb":{}}})"},
      {R"({"title":"Goodbye!","author":{"givenName":"John","familyName":"Doe"},
           "tags":["example","sample"],"content":"This will be unchanged"})",
       R"({"title":"Hello!","phoneNumber":"+01-123-456-7890","author":{"familyName":null},
           "tags":["example"]})",
       R"({"title":"Hello!","author":{"givenName":"John"},"tags":["example"],)"
       R"("content":"This will be unchanged","phoneNumber":"+01-123-456-7890"})"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.target, row.patch);
    CHECK(merged(row.target, row.patch) == row.result);
    CHECK(merged(row.result, row.patch) == row.result);
  }
}

TEST_CASE("dotted patch: values by names and numbers with dots between them") {
  const PatchRow rows[] = {
      {R"({"a":1})", "[]", R"({"a":1})"},
      {R"({"a":1})", R"([{"path":"a","value":2},{"path":"b","value":null}])", R"({"a":2,"b":null})"},
      {"{}", R"([{"path":"a.b.c","value":[1]}])", R"({"a":{"b":{"c":[1]}}})"},
      {R"({"a":{"b":[{"c":1,"d":2}]}})", R"([{"path":"a.b.0.c","value":3}])",
       R"({"a":{"b":[{"c":3,"d":2}]}})"},
      {R"({"a":[1]})", R"([{"path":"a.1","value":2},{"path":"a.2.b","value":3}])", R"({"a":[1,2,{"b":3}]})"},
      {R"({"a":null})", R"([{"path":"a.b","value":1}])", R"({"a":{"b":1}})"},
      {R"({"a":{}})", R"([{"path":"a.0","value":1}])", R"({"a":{"0":1}})"},
      {R"({"a":[1]})", R"([{"path":"a.2","value":2}])",
       R"(/0/path: there is nothing at "/a/2": the list has 1 element, counted from 0)"},
      {R"({"a":[1]})", R"([{"path":"a.-","value":2}])",
       R"(/0/path: there is nothing at "/a/-": the list has 1 element, counted from 0)"},
      {R"({"a":"text"})", R"([{"path":"b","value":1},{"path":"a.b","value":2}])",
       R"(/1/path: there is nothing at "/a/b": what it would be in is neither an object nor a list)"},
      {"{}", R"([{"path":"a..b","value":1},{"path":"","value":1},{"path":"a"},{"value":1},7])",
       "/0/path: \"a..b\" is not allowed: names of fields and numbers of elements with a dot between them is "
       "wanted\n"
       "/1/path: \"\" is not allowed: names of fields and numbers of elements with a dot between them is "
       "wanted\n"
       "/2/value: the operation needs this field\n"
       "/3/path: the operation needs this field\n"
       "/4: a number is not allowed: an object is wanted"},
      {"{}", R"({"path":"a","value":1})", "an object is not allowed: a list is wanted"},
  };
  check_rows(apply_dotted_patch, rows);
  CHECK(dotted("{}", R"([{"path":"a)"s + repeat(".a", 63) + R"(","value":1}])").starts_with("{\"a\":{"));
  CHECK(dotted("{}", R"([{"path":"a)"s + repeat(".a", 64) + R"(","value":1}])")
            .starts_with("/0/path: this would put more than 64 "));
}
