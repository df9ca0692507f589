#include "gateway/tls_material.h"

#include <spdlog/spdlog.h>

#include <ctime>

#include "gateway/config/setting_file.h"

namespace otoroshi::gateway {

void TlsMaterial::read_folder() {
  folder_ = CertificateFolder::read(config_.certificates.dir, folder_.get());
}

Result<void> TlsMaterial::read_authorities() {
  const auto& file = config_.certificates.client_ca_file;
  if (file.empty()) return {};
  const std::string setting = "certificates.clientCaFile";
  auto text = read_setting_file(setting, file);
  if (!text) return std::unexpected(text.error());
  if (auto authorities = parse_certificates(*text); !authorities)
    return fail(ErrorCode::bad_input, Side::gateway,
                setting + ": '" + file + "' cannot be used: " + authorities.error().sentence);
  client_ca_pem_ = std::move(*text);
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
  spdlog::info("certificates.dir has changed, certificates in it: {}", folder_->certificates().size());
  return true;
}

ServedTlsPtr TlsMaterial::served(const EntityList<StoredCertificate>& stored,
                                 const ServedTlsPtr& previous) const {
  return ServedTls::build({.folder = folder_,
                           .default_domain = config_.certificates.default_domain,
                           .client_ca_pem = client_ca_pem_,
                           .ticket_keys = ticket_keys_},
                          stored, std::time(nullptr), previous);
}

Result<TlsClientContext> make_upstream_tls(const GatewayConfig& config) {
  TlsClientContext::Options options;
  options.ca_file = config.upstream_tls.ca_file;
  if (!options.ca_file.empty()) {
    if (auto text = read_setting_file("upstreamTls.caFile", options.ca_file); !text)
      return std::unexpected(text.error());
  }
  auto context = TlsClientContext::make(options);
  if (!context) context.error().sentence.insert(0, "upstreamTls.caFile: ");
  return context;
}

}  // namespace otoroshi::gateway
