#include "common/sniff/client_hello.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

#include "common/sniff/server_name.h"

namespace otoroshi {
namespace {

constexpr std::byte handshake_record{0x16};
constexpr std::byte major_version{3};
constexpr std::byte client_hello_message{1};
constexpr std::size_t record_header_bytes = 5;
constexpr std::size_t handshake_header_bytes = 4;
constexpr std::size_t max_fragment_bytes = 1 << 14;  // RFC 8446 section 5.1
constexpr std::size_t random_bytes = 32;
constexpr std::size_t max_session_id_bytes = 32;
constexpr std::uint16_t server_name_extension = 0;
constexpr std::uint8_t host_name_type = 0;

// Walks the records and knows, without holding a copy, how much of the handshake message is there.
class RecordWalk {
 public:
  explicit RecordWalk(Bytes wire) : wire_(wire) {}

  // Takes the next record's header and what has come of its fragment; false: no further whole header is
  // there.
  bool next() {
    auto rest = wire_.subspan(at_);
    if (rest.size() < record_header_bytes) return false;
    fragment_bytes_ = announced_bytes(rest);
    at_ += record_header_bytes;
    fragment_ = wire_.subspan(at_, std::min(fragment_bytes_, wire_.size() - at_));
    at_ += fragment_.size();
    return true;
  }

  // Judges the header at the current place as far as it has come, byte by byte: a wrong one is never waited
  // for.
  Flaw header_flaw() const {
    auto rest = wire_.subspan(at_);
    if (!rest.empty() && rest[0] != handshake_record)
      return Malformed{"a record of another type is inside the ClientHello"};
    if (rest.size() > 1 && rest[1] != major_version)
      return Malformed{"the record's version is not one of TLS"};
    if (rest.size() < record_header_bytes) return std::nullopt;
    auto length = announced_bytes(rest);
    if (length == 0) return Malformed{"a handshake record is empty"};
    if (length > max_fragment_bytes) return Malformed{"a record is longer than 16 KiB"};
    return std::nullopt;
  }

  Bytes fragment() const { return fragment_; }                    // what has come of it
  std::size_t fragment_bytes() const { return fragment_bytes_; }  // what its header announces
  std::size_t at() const { return at_; }

 private:
  static std::size_t announced_bytes(Bytes header) { return *ByteReader(header.subspan(3)).u16(); }

  Bytes wire_;
  std::size_t at_ = 0;
  Bytes fragment_;
  std::size_t fragment_bytes_ = 0;
};

// The handshake message's header, which may itself be spread over records.
class HandshakeHeader {
 public:
  void take(Bytes fragment) {
    auto count = std::min(fragment.size(), handshake_header_bytes - have_);
    std::copy_n(fragment.begin(), count, bytes_.begin() + static_cast<std::ptrdiff_t>(have_));
    have_ += count;
  }
  bool complete() const { return have_ == handshake_header_bytes; }
  std::size_t message_bytes() const {  // header included
    return handshake_header_bytes + *ByteReader(Bytes(bytes_).subspan(1)).u24();
  }
  Flaw flaw() const {
    if (have_ > 0 && bytes_[0] != client_hello_message)
      return Malformed{"the first handshake message is not a ClientHello"};
    if (complete() && message_bytes() > max_hello_bytes)
      return Malformed{"the ClientHello is larger than 64 KiB"};
    return std::nullopt;
  }

 private:
  std::array<std::byte, handshake_header_bytes> bytes_{};
  std::size_t have_ = 0;
};

Flaw read_extensions(Bytes extensions, ClientHello& hello) {
  bool seen_server_name = false;
  for (ByteReader reader(extensions); !reader.empty();) {
    auto type = reader.u16();
    auto body = type ? reader.vector16() : std::nullopt;
    if (!body) return Malformed{"an extension has a wrong length"};
    // Extensions of any other type, GREASE (RFC 8701) among them, say nothing to us.
    if (type != server_name_extension) continue;
    if (std::exchange(seen_server_name, true)) return Malformed{"the server name extension comes twice"};
    auto name = read_server_name_extension(*body);
    if (!name) return name.error();
    hello.server_name = std::move(*name);
  }
  return std::nullopt;
}

Flaw read_hello(Bytes body, ClientHello& hello) {
  ByteReader reader(body);
  // Not judged: a server answers a newer version with its own (RFC 8446 section 4.1.2).
  auto version = reader.u16();
  auto random = reader.take(random_bytes);
  auto session_id = reader.vector8();
  auto ciphers = reader.vector16();
  auto compressions = reader.vector8();
  if (!version || !random || !session_id || !ciphers || !compressions)
    return Malformed{"the ClientHello ends too early"};
  if (session_id->size() > max_session_id_bytes) return Malformed{"the session id is longer than 32 bytes"};
  if (ciphers->empty() || ciphers->size() % 2 != 0)
    return Malformed{"the list of ciphers has a wrong length"};
  if (compressions->empty()) return Malformed{"the list of compressions is empty"};
  if (reader.empty()) return std::nullopt;  // before TLS 1.3 a hello may have no extensions at all
  auto extensions = reader.vector16();
  if (!extensions || !reader.empty()) return Malformed{"the list of extensions has a wrong length"};
  return read_extensions(*extensions, hello);
}

// The message's bytes out of records that are all there.
std::vector<std::byte> join_fragments(Bytes wire) {
  std::vector<std::byte> message;
  message.reserve(wire.size());
  for (RecordWalk walk(wire); walk.next();)
    message.insert(message.end(), walk.fragment().begin(), walk.fragment().end());
  return message;
}

Verdict<ClientHello> read_complete_hello(Bytes wire, const RecordWalk& walk) {
  ClientHello hello;
  hello.bytes_on_wire = walk.at();
  std::vector<std::byte> joined;
  Bytes message = walk.fragment();
  if (walk.at() != record_header_bytes + message.size()) {
    joined = join_fragments(wire.first(walk.at()));
    message = joined;
  }
  if (auto flaw = read_hello(message.subspan(handshake_header_bytes), hello)) return *flaw;
  return hello;
}

}  // namespace

std::expected<std::optional<std::string>, Malformed> read_server_name_extension(Bytes body) {
  auto malformed = [](std::string_view why) { return std::unexpected(Malformed{why}); };
  ByteReader reader(body);
  auto list = reader.vector16();
  if (!list || !reader.empty() || list->empty()) return malformed("the server name list has a wrong length");
  std::optional<std::string> host_name;
  for (ByteReader names(*list); !names.empty();) {
    auto type = names.u8();
    auto name = names.vector16();  // names of all types begin with a length of 16 bits
    if (!name) return malformed("a server name has a wrong length");
    if (type != host_name_type) continue;
    if (host_name) return malformed("the server name list holds two host names");
    host_name = normalised_server_name(as_text(*name));
    if (!host_name) return malformed("the server name is not a host name");
  }
  return host_name;
}

Verdict<ClientHello> inspect_client_hello(Bytes so_far) {
  if (so_far.empty()) return NeedMore{};
  if (so_far[0] != handshake_record) return NotThis{};
  // The verdict depends on these bytes only, so it is the same however many more have come.
  auto wire = so_far.first(std::min(so_far.size(), max_hello_bytes));

  HandshakeHeader header;
  std::size_t arrived = 0;
  for (RecordWalk walk(wire);;) {
    if (auto flaw = walk.header_flaw()) return *flaw;
    if (!walk.next()) break;
    header.take(walk.fragment());
    if (auto flaw = header.flaw()) return *flaw;
    if (header.complete()) {
      // In TLS 1.3 keys change behind a ClientHello, so nothing may share its last record (RFC 8446
      // section 5.1).
      if (arrived + walk.fragment_bytes() > header.message_bytes())
        return Malformed{"the ClientHello's record holds more than the ClientHello"};
      if (arrived + walk.fragment().size() == header.message_bytes()) return read_complete_hello(wire, walk);
    }
    arrived += walk.fragment().size();
  }
  if (so_far.size() >= max_hello_bytes) return Malformed{"the ClientHello is larger than 64 KiB"};
  return NeedMore{};
}

}  // namespace otoroshi
