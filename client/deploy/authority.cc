#include "client/deploy/authority.h"

#include <openssl/bio.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>

#include <filesystem>
#include <memory>
#include <string_view>
#include <vector>

#include "client/deploy/private_files.h"
#include "core/base/files.h"
#include "core/base/secret_bytes.h"

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
using RequestPtr = std::unique_ptr<X509_REQ, Freer<X509_REQ_free>>;
using BioPtr = std::unique_ptr<BIO, Freer<BIO_free_all>>;

constexpr int kAuthorityDays = 3650;
constexpr size_t kCommonNameBytesMax = 64;
constexpr int kKeyStrengthMin = 112;  // bits, as NIST SP 800-57 counts them

void FreeExtensions(STACK_OF(X509_EXTENSION) * extensions) {
  sk_X509_EXTENSION_pop_free(extensions, X509_EXTENSION_free);
}

struct Extension {
  int nid;
  std::string value;
};

// Takes OpenSSL's reason out of its queue, which would otherwise be found by
// whoever looks next.
absl::Status Failed(std::string_view what) {
  char reason[256] = "no reason given";
  if (const auto code = ERR_peek_last_error(); code != 0) {
    ERR_error_string_n(code, reason, sizeof reason);
  }
  ERR_clear_error();
  return Internal("{} failed: {}", what, reason);
}

absl::StatusOr<std::string> TextOf(BIO* bio) {
  char* bytes = nullptr;
  const long size = BIO_get_mem_data(bio, &bytes);
  if (size <= 0 || bytes == nullptr) return Failed("writing PEM");
  return std::string(bytes, static_cast<size_t>(size));
}

absl::StatusOr<std::string> PemOf(X509* certificate) {
  const BioPtr bio(BIO_new(BIO_s_mem()));
  if (!bio || PEM_write_bio_X509(bio.get(), certificate) != 1) {
    return Failed("writing a certificate");
  }
  return TextOf(bio.get());
}

absl::StatusOr<CertificatePtr> ReadCertificateFile(const std::string& path) {
  GARDEROBE_ASSIGN_OR_RETURN(const std::string text, ReadWholeFile(path));
  const BioPtr bio(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
  if (!bio) return Failed("reading a certificate");
  CertificatePtr certificate(
      PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr));
  ERR_clear_error();
  if (!certificate) return InvalidArgument("{} is no PEM certificate", path);
  return certificate;
}

absl::StatusOr<KeyPtr> ReadKeyOf(const std::string& path) {
  GARDEROBE_ASSIGN_OR_RETURN(std::string text, ReadWholeFile(path));
  const ScopedWipe wipe(text);
  const BioPtr bio(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
  if (!bio) return Failed("reading a private key");
  // A key with a passphrase would ask for it at the terminal.
  const auto no_passphrase = [](char*, int, int, void*) { return -1; };
  KeyPtr key(
      PEM_read_bio_PrivateKey(bio.get(), nullptr, no_passphrase, nullptr));
  ERR_clear_error();
  if (!key) {
    return InvalidArgument("{} is no PEM private key without a passphrase",
                           path);
  }
  return key;
}

// The key that an interrupted run left in `path`, or a fresh one that is
// written there.
absl::StatusOr<KeyPtr> KeyAt(const std::string& path) {
  auto there = ReadKeyOf(path);
  if (!absl::IsNotFound(there.status())) return there;
  KeyPtr key(EVP_EC_gen("P-256"));
  if (!key) return Failed("making a key");
  const BioPtr bio(BIO_new(BIO_s_secmem()));
  if (!bio || PEM_write_bio_PrivateKey(bio.get(), key.get(), nullptr, nullptr,
                                       0, nullptr, nullptr) != 1) {
    return Failed("writing a private key");
  }
  GARDEROBE_ASSIGN_OR_RETURN(std::string text, TextOf(bio.get()));
  const ScopedWipe wipe(text);
  GARDEROBE_RETURN_IF_ERROR(CreateFile(path, text, 0600));
  return key;
}

absl::Status SetSerial(X509* certificate) {
  uint64_t serial;
  if (RAND_bytes(reinterpret_cast<unsigned char*>(&serial), sizeof serial) !=
          1 ||
      // Positive, as RFC 5280 asks.
      ASN1_INTEGER_set_uint64(X509_get_serialNumber(certificate),
                              serial >> 1 | 1) != 1) {
    return Failed("a certificate's serial number");
  }
  return absl::OkStatus();
}

absl::Status SetDates(X509* certificate, int days) {
  // A clock may be a little off; a certificate that is to be expired began
  // long ago.
  const long begin = days < 0 ? -400L * 86400 : -3600L;
  if (X509_gmtime_adj(X509_getm_notBefore(certificate), begin) == nullptr ||
      X509_gmtime_adj(X509_getm_notAfter(certificate), days * 86400L) ==
          nullptr) {
    return Failed("a certificate's dates");
  }
  return absl::OkStatus();
}

absl::Status AddExtension(X509* certificate, X509* issuer,
                          const Extension& extension) {
  X509V3_CTX context;
  X509V3_set_ctx_nodb(&context);
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  const std::unique_ptr<X509_EXTENSION, Freer<X509_EXTENSION_free>> made(
      X509V3_EXT_conf_nid(nullptr, &context, extension.nid,
                          extension.value.c_str()));
  if (!made || X509_add_ext(certificate, made.get(), -1) != 1) {
    return Failed(fmt::format("a certificate's {}", OBJ_nid2ln(extension.nid)));
  }
  return absl::OkStatus();
}

// At most as long as X.520 allows; nothing relies on it.
bool AddCommonName(X509_NAME* subject, const std::string& name) {
  const std::string cut = name.substr(0, kCommonNameBytesMax);
  return X509_NAME_add_entry_by_txt(
             subject, "CN", MBSTRING_UTF8,
             reinterpret_cast<const unsigned char*>(cut.data()),
             static_cast<int>(cut.size()), -1, 0) == 1;
}

struct Subject {
  std::string name;  // the common name; nothing relies on it
  EVP_PKEY* key;
  int days;
  std::vector<Extension> extensions;
};

// A certificate of `subject`, signed. `issuer` null: it signs itself.
absl::StatusOr<CertificatePtr> MakeCertificate(const Subject& subject,
                                               X509* issuer,
                                               EVP_PKEY* issuer_key) {
  CertificatePtr certificate(X509_new());
  if (!certificate) return Failed("making a certificate");
  X509* const made = certificate.get();
  if (X509_set_version(made, X509_VERSION_3) != 1 ||
      X509_set_pubkey(made, subject.key) != 1 ||
      !AddCommonName(X509_get_subject_name(made), subject.name)) {
    return Failed("a certificate's subject");
  }
  if (issuer == nullptr) issuer = made;
  if (X509_set_issuer_name(made, X509_get_subject_name(issuer)) != 1) {
    return Failed("a certificate's issuer");
  }
  GARDEROBE_RETURN_IF_ERROR(SetSerial(made));
  GARDEROBE_RETURN_IF_ERROR(SetDates(made, subject.days));
  for (const Extension& extension : subject.extensions) {
    GARDEROBE_RETURN_IF_ERROR(AddExtension(made, issuer, extension));
  }
  if (X509_sign(made, issuer_key, EVP_sha256()) <= 0) {
    return Failed("signing a certificate");
  }
  return certificate;
}

absl::Status MakeFolder(const std::string& path) {
  std::error_code error;
  std::filesystem::create_directories(path, error);
  if (error) return Unavailable("cannot create {}: {}", path, error.message());
  return absl::OkStatus();
}

// The value of an extension is a list with commas.
absl::Status CheckNames(const Peer& peer, const std::string& daemon) {
  if (!ParsePeerUri(PeerUri(peer)).ok() ||
      (!daemon.empty() && !IsPlainName(daemon))) {
    return InvalidArgument(
        "the name to certify is empty, too long, or has other characters than "
        "letters, digits, -, _ and .");
  }
  return absl::OkStatus();
}

struct Issuer {
  CertificatePtr certificate;
  KeyPtr key;
};

absl::StatusOr<Issuer> OpenIssuer(const std::string& folder) {
  Issuer issuer;
  GARDEROBE_ASSIGN_OR_RETURN(issuer.key, ReadKeyOf(folder + "/authority.key"));
  GARDEROBE_ASSIGN_OR_RETURN(issuer.certificate,
                             ReadCertificateFile(folder + "/authority.pem"));
  if (X509_check_private_key(issuer.certificate.get(), issuer.key.get()) != 1) {
    ERR_clear_error();
    return FailedPrecondition(
        "authority.key and authority.pem in {} do not belong together", folder);
  }
  return issuer;
}

struct CertifiedPeer {
  Peer peer;
  std::string daemon;  // empty for peers that serve nothing
  EVP_PKEY* key;
  int days;
};

absl::StatusOr<std::string> CertifyPeer(const CertifiedPeer& subject,
                                        const Issuer& issuer) {
  const std::string uri = PeerUri(subject.peer);
  std::string names = "URI:" + uri;
  const bool serves = !subject.daemon.empty();
  if (serves) names += ",DNS:" + subject.daemon + ".garderobe";
  GARDEROBE_ASSIGN_OR_RETURN(
      const CertificatePtr certificate,
      MakeCertificate({uri,
                       subject.key,
                       subject.days,
                       {{NID_basic_constraints, "critical,CA:FALSE"},
                        {NID_key_usage, "critical,digitalSignature"},
                        {NID_ext_key_usage,
                         serves ? "serverAuth,clientAuth" : "clientAuth"},
                        {NID_subject_alt_name, names}}},
                      issuer.certificate.get(), issuer.key.get()));
  return PemOf(certificate.get());
}

}  // namespace

absl::StatusOr<Authority> Authority::Open(const std::string& folder) {
  GARDEROBE_ASSIGN_OR_RETURN(const bool has_key,
                             IsThere(folder + "/authority.key"));
  if (!has_key) {
    return NotFound("{} holds no certificate authority", folder);
  }
  GARDEROBE_ASSIGN_OR_RETURN(const bool has_certificate,
                             IsThere(folder + "/authority.pem"));
  if (!has_certificate) {
    return FailedPrecondition(
        "{} holds authority.key and no authority.pem; put the certificate "
        "back, from any folder it was issued to",
        folder);
  }
  return Authority(folder);
}

absl::StatusOr<Authority> Authority::OpenOrCreate(const std::string& folder) {
  auto there = Open(folder);
  if (there.ok() || absl::IsUnavailable(there.status())) return there;
  GARDEROBE_RETURN_IF_ERROR(MakePrivateFolder(folder));
  GARDEROBE_ASSIGN_OR_RETURN(const KeyPtr key,
                             KeyAt(folder + "/authority.key"));
  GARDEROBE_ASSIGN_OR_RETURN(
      const CertificatePtr certificate,
      MakeCertificate({"Garderobe authority",
                       key.get(),
                       kAuthorityDays,
                       {{NID_basic_constraints, "critical,CA:TRUE,pathlen:0"},
                        {NID_key_usage, "critical,keyCertSign,cRLSign"},
                        {NID_subject_key_identifier, "hash"}}},
                      nullptr, key.get()));
  GARDEROBE_ASSIGN_OR_RETURN(const std::string pem, PemOf(certificate.get()));
  GARDEROBE_RETURN_IF_ERROR(CreateFile(folder + "/authority.pem", pem, 0644));
  return Authority(folder);
}

absl::Status Authority::Issue(const std::string& folder, const Peer& peer,
                              const std::string& daemon, int days) const {
  GARDEROBE_ASSIGN_OR_RETURN(const bool is_certified,
                             IsThere(folder + "/certificate.pem"));
  if (is_certified) {
    return AlreadyExists("{} holds a certificate already", folder);
  }
  GARDEROBE_RETURN_IF_ERROR(CheckNames(peer, daemon));
  GARDEROBE_ASSIGN_OR_RETURN(const Issuer issuer, OpenIssuer(folder_));
  GARDEROBE_RETURN_IF_ERROR(MakeFolder(folder));
  GARDEROBE_ASSIGN_OR_RETURN(const KeyPtr key, KeyAt(folder + "/private.key"));
  GARDEROBE_ASSIGN_OR_RETURN(
      const std::string pem,
      CertifyPeer({peer, daemon, key.get(), days}, issuer));
  GARDEROBE_ASSIGN_OR_RETURN(const std::string issuer_pem,
                             PemOf(issuer.certificate.get()));
  GARDEROBE_RETURN_IF_ERROR(
      ReplaceFile(folder + "/authority.pem", issuer_pem, 0644));
  return CreateFile(folder + "/certificate.pem", pem, 0644);
}

absl::StatusOr<std::string> Authority::Certify(const std::string& request_pem,
                                               const Peer& peer,
                                               int days) const {
  GARDEROBE_RETURN_IF_ERROR(CheckNames(peer, ""));
  GARDEROBE_ASSIGN_OR_RETURN(const Issuer issuer, OpenIssuer(folder_));
  const BioPtr bio(BIO_new_mem_buf(request_pem.data(),
                                   static_cast<int>(request_pem.size())));
  if (!bio) return Failed("reading a request");
  const RequestPtr request(
      PEM_read_bio_X509_REQ(bio.get(), nullptr, nullptr, nullptr));
  const KeyPtr key(request ? X509_REQ_get_pubkey(request.get()) : nullptr);
  // Whoever asks has to have the key.
  const bool is_signed = key && X509_REQ_verify(request.get(), key.get()) == 1;
  ERR_clear_error();
  if (!request) {
    return InvalidArgument("not a request for a certificate (PKCS #10, PEM)");
  }
  if (!is_signed) {
    return InvalidArgument("the request is not signed with the key it is for");
  }
  if (EVP_PKEY_get_security_bits(key.get()) < kKeyStrengthMin) {
    return InvalidArgument(
        "the key is weak; P-256 or 2048 bits of RSA will do");
  }
  return CertifyPeer({peer, "", key.get(), days}, issuer);
}

absl::StatusOr<std::string> Authority::CertificatePem() const {
  return ReadWholeFile(folder_ + "/authority.pem");
}

absl::StatusOr<KeyPin> RequestCertificate(const std::string& folder,
                                          const Peer& peer) {
  GARDEROBE_RETURN_IF_ERROR(CheckNames(peer, ""));
  GARDEROBE_RETURN_IF_ERROR(MakeFolder(folder));
  GARDEROBE_ASSIGN_OR_RETURN(const KeyPtr key, KeyAt(folder + "/private.key"));
  const RequestPtr request(X509_REQ_new());
  const std::string uri = PeerUri(peer);
  const std::unique_ptr<STACK_OF(X509_EXTENSION), Freer<FreeExtensions>> names(
      sk_X509_EXTENSION_new_null());
  if (!request || !names) return Failed("making a request");
  X509_EXTENSION* const name = X509V3_EXT_conf_nid(
      nullptr, nullptr, NID_subject_alt_name, ("URI:" + uri).c_str());
  if (name == nullptr || sk_X509_EXTENSION_push(names.get(), name) <= 0 ||
      X509_REQ_set_version(request.get(), X509_REQ_VERSION_1) != 1 ||
      !AddCommonName(X509_REQ_get_subject_name(request.get()), uri) ||
      X509_REQ_add_extensions(request.get(), names.get()) != 1 ||
      X509_REQ_set_pubkey(request.get(), key.get()) != 1 ||
      X509_REQ_sign(request.get(), key.get(), EVP_sha256()) <= 0) {
    return Failed("making a request");
  }
  const BioPtr bio(BIO_new(BIO_s_mem()));
  if (!bio || PEM_write_bio_X509_REQ(bio.get(), request.get()) != 1) {
    return Failed("writing a request");
  }
  GARDEROBE_ASSIGN_OR_RETURN(const std::string pem, TextOf(bio.get()));
  GARDEROBE_RETURN_IF_ERROR(
      ReplaceFile(folder + "/certificate-request.pem", pem, 0644));
  const CertificatePtr certificate(X509_new());
  if (!certificate || X509_set_pubkey(certificate.get(), key.get()) != 1) {
    return Failed("a key's pin");
  }
  return KeyPinOf(*certificate);
}

}  // namespace garderobe::client
