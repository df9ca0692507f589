// Asks the admin API of a gateway, and turns what it refuses into sentences.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "common/base/result.h"
#include "common/http/client.h"
#include "common/json/parse.h"
#include "otoroshictl/resources/admin_target.h"

namespace otoroshi::ctl {

struct AdminQuestion {
  std::string method = "GET";
  std::string path;  // with its query
  std::string body = {};
  std::string content_type = "application/json";
};

// One connection a question. Blocks.
class AdminClient {
 public:
  explicit AdminClient(AdminTarget target) : target_(std::move(target)) {}

  const AdminTarget& target() const { return target_; }

  // Whatever is answered. Fails if nothing was, or if the key is not taken (401 without a better reason).
  Result<HttpAnswer> ask(const AdminQuestion& question) const;
  // The answer, if its status is 2xx; else it fails with refusal().
  Result<HttpAnswer> demand(const AdminQuestion& question) const;
  // demand(), as JSON.
  Result<JsonDocument> demand_json(const AdminQuestion& question) const;

 private:
  Error unreachable(const Error& error) const;
  Error key_refused(const HttpAnswer& answer) const;

  AdminTarget target_;
};

// Why the gateway did not do it, in its words: "400: ...", problems on lines of their own with their paths.
// Safe for terminals. (pure)
Error refusal(const HttpAnswer& answer);

// What the gateway accepted although it has no effect, from the header Otoroshi-Warnings. Safe for terminals.
// (pure)
std::vector<std::string> warnings_in(const HttpAnswer& answer);

}  // namespace otoroshi::ctl
