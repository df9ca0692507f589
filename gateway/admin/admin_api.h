// The admin API as a whole: finds the operation that a request asks for, lets in who may, and refuses what no
// operation needs to see. Control thread only.
#pragma once

#include <asio/io_context.hpp>

#include "gateway/admin/admin_key.h"
#include "gateway/admin/admin_routes.h"
#include "gateway/admin/guess_brake.h"

namespace otoroshi::gateway {

class AdminApi final : public AdminService {
 public:
  struct Access {
    AdminKey key;
    bool metrics_are_open = false;
  };

  AdminApi(asio::io_context& control, AdminRoutes routes, Access access);

  std::size_t body_limit(const AdminRequest& head) override;
  // Where the client's address has shown wrong keys, see guess_brake.h.
  bool answers_late(const AdminRequest& head) const override;
  void answer(AdminRequest request, Done done) override;

 private:
  AdminResponse answer_now(AdminRequest& request);
  bool may_ask(const Operation* operation, AdminKey::Shown shown) const;
  void answer_later(AdminRequest request, Done done);

  asio::io_context& control_;
  const AdminRoutes routes_;
  const Access access_;
  GuessBrake brake_;
};

}  // namespace otoroshi::gateway
