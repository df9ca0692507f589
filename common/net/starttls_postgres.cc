#include "common/net/starttls_postgres.h"

#include <array>

#include "common/net/stream_io.h"
#include "common/sniff/postgres.h"

namespace otoroshi {

Task<Result<void>> ask_postgres_for_tls(Stream& server) {
  auto request = postgres_ssl_request();
  Bytes request_bytes(request);
  auto asked = co_await write_all(server, request_bytes);
  if (!asked) co_return std::unexpected(asked.error());
  std::array<std::byte, 1> answer{};
  MutableBytes answer_bytes(answer);
  auto got = co_await read_some(server, answer_bytes);
  if (!got) co_return std::unexpected(got.error());
  if (*got == 1 && answer[0] == std::byte{postgres_tls_accepted}) co_return Result<void>();
  co_return fail(ErrorCode::protocol, Side::target,
                 *got == 1 && answer[0] == std::byte{postgres_refused}
                     ? "the PostgreSQL server has no TLS (it answered 'N' to SSLRequest): set ssl = on there"
                     : "the target did not answer a PostgreSQL SSLRequest with 'S'");
}

}  // namespace otoroshi
