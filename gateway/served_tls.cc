#include "gateway/served_tls.h"

#include <algorithm>
#include <limits>
#include <unordered_map>
#include <utility>

#include "common/model/stored_certificate_check.h"
#include "common/net/certificate.h"
#include "gateway/store/entity_kinds.h"

namespace otoroshi::gateway {
namespace {

// Four records are read from a busy client's socket at once; an idle one keeps no buffer.
constexpr std::size_t read_ahead = 64 * 1024;

bool is_trusted_authority(const StoredCertificate& certificate) {
  return certificate.ca && !certificate.revoked;
}

std::string described(const StoredCertificate& certificate) {
  return described(std::get<EntityKind<StoredCertificate>>(entity_kinds()), certificate);
}

}  // namespace

ServedTls::Parsed ServedTls::parse(const StoredCertificatePtr& stored) {
  Parsed parsed{.stored = stored, .certificate = nullptr, .authority = {}, .problem = {}};
  if (is_for_listeners(*stored)) {
    auto certificate =
        parse_certificate(stored->chain, stored->private_key, described(*stored), stored->password);
    if (certificate)
      parsed.certificate = std::move(*certificate);
    else
      parsed.problem = std::move(certificate.error().sentence);
  }
  if (is_trusted_authority(*stored)) {
    if (const auto chain = parse_certificates(stored->chain))
      parsed.authority = to_pem(chain->front().get());
    else
      parsed.problem = chain.error().sentence;
  }
  return parsed;
}

void ServedTls::take_stored(const ServedTls* previous) {
  std::unordered_map<const StoredCertificate*, const Parsed*> known;
  if (previous) {
    for (const auto& parsed : previous->parsed_) known.emplace(parsed.stored.get(), &parsed);
  }
  for (const auto& stored : stored_) {
    const auto found = known.find(stored.get());
    parsed_.push_back(found == known.end() ? parse(stored) : *found->second);
    if (const auto& problem = parsed_.back().problem; !problem.empty())
      problems_.push_back({described(*stored), problem});
  }
}

void ServedTls::choose_certificates(std::time_t now) {
  auto shown = sources_.folder->certificates();
  good_until_ = std::numeric_limits<std::time_t>::max();
  for (const auto& [stored, certificate, authority, problem] : parsed_) {
    if (!certificate || certificate->not_after < now) continue;
    const bool has_begun = certificate->not_before <= now;
    if (has_begun) shown.push_back(certificate);
    good_until_ = std::min(good_until_, has_begun ? certificate->not_after + 1 : certificate->not_before);
  }
  certificates_ = std::make_shared<CertificateStore>(std::move(shown), sources_.default_domain);
}

// One whose time has passed stays an authority: OpenSSL refuses what it has signed, while to drop it could
// turn any later change into one that leaves clientAuth without authorities, and is refused.
void ServedTls::gather_authorities(const ServedTls* previous) {
  std::set<std::string> authorities;
  if (const auto from_file = parse_certificates(sources_.client_ca_pem)) {
    for (const auto& authority : *from_file) authorities.insert(to_pem(authority.get()));
  }
  for (const auto& parsed : parsed_) {
    if (!parsed.authority.empty()) authorities.insert(parsed.authority);
  }
  if (previous && previous->contexts_->authorities == authorities)
    contexts_ = previous->contexts_;
  else
    contexts_ = std::make_shared<Contexts>(Contexts{std::move(authorities), {}});
}

ServedTlsPtr ServedTls::build(Sources sources, EntityList<StoredCertificate> stored, std::time_t now,
                              const ServedTlsPtr& previous) {
  if (previous && previous->sources_ == sources && previous->stored_ == stored && now < previous->good_until_)
    return previous;
  auto served = std::make_shared<ServedTls>();
  served->sources_ = std::move(sources);
  served->stored_ = std::move(stored);
  served->take_stored(previous.get());
  served->choose_certificates(now);
  served->gather_authorities(previous.get());
  return served;
}

Result<std::shared_ptr<const TlsServerContext>> ServedTls::server_context(ClientAuth client_auth) const {
  auto& known = contexts_->by_client_auth[static_cast<std::size_t>(client_auth)];
  if (known) return known;
  if (client_auth != ClientAuth::none && contexts_->authorities.empty()) {
    return fail(ErrorCode::bad_input, Side::gateway,
                "clientAuth '" + std::string(name_of(client_auth)) +
                    "' needs authorities that sign clients' certificates: set certificates.clientCaFile, or "
                    "store a certificate with \"ca\": true");
  }
  TlsServerContext::Options options;
  options.client_auth = client_auth;
  if (client_auth != ClientAuth::none)
    options.client_cas.assign(contexts_->authorities.begin(), contexts_->authorities.end());
  options.ticket_keys = sources_.ticket_keys;
  options.read_buffer_bytes = read_ahead;
  auto context = TlsServerContext::make(options);
  if (!context) return std::unexpected(context.error());
  known = std::make_shared<const TlsServerContext>(std::move(*context));
  return known;
}

}  // namespace otoroshi::gateway
