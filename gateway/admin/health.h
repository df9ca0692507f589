// How the gateway is, and what its probes answer: in Otoroshi's words (facts C6). (pure)
#pragma once

#include "gateway/admin/admin_http.h"

namespace otoroshi::gateway {

struct Health {
  bool started = false;  // every listener is open
  bool draining = false;
  bool store_works = true;  // the last change could be made durable, or there was none

  // A store that fails keeps nobody from being served, so it is no reason to send clients elsewhere.
  bool is_ready() const { return started && !draining; }
  bool is_well() const { return is_ready() && store_works; }
};

AdminResponse answer_health(const Health& health);
AdminResponse answer_live();
AdminResponse answer_ready(const Health& health);
AdminResponse answer_startup(const Health& health);

}  // namespace otoroshi::gateway
