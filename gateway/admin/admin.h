// All of the admin API: its key, its operations and its listener. Control thread only.
#pragma once

#include <memory>

#include "gateway/admin/admin_api.h"
#include "gateway/admin/admin_context.h"
#include "gateway/admin/admin_server.h"

namespace otoroshi::gateway {

class Admin {
 public:
  // Opens the listener of the settings, which say that there is one, and logs where it is and where its key
  // is. What `context` refers to must outlive what context.control runs. Fails like AdminKey::find() and
  // AdminServer::open().
  static Result<std::unique_ptr<Admin>> open(AdminContext context);

  // At SIGHUP: certificate and key, which are logged if they cannot be used.
  void reload();

 private:
  Admin(AdminContext context, AdminKey key);

  AdminContext context_;
  AdminApi api_;
  std::unique_ptr<AdminServer> server_;
};

}  // namespace otoroshi::gateway
