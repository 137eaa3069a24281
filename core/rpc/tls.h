// Mutual TLS: nothing else is spoken between daemons and clients.
#ifndef GARDEROBE_CORE_RPC_TLS_H_
#define GARDEROBE_CORE_RPC_TLS_H_

#include <cstdint>
#include <memory>
#include <string>

#include "core/base/status.h"
#include "core/rpc/key_pin.h"
#include "grpcpp/channel.h"
#include "grpcpp/security/server_credentials.h"

namespace garderobe {

// PEM files. They are read again when they change, so that a renewed
// certificate needs no restart.
struct TlsFiles {
  std::string certificate;
  std::string private_key;
  std::string authority;  // whose certificates are accepted from the peer
};

// What a certificate file says of itself.
struct CertificateInfo {
  std::string identity;    // its garderobe:// URI, empty when it has none
  int64_t not_before = 0;  // seconds since 1970
  int64_t not_after = 0;
};

// NotFound, InvalidArgument: no readable certificate in `path`.
[[nodiscard]] absl::StatusOr<CertificateInfo> ReadCertificate(
    const std::string& path);

// FailedPrecondition: a file is missing, the certificate is expired or not yet
// valid (says which and since when), the private key may be read by others.
[[nodiscard]] absl::Status CheckTlsFiles(const TlsFiles& files);

// Whole days until `info` expires, 0 when it has.
uint32_t DaysLeft(const CertificateInfo& info);

// Takes connections of those only who show a certificate of the authority.
std::shared_ptr<grpc::ServerCredentials> ServerTls(const TlsFiles& files);

// The daemon that is to be called.
struct CalledDaemon {
  std::string address;
  std::string name;  // such as "vaultd"
  KeyPins pins;      // of which its certificate shows one; empty: none is taken
};

// A channel that accepts only the daemon that is meant: the DNS name
// `<name>.garderobe` in a certificate of the authority, and a key that is
// pinned. Another key is logged.
std::shared_ptr<grpc::Channel> TlsChannel(const CalledDaemon& daemon,
                                          const TlsFiles& files);

// `status` of a call to `daemon`; when that was not reached, what
// DiagnoseConnection finds instead of the transport's own words.
absl::Status Diagnosed(const absl::Status& status, const CalledDaemon& daemon,
                       const TlsFiles& files);

// Why a connection to `daemon` fails, as far as a look at the port, at the
// own certificate and key and at the certificate shown there can tell; empty
// when nothing is wrong with them. Blocks up to two seconds.
std::string DiagnoseConnection(const CalledDaemon& daemon,
                               const TlsFiles& files);

}  // namespace garderobe

#endif  // GARDEROBE_CORE_RPC_TLS_H_
