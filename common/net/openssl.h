// OpenSSL's objects with owners, and its errors as text. Nothing here does I/O.
#pragma once

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <memory>
#include <string>
#include <string_view>
#include <type_traits>

namespace otoroshi {

template <auto free_function>
struct OpensslDeleter {
  template <class T>
  void operator()(T* object) const {
    free_function(object);
  }
};

inline void free_certificate_stack(STACK_OF(X509) * stack) {
  sk_X509_pop_free(stack, X509_free);
}

using SslPtr = std::unique_ptr<SSL, OpensslDeleter<SSL_free>>;
using SslCtxPtr = std::unique_ptr<SSL_CTX, OpensslDeleter<SSL_CTX_free>>;
using SslSessionPtr = std::unique_ptr<SSL_SESSION, OpensslDeleter<SSL_SESSION_free>>;
using BioPtr = std::unique_ptr<BIO, OpensslDeleter<BIO_free_all>>;
using X509Ptr = std::unique_ptr<X509, OpensslDeleter<X509_free>>;
using X509StackPtr = std::unique_ptr<STACK_OF(X509), OpensslDeleter<free_certificate_stack>>;
using PrivateKeyPtr = std::unique_ptr<EVP_PKEY, OpensslDeleter<EVP_PKEY_free>>;

// A T that OpenSSL keeps for us inside an SSL or SSL_CTX (`Owner`) and deletes with it: what callbacks get
// at.
template <class T, class Owner>
class AttachedData {
  static constexpr bool is_ssl = std::is_same_v<Owner, SSL>;

 public:
  static T* get(const Owner* owner) {
    if constexpr (is_ssl)
      return static_cast<T*>(SSL_get_ex_data(owner, index()));
    else
      return static_cast<T*>(SSL_CTX_get_ex_data(owner, index()));
  }
  static void set(Owner* owner, std::unique_ptr<T> data) {  // null: takes away and deletes what is there
    delete get(owner);
    if constexpr (is_ssl)
      SSL_set_ex_data(owner, index(), data.release());
    else
      SSL_CTX_set_ex_data(owner, index(), data.release());
  }

 private:
  static int index() {
    constexpr int kind = is_ssl ? CRYPTO_EX_INDEX_SSL : CRYPTO_EX_INDEX_SSL_CTX;
    static const int index = CRYPTO_get_ex_new_index(kind, 0, nullptr, nullptr, nullptr, &delete_data);
    return index;
  }
  static void delete_data(void*, void* data, CRYPTO_EX_DATA*, int, long, void*) {
    delete static_cast<T*>(data);
  }
};

// The reason of the oldest error in this thread's queue, e.g. "bad base64 decode"; empties the queue.
std::string take_openssl_error();

// For reading: the BIO uses `bytes` in place, which must live as long.
BioPtr memory_bio(std::string_view bytes);

}  // namespace otoroshi
