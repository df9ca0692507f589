#include "gateway/config/setting_table.h"

#include "gateway/config/setting_value.h"

namespace otoroshi::gateway {
namespace {

using C = GatewayConfig;
using F = SettingField;

constexpr Setting table[] = {
    {"threads", [](C& c) -> F { return ThreadsField{&c.threads}; }, "Worker threads; 0 = one per core."},
    {"dataDir", [](C& c) -> F { return PathField{&c.data_dir}; },
     "Folder for what the gateway keeps: the store `entities.db`, and secrets that it has made; created with "
     "mode 0700 when there is something to keep. One gateway at a time can use it."},
    {"store.type", [](C& c) -> F { return StoreTypeField{&c.store.type}; },
     "Where entities live. `sqlite`: in `dataDir`, each change on the disk before it is answered. `memory`: "
     "nowhere; the files of `import` are the truth."},
    {"import", [](C& c) -> F { return PathListField{&c.imports}; },
     "Files of entities, `{\"tcpServices\": [...], \"routes\": [...]}`; read at start and at SIGHUP. In the "
     "environment: separated by commas."},
    {"importReplace", [](C& c) -> F { return BooleanField{&c.import_replace}; },
     "With `sqlite`: entities of the files overwrite stored ones with the same id; without it they are "
     "skipped. No effect with `memory`."},
    {"secret", [](C& c) -> F { return SecretField{&c.secret}; },
     "Signs session tokens of the tunnel; empty = made once when there are sessions, and kept in "
     "`dataDir`/secret."},

    {"admin.address", [](C& c) -> F { return AddressField{&c.admin.address}; },
     "IP address of the admin API. One that is not loopback needs `admin.certificate`, or "
     "`admin.insecure`."},
    {"admin.port", [](C& c) -> F { return PortField{&c.admin.port}; }, "Port of the admin API; 0 = off."},
    {"admin.clientId", [](C& c) -> F { return TextField{&c.admin.client_id}; },
     "Id of the admin key; empty = `admin`, or what `dataDir`/admin-key says."},
    {"admin.clientSecret", [](C& c) -> F { return SecretField{&c.admin.client_secret}; },
     "Secret of the admin key; empty = made once and kept in `dataDir`/admin-key, as `ID:SECRET`."},
    {"admin.certificate", [](C& c) -> F { return PathField{&c.admin.certificate}; },
     "PEM file; with `admin.key`, the admin API speaks TLS. Read again at SIGHUP."},
    {"admin.key", [](C& c) -> F { return PathField{&c.admin.key}; },
     "PEM file with the private key of `admin.certificate`."},
    {"admin.insecure", [](C& c) -> F { return BooleanField{&c.admin.insecure}; },
     "Allow an `admin.address` other than loopback without TLS."},

    {"tunnel.address", [](C& c) -> F { return AddressField{&c.tunnel.address}; },
     "IP address that the tunnel listens on; `::` is every address of both families."},
    {"tunnel.port", [](C& c) -> F { return PortField{&c.tunnel.port}; },
     "Port of the tunnel without TLS; 0 = off."},
    {"tunnel.tlsPort", [](C& c) -> F { return PortField{&c.tunnel.tls_port}; },
     "Port of the tunnel with TLS, by a certificate of `certificates.dir` or a stored one; 0 = off."},
    {"tunnel.pingInterval", [](C& c) -> F { return PositiveDurationField{&c.tunnel.ping_interval}; },
     "A WebSocket Ping is sent so often; two intervals without a byte: the peer is dead. "
     "otoroshictl does the same."},

    {"certificates.dir", [](C& c) -> F { return PathField{&c.certificates.dir}; },
     "Folder of `NAME.crt` with `NAME.key`, or `NAME.pem`, for services with `tls: Enabled` and "
     "`tunnel.tlsPort`; re-read when a file changes. A folder that does not exist is an empty one."},
    {"certificates.defaultDomain", [](C& c) -> F { return TextField{&c.certificates.default_domain}; },
     "Whose certificate clients see that name no server, or one without a certificate."},
    {"certificates.clientCaFile", [](C& c) -> F { return PathField{&c.certificates.client_ca_file}; },
     "PEM file of the authorities that may sign clients' certificates (`clientAuth` `Want` and `Need`), "
     "besides "
     "stored certificates with `\"ca\": true`."},

    {"upstreamTls.caFile", [](C& c) -> F { return PathField{&c.upstream_tls.ca_file}; },
     "PEM file of the authorities that may sign targets' certificates; empty = those of the system."},
    {"upstreamTls.verify", [](C& c) -> F { return BooleanField{&c.upstream_tls.verify}; },
     "`false`: certificates of targets are not checked at all. Prefer `trust_all` at a single target."},

    {"timeouts.peek", [](C& c) -> F { return PositiveDurationField{&c.timeouts.peek}; },
     "For the bytes that tell the name: a ClientHello, an HTTP head."},
    {"timeouts.handshake", [](C& c) -> F { return PositiveDurationField{&c.timeouts.handshake}; },
     "For a TLS handshake, with a client or a target."},
    {"timeouts.connect", [](C& c) -> F { return PositiveDurationField{&c.timeouts.connect}; },
     "For one target: resolving its name and trying all its addresses."},
    {"timeouts.idle", [](C& c) -> F { return DurationField{&c.timeouts.idle}; },
     "A connection without a byte in either direction is ended; 0 = never."},
    {"timeouts.halfClosed", [](C& c) -> F { return DurationField{&c.timeouts.half_closed}; },
     "How long one direction may stay open after the other has ended; 0 = for ever."},
    {"timeouts.drain", [](C& c) -> F { return DurationField{&c.timeouts.drain}; },
     "How long live connections may go on after SIGTERM; 0 = they are ended at once."},

    {"limits.maxConnections", [](C& c) -> F { return CountField{&c.limits.max_connections}; },
     "Beyond so many connections accepting pauses; 0 = as many as the file descriptors allow, two each "
     "after a reserve for files, listeners and pipes."},
    {"limits.maxConnectionsPerService",
     [](C& c) -> F { return CountField{&c.limits.max_connections_per_service}; },
     "Beyond so many connections of one service the next one is refused; 0 = no such limit."},
    {"limits.socketBuffer", [](C& c) -> F { return SizeField{&c.limits.socket_buffer}; },
     "Size of the kernel's send and receive buffers of a connection; 0 = the kernel decides."},

    {"metrics.open", [](C& c) -> F { return BooleanField{&c.metrics.open}; },
     "`/metrics` of the admin API without the admin key."},
    {"events.output", [](C& c) -> F { return OutputField{&c.events.output}; },
     "One JSON object a line for every connection that ended: `none`, `stdout`, or a file that is "
     "appended to and opened anew at SIGHUP."},
    {"log.level", [](C& c) -> F { return LogLevelField{&c.log.level}; },
     "`trace`, `debug`, `info`, `warn` or `error`. At `info` every refused connection is one line."},
    {"log.format", [](C& c) -> F { return LogFormatField{&c.log.format}; }, "`text` or `json`; on stderr."},
};

bool is_upper(char c) {
  return 'A' <= c && c <= 'Z';
}
char to_upper(char c) {
  return 'a' <= c && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
}

}  // namespace

std::span<const Setting> setting_table() {
  return table;
}

std::string environment_name(std::string_view path) {
  std::string name = "GATEWAY_";
  for (char c : path) {
    if (is_upper(c)) name += '_';
    name += c == '.' ? '_' : to_upper(c);
  }
  return name;
}

std::string settings_as_markdown() {
  std::string text = "| setting | default | environment | meaning |\n|---|---|---|---|\n";
  GatewayConfig defaults;
  for (const auto& setting : table) {
    auto value = value_text(setting.field(defaults));
    text.append("| `").append(setting.path).append("` | `").append(value).append("` | `");
    text.append(environment_name(setting.path)).append("` | ").append(setting.doc).append(" |\n");
  }
  return text;
}

}  // namespace otoroshi::gateway
