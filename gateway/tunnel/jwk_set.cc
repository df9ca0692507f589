#include "gateway/tunnel/jwk_set.h"

#include <algorithm>

#include "common/json/reader.h"

namespace otoroshi::gateway {
namespace {

// A token without "kid" may fit many keys, and each try costs: this many and no more.
constexpr int max_tries = 8;

std::unexpected<Error> no_set(std::string sentence) {
  return fail(ErrorCode::bad_input, Side::gateway, std::move(sentence));
}

const JsonValue* member(const JsonValue& object, const char* name) {
  const auto found = object.FindMember(name);
  return found == object.MemberEnd() ? nullptr : &found->value;
}

// "use" and "key_ops" (RFC 7517 sections 4.2 and 4.3).
bool is_for_signatures(const JsonValue& jwk) {
  const auto* use = member(jwk, "use");
  if (use && (!use->IsString() || text_of(*use) != "sig")) return false;
  const auto* operations = member(jwk, "key_ops");
  if (!operations) return true;
  return operations->IsArray() && std::ranges::any_of(operations->GetArray(), [](const JsonValue& operation) {
           return operation.IsString() && text_of(operation) == "verify";
         });
}

}  // namespace

std::optional<JwkSet::Key> JwkSet::read_key(const JsonValue& value) {
  if (!value.IsObject() || !is_for_signatures(value)) return std::nullopt;
  std::optional<JwsAlgorithm> algorithm;
  if (const auto* name = member(value, "alg")) {
    algorithm = name->IsString() ? parse_jws_algorithm(text_of(*name)) : std::nullopt;
    if (!algorithm) return std::nullopt;
  }
  auto key = JwsPublicKey::from_jwk(value);
  if (!key) return std::nullopt;
  std::optional<std::string> id;
  if (const auto* name = member(value, "kid"); name && name->IsString()) id = text_of(*name);
  return Key{std::move(id), algorithm, std::move(*key)};
}

Result<JwkSet> JwkSet::parse(std::string_view text) {
  const auto document = parse_json(text);
  if (!document) return no_set("is no JSON: " + document.error().front().sentence);
  const auto* keys = document->IsObject() ? member(*document, "keys") : nullptr;
  if (!keys || !keys->IsArray()) return no_set("is no JWK Set: an object with a list \"keys\" is wanted");
  if (keys->Size() > max_keys) return no_set("has more than 1000 keys");
  JwkSet set;
  for (const auto& value : keys->GetArray()) {
    if (auto key = read_key(value)) set.keys_.push_back(std::move(*key));
  }
  return set;
}

bool JwkSet::has(std::string_view key_id) const {
  return std::ranges::any_of(keys_, [&](const Key& key) { return key.id == key_id; });
}

bool JwkSet::has_signed(const Jws& token) const {
  int tries = 0;
  for (const auto& key : keys_) {
    if (token.key_id && key.id != token.key_id) continue;
    if (key.algorithm.value_or(token.algorithm) != token.algorithm || !key.key.fits(token.algorithm))
      continue;
    if (key.key.has_signed(token)) return true;
    if (++tries == max_tries) break;
  }
  return false;
}

}  // namespace otoroshi::gateway
