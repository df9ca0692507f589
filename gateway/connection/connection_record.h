// What is known of one live connection. Owned by its coroutine (run_connection), linked into its worker's
// ConnectionRegistry, and turned into the TcpEvent when the connection is over. One worker's thread only.
#pragma once

#include <asio/ip/tcp.hpp>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "common/net/relay.h"
#include "common/net/stream.h"
#include "gateway/events/tcp_event.h"
#include "gateway/store/snapshot.h"
#include "gateway/tunnel/authorize.h"

namespace otoroshi::gateway {

// What a connection has besides if it is a tunnel.
struct TunnelRecord {
  std::shared_ptr<const TunnelRoute> route;
  std::optional<Caller> caller;  // once admitted
  Target target;                 // that the request chose
};

struct ConnectionRecord {
  std::uint64_t id = 0;
  ServedPortPtr port;
  asio::ip::tcp::endpoint remote;  // the client
  asio::ip::tcp::endpoint local;   // the address of ours that it connected to
  Clock::time_point accepted = Clock::now();
  Clock::time_point relaying{};  // when the first byte could be relayed; zero before that

  TcpServicePtr service;                 // null until it is known, and for tunnels
  std::string server_name;               // from SNI or Host
  std::unique_ptr<TunnelRecord> tunnel;  // null until its route is known, and for connections of services
  TargetGroupPtr targets;                // keeps `target` alive, if it is not the tunnel's
  const Target* target = nullptr;        // that is connected, or was tried last
  asio::ip::tcp::endpoint target_address;
  std::string client_certificate;  // its subject
  RelayProgress progress;

  // The two ends, as far as they exist. Each phase may wrap them; nobody else keeps a pointer to them.
  StreamPtr client_stream;
  StreamPtr target_stream;

  bool is_relaying() const { return relaying != Clock::time_point{}; }
  void abort(const Error& why) {
    if (client_stream) client_stream->abort(why);
    if (target_stream) target_stream->abort(why);
  }
};

// How the connection ended, if it ended with this error, or without one.
Ending ending_of(const ConnectionRecord& record, const std::optional<Error>& error);

TcpEvent to_event(const ConnectionRecord& record, const std::optional<Error>& error, std::uint64_t event_id);

}  // namespace otoroshi::gateway
