#include "gateway/tunnel/jwt_claims.h"

#include <algorithm>
#include <cstdint>

#include "common/json/reader.h"
#include "common/json/writer.h"
#include "common/text/quoted.h"

namespace otoroshi::gateway {
namespace {

using TimePoint = std::chrono::system_clock::time_point;

const JsonValue* claim(const JsonValue& claims, std::string_view name) {
  const auto length = static_cast<rapidjson::SizeType>(name.size());
  const auto found = claims.FindMember(JsonValue(rapidjson::StringRef(name.data(), length)));
  return found == claims.MemberEnd() ? nullptr : &found->value;
}

std::unexpected<Error> refused(std::string sentence) {
  return fail(ErrorCode::bad_input, Side::client, std::move(sentence));
}

// NumericDate: seconds since 1970, perhaps with a fraction. Cut to what the clock can hold, whose leeway can
// still be added.
TimePoint time_of(double seconds) {
  constexpr double most = 4e9;  // in the year 2096
  const auto whole = static_cast<std::int64_t>(std::clamp(seconds, 0.0, most));
  return TimePoint(std::chrono::seconds(whole));
}

bool is_text(const JsonValue& value, std::string_view expected) {
  if (value.IsString()) return text_of(value) == expected;
  return (value.IsNumber() || value.IsBool()) && to_json(value) == expected;
}

bool is_in(const JsonValue& value, std::string_view expected) {
  if (!value.IsArray()) return is_text(value, expected);  // "aud" may be a lone text (RFC 7519 section 4.1.3)
  return std::ranges::any_of(value.GetArray(),
                             [&](const JsonValue& element) { return is_text(element, expected); });
}

}  // namespace

Result<std::optional<TimePoint>> check_times(const JsonValue& claims, TimePoint now) {
  for (const auto* name : {"exp", "nbf"}) {
    const auto* time = claim(claims, name);
    if (time && !time->IsNumber())
      return refused(std::string("the token's \"").append(name).append("\" is no number of seconds"));
  }
  if (const auto* begin = claim(claims, "nbf"); begin && now < time_of(begin->GetDouble()) - token_leeway)
    return refused("the token is not valid yet (\"nbf\"); check the clock of who issued it");
  const auto* end = claim(claims, "exp");
  if (!end) return std::nullopt;
  const auto good_until = time_of(end->GetDouble()) + token_leeway;
  if (now >= good_until) return refused("the token has expired (\"exp\"); ask for a new one");
  return good_until;
}

Result<void> check_fields(const JsonValue& claims, const JwtVerifier::Verification& expected) {
  const auto check = [&](const auto& fields, auto agrees) -> Result<void> {
    for (const auto& [name, text] : fields) {
      const auto* value = claim(claims, name);
      const auto shown_name = quoted(name);
      if (!value) return refused("the token has no claim " + shown_name + ", which the verifier asks for");
      if (!agrees(*value, text))
        return refused("the token's claim " + shown_name + " is not what the verifier asks for");
    }
    return {};
  };
  if (auto fields = check(expected.fields, is_text); !fields) return fields;
  return check(expected.array_fields, is_in);
}

std::string_view text_claim(const JsonValue& claims, std::string_view name) {
  const auto* value = claim(claims, name);
  return value && value->IsString() ? text_of(*value) : std::string_view();
}

}  // namespace otoroshi::gateway
