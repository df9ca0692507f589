#include "gateway/store/row_changes.h"

#include <catch2/catch.hpp>

using namespace otoroshi;
using namespace otoroshi::gateway;

namespace {

// Sessions "a1 b1": an id and a letter's worth of content each.
EntityList<AppSession> sessions(std::string_view text) {
  EntityList<AppSession> list;
  for (; text.size() >= 2; text.remove_prefix(std::min<std::size_t>(3, text.size()))) {
    AppSession session;
    session.random_id = text.substr(0, 1);
    session.name = text.substr(1, 1);
    list.push_back(std::make_shared<const AppSession>(std::move(session)));
  }
  return list;
}

// `wanted`, in which those that also are in `known` with the same content are the same objects.
EntityList<AppSession> sharing(const EntityList<AppSession>& known, EntityList<AppSession> wanted) {
  for (auto& entity : wanted) {
    for (const auto& same : known) {
      if (*same == *entity) entity = same;
    }
  }
  return wanted;
}

const auto& kind = std::get<EntityKind<AppSession>>(entity_kinds());

std::string text_of(const RowChanges& changes) {
  std::vector<std::string> parts;
  for (const auto& key : changes.removed) parts.push_back(std::string("-").append(key.id));
  std::ranges::sort(parts);
  for (const auto& row : changes.updated)
    parts.push_back(std::string("~").append(row.id).append(std::to_string(row.position)));
  for (const auto& row : changes.added)
    parts.push_back(std::string("+").append(row.id).append(std::to_string(row.position)));
  std::string text;
  for (const auto& part : parts) text.append(text.empty() ? "" : " ").append(part);
  return text;
}

}  // namespace

TEST_CASE("only the rows of what changed are written, and their order is that of the list") {
  struct Row {
    std::string_view before, wanted;
    const char* changes;
    Positions positions;
  };
  // `before` stands at 10, 20, 30...; the next free position is 100.
  const Row rows[] = {
      {"", "", "", {}},
      {"a1 b1", "a1 b1", "", {10, 20}},
      {"", "a1 b1", "+a100 +b101", {100, 101}},
      {"a1 b1", "", "-a -b", {}},
      {"a1 b1", "a1 b1 c1", "+c100", {10, 20, 100}},
      {"a1 b1 c1", "a1 b2 c1", "~b20", {10, 20, 30}},
      {"a1 b1 c1", "a2 b1 c2", "~a10 ~c30", {10, 20, 30}},
      {"a1 b1 c1", "b1 c1", "-a", {20, 30}},
      {"a1 b1 c1", "a1 c1", "-b", {10, 30}},
      {"a1 b1 c1", "a1 b1", "-c", {10, 20}},
      {"a1 b1 c1 d1", "a1 c2 d1 e1", "-b ~c30 +e100", {10, 30, 40, 100}},
      // Another id in the same place is another entity.
      {"a1 b1", "a1 c1", "-b +c100", {10, 100}},
      // What comes behind a newer one stands behind it.
      {"a1 b1", "x1 a1 b1", "~a101 ~b102 +x100", {100, 101, 102}},
      {"a1 b1 c1", "a1 x1 c1", "-b ~c101 +x100", {10, 100, 101}},
      {"a1 b1 c1", "c1 b1 a1", "~b100 ~a101", {30, 100, 101}},
      {"a1 b1", "b1 a1", "~a100", {20, 100}},
  };
  for (const auto& row : rows) {
    CAPTURE(std::string(row.before), std::string(row.wanted));
    const auto before = sessions(row.before);
    Positions positions;
    for (std::size_t i = 1; i <= before.size(); ++i) positions.push_back(10 * static_cast<std::int64_t>(i));
    // Equal content is no change, whether it is the same object or another.
    for (const bool shares : {true, false}) {
      CAPTURE(shares);
      auto wanted = sessions(row.wanted);
      if (shares) wanted = sharing(before, std::move(wanted));
      RowPlan plan(100);
      CHECK(plan.change(kind, before, positions, wanted) == row.positions);
      CHECK(text_of(plan.changes()) == row.changes);
      CHECK(plan.changes().empty() == (*row.changes == 0));
    }
  }
}

TEST_CASE("a row holds the whole entity") {
  AppSession session;
  session.random_id = "id";
  session.name = "Alice";
  session.expired_at = 4'102'444'800'000;
  session.unknown_fields = R"({"more":[1]})";
  RowPlan plan(7);
  plan.change(kind, {}, {}, {std::make_shared<const AppSession>(session)});
  REQUIRE(plan.changes().added.size() == 1);
  CHECK(plan.changes().added[0].kind == "appSessions");
  CHECK(parse_entity(kind.description(), plan.changes().added[0].json) == session);
  CHECK(plan.next_position() == 8);
}

TEST_CASE("other sections are rows by name") {
  RowPlan plan(100);
  plan.change_sections({{"config", "{}"}, {"gone", "1"}, {"scripts", "[]"}},
                       {{"config", "{}"}, {"new", "2"}, {"scripts", "[1]"}});
  CHECK(text_of(plan.changes()) == "-gone ~scripts101 +new100");
  CHECK(plan.changes().updated[0].kind == "section");
  CHECK(plan.changes().updated[0].json == "[1]");
}
