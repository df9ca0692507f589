// Connections that RESTinio 0.6.16 reads requests from and writes answers to. Of RESTinio only its connection
// is used: its acceptor ends for good at the first error of accept() (EMFILE), and its server gives no say in
// what of a body is kept. Control thread only.
#pragma once

#include <memory>

#include "gateway/admin/admin_socket.h"

namespace otoroshi::gateway {

class HttpConnections {
 public:
  HttpConnections();
  ~HttpConnections();

  // The connection lives until it ends by itself, also longer than this object.
  void start(AdminSocket socket, const asio::ip::tcp::endpoint& peer);

 private:
  struct Shared;
  std::unique_ptr<Shared> shared_;
};

}  // namespace otoroshi::gateway
