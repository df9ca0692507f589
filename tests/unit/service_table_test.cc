#include "common/routing/service_table.h"

#include <catch2/catch.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

using namespace otoroshi;

namespace {

Target target(std::string host) {
  Target target;
  target.host = std::move(host);
  target.port = 5432;
  return target;
}

Rule rule(std::string domain, std::vector<std::string> hosts) {
  Rule rule;
  rule.domain = std::move(domain);
  for (auto& host : hosts) rule.targets.push_back(target(std::move(host)));
  return rule;
}

struct ServiceBuilder {
  TcpService service;

  explicit ServiceBuilder(std::string id) {
    service.id = std::move(id), service.port = 5432, service.sni.enabled = true;
  }
  ServiceBuilder& without_sni() { return service.sni.enabled = false, *this; }
  ServiceBuilder& tls(TlsMode mode) { return service.tls = mode, *this; }
  ServiceBuilder& client_auth(ClientAuth mode) { return service.client_auth = mode, *this; }
  ServiceBuilder& with(Rule rule) { return service.rules.push_back(std::move(rule)), *this; }
  ServiceBuilder& forwards_to(std::string host) {
    service.sni.forward_if_no_match = true;
    service.sni.forwards_to.host = std::move(host);
    return *this;
  }
  operator TcpServicePtr() const { return std::make_shared<TcpService>(service); }
};

ServiceBuilder service(std::string id) {
  return ServiceBuilder(std::move(id));
}

std::shared_ptr<const ServiceTable> table_of(std::vector<TcpServicePtr> services,
                                             const ServiceTable* previous = nullptr) {
  auto table = ServiceTable::build(std::move(services), previous);
  if (!table) FAIL(table.error().sentence);
  return *table;
}

// "service: host host" or the sentence of the refusal.
std::string answer(const ServiceTable& table, std::optional<std::string_view> name) {
  auto decision = table.route(name);
  if (!decision) return decision.error().sentence;
  std::string text = decision->service->id + ":";
  for (const auto& target : decision->targets->targets()) text += " " + target.host;
  return text;
}

}  // namespace

TEST_CASE("a name is given to the first rule that matches, of the first service that has one") {
  auto table =
      table_of({service("first").with(rule(".*read.*", {"replica"})).with(rule("db.test", {"a", "b"})),
                service("second").with(rule("*.test", {"wild"})).forwards_to("default"),
                service("third").with(rule("third.example", {"third"})).forwards_to("never")});
  struct Row {
    std::optional<std::string_view> name;
    std::string expected;
  };
  for (const auto& [name, expected] : std::vector<Row>{{"db-read.test", "first: replica"},
                                                       {"DB.test.", "first: a b"},
                                                       {"other.test", "second: wild"},
                                                       {"third.example", "third: third"},
                                                       {"test", "second: default"},
                                                       {std::nullopt, "second: default"}}) {
    CAPTURE(name.value_or("(none)"));
    CHECK(answer(*table, name) == expected);
  }
}

TEST_CASE("a decision names the rule, so that an event can tell it") {
  auto table =
      table_of({service("a").with(rule("x.test", {"x"})),
                service("b").with(rule("y.test", {"y"})).with(rule("z.test", {"z"})).forwards_to("d")});
  auto by_rule = table->route("z.test");
  REQUIRE(by_rule);
  CHECK(by_rule->by == Decision::By::rule);
  CHECK(by_rule->service->id == "b");
  CHECK(by_rule->rule == 1);
  CHECK(table->route("none.test")->by == Decision::By::forwards_to);
}

TEST_CASE("without sni.enabled every name and no name goes to all targets of all rules") {
  auto table =
      table_of({service("plain").without_sni().with(rule("a.test", {"a"})).with(rule("(", {"b", "c"}))});
  CHECK(answer(*table, std::nullopt) == "plain: a b c");
  CHECK(answer(*table, "other.test") == "plain: a b c");
  CHECK(table->route(std::nullopt)->by == Decision::By::port);
}

TEST_CASE("a refusal says what to change") {
  auto alone = table_of({service("mail").with(rule("imap.test", {"imap"}))});
  auto shared =
      table_of({service("a").with(rule("a.test", {"a"})), service("b").with(rule("b.test", {"b"}))});
  CHECK(answer(*alone, "x.test") ==
        "service 'mail': no rule matches the name 'x.test': add a rule whose domain matches it, or set "
        "sni.forwardIfNoMatch");
  CHECK(answer(*alone, std::nullopt) ==
        "service 'mail': the client sent no name: make it send one, or set sni.forwardIfNoMatch");
  CHECK(answer(*shared, "a\n'.test") ==
        "the services on port 5432: no rule matches the name 'a\\n\\'.test': add a rule whose domain matches "
        "it, or set sni.forwardIfNoMatch");
  CHECK(alone->route("x.test").error().code == ErrorCode::no_route);
  CHECK(alone->route("x.test").error().side == Side::client);

  auto empty = table_of({service("empty").without_sni()});
  CHECK(answer(*empty, std::nullopt) ==
        "service 'empty' has no target for this connection: add one to rules[].targets");
  auto nowhere = table_of({service("nowhere").forwards_to("")});
  CHECK(answer(*nowhere, std::nullopt) ==
        "service 'nowhere' has no target for this connection: add one to sni.forwardsTo");
}

TEST_CASE("services share a port only if all choose by name and speak the same TLS") {
  struct Row {
    TcpServicePtr first, second;
    bool may_share;
  };
  for (const auto& [first, second, may_share] : std::vector<Row>{
           {service("a"), service("b"), true},
           {service("a").tls(TlsMode::pass_through), service("b").tls(TlsMode::pass_through), true},
           {service("a").without_sni(), service("b"), false},
           {service("a"), service("b").without_sni(), false},
           {service("a").without_sni(), service("b").without_sni(), false},
           {service("a").tls(TlsMode::enabled), service("b"), false},
           {service("a").client_auth(ClientAuth::need), service("b").client_auth(ClientAuth::want), false}}) {
    auto table = ServiceTable::build({first, second});
    CHECK(table.has_value() == may_share);
    if (!table)
      CHECK_THAT(table.error().sentence,
                 Catch::Contains("service 'b' and service 'a' cannot share port 5432"));
  }
  CHECK_FALSE(ServiceTable::build({}));
}

TEST_CASE("a domain that cannot be used is an error only where names count") {
  CHECK_FALSE(ServiceTable::build({service("a").with(rule("(", {"x"}))}));
  CHECK(ServiceTable::build({service("a").without_sni().with(rule("(", {"x"}))}));
}

TEST_CASE("the first bytes are waited for only where something depends on them") {
  CHECK(table_of({service("a")})->needs_peek());
  CHECK(table_of({service("a").without_sni().tls(TlsMode::enabled)})->needs_peek());
  CHECK_FALSE(table_of({service("a").without_sni()})->needs_peek());
  CHECK_FALSE(table_of({service("a").without_sni().tls(TlsMode::pass_through)})->needs_peek());
}

TEST_CASE("what is known of targets survives a change of everything else") {
  auto group = [](const ServiceTable& table, std::optional<std::string_view> name) {
    return table.route(name)->targets;
  };
  auto old_table =
      table_of({service("a").with(rule("one.test", {"x"})).with(rule("two.test", {"x"})).forwards_to("d")});
  auto moved =
      table_of({service("new").with(rule("one.test", {"x"})),
                service("a").with(rule("two.test", {"x"})).with(rule("one.test", {"y"})).forwards_to("d")},
               old_table.get());
  CHECK(group(*moved, "two.test") ==
        group(*old_table, "two.test"));  // the rule is the same, its place is not
  CHECK(group(*moved, std::nullopt) == group(*old_table, std::nullopt));
  CHECK(group(*moved, "one.test") != group(*old_table, "one.test"));  // another service

  auto changed = table_of({service("a").with(rule("one.test", {"y"})).forwards_to("e")}, old_table.get());
  CHECK(group(*changed, "one.test") != group(*old_table, "one.test"));  // other targets
  CHECK(group(*changed, std::nullopt) != group(*old_table, std::nullopt));
}

TEST_CASE("names are found right whether the domains changed or not") {
  auto old_table = table_of({service("a").with(rule("one.test", {"x"})).with(rule("*.test", {"y"}))});
  auto other_targets =
      table_of({service("a").with(rule("one.test", {"z"})).with(rule("*.test", {"y"}))}, old_table.get());
  CHECK(answer(*other_targets, "one.test") == "a: z");
  auto other_order =
      table_of({service("a").with(rule("*.test", {"y"})).with(rule("one.test", {"x"}))}, old_table.get());
  CHECK(answer(*other_order, "one.test") == "a: y");
  auto more = table_of(
      {service("a").with(rule("one.test", {"x"})).with(rule("*.test", {"y"})).with(rule("*", {"w"}))},
      old_table.get());
  CHECK(answer(*more, "other") == "a: w");
}
