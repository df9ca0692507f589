#include "common/model/api_key_check.h"

#include "common/json/reader.h"
#include "common/text/quoted.h"

namespace otoroshi {

Problems check(const ApiKey& key) {
  Problems problems;
  const JsonPlace root(problems);
  const auto restrictions = root / "restrictions";
  if (key.client_id.find(':') != key.client_id.npos) {
    (root / "clientId")
        .problem(quoted(key.client_id) + " holds a colon, which ends the client id in Basic credentials");
  }
  if (key.restrictions.enabled) {
    (restrictions / "enabled")
        .problem(
            "this gateway does not evaluate a key's restrictions, and does not serve a key without them: set "
            "it to false, or remove the key");
  }
  return problems;
}

Problems warnings(const ApiKey& key) {
  Problems problems;
  const JsonPlace root(problems);
  if (key.enabled && key.authorized_entities.empty()) {
    (root / "authorizedEntities").problem("names nothing: the key is good for no route");
  }
  if (key.rotation.enabled && key.rotation.next_secret.empty()) {
    const auto rotation = root / "rotation";
    (rotation / "enabled").problem("has no effect without rotation.nextSecret");
  }
  return problems;
}

}  // namespace otoroshi
