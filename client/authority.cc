#include "client/authority.h"

#include <fcntl.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <memory>

namespace garderobe::client {
namespace {

template <auto Free>
struct Freer {
  template <typename T>
  void operator()(T* object) const {
    Free(object);
  }
};
using KeyPtr = std::unique_ptr<EVP_PKEY, Freer<EVP_PKEY_free>>;
using CertificatePtr = std::unique_ptr<X509, Freer<X509_free>>;
using File = std::unique_ptr<std::FILE, int (*)(std::FILE*)>;

constexpr int kAuthorityDays = 3650;

File Create(const std::string& path, mode_t mode) {
  const int fd =
      open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
  return {fd < 0 ? nullptr : fdopen(fd, "w"), &std::fclose};
}
File OpenFile(const std::string& path) {
  return {std::fopen(path.c_str(), "r"), &std::fclose};
}

absl::Status WriteKey(const std::string& path, EVP_PKEY* key) {
  const File file = Create(path, 0600);
  if (!file ||
      PEM_write_PrivateKey(file.get(), key, nullptr, nullptr, 0, nullptr,
                           nullptr) != 1 ||
      std::fflush(file.get()) != 0 || fsync(fileno(file.get())) != 0) {
    return Unavailable("cannot create {}", path);
  }
  return absl::OkStatus();
}
absl::Status WriteCertificate(const std::string& path, X509* certificate) {
  const File file = Create(path, 0644);
  if (!file || PEM_write_X509(file.get(), certificate) != 1 ||
      std::fflush(file.get()) != 0 || fsync(fileno(file.get())) != 0) {
    return Unavailable("cannot create {}", path);
  }
  return absl::OkStatus();
}

bool AddExtension(X509* certificate, X509* issuer, int nid,
                  const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx_nodb(&context);
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  const std::unique_ptr<X509_EXTENSION, Freer<X509_EXTENSION_free>> extension(
      X509V3_EXT_conf_nid(nullptr, &context, nid, value.c_str()));
  return extension && X509_add_ext(certificate, extension.get(), -1) == 1;
}

CertificatePtr NewCertificate(const std::string& name, EVP_PKEY* key,
                              int days) {
  CertificatePtr certificate(X509_new());
  X509_set_version(certificate.get(), 2);
  uint64_t serial;
  RAND_bytes(reinterpret_cast<unsigned char*>(&serial), sizeof serial);
  ASN1_INTEGER_set_uint64(X509_get_serialNumber(certificate.get()),
                          serial >> 1);
  // A clock may be a little off; a certificate that is to be expired began
  // long ago.
  X509_gmtime_adj(X509_getm_notBefore(certificate.get()),
                  days < 0 ? -400L * 86400 : -3600L);
  X509_gmtime_adj(X509_getm_notAfter(certificate.get()), days * 86400L);
  X509_set_pubkey(certificate.get(), key);
  X509_NAME_add_entry_by_txt(
      X509_get_subject_name(certificate.get()), "CN", MBSTRING_UTF8,
      reinterpret_cast<const unsigned char*>(name.c_str()), -1, -1, 0);
  return certificate;
}

}  // namespace

absl::StatusOr<Authority> Authority::Open(const std::string& folder) {
  if (!std::filesystem::exists(folder + "/authority.key")) {
    return NotFound("{} holds no certificate authority", folder);
  }
  return Authority(folder);
}

absl::StatusOr<Authority> Authority::OpenOrCreate(const std::string& folder) {
  if (auto there = Open(folder); there.ok()) return there;
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  chmod(folder.c_str(), 0700);
  const KeyPtr key(EVP_EC_gen("P-256"));
  const CertificatePtr certificate =
      NewCertificate("Garderobe authority", key.get(), kAuthorityDays);
  X509_set_issuer_name(certificate.get(),
                       X509_get_subject_name(certificate.get()));
  if (!AddExtension(certificate.get(), certificate.get(), NID_basic_constraints,
                    "critical,CA:TRUE,pathlen:0") ||
      !AddExtension(certificate.get(), certificate.get(), NID_key_usage,
                    "critical,keyCertSign,cRLSign") ||
      !AddExtension(certificate.get(), certificate.get(),
                    NID_subject_key_identifier, "hash") ||
      X509_sign(certificate.get(), key.get(), EVP_sha256()) == 0) {
    return Internal("the authority can't be made");
  }
  GARDEROBE_RETURN_IF_ERROR(WriteKey(folder + "/authority.key", key.get()));
  GARDEROBE_RETURN_IF_ERROR(
      WriteCertificate(folder + "/authority.pem", certificate.get()));
  return Authority(folder);
}

absl::Status Authority::Issue(const std::string& folder, const Peer& peer,
                              const std::string& daemon, int days) const {
  if (std::filesystem::exists(folder + "/certificate.pem")) {
    return AlreadyExists("{} holds a certificate already", folder);
  }
  const File key_file = OpenFile(folder_ + "/authority.key");
  const File certificate_file = OpenFile(folder_ + "/authority.pem");
  if (!key_file || !certificate_file) {
    return NotFound("cannot read the authority in {}", folder_);
  }
  const KeyPtr issuer_key(
      PEM_read_PrivateKey(key_file.get(), nullptr, nullptr, nullptr));
  const CertificatePtr issuer(
      PEM_read_X509(certificate_file.get(), nullptr, nullptr, nullptr));
  if (!issuer_key || !issuer) {
    return InvalidArgument("the authority in {} is damaged", folder_);
  }
  const KeyPtr key(EVP_EC_gen("P-256"));
  const std::string uri = PeerUri(peer);
  // A common name has at most 64 characters; nothing relies on it.
  const CertificatePtr certificate =
      NewCertificate(uri.substr(0, 64), key.get(), days);
  X509_set_issuer_name(certificate.get(), X509_get_subject_name(issuer.get()));
  std::string names = "URI:" + uri;
  if (!daemon.empty()) names += ",DNS:" + daemon + ".garderobe";
  if (!AddExtension(certificate.get(), issuer.get(), NID_basic_constraints,
                    "critical,CA:FALSE") ||
      !AddExtension(certificate.get(), issuer.get(), NID_key_usage,
                    "critical,digitalSignature") ||
      !AddExtension(certificate.get(), issuer.get(), NID_ext_key_usage,
                    daemon.empty() ? "clientAuth" : "serverAuth,clientAuth") ||
      !AddExtension(certificate.get(), issuer.get(), NID_subject_alt_name,
                    names) ||
      X509_sign(certificate.get(), issuer_key.get(), EVP_sha256()) == 0) {
    return Internal("the certificate can't be made");
  }
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  GARDEROBE_RETURN_IF_ERROR(WriteKey(folder + "/private.key", key.get()));
  GARDEROBE_RETURN_IF_ERROR(
      WriteCertificate(folder + "/authority.pem", issuer.get()));
  return WriteCertificate(folder + "/certificate.pem", certificate.get());
}

}  // namespace garderobe::client
