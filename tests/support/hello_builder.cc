#include "tests/support/hello_builder.h"

#include <openssl/ssl.h>

#include <memory>

namespace otoroshi::test {

std::string be(std::uint64_t value, int bytes) {
  std::string text;
  for (int shift = 8 * (bytes - 1); shift >= 0; shift -= 8) text += static_cast<char>(value >> shift & 0xff);
  return text;
}

std::string vec(int length_bytes, std::string_view body) {
  return be(body.size(), length_bytes).append(body);
}

std::string extension(std::uint16_t type, std::string_view body) {
  return be(type, 2).append(vec(2, body));
}

std::string host_name(std::string_view name) {
  return std::string(1, '\0').append(vec(2, name));
}

std::string server_name_extension(std::string_view entries) {
  return extension(0, vec(2, entries));
}

std::string alpn_extension(const std::vector<std::string>& protocols) {
  std::string list;
  for (const auto& protocol : protocols) list += vec(1, protocol);
  return extension(16, vec(2, list));
}

std::string hello_message(const std::optional<std::string>& extensions) {
  std::string body = be(0x0303, 2);
  body += std::string(32, 'r');
  body += vec(1, std::string(32, 's'));
  body += vec(2, "\x13\x01\x13\x02");
  body += vec(1, std::string(1, '\0'));
  if (extensions) body += vec(2, *extensions);
  return std::string("\x01").append(vec(3, body));
}

std::string records(std::string_view message, std::size_t fragment_bytes) {
  std::string wire;
  for (; !message.empty(); message.remove_prefix(std::min(fragment_bytes, message.size())))
    wire.append("\x16\x03\x01").append(vec(2, message.substr(0, fragment_bytes)));
  return wire;
}

std::string openssl_hello(const OpensslHello& options) {
  std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context(SSL_CTX_new(TLS_client_method()), SSL_CTX_free);
  SSL_CTX_set_max_proto_version(context.get(), options.max_version);
  std::unique_ptr<SSL, decltype(&SSL_free)> ssl(SSL_new(context.get()), SSL_free);
  BIO* out = BIO_new(BIO_s_mem());
  SSL_set_bio(ssl.get(), BIO_new(BIO_s_mem()), out);
  if (!options.server_name.empty()) SSL_set_tlsext_host_name(ssl.get(), options.server_name.c_str());
  std::string protocols;
  for (const auto& protocol : options.alpn) protocols += vec(1, protocol);
  if (!protocols.empty())
    SSL_set_alpn_protos(ssl.get(), reinterpret_cast<const unsigned char*>(protocols.data()),
                        static_cast<unsigned>(protocols.size()));
  SSL_connect(ssl.get());
  char* data = nullptr;
  auto size = BIO_get_mem_data(out, &data);
  return {data, static_cast<std::size_t>(size)};
}

}  // namespace otoroshi::test
