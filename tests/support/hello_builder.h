// Builds ClientHellos byte by byte (also wrong ones), and takes real ones from OpenSSL.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace otoroshi::test {

std::string be(std::uint64_t value, int bytes);            // big-endian
std::string vec(int length_bytes, std::string_view body);  // a length, then the body
std::string extension(std::uint16_t type, std::string_view body);
std::string host_name(std::string_view name);                           // an entry of the server name list
std::string server_name_extension(std::string_view entries);            // the whole extension 0
std::string alpn_extension(const std::vector<std::string>& protocols);  // the whole extension 16

// A handshake message of type client_hello with these extensions; nullopt: it ends behind the compressions.
std::string hello_message(const std::optional<std::string>& extensions);
// Cut into handshake records of at most `fragment_bytes`.
std::string records(std::string_view message, std::size_t fragment_bytes = 1 << 14);

// What OpenSSL's client sends first; empty server_name or no protocols: without that extension.
struct OpensslHello {
  std::string server_name;
  std::vector<std::string> alpn;
  int max_version = 0;  // e.g. TLS1_2_VERSION; 0: the newest
};
std::string openssl_hello(const OpensslHello& options);

}  // namespace otoroshi::test
