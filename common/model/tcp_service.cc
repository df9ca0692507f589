#include "common/model/tcp_service.h"

namespace otoroshi {

std::string_view name_of(TlsMode mode) {
  return name_in<TlsMode>(tls_mode_names, mode);
}

std::string_view name_of(ClientAuth client_auth) {
  return name_in<ClientAuth>(client_auth_names, client_auth);
}

std::string_view name_of(ProxyProtocol version) {
  return name_in<ProxyProtocol>(proxy_protocol_names, version);
}

}  // namespace otoroshi
