#include "gateway/tls_material.h"

#include <spdlog/spdlog.h>

#include "common/base/read_file.h"

namespace otoroshi::gateway {
namespace {

// Four records are read from a busy client's socket at once; an idle one keeps no buffer.
constexpr std::size_t read_ahead = 64 * 1024;

}  // namespace

void TlsMaterial::read_folder() {
  folder_ = CertificateFolder::read(config_.certificates.dir, folder_.get());
  certificates_ =
      std::make_shared<CertificateStore>(folder_->certificates(), config_.certificates.default_domain);
}

Result<void> TlsMaterial::read_authorities() {
  const auto& file = config_.certificates.client_ca_file;
  if (file.empty()) return {};
  auto unusable = [&file](const std::string& why) {
    return fail(ErrorCode::bad_input, Side::gateway, "certificates.clientCaFile: '" + file + "' " + why);
  };
  auto text = read_file(file);
  if (!text) return unusable(text.error().sentence);
  if (auto authorities = parse_certificates(*text); !authorities)
    return unusable("cannot be used: " + authorities.error().sentence);
  if (*text == client_cas_) return {};
  client_cas_ = std::move(*text);
  contexts_ = {};
  return {};
}

void TlsMaterial::log_folder() const {
  for (const auto& problem : problems()) {
    spdlog::error("certificate not used: {}: {}", problem.path, problem.sentence);
  }
  for (const auto& warning : warnings()) spdlog::warn("certificate {}: {}", warning.path, warning.sentence);
}

Result<void> TlsMaterial::read() {
  read_folder();
  return read_authorities();
}

Result<void> TlsMaterial::reload() {
  auto authorities = read();
  log_folder();
  return authorities;
}

bool TlsMaterial::reload_if_changed() {
  if (!folder_->changed()) return false;
  read_folder();
  log_folder();
  spdlog::info("certificates.dir has changed, certificates in use: {}", certificates_->size());
  return true;
}

Result<std::shared_ptr<const TlsServerContext>> TlsMaterial::server_context(ClientAuth client_auth) const {
  auto& known = contexts_[static_cast<std::size_t>(client_auth)];
  if (known) return known;
  if (client_auth != ClientAuth::none && client_cas_.empty()) {
    auto what_to_do = config_.certificates.client_ca_file.empty() ? "set" : "mend";
    return fail(ErrorCode::bad_input, Side::gateway,
                "clientAuth '" + std::string(name_of(client_auth)) +
                    "' needs authorities that sign clients' certificates: " + what_to_do +
                    " certificates.clientCaFile");
  }
  TlsServerContext::Options options;
  options.client_auth = client_auth;
  if (client_auth != ClientAuth::none) options.client_cas = {client_cas_};
  options.ticket_keys = ticket_keys_;
  options.read_buffer_bytes = read_ahead;
  auto context = TlsServerContext::make(options);
  if (!context) return std::unexpected(context.error());
  known = std::make_shared<const TlsServerContext>(std::move(*context));
  return known;
}

Result<TlsClientContext> make_upstream_tls(const GatewayConfig& config) {
  TlsClientContext::Options options;
  options.ca_file = config.upstream_tls.ca_file;
  if (!options.ca_file.empty()) {  // OpenSSL would tell a missing file by a number
    if (auto text = read_file(options.ca_file); !text) {
      return fail(ErrorCode::bad_input, Side::gateway,
                  "upstreamTls.caFile: '" + options.ca_file + "' " + text.error().sentence);
    }
  }
  auto context = TlsClientContext::make(options);
  if (!context) context.error().sentence.insert(0, "upstreamTls.caFile: ");
  return context;
}

}  // namespace otoroshi::gateway
