#include "common/net/certificate_folder.h"

#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <ctime>
#include <fstream>
#include <system_error>

namespace otoroshi {
namespace fs = std::filesystem;
namespace {

constexpr std::uintmax_t max_file_bytes =
    1 << 20;  // no chain is that long; keeps a mistaken file out of memory

bool is_certificate_file(const fs::path& file) {
  return file.extension() == ".crt" || file.extension() == ".pem";
}
bool is_of_interest(const fs::path& file) {
  return is_certificate_file(file) || file.extension() == ".key";
}

fs::path key_file_of(fs::path file) {
  return file.replace_extension(".key");
}

Result<std::string> read_file(const fs::path& file) {
  std::error_code failure;
  auto size = fs::file_size(file, failure);
  std::ifstream in(file, std::ios::binary);
  if (failure || !in) return fail(ErrorCode::io, Side::gateway, "the file cannot be opened for reading");
  if (size > max_file_bytes)
    return fail(ErrorCode::limit, Side::gateway, "the file is larger than 1 MiB, so it is no certificate");
  return std::string(std::istreambuf_iterator<char>(in), {});
}

Result<CertificatePtr> read_certificate(const fs::path& file, bool has_key_file) {
  auto chain = read_file(file);
  if (!chain) return std::unexpected(chain.error());
  if (!has_key_file) return parse_certificate(*chain, *chain, file.string());
  auto key = read_file(key_file_of(file));
  if (!key)
    return fail(key.error().code, Side::gateway, key_file_of(file).string() + ": " + key.error().sentence);
  return parse_certificate(*chain, *key, file.string());
}

}  // namespace

CertificateFolder::Stamps CertificateFolder::stamps_of(const fs::path& dir, std::string& problem) {
  Stamps stamps;
  std::error_code failure;
  fs::directory_iterator files(dir, failure);
  if (failure && failure != std::errc::no_such_file_or_directory)
    problem = "the folder cannot be read: " + failure.message();
  for (; files != fs::directory_iterator(); files.increment(failure)) {
    struct stat status {};
    const auto& file = files->path();
    if (!is_of_interest(file) || stat(file.c_str(), &status) != 0 || !S_ISREG(status.st_mode)) continue;
    stamps[file] = {status.st_mtim.tv_sec * 1'000'000'000 + status.st_mtim.tv_nsec, status.st_size,
                    status.st_ino};
  }
  return stamps;
}

CertificateFolder::Entry CertificateFolder::read_entry(const fs::path& file, Stamps files,
                                                       const Entry* previous) {
  if (previous && previous->files == files) return *previous;
  bool has_key_file = files.size() > 1;
  Entry entry{std::move(files), previous ? previous->certificate : nullptr, {}};
  auto certificate = read_certificate(file, has_key_file);
  if (certificate)
    entry.certificate = *certificate;
  else
    entry.problem = certificate.error().sentence;
  return entry;
}

std::shared_ptr<const CertificateFolder> CertificateFolder::read(fs::path dir,
                                                                 const CertificateFolder* previous) {
  auto folder = std::make_shared<CertificateFolder>();
  folder->dir_ = std::move(dir);
  // Stamps first: a file that is written while it is read has another stamp afterwards, and is read again.
  folder->stamps_ = stamps_of(folder->dir_, folder->problem_);
  if (!folder->problem_.empty() && previous) folder->entries_ = previous->entries_;
  for (const auto& [file, stamp] : folder->stamps_) {
    if (!is_certificate_file(file)) continue;
    Stamps files{{file, stamp}};
    if (auto key = folder->stamps_.find(key_file_of(file)); key != folder->stamps_.end()) files.insert(*key);
    const Entry* before = nullptr;
    if (previous)
      if (auto found = previous->entries_.find(file); found != previous->entries_.end())
        before = &found->second;
    folder->entries_[file] = read_entry(file, std::move(files), before);
  }
  return folder;
}

bool CertificateFolder::changed() const {
  std::string problem;
  return stamps_of(dir_, problem) != stamps_ || problem != problem_;
}

std::vector<CertificatePtr> CertificateFolder::certificates() const {
  std::vector<CertificatePtr> certificates;
  for (const auto& [file, entry] : entries_)
    if (entry.certificate) certificates.push_back(entry.certificate);
  return certificates;
}

Problems CertificateFolder::problems() const {
  Problems problems;
  if (!problem_.empty()) problems.push_back({dir_.string(), problem_});
  for (const auto& [file, entry] : entries_)
    if (!entry.problem.empty()) problems.push_back({file.string(), entry.problem});
  return problems;
}

Problems CertificateFolder::warnings() const {
  Problems warnings;
  auto now = std::time(nullptr);
  for (const auto& [file, entry] : entries_) {
    if (!entry.certificate) continue;
    const auto& certificate = *entry.certificate;
    auto warn = [&](std::string sentence) { warnings.push_back({file.string(), std::move(sentence)}); };
    if (certificate.not_after < now) warn("the certificate expired on " + date_text(certificate.not_after));
    if (certificate.not_before > now)
      warn("the certificate is not valid before " + date_text(certificate.not_before));
    if (certificate.names.empty()) warn("the certificate names no host");
  }
  return warnings;
}

}  // namespace otoroshi
