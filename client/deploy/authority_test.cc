// A certificate without what it should have, or half of one, was once written
// and taken for whole: no call of OpenSSL was looked at.
#include "client/deploy/authority.h"

#include <netinet/in.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <memory>

#include "core/base/files.h"
#include "core/rpc/tls.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"

namespace garderobe::client {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

struct FreeCertificate {
  void operator()(X509* certificate) const { X509_free(certificate); }
};
using CertificatePtr = std::unique_ptr<X509, FreeCertificate>;

CertificatePtr ReadPem(const std::string& path) {
  std::FILE* file = std::fopen(path.c_str(), "r");
  if (file == nullptr) return nullptr;
  CertificatePtr certificate(PEM_read_X509(file, nullptr, nullptr, nullptr));
  std::fclose(file);
  return certificate;
}

std::string CommonName(const X509_NAME* name) {
  char text[128] = "";
  X509_NAME_get_text_by_NID(name, NID_commonName, text, sizeof text);
  return text;
}

class AuthorityTest : public ::testing::Test {
 protected:
  void SetUp() override { fs::remove_all(root_); }
  void TearDown() override { fs::remove_all(root_); }

  Authority Made() {
    auto authority = Authority::OpenOrCreate(root_ + "/ca");
    EXPECT_THAT(authority, IsOk());
    return *authority;
  }
  std::string In(std::string_view name) const {
    return root_ + "/" + std::string(name);
  }
  size_t FilesIn(const std::string& folder) const {
    if (!fs::exists(folder)) return 0;
    return static_cast<size_t>(std::distance(fs::directory_iterator(folder),
                                             fs::directory_iterator()));
  }
  static mode_t ModeOf(const std::string& path) {
    struct stat info {};
    EXPECT_EQ(stat(path.c_str(), &info), 0) << path;
    return info.st_mode & 0777;
  }

  const std::string root_ = ::testing::TempDir() + "/authority_test";
  const Peer vault_{Role::kParty, "vault"};
};

TEST_F(AuthorityTest, AServersCertificateHoldsAllThatItShould) {
  const Authority authority = Made();
  ASSERT_THAT(authority.Issue(In("vault"), vault_, "vaultd", 100), IsOk());
  const CertificatePtr issuer = ReadPem(In("ca/authority.pem"));
  const CertificatePtr made = ReadPem(In("vault/certificate.pem"));
  ASSERT_TRUE(issuer && made);
  EXPECT_EQ(X509_get_version(made.get()), X509_VERSION_3);
  uint64_t serial = 0;
  ASSERT_EQ(
      ASN1_INTEGER_get_uint64(&serial, X509_get0_serialNumber(made.get())), 1);
  EXPECT_GT(serial, 0u);
  EXPECT_EQ(CommonName(X509_get_subject_name(made.get())),
            "garderobe://party/vault");
  EXPECT_EQ(CommonName(X509_get_issuer_name(made.get())),
            "Garderobe authority");
  EXPECT_EQ(X509_verify(made.get(), X509_get0_pubkey(issuer.get())), 1);
  EXPECT_EQ(X509_verify(issuer.get(), X509_get0_pubkey(issuer.get())), 1);
  EXPECT_EQ(X509_check_ca(issuer.get()), 1);
  EXPECT_EQ(X509_check_ca(made.get()), 0);
  EXPECT_EQ(X509_get_key_usage(made.get()),
            static_cast<uint32_t>(KU_DIGITAL_SIGNATURE));
  EXPECT_EQ(X509_get_key_usage(issuer.get()),
            static_cast<uint32_t>(KU_KEY_CERT_SIGN | KU_CRL_SIGN));
  EXPECT_EQ(X509_get_extended_key_usage(made.get()),
            static_cast<uint32_t>(XKU_SSL_SERVER | XKU_SSL_CLIENT));
  EXPECT_EQ(X509_check_host(made.get(), "vaultd.garderobe", 0, 0, nullptr), 1);
  auto info = ReadCertificate(In("vault/certificate.pem"));
  ASSERT_THAT(info, IsOk());
  EXPECT_EQ(info->identity, "garderobe://party/vault");
  EXPECT_NEAR(DaysLeft(*info), 100, 1);
  EXPECT_THAT(
      CheckTlsFiles({In("vault/certificate.pem"), In("vault/private.key"),
                     In("vault/authority.pem")}),
      IsOk());
}

TEST_F(AuthorityTest, APeerThatServesNothingIsNoServer) {
  ASSERT_THAT(Made().Issue(In("client"), {Role::kClient, "m"}, ""), IsOk());
  const CertificatePtr made = ReadPem(In("client/certificate.pem"));
  ASSERT_TRUE(made);
  EXPECT_EQ(X509_get_extended_key_usage(made.get()),
            static_cast<uint32_t>(XKU_SSL_CLIENT));
}

TEST_F(AuthorityTest, PrivateKeysAreForTheirOwnerAlone) {
  ASSERT_THAT(Made().Issue(In("vault"), vault_, "vaultd"), IsOk());
  EXPECT_EQ(ModeOf(In("ca")), 0700u);
  EXPECT_EQ(ModeOf(In("ca/authority.key")), 0600u);
  EXPECT_EQ(ModeOf(In("vault/private.key")), 0600u);
}

// A comma would add a name to those that the certificate is good for.
TEST_F(AuthorityTest, ANameCanNotBringAnotherNameAlong) {
  const Authority authority = Made();
  for (const std::string name :
       {"x,DNS:vaultd.garderobe", "x,URI:garderobe://party/vault", "", "a/b",
        "\xff", "a b", "caf\xc3\xa9"}) {
    EXPECT_THAT(authority.Issue(In("x"), {Role::kClient, name}, ""),
                StatusIs(absl::StatusCode::kInvalidArgument))
        << name;
  }
  EXPECT_THAT(
      authority.Issue(In("x"), {Role::kClient, std::string(200, 'a')}, ""),
      StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_EQ(FilesIn(In("x")), 0u);
}

TEST_F(AuthorityTest, WhatOpenSslCanNotDoIsToldAndLeavesNothing) {
  const Authority authority = Made();
  ASSERT_EQ(EVP_set_default_properties(nullptr, "provider=nowhere"), 1);
  const absl::Status issued = authority.Issue(In("vault"), vault_, "vaultd");
  const auto made = Authority::OpenOrCreate(In("other"));
  ASSERT_EQ(EVP_set_default_properties(nullptr, ""), 1);
  for (const absl::Status& status : {issued, made.status()}) {
    EXPECT_FALSE(status.ok());
  }
  EXPECT_THAT(made, StatusIs(absl::StatusCode::kInternal, HasSubstr("error:")));
  EXPECT_FALSE(fs::exists(In("vault/certificate.pem")));
  EXPECT_EQ(FilesIn(In("other")), 0u);
  EXPECT_EQ(ERR_peek_error(), 0u);
  // Control: nothing of this is for ever.
  EXPECT_THAT(authority.Issue(In("vault"), vault_, "vaultd"), IsOk());
}

TEST_F(AuthorityTest, AFullDiskLeavesNoHalfOfAnything) {
  const Authority authority = Made();
  rlimit before{};
  ASSERT_EQ(getrlimit(RLIMIT_FSIZE, &before), 0);
  const auto handler = signal(SIGXFSZ, SIG_IGN);
  // Less than a key or a certificate takes.
  const rlimit little{100, before.rlim_max};
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &little), 0);
  const absl::Status issued = authority.Issue(In("vault"), vault_, "vaultd");
  const auto made = Authority::OpenOrCreate(In("other"));
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &before), 0);
  signal(SIGXFSZ, handler);
  EXPECT_THAT(issued, StatusIs(absl::StatusCode::kUnavailable));
  EXPECT_THAT(made, StatusIs(absl::StatusCode::kUnavailable));
  EXPECT_EQ(FilesIn(In("vault")), 0u);
  EXPECT_EQ(FilesIn(In("other")), 0u);
  EXPECT_THAT(authority.Issue(In("vault"), vault_, "vaultd"), IsOk());
}

TEST_F(AuthorityTest, GoesOnWhereAnInterruptedRunStopped) {
  const Authority authority = Made();
  ASSERT_THAT(authority.Issue(In("vault"), vault_, "vaultd"), IsOk());
  const auto key = ReadWholeFile(In("vault/private.key"));
  const auto pin = KeyPinOfFile(In("vault/certificate.pem"));
  ASSERT_THAT(pin, IsOk());
  fs::remove(In("vault/certificate.pem"));
  ASSERT_THAT(authority.Issue(In("vault"), vault_, "vaultd"), IsOk());
  EXPECT_EQ(*ReadWholeFile(In("vault/private.key")), *key);
  // So that whoever pinned it need not be told of the new certificate.
  EXPECT_EQ(*KeyPinOfFile(In("vault/certificate.pem")), *pin);
  EXPECT_THAT(authority.Issue(In("vault"), vault_, "vaultd"),
              StatusIs(absl::StatusCode::kAlreadyExists));

  fs::remove(In("ca/authority.pem"));
  EXPECT_THAT(Authority::Open(In("ca")),
              StatusIs(absl::StatusCode::kFailedPrecondition));
  EXPECT_THAT(Authority::OpenOrCreate(In("ca")), IsOk());
  const CertificatePtr issuer = ReadPem(In("ca/authority.pem"));
  const CertificatePtr made = ReadPem(In("vault/certificate.pem"));
  ASSERT_TRUE(issuer && made);
  EXPECT_EQ(X509_verify(made.get(), X509_get0_pubkey(issuer.get())), 1);
}

TEST_F(AuthorityTest, DamagedKeysAreToldAndKept) {
  const Authority authority = Made();
  fs::create_directories(In("vault"));
  std::ofstream(In("vault/private.key")) << "-----BEGIN PRIVATE KEY-----\nAA";
  EXPECT_THAT(authority.Issue(In("vault"), vault_, "vaultd"),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("vault/private.key")));
  EXPECT_EQ(FilesIn(In("vault")), 1u);
  // Another authority's key signs nothing that anybody believes.
  ASSERT_THAT(Authority::OpenOrCreate(In("other")), IsOk());
  fs::copy_file(In("other/authority.key"), In("ca/authority.key"),
                fs::copy_options::overwrite_existing);
  EXPECT_THAT(authority.Issue(In("client"), {Role::kClient, "m"}, ""),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       HasSubstr("do not belong together")));
}

// Without a certificate the other side hangs up, which looked as if it spoke no
// TLS.
TEST_F(AuthorityTest, ADiagnosisNamesTheOwnFilesFirst) {
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  ASSERT_EQ(bind(fd, reinterpret_cast<sockaddr*>(&address), size), 0);
  ASSERT_EQ(getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size), 0);
  ASSERT_EQ(listen(fd, 8), 0);
  const std::string at = fmt::format("127.0.0.1:{}", ntohs(address.sin_port));
  const Authority authority = Made();
  ASSERT_THAT(authority.Issue(In("one"), {Role::kClient, "one"}, ""), IsOk());
  ASSERT_THAT(authority.Issue(In("two"), {Role::kClient, "two"}, ""), IsOk());
  auto diagnosis = [&](const char* certificate, const char* key) {
    return DiagnoseConnection(
        {at, "ttpd", {}}, {In(certificate), In(key), In("one/authority.pem")});
  };
  EXPECT_THAT(diagnosis("none.pem", "one/private.key"),
              HasSubstr("none.pem can't be read"));
  EXPECT_THAT(diagnosis("one/certificate.pem", "two/private.key"),
              HasSubstr("is not that of"));
  // Control: with its own files it goes on to the other side.
  EXPECT_THAT(diagnosis("one/certificate.pem", "one/private.key"),
              HasSubstr("does not answer"));
  EXPECT_EQ(ERR_peek_error(), 0u);
  close(fd);
}

}  // namespace
}  // namespace garderobe::client
