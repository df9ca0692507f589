#include "common/net/tls_context_base.h"

#include "common/net/tls_policy.h"

namespace otoroshi {

std::unexpected<Error> unusable_tls(std::string sentence) {
  return fail(ErrorCode::bad_input, Side::gateway, std::move(sentence));
}

Result<SslCtxPtr> make_tls_context(const SSL_METHOD* method) {
  SslCtxPtr context(SSL_CTX_new(method));
  if (!context || !apply_tls_policy(context.get()))
    return fail(ErrorCode::io, Side::gateway, "OpenSSL cannot be used: " + take_openssl_error());
  SSL_CTX_set_mode(context.get(), SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
                                      SSL_MODE_RELEASE_BUFFERS | SSL_MODE_NO_AUTO_CHAIN);
  SSL_CTX_set_session_cache_mode(context.get(), SSL_SESS_CACHE_OFF);
  SSL_CTX_set_read_ahead(context.get(), 1);
  return context;
}

}  // namespace otoroshi
