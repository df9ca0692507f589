// Any input: inspect_client_hello() neither reads behind its end nor changes a verdict that it has given, and
// reads what an OpenSSL server reads in the same bytes: the same server name, or both refuse.
#include "common/sniff/client_hello.h"

#include <openssl/err.h>

#include <string>
#include <variant>

#include "common/net/openssl.h"
#include "common/text/ascii.h"
#include "tests/fuzz/property.h"
#include "tests/support/hello_builder.h"
#include "tests/support/test_pki.h"
#include "tests/support/verdict_property.h"

using namespace otoroshi;
using test::must_hold;

namespace {

// How far a server of OpenSSL's comes with the first bytes of a client.
struct Reading {
  bool has_hello = false;                            // to its callback for ClientHellos
  std::optional<std::string> server_name_extension;  // its body, as that callback gets it
  std::optional<std::string> server_name;            // as its callback for server names gets it
  int refusal = 0;                                   // why the handshake has failed; 0: it has not
};

Reading& reading_of(SSL* ssl) {
  return *static_cast<Reading*>(SSL_get_app_data(ssl));
}

int on_client_hello(SSL* ssl, int*, void*) {
  auto& reading = reading_of(ssl);
  reading.has_hello = true;
  const unsigned char* body = nullptr;
  std::size_t size = 0;
  if (SSL_client_hello_get0_ext(ssl, TLSEXT_TYPE_server_name, &body, &size) == 1)
    reading.server_name_extension.emplace(reinterpret_cast<const char*>(body), size);
  return SSL_CLIENT_HELLO_SUCCESS;
}

int on_server_name(SSL* ssl, int*, void*) {
  if (const char* name = SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name))
    reading_of(ssl).server_name = name;
  return SSL_TLSEXT_ERR_OK;
}

// One that takes whatever it can: what it refuses is wrong with the bytes, not too old for somebody's taste.
SslCtxPtr make_server() {
  SslCtxPtr context(SSL_CTX_new(TLS_server_method()));
  SSL_CTX_set_security_level(context.get(), 0);
  SSL_CTX_set_min_proto_version(context.get(), 0);
  SSL_CTX_set_session_cache_mode(context.get(), SSL_SESS_CACHE_OFF);
  SSL_CTX_set_client_hello_cb(context.get(), on_client_hello, nullptr);
  SSL_CTX_set_tlsext_servername_callback(context.get(), on_server_name);
  const auto own = test::parsed(test::self_signed({.names = {"own.test"}}));
  SSL_CTX_use_certificate(context.get(), own->leaf.get());
  SSL_CTX_use_PrivateKey(context.get(), own->key.get());
  return context;
}

Reading read_by_openssl(std::string_view wire) {
  static const auto server = make_server();
  SslPtr ssl(SSL_new(server.get()));
  Reading reading;
  SSL_set_app_data(ssl.get(), &reading);
  BIO* in = BIO_new(BIO_s_mem());
  BIO_set_mem_eof_return(in, -1);  // more may come
  BIO_write(in, wire.data(), static_cast<int>(wire.size()));
  SSL_set_bio(ssl.get(), in, BIO_new(BIO_s_mem()));
  ERR_clear_error();
  const int result = SSL_accept(ssl.get());
  if (SSL_get_error(ssl.get(), result) == SSL_ERROR_SSL) reading.refusal = ERR_GET_REASON(ERR_peek_error());
  ERR_clear_error();
  return reading;
}

// The name that OpenSSL finds in the body of a server name extension, if nothing else is in its way.
std::optional<std::string> name_by_openssl(std::string_view extension_body) {
  return read_by_openssl(test::records(test::hello_message(test::extension(0, extension_body)))).server_name;
}

// --- where the two may differ ---

// OpenSSL takes any bytes but NUL for a host name; ours are what a rule or a certificate could name.
bool may_be_host_name(std::string_view name) {
  return !name.empty() && name != "." && std::ranges::all_of(name, is_name_character);
}

// RFC 6066 has a list of names of several types, of which only host_name was ever defined: OpenSSL takes a
// list of one host name and nothing else, we pass over other types.
bool lists_other_types(std::string_view extension_body) {
  ByteReader names(as_bytes(extension_body));
  names.u16();
  while (const auto type = names.u8()) {
    if (*type != TLSEXT_NAMETYPE_host_name) return true;
    if (!names.vector16()) return false;
  }
  return false;
}

// How often a hello, which is known to be well-formed, has the extension.
int server_names_in(Bytes wire) {
  std::string message;
  for (ByteReader records(wire); records.take(3);) message += as_text(*records.vector16());
  ByteReader hello(as_bytes(message));
  hello.take(4 + 2 + 32);  // the message's header, a version, random bytes
  hello.vector8();
  hello.vector16();
  hello.vector8();
  int count = 0;
  ByteReader extensions(hello.vector16().value_or(Bytes()));
  for (; !extensions.empty(); extensions.vector16()) count += *extensions.u16() == TLSEXT_TYPE_server_name;
  return count;
}

// We look into no extension but one; OpenSSL refuses others that come twice, or where they must not.
bool minds_another_extension(const Reading& reading, Bytes hello) {
  return reading.refusal == SSL_R_BAD_EXTENSION && server_names_in(hello) <= 1;
}

// What RFC 8446 section 5.1 forbids and OpenSSL lets pass: empty records and alerts between fragments, and,
// from clients before TLS 1.3, a further message in the hello's record.
bool is_stricter(const Malformed& malformed) {
  return malformed.why == "a handshake record is empty" ||
         malformed.why == "a record of another type is inside the ClientHello" ||
         malformed.why == "the ClientHello's record holds more than the ClientHello";
}

// --- the comparison ---

std::string as_we_write_it(std::string name) {
  if (name.ends_with('.')) name.pop_back();
  return ascii_lower(name);
}

void compare_names(const Verdict<ClientHello>& ours, const std::string& extension_body) {
  const auto* hello = std::get_if<ClientHello>(&ours);
  const auto name = name_by_openssl(extension_body);
  if (name && may_be_host_name(*name))
    must_hold(hello && hello->server_name == as_we_write_it(*name));
  else if (name || !lists_other_types(extension_body))
    must_hold(!hello);
}

void compare(const Verdict<ClientHello>& ours, std::string_view input) {
  const auto theirs = read_by_openssl(input);
  if (const auto* malformed = std::get_if<Malformed>(&ours)) {
    if (theirs.refusal != 0 || is_stricter(*malformed)) return;
    if (theirs.server_name_extension) return compare_names(ours, *theirs.server_name_extension);
    // OpenSSL waits for whole records, and for whole messages: it gets bytes enough for both.
    return must_hold(read_by_openssl(std::string(input).append(200'000, '\0')).refusal != 0);
  }
  if (std::holds_alternative<NeedMore>(ours)) return must_hold(!theirs.has_hello && theirs.refusal == 0);
  const auto& hello = std::get<ClientHello>(ours);
  const auto its_bytes = as_bytes(input).first(hello.bytes_on_wire);
  must_hold(theirs.has_hello || minds_another_extension(theirs, its_bytes));
  if (theirs.server_name_extension) return compare_names(ours, *theirs.server_name_extension);
  if (theirs.has_hello) must_hold(!hello.server_name);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto text = test::input_text(data, size);
  const auto input = as_bytes(text);
  must_hold(!test::broken_promise_at(inspect_client_hello, input));
  const auto verdict = inspect_client_hello(input);
  // Another first byte is for no TLS server of ours, though OpenSSL takes SSLv2's hello and waits behind
  // alerts.
  if (!text.empty() && text.front() == '\x16')
    compare(verdict, text);
  else
    must_hold(text.empty() || std::holds_alternative<NotThis>(verdict));
  return 0;
}
