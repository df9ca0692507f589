#include "common/net/certificate_store.h"

#include <algorithm>

#include "common/text/ascii.h"

namespace otoroshi {
namespace {

void add_to(std::vector<CertificatePtr>& choice, const CertificatePtr& certificate) {
  auto same_type = std::ranges::find(choice, certificate->key_type(), &Certificate::key_type);
  if (same_type == choice.end())
    choice.push_back(certificate);
  else if ((*same_type)->not_after < certificate->not_after)
    *same_type = certificate;
}

bool same_names(const CertificatePtr& a, const CertificatePtr& b) {
  return std::ranges::is_permutation(a->names, b->names);
}

}  // namespace

CertificateStore::CertificateStore(std::vector<CertificatePtr> certificates, std::string_view default_domain)
    : certificates_(std::move(certificates)), default_domain_(ascii_lower(default_domain)) {
  for (const auto& certificate : certificates_)
    for (const auto& name : certificate->names) add_to(by_name_[name], certificate);
  bool is_only = std::ranges::all_of(
      certificates_, [&](const auto& other) { return same_names(other, certificates_.front()); });
  if (is_only)
    for (const auto& certificate : certificates_) add_to(only_, certificate);
}

const CertificateStore::Choice* CertificateStore::find(std::string_view name) const {
  if (auto exact = by_name_.find(name); exact != by_name_.end()) return &exact->second;
  auto dot = name.find('.');
  if (dot == std::string_view::npos) return nullptr;
  auto wildcard = by_name_.find(std::string("*").append(name.substr(dot)));
  return wildcard == by_name_.end() ? nullptr : &wildcard->second;
}

std::span<const CertificatePtr> CertificateStore::choose(std::optional<std::string_view> server_name) const {
  if (server_name)
    if (const auto* choice = find(*server_name)) return *choice;
  if (const auto* choice = find(default_domain_)) return *choice;
  if (server_name) return {};
  return only_;
}

}  // namespace otoroshi
