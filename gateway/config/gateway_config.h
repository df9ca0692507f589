// Every setting of the gateway, with its default, as plain values (docs/configuration.md explains each).
// Durations are milliseconds, sizes are bytes, paths are as the process can open them: read_config() has
// already put the configuration file's folder before relative ones. "" = not set, unless said otherwise.
// Immutable once read; every thread may read it.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "common/base/result.h"
#include "common/model/enum_names.h"

namespace otoroshi::gateway {

enum class StoreType : std::uint8_t { memory, sqlite };
enum class LogLevel : std::uint8_t { trace, debug, info, warn, error };
enum class LogFormat : std::uint8_t { text, json };

// As the file, the environment and the command line spell them.
inline constexpr EnumName<StoreType> store_types[] = {{StoreType::memory, "memory"},
                                                      {StoreType::sqlite, "sqlite"}};
inline constexpr EnumName<LogLevel> log_levels[] = {{LogLevel::trace, "trace"},
                                                    {LogLevel::debug, "debug"},
                                                    {LogLevel::info, "info"},
                                                    {LogLevel::warn, "warn"},
                                                    {LogLevel::error, "error"}};
inline constexpr EnumName<LogFormat> log_formats[] = {{LogFormat::text, "text"}, {LogFormat::json, "json"}};

struct GatewayConfig {
  using Duration = std::chrono::milliseconds;

  struct Store {
    StoreType type = StoreType::sqlite;
  };

  struct Admin {
    std::string address = "127.0.0.1";
    std::uint16_t port = 8081;  // 0 = off
    std::string client_id;      // "" = that of the kept key, see admin_key.h
    std::string client_secret;  // "" = made once and kept
    std::string certificate;  // PEM file; with `key`, the admin listener speaks TLS
    std::string key;
    bool insecure = false;  // allow an address that is not loopback without TLS
  };

  struct Tunnel {
    std::string address = "0.0.0.0";
    std::uint16_t port = 8080;   // 0 = off
    std::uint16_t tls_port = 0;  // 0 = off
    Duration ping_interval = std::chrono::seconds(25);
  };

  struct Certificates {
    std::string dir = "certs";   // NAME.crt + NAME.key or NAME.pem; one that does not exist is empty
    std::string default_domain;  // whose certificate is shown to clients without SNI or with an unknown one
    std::string client_ca_file;  // PEM: who may sign clients' certificates (clientAuth Want and Need)
  };

  struct UpstreamTls {
    std::string ca_file;  // PEM: who may sign targets' certificates; "" = the system's authorities
    bool verify = true;
  };

  struct Timeouts {
    Duration peek = std::chrono::seconds(5);  // for the bytes that tell the name: ClientHello, HTTP head
    Duration handshake = std::chrono::seconds(10);    // for each TLS handshake and upgrade head
    Duration connect = std::chrono::seconds(5);       // for resolving a target and trying all its addresses
    Duration idle = std::chrono::hours(1);            // no byte in either direction; 0 = for ever
    Duration half_closed = std::chrono::minutes(10);  // for one direction after the other ended; 0 = for ever
    Duration drain = std::chrono::seconds(30);  // for live connections after SIGTERM; 0 = end them at once
  };

  struct Limits {
    std::uint64_t max_connections = 0;              // 0 = as many as descriptors allow, two each
    std::uint64_t max_connections_per_service = 0;  // 0 = no limit of its own
    std::uint64_t socket_buffer = 1024 * 1024;      // SO_RCVBUF, SO_SNDBUF; 0 = the kernel's own tuning
  };

  struct Metrics {
    bool open = false;  // /metrics without the admin key
  };

  struct Events {
    std::string output = "none";  // none | stdout | the path of a file
  };

  struct Log {
    LogLevel level = LogLevel::info;
    LogFormat format = LogFormat::text;
  };

  std::uint32_t threads = 0;  // workers; 0 = one per core
  std::string data_dir = "otoroshi-data";
  Store store;
  std::vector<std::string> imports;  // "import": files of entities, read at start and at SIGHUP
  bool import_replace = false;       // with sqlite: entities of the files overwrite stored ones
  std::string secret;                // signs session tokens; "" = kept in dataDir, see session_secret.h
  Admin admin;
  Tunnel tunnel;
  Certificates certificates;
  UpstreamTls upstream_tls;
  Timeouts timeouts;
  Limits limits;
  Metrics metrics;
  Events events;
  Log log;

  Problems warnings;  // what was accepted and has no effect; for the log at start
};

}  // namespace otoroshi::gateway
