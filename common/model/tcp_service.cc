#include "common/model/tcp_service.h"

#include "common/text/quoted.h"

namespace otoroshi {

std::string_view name_of(ClientAuth client_auth) {
  return name_in<ClientAuth>(client_auth_names, client_auth);
}

std::string described(const TcpService& service) {
  return "service " + quoted(service.name.empty() ? service.id : service.name, 100, '\'');
}

}  // namespace otoroshi
