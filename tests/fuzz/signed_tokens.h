// Tokens that were signed once, and what believes them: the private keys of RS256 and ES256 are thrown away,
// so that nobody can sign others. Claims: {"sub":"alice"}.
#pragma once

#include <string_view>

#include "common/model/jwt_verifier.h"

namespace otoroshi::test {

struct SignedToken {
  JwtAlgorithm type;
  std::string_view key;  // the secret, or the public key as PEM
  std::string_view token;
  std::string_view jwk_number;  // "n" or "x" of the key as a JWK, how it begins; HS: none
};

inline constexpr SignedToken signed_tokens[] = {
    {JwtAlgorithm::hs, "a secret of the issuer's",
     "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhbGljZSJ9.JBa9-kgCq9riuM6G4rGuwXK287LrairL4IOk4i7EAps", ""},
    {JwtAlgorithm::rs,
     "-----BEGIN PUBLIC KEY-----\n"
     "MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAtUJDU2iv9tZw421oUz/3\n"
     "a4nqPk1N1u4PzTvN6xVgyVdicWwCg7v7l1PRXsGclATrsYz832FEnbWOKdCj9h2Z\n"
     "fedxM+UdzvQuiJBLTHulhL/xMKCwlqsdR7+p2uX9C1IqOk20+4fpB64hwwo9Xypr\n"
     "QSCVPUZA1V6P7i0ReDEiyGXfhDwe9e92BGaXYK18+PYTiwwF6Km/Wojrtn9AbmSH\n"
     "Ods/Mv5RnyF0/5vjGMKyv7XC9ESpDZRsqfrhtZ904hKWOu2gMhM0MAYH6LvJJduB\n"
     "8kLszlGBcoiNvmFoUKXvC79MYJHSsr6o34HiNC7JI+7qr3VGPxxBBKAJkLUtvkju\n"
     "4QIDAQAB\n"
     "-----END PUBLIC KEY-----\n",
     "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJhbGljZSJ9.oSA3wJcJgjQYXqvEMUqkWfaQTAE3pHL7-WKEWvz4G3ZvFdPA"
     "FXPOQP07lzRaPYaxtuvyKhUoTtFlMQ6AFrrzWlmGvdN70gxFd92j9gNPVe7Ch9_Lgg6z84Yf8evlAXx0cAabSXWbvj"
     "lFlDpaU0_W0KMvZlVqv1akhr_bzYHnINU7Cjd0UcBLE4yXeRb2E4uq9okupMGGqMOVljdkoLqbrtrIUq7_DVn0BqJ3"
     "9H2D63KB4a1uNN5IgS9CgZLYRXdV9XN1Y7AtFgqrdgr5zPKrpZ-Af44irSONN7ztdy1K28gdFMj5AAkrPYd4zTpI2t"
     "r5t42ntcDOk0B-C7asvOiY_Q",
     "tUJDU2iv9tZw421oUz_3a4nqPk1N1u4PzTvN6xVgyVdicWwCg7v7l1PRXsGclATrsYz832FEnbWOKdCj"},
    {JwtAlgorithm::es,
     "-----BEGIN PUBLIC KEY-----\n"
     "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE9Kl3Xqf5U2asH9SEjioL4e4HY07x\n"
     "Vh1JBbj7PjuhkFu648t5ki1UC4XS9qfaRtKCE6HYE5kzI9geviCFRz6jGg==\n"
     "-----END PUBLIC KEY-----\n",
     "eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJhbGljZSJ9.dWVK2SsuBsUzKzqTGDm5OLSxd1xH95Q8QB9v7HZGyNZmuNbt"
     "ndsC-IsLVQmgkDgiyAQllxh5vZ4RimB7oHdvUA",
     "9Kl3Xqf5U2asH9SEjioL4e4HY07xVh1JBbj7Pjuh"}};

}  // namespace otoroshi::test
