// A JWT verifier: which tokens are believed, and where in a request they are. The JSON is Otoroshi's
// GlobalJwtVerifier (facts C10).
// Plain data without behaviour; immutable once it is part of a snapshot.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "common/model/enum_names.h"

namespace otoroshi {

enum class JwtSource : std::uint8_t { header, query_param, cookie };
enum class JwtAlgorithm : std::uint8_t { hs, rs, es, jwks };

struct JwtVerifier {
  // "source": {"type": "InHeader", "name": "Authorization", "remove": "Bearer "}, which is the default.
  struct Source {
    JwtSource type = JwtSource::header;
    std::string name = "Authorization";
    std::string remove;  // a prefix that is cut off
    std::string unknown_fields = {};

    friend bool operator==(const Source&, const Source&) = default;
  };
  // "algoSettings"; which members mean something depends on the type.
  struct AlgoSettings {
    JwtAlgorithm type = JwtAlgorithm::hs;
    std::uint16_t size = 256;  // HS, RS, ES: 256, 384 or 512
    std::string secret;        // HS
    std::string public_key;    // RS, ES: PEM
    std::string url;           // JWKS: http://, https:// or file://
    std::uint32_t timeout_ms = 2000;
    std::uint32_t ttl_ms = 3'600'000;
    std::map<std::string, std::string> headers;
    std::string kty;                  // JWKS: "RSA" or "EC"; "": any
    std::string unknown_fields = {};  // "privateKey" among them

    friend bool operator==(const AlgoSettings&, const AlgoSettings&) = default;
  };
  // "strategy": {"type": ..., "verificationSettings": {...}}: only the latter is used here.
  struct Verification {
    std::map<std::string, std::string> fields;        // claim: the text it must be
    std::map<std::string, std::string> array_fields;  // claim: an element that must be in it
    std::string unknown_fields = {};

    friend bool operator==(const Verification&, const Verification&) = default;
  };
  struct Strategy {
    std::string type = "PassThrough";
    Verification verification;
    std::string unknown_fields = {};

    friend bool operator==(const Strategy&, const Strategy&) = default;
  };

  std::string id;
  std::string name;
  std::string description;  // "desc"
  bool enabled = true;
  bool strict = true;  // a missing token is refused
  Source source = {.remove = "Bearer "};  // as without "source" in the JSON
  AlgoSettings algo;
  Strategy strategy;
  std::vector<std::string> tags;
  std::map<std::string, std::string> metadata;
  std::string unknown_fields = {};

  friend bool operator==(const JwtVerifier&, const JwtVerifier&) = default;
};

inline constexpr EnumName<JwtSource> jwt_source_names[] = {{JwtSource::header, "InHeader"},
                                                           {JwtSource::query_param, "InQueryParam"},
                                                           {JwtSource::cookie, "InCookie"}};
inline constexpr EnumName<JwtAlgorithm> jwt_algorithm_names[] = {{JwtAlgorithm::hs, "HSAlgoSettings"},
                                                                 {JwtAlgorithm::rs, "RSAlgoSettings"},
                                                                 {JwtAlgorithm::es, "ESAlgoSettings"},
                                                                 {JwtAlgorithm::jwks, "JWKSAlgoSettings"}};

using JwtVerifierPtr = std::shared_ptr<const JwtVerifier>;

}  // namespace otoroshi
