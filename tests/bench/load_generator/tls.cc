#include "tests/bench/load_generator/tls.h"

#include <cstdio>

#include "tests/bench/load_generator/socket.h"

namespace otoroshi::bench {

TlsContext client_context() {
  TlsContext context(SSL_CTX_new(TLS_client_method()));
  if (!context || SSL_CTX_set_min_proto_version(context.get(), TLS1_3_VERSION) != 1 ||
      SSL_CTX_set_ciphersuites(context.get(), "TLS_AES_128_GCM_SHA256") != 1 ||
      SSL_CTX_set1_groups_list(context.get(), "X25519") != 1) {
    die("cannot set up TLS");
  }
  SSL_CTX_set_verify(context.get(), SSL_VERIFY_NONE, nullptr);
  SSL_CTX_set_mode(context.get(), SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
                                      SSL_MODE_RELEASE_BUFFERS);
  return context;
}

std::string server_name(unsigned number) {
  char text[64];
  std::snprintf(text, sizeof text, "host%06u.bench.test", number);
  return text;
}

ClientHello::ClientHello(SSL_CTX& context) {
  const Tls tls(SSL_new(&context));
  SSL_set_tlsext_host_name(tls.get(), server_name(0).c_str());
  BIO* const wire = BIO_new(BIO_s_mem());
  SSL_set_bio(tls.get(), BIO_new(BIO_s_mem()), wire);  // takes both
  SSL_connect(tls.get());  // stops after the ClientHello: there is nothing to read
  char* data = nullptr;
  const long size = BIO_get_mem_data(wire, &data);
  bytes_.assign(data, static_cast<std::size_t>(size));
  name_at_ = bytes_.find(server_name(0));
  if (name_at_ == std::string::npos) die("cannot make a ClientHello");
}

const std::string& ClientHello::with_name(unsigned number) {
  const std::string name = server_name(number);
  return bytes_.replace(name_at_, name.size(), name);
}

}  // namespace otoroshi::bench
