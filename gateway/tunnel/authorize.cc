#include "gateway/tunnel/authorize.h"

#include <algorithm>
#include <utility>

#include "common/text/quoted.h"
#include "gateway/tunnel/api_key_check.h"
#include "gateway/tunnel/jwt_checker.h"
#include "gateway/tunnel/session_check.h"

namespace otoroshi::gateway {
namespace {

using TimePoint = std::chrono::system_clock::time_point;

std::unexpected<Refusal> bad_token(std::string sentence) {
  return not_admitted(401, "error.bad.token", std::move(sentence));
}

// One request on its way through the rules of one route. Each rule looks for its own credentials.
class Admitting {
 public:
  Admitting(const TunnelTable& table, const TunnelRoute& route, const tunnel::Request& request, TimePoint now)
      : table_(table), route_(route), request_(request), now_(now) {
    caller_.route_id = route.route->id;
  }

  Admission<void> admit(const ApiKeyRule& rule);
  Admission<void> admit(const SessionRule& rule);
  Task<Admission<void>> admit(const JwtRule& rule, Worker& worker, Jwks& jwks);
  Admission<Caller> finish(Quotas& quotas);

 private:
  // Whether a good one was used; a bad one refuses.
  Admission<bool> use_api_key(const ApiKeyRule& rule);
  Admission<bool> use_session();
  Admission<bool> accept(UsedApiKey used, bool is_token);
  Task<Result<TrustedToken>> believe(const JwtChecker& checker, std::string_view token, Worker& worker,
                                     Jwks& jwks);
  void let_in_by(AccessType type, std::string who);
  void expire_at(const std::optional<TimePoint>& time);
  std::unexpected<Refusal> no_token(const JwtRule& rule) const;

  const TunnelTable& table_;
  const TunnelRoute& route_;
  const tunnel::Request& request_;
  const TimePoint now_;
  ApiKeyPtr used_key_;
  Caller caller_;
};

void Admitting::let_in_by(AccessType type, std::string who) {
  if (caller_.type != AccessType::public_access && caller_.type <= type) return;
  caller_.type = type;
  caller_.who = std::move(who);
}

void Admitting::expire_at(const std::optional<TimePoint>& time) {
  if (time) caller_.expires = std::min(*time, caller_.expires.value_or(*time));
}

Admission<bool> Admitting::accept(UsedApiKey used, bool is_token) {
  // One tunnel has one owner, whose quotas count and who can be revoked.
  if (used_key_ && used_key_ != used.key)
    return not_admitted(400, "errors.invalid.api.key.tuple", "the request shows two API keys; send one");
  let_in_by(is_token ? AccessType::bearer : AccessType::apikey, used.key->client_id);
  expire_at(used.token_expires);
  caller_.api_key_id = used.key->client_id;
  caller_.api_key_secret_used = std::move(used.secret);
  used_key_ = std::move(used.key);
  return true;
}

Admission<bool> Admitting::use_api_key(const ApiKeyRule& rule) {
  const auto credentials = find_api_keys(request_, rule);
  for (const auto& credential : credentials.found) {
    const auto key = table_.api_key(credential.client_id);
    const bool is_token = std::holds_alternative<Jws>(credential.proof);
    // `Authorization: Bearer` is also where verifiers look: a token of their issuer's names no key of ours.
    const bool has_other_use = !route_.access.jwt.empty() || &credential != &credentials.found.back();
    if (is_token && !key && has_other_use) continue;
    auto used = check_api_key(key, credential, *route_.route, request_, now_);
    if (!used) return std::unexpected(std::move(used.error()));
    return accept(std::move(*used), is_token);
  }
  if (credentials.broken_token)
    return not_admitted(401, "errors.bad.api.key", credentials.broken_token->sentence);
  return false;
}

Admission<bool> Admitting::use_session() {
  const auto session = find_session(request_, table_, now_);
  if (!session) return std::unexpected(session.error());
  if (!*session) return false;
  const auto& found = **session;
  caller_.session_id = found.random_id;
  let_in_by(AccessType::session, found.email.empty() ? found.name : found.email);
  return true;
}

Admission<void> Admitting::admit(const ApiKeyRule& rule) {
  const auto key = use_api_key(rule);
  if (!key) return std::unexpected(key.error());
  if (*key) return {};
  if (rule.pass_with_user) {
    const auto session = use_session();
    if (session && *session) return {};
    if (!session && rule.mandatory) return std::unexpected(session.error());
  }
  if (!rule.mandatory) return {};
  return not_admitted(400, "errors.no.api.key",
                      "no API key: send --apikey-client-id and --apikey-client-secret, that is the header "
                      "\"Authorization: Basic base64(ID:SECRET)\", or the headers Otoroshi-Client-Id and "
                      "Otoroshi-Client-Secret");
}

Admission<void> Admitting::admit(const SessionRule& rule) {
  const auto session = use_session();
  if (session && *session) return {};
  if (rule.pass_with_apikey) {
    if (used_key_) return {};
    // Where the route has rules for keys, they have looked already.
    const auto key = route_.access.api_key.empty() ? use_api_key(ApiKeyRule{}) : Admission<bool>(false);
    if (!key) return std::unexpected(key.error());
    if (*key) return {};
  }
  if (!session) return std::unexpected(session.error());
  return not_admitted(401, "errors.no.session",
                      "no session: log in and send --session-token, that is the query parameter pappsToken");
}

Task<Result<TrustedToken>> Admitting::believe(const JwtChecker& checker, std::string_view token,
                                              Worker& worker, Jwks& jwks) {
  const auto parsed = parse_jws(token);
  if (!parsed) co_return std::unexpected(parsed.error());
  JwkSetPtr keys;
  if (checker.needs_key_set()) {
    auto found = co_await jwks.find(worker, checker.verifier().algo, parsed->key_id);
    if (!found) {
      co_return fail(ErrorCode::io, Side::gateway,
                     "the token cannot be verified by " + quoted(checker.verifier().name) + ": " +
                         found.error().sentence);
    }
    keys = std::move(*found);
  }
  co_return checker.check(*parsed, keys.get(), now_);
}

Task<Admission<void>> Admitting::admit(const JwtRule& rule, Worker& worker, Jwks& jwks) {
  std::optional<Error> why_not;
  bool has_verifier = false;
  for (const auto& id : rule.verifiers) {
    const auto checker = table_.verifier(id);
    if (!checker || !checker->verifier().enabled) continue;
    has_verifier = true;
    const auto token = checker->find_token(request_);
    if (!token) continue;
    auto trusted = co_await believe(*checker, *token, worker, jwks);
    if (trusted) {
      caller_.verifiers.push_back(checker);
      expire_at(trusted->expires);
      let_in_by(AccessType::bearer, std::move(trusted->subject));
      co_return Admission<void>();
    }
    if (!why_not) why_not = std::move(trusted.error());
  }
  if (why_not) {
    // Without its keys nobody knows whether the token is bad.
    Refusal no{401, "error.bad.token", std::move(*why_not)};
    if (no.error.side == Side::gateway) no = {503, "errors.service.unavailable", std::move(no.error)};
    co_return std::unexpected(std::move(no));
  }
  if (!has_verifier)
    co_return bad_token("the route's JWT verifier is gone or disabled; ask who runs this gateway");
  if (!rule.fail_if_absent) co_return Admission<void>();
  co_return no_token(rule);
}

std::unexpected<Refusal> Admitting::no_token(const JwtRule& rule) const {
  std::string sentence = "no token: send --bearer-token, that is the header \"Authorization: Bearer TOKEN\"";
  for (const auto& id : rule.verifiers) {
    const auto checker = table_.verifier(id);
    if (!checker) continue;
    const auto& source = checker->verifier().source;
    const auto name = quoted(source.name);
    if (source.type == JwtSource::query_param) sentence = "no token: send it as the query parameter " + name;
    if (source.type == JwtSource::cookie) sentence = "no token: send it as the cookie " + name;
  }
  return not_admitted(400, "error.expected.token.not.found", std::move(sentence));
}

Admission<Caller> Admitting::finish(Quotas& quotas) {
  if (used_key_) {
    auto taken = quotas.take(*used_key_, now_);
    if (!taken) return std::unexpected(Refusal{429, "errors.too.much.requests", std::move(taken.error())});
    caller_.quota_taken = *taken;
  }
  return std::move(caller_);
}

}  // namespace

std::string_view name_of(AccessType type) {
  static constexpr std::string_view names[] = {"public", "apikey", "bearer", "session"};
  return names[static_cast<std::size_t>(type)];
}

Task<Admission<Caller>> authorize(Worker& worker, const TunnelTable& table, const TunnelRoute& route,
                                  const tunnel::Request& request, const asio::ip::address& client,
                                  TimePoint now, Quotas& quotas, Jwks& jwks) {
  const auto& access = route.access;
  if (!access.addresses.admit(client)) {
    co_return not_admitted(403, "errors.ip.address.not.allowed",
                           "this route is not open to your address " + client.to_string());
  }
  Admitting admitting(table, route, request, now);
  for (const auto& rule : access.api_key) {
    if (auto admitted = admitting.admit(rule); !admitted) co_return std::unexpected(admitted.error());
  }
  for (const auto& rule : access.session) {
    if (auto admitted = admitting.admit(rule); !admitted) co_return std::unexpected(admitted.error());
  }
  for (const auto& rule : access.jwt) {
    auto admitted = co_await admitting.admit(rule, worker, jwks);
    if (!admitted) co_return std::unexpected(admitted.error());
  }
  co_return admitting.finish(quotas);
}

}  // namespace otoroshi::gateway
