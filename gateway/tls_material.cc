#include "gateway/tls_material.h"

#include <spdlog/spdlog.h>

#include "gateway/config/load_config.h"

namespace otoroshi::gateway {
namespace {

// Four records are read from a busy client's socket at once; an idle one keeps no buffer.
constexpr std::size_t read_ahead = 64 * 1024;

}  // namespace

void TlsMaterial::read_folder() {
  folder_ = CertificateFolder::read(config_.certificates.dir, folder_.get());
  for (const auto& problem : folder_->problems()) {
    spdlog::error("certificate not used: {}: {}", problem.path, problem.sentence);
  }
  for (const auto& warning : folder_->warnings())
    spdlog::warn("certificate {}: {}", warning.path, warning.sentence);
  certificates_ =
      std::make_shared<CertificateStore>(folder_->certificates(), config_.certificates.default_domain);
}

Result<void> TlsMaterial::reload() {
  read_folder();
  const auto& file = config_.certificates.client_ca_file;
  if (file.empty()) return {};
  auto text = read_file(file);
  if (!text)
    return fail(ErrorCode::bad_input, Side::gateway, "certificates.clientCaFile: " + text.error().sentence);
  if (auto authorities = parse_certificates(*text); !authorities) {
    return fail(ErrorCode::bad_input, Side::gateway,
                "certificates.clientCaFile: '" + file + "': " + authorities.error().sentence);
  }
  if (*text == client_cas_) return {};
  client_cas_ = std::move(*text);
  contexts_ = {};
  return {};
}

bool TlsMaterial::reload_if_changed() {
  if (folder_ && !folder_->changed()) return false;
  read_folder();
  spdlog::info("certificates.dir has changed: {} certificates are in use", certificates_->size());
  return true;
}

Result<std::shared_ptr<const TlsServerContext>> TlsMaterial::server_context(ClientAuth client_auth) const {
  auto& known = contexts_[static_cast<std::size_t>(client_auth)];
  if (known) return known;
  if (client_auth != ClientAuth::none && client_cas_.empty()) {
    return fail(ErrorCode::bad_input, Side::gateway,
                "clientAuth '" + std::string(name_of(client_auth)) +
                    "' needs authorities that sign clients' certificates: set certificates.clientCaFile");
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

}  // namespace otoroshi::gateway
