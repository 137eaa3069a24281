#include "core/rpc/tls.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <sys/stat.h>
#include <unistd.h>

#include <ctime>
#include <functional>

#include "core/base/civil_time.h"
#include "core/base/clock.h"
#include "grpcpp/create_channel.h"
#include "grpcpp/security/credentials.h"
#include "grpcpp/security/tls_certificate_provider.h"
#include "grpcpp/security/tls_certificate_verifier.h"
#include "grpcpp/security/tls_credentials_options.h"

namespace garderobe {
namespace {

constexpr unsigned kReloadSeconds = 5;
// What a peer may answer; what a daemon takes in is its own setting.
constexpr int kAnswerBytesMax = 64 << 20;

template <auto Free>
struct Freer {
  template <typename T>
  void operator()(T* object) const {
    Free(object);
  }
};
using X509Ptr = std::unique_ptr<X509, Freer<X509_free>>;

int64_t SecondsSince1970(const ASN1_TIME* time) {
  std::tm parts{};
  if (ASN1_TIME_to_tm(time, &parts) != 1) return 0;
  return timegm(&parts);
}

std::string UriOf(const X509* certificate) {
  std::string uri;
  auto* names = static_cast<GENERAL_NAMES*>(
      X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr));
  for (int i = 0; i < sk_GENERAL_NAME_num(names); ++i) {
    const GENERAL_NAME* name = sk_GENERAL_NAME_value(names, i);
    if (name->type != GEN_URI) continue;
    const ASN1_IA5STRING* text = name->d.uniformResourceIdentifier;
    uri.assign(reinterpret_cast<const char*>(ASN1_STRING_get0_data(text)),
               static_cast<size_t>(ASN1_STRING_length(text)));
  }
  GENERAL_NAMES_free(names);
  return uri;
}

CertificateInfo InfoOf(const X509* certificate) {
  return {UriOf(certificate),
          SecondsSince1970(X509_get0_notBefore(certificate)),
          SecondsSince1970(X509_get0_notAfter(certificate))};
}

std::string Date(int64_t seconds) {
  const std::time_t time = seconds;
  std::tm parts{};
  gmtime_r(&time, &parts);
  char text[32];
  std::strftime(text, sizeof text, "%Y-%m-%d %H:%M UTC", &parts);
  return text;
}

std::string WrongTime(const CertificateInfo& info) {
  const auto now = static_cast<int64_t>(UnixSeconds());
  if (info.not_after < now) return "expired on " + Date(info.not_after);
  if (info.not_before > now) {
    return "is not valid before " + Date(info.not_before);
  }
  return "";
}

// Asks for the daemon's name, as gRPC does by itself, and for its key.
class PinVerifier final
    : public grpc::experimental::ExternalCertificateVerifier {
 public:
  explicit PinVerifier(CalledDaemon daemon) : daemon_(std::move(daemon)) {}

  bool Verify(grpc::experimental::TlsCustomVerificationCheckRequest* request,
              std::function<void(grpc::Status)> callback,
              grpc::Status* status) override {
    // Answers at once.
    GARDEROBE_CHECK(name_.Verify(request, std::move(callback), status));
    if (!status->ok()) return true;
    const auto pem = request->peer_cert();
    const auto shown = KeyPinOfPem({pem.data(), pem.size()});
    if (shown.ok() && Contains(daemon_.pins, *shown)) return true;
    if (shown.ok()) {
      LogRefusedKey(fmt::format("{}@{}", daemon_.name, daemon_.address),
                    *shown);
    }
    *status = grpc::Status(
        grpc::StatusCode::UNAUTHENTICATED,
        daemon_.name + " shows another key than the one that is pinned");
    return true;
  }
  void Cancel(grpc::experimental::TlsCustomVerificationCheckRequest*) override {
  }

 private:
  const CalledDaemon daemon_;
  grpc::experimental::HostNameCertificateVerifier name_;
};

template <typename Options>
Options TlsOptions(const TlsFiles& files) {
  Options options = [&] {
    auto provider =
        std::make_shared<grpc::experimental::FileWatcherCertificateProvider>(
            files.private_key, files.certificate, files.authority,
            kReloadSeconds);
    if constexpr (std::is_constructible_v<Options, decltype(provider)>) {
      return Options(provider);
    } else {
      Options made;
      made.set_certificate_provider(provider);
      return made;
    }
  }();
  options.watch_root_certs();
  options.watch_identity_key_cert_pairs();
  return options;
}

}  // namespace

absl::StatusOr<CertificateInfo> ReadCertificate(const std::string& path) {
  const std::unique_ptr<BIO, Freer<BIO_free_all>> file(
      BIO_new_file(path.c_str(), "r"));
  if (!file) return NotFound("cannot read the certificate {}", path);
  const X509Ptr certificate(
      PEM_read_bio_X509(file.get(), nullptr, nullptr, nullptr));
  if (!certificate) return InvalidArgument("{} is not a PEM certificate", path);
  return InfoOf(certificate.get());
}

absl::Status CheckTlsFiles(const TlsFiles& files) {
  for (const std::string& path : {files.authority, files.certificate}) {
    auto info = ReadCertificate(path);
    if (!info.ok()) return FailedPrecondition("{}", Message(info.status()));
    if (const std::string wrong = WrongTime(*info); !wrong.empty()) {
      return FailedPrecondition("the certificate {} {}; renew it", path, wrong);
    }
  }
  struct stat info;
  if (stat(files.private_key.c_str(), &info) != 0) {
    return FailedPrecondition("cannot read the private key {}",
                              files.private_key);
  }
  if ((info.st_mode & 077) != 0) {
    return FailedPrecondition("{} may be read by others; run: chmod 600 {}",
                              files.private_key, files.private_key);
  }
  return absl::OkStatus();
}

uint32_t DaysLeft(const CertificateInfo& info) {
  const int64_t left = info.not_after - static_cast<int64_t>(UnixSeconds());
  return left > 0 ? static_cast<uint32_t>(left / 86400) : 0;
}

std::shared_ptr<grpc::ServerCredentials> ServerTls(const TlsFiles& files) {
  auto options =
      TlsOptions<grpc::experimental::TlsServerCredentialsOptions>(files);
  options.set_cert_request_type(
      GRPC_SSL_REQUEST_AND_REQUIRE_CLIENT_CERTIFICATE_AND_VERIFY);
  return grpc::experimental::TlsServerCredentials(options);
}

std::shared_ptr<grpc::Channel> TlsChannel(const CalledDaemon& daemon,
                                          const TlsFiles& files) {
  grpc::ChannelArguments arguments;
  arguments.SetSslTargetNameOverride(daemon.name + ".garderobe");
  arguments.SetMaxReceiveMessageSize(kAnswerBytesMax);
  arguments.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, 100);
  // Also how long a handshake may take on a busy machine.
  arguments.SetInt(GRPC_ARG_MIN_RECONNECT_BACKOFF_MS, 5000);
  arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, 2000);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIME_MS, 20000);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, 10000);
  // Each channel its own connection: a daemon that comes back is seen at once.
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  auto options =
      TlsOptions<grpc::experimental::TlsChannelCredentialsOptions>(files);
  options.set_certificate_verifier(
      grpc::experimental::ExternalCertificateVerifier::Create<PinVerifier>(
          daemon));
  return grpc::CreateCustomChannel(
      daemon.address, grpc::experimental::TlsCredentials(options), arguments);
}

std::string DiagnoseConnection(const CalledDaemon& daemon,
                               const TlsFiles& files) {
  const std::string& address = daemon.address;
  // What OpenSSL had to say of a failure here is nobody else's reason.
  struct ErrorsDropped {
    ~ErrorsDropped() { ERR_clear_error(); }
  } const errors_dropped;
  const std::unique_ptr<BIO, Freer<BIO_free_all>> plain(
      BIO_new_connect(address.c_str()));
  if (!plain) return "";
  if (BIO_do_connect_retry(plain.get(), 2, 20) != 1) {
    return "nothing listens at " + address;
  }
  const std::unique_ptr<SSL_CTX, Freer<SSL_CTX_free>> context(
      SSL_CTX_new(TLS_client_method()));
  if (!context) return "";
  // Without them the other side would hang up, and seem to speak no TLS.
  if (SSL_CTX_use_certificate_chain_file(context.get(),
                                         files.certificate.c_str()) != 1) {
    return fmt::format("the certificate {} can't be read", files.certificate);
  }
  if (SSL_CTX_use_PrivateKey_file(context.get(), files.private_key.c_str(),
                                  SSL_FILETYPE_PEM) != 1) {
    return fmt::format("the private key {} can't be read, or is not that of {}",
                       files.private_key, files.certificate);
  }
  const std::unique_ptr<BIO, Freer<BIO_free_all>> bio(
      BIO_new_ssl_connect(context.get()));
  if (!bio || BIO_set_conn_hostname(bio.get(), address.c_str()) != 1 ||
      BIO_set_nbio(bio.get(), 1) != 1) {
    return "";
  }
  const uint64_t deadline = UnixSeconds() + 2;
  while (BIO_do_handshake(bio.get()) <= 0 && BIO_should_retry(bio.get())) {
    if (UnixSeconds() > deadline) return address + " does not answer";
    usleep(5000);
  }
  SSL* ssl = nullptr;
  if (BIO_get_ssl(bio.get(), &ssl) != 1 || ssl == nullptr) return "";
  const X509Ptr shown(SSL_get1_peer_certificate(ssl));
  if (!shown) return "no TLS at " + address;
  const CertificateInfo info = InfoOf(shown.get());
  if (const std::string wrong = WrongTime(info); !wrong.empty()) {
    return fmt::format("the certificate that {} shows ({}) {}", address,
                       info.identity, wrong);
  }
  if (!Contains(daemon.pins, KeyPinOf(*shown))) {
    return fmt::format(
        "{} at {} shows another key than the one that is pinned; if its key "
        "was renewed, ask its operator for the new pin by another way",
        daemon.name, address);
  }
  return "";
}

absl::Status Diagnosed(const absl::Status& status, const CalledDaemon& daemon,
                       const TlsFiles& files) {
  if (status.code() != absl::StatusCode::kUnavailable &&
      status.code() != absl::StatusCode::kDeadlineExceeded) {
    return status;
  }
  const std::string why = DiagnoseConnection(daemon, files);
  return why.empty() ? status : Unavailable("{}", why);
}

}  // namespace garderobe
