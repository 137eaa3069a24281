// A vendor's keys once could be made only where the authority's key lies.
#include "client/deploy/enroll.h"

#include <filesystem>
#include <fstream>

#include "client/deploy/authority.h"
#include "core/base/files.h"
#include "core/rpc/tls.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"

namespace garderobe::client {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

constexpr auto kInvalid = absl::StatusCode::kInvalidArgument;

class EnrollTest : public ::testing::Test {
 protected:
  void SetUp() override { fs::remove_all(root_); }
  void TearDown() override { fs::remove_all(root_); }

  std::string In(const std::string& name) const { return root_ + "/" + name; }
  std::string Request() const {
    return *ReadWholeFile(In("clients/vendor-a/certificate-request.pem"));
  }
  Authority Made() const {
    auto authority = Authority::OpenOrCreate(In("ca"));
    EXPECT_THAT(authority, IsOk());
    return *authority;
  }

  const std::string root_ = ::testing::TempDir() + "/enroll_test";
  const Peer vendor_{Role::kClient, "vendor-a"};
};

TEST_F(EnrollTest, WhatIsAskedForIsCertifiedAndFits) {
  const auto enrolled = Enroll(root_, vendor_, {"museum-01", "podium-02"});
  ASSERT_THAT(enrolled, IsOk());
  const std::string place = In("clients/vendor-a");
  EXPECT_EQ(enrolled->certificate_folder, place);
  const auto certificate = Made().Certify(Request(), vendor_);
  ASSERT_THAT(certificate, IsOk());
  EXPECT_EQ(*KeyPinOfPem(*certificate), enrolled->pin);
  ASSERT_THAT(CreateFile(place + "/certificate.pem", *certificate, 0644),
              IsOk());
  ASSERT_THAT(
      CreateFile(place + "/authority.pem", *Made().CertificatePem(), 0644),
      IsOk());
  EXPECT_THAT(CheckTlsFiles({place + "/certificate.pem", place + "/private.key",
                             place + "/authority.pem"}),
              IsOk());
  EXPECT_EQ(ReadCertificate(place + "/certificate.pem")->identity,
            "garderobe://client/vendor-a");

  const std::string lines = RegisterLines(vendor_, *enrolled);
  for (const EnrolledInstitution& institution : enrolled->institutions) {
    EXPECT_THAT(lines, HasSubstr("in the entry of " + institution.id));
    EXPECT_THAT(lines, HasSubstr(institution.author_key));
    EXPECT_THAT(lines, HasSubstr(institution.access_key));
  }
  EXPECT_THAT(lines, HasSubstr(ToHex(enrolled->pin)));
  EXPECT_NE(enrolled->institutions[0].author_key,
            enrolled->institutions[1].author_key);
}

// Another handle key would make strangers of all customers, and another private
// key needs another pin: a second call, also with a certificate, keeps both.
TEST_F(EnrollTest, WhatIsThereIsKept) {
  const auto first = Enroll(root_, vendor_, {"museum-01"});
  ASSERT_THAT(first, IsOk());
  const auto handle_key =
      ReadWholeFile(In("institutions/museum-01/handle.key"));
  ASSERT_THAT(CreateFile(In("clients/vendor-a/certificate.pem"),
                         *Made().Certify(Request(), vendor_), 0644),
              IsOk());
  const auto again = Enroll(root_, vendor_, {"museum-01"});
  ASSERT_THAT(again, IsOk());
  EXPECT_EQ(again->pin, first->pin);
  EXPECT_EQ(again->institutions[0].author_key,
            first->institutions[0].author_key);
  EXPECT_EQ(*ReadWholeFile(In("institutions/museum-01/handle.key")),
            *handle_key);
}

TEST_F(EnrollTest, PrivateKeysAreForTheirOwnerAlone) {
  ASSERT_THAT(Enroll(root_, vendor_, {"museum-01"}), IsOk());
  for (const char* name :
       {"clients/vendor-a/private.key", "institutions/museum-01/handle.key",
        "institutions/museum-01/author.key"}) {
    EXPECT_EQ(fs::status(In(name)).permissions(),
              fs::perms::owner_read | fs::perms::owner_write)
        << name;
  }
}

TEST_F(EnrollTest, ABadNameMakesNothing) {
  for (const char* name : {"", "../x", "Museum", "a b", "a/b"}) {
    EXPECT_THAT(Enroll(root_, vendor_, {"museum-01", name}),
                StatusIs(kInvalid));
    EXPECT_THAT(Enroll(root_, {Role::kClient, name}, {}), StatusIs(kInvalid));
  }
  EXPECT_THAT(Enroll(root_, {Role::kParty, "vault"}, {}), StatusIs(kInvalid));
  EXPECT_FALSE(fs::exists(root_));
}

// Who asks could write any name into a request: who it is for, the authority
// says.
TEST_F(EnrollTest, OnlyTheKeyOfARequestIsBelieved) {
  ASSERT_THAT(Enroll(root_, vendor_, {}), IsOk());
  const auto other = Made().Certify(Request(), {Role::kClient, "vendor-b"});
  ASSERT_THAT(other, IsOk());
  ASSERT_THAT(CreateFile(In("b.pem"), *other, 0644), IsOk());
  EXPECT_EQ(ReadCertificate(In("b.pem"))->identity,
            "garderobe://client/vendor-b");
}

TEST_F(EnrollTest, WhatIsNoRequestIsToldSo) {
  ASSERT_THAT(Enroll(root_, vendor_, {}), IsOk());
  const Authority authority = Made();
  const std::string request = Request();
  for (const std::string& text :
       {std::string(), std::string("hello"), *authority.CertificatePem(),
        request.substr(0, request.size() / 2)}) {
    EXPECT_THAT(authority.Certify(text, vendor_),
                StatusIs(kInvalid, HasSubstr("PKCS #10")));
  }
  // Every letter of its second line is part of what is signed.
  std::string changed = request;
  const size_t at = changed.find('\n') + 30;
  changed[at] = changed[at] == 'A' ? 'B' : 'A';
  EXPECT_THAT(authority.Certify(changed, vendor_), StatusIs(kInvalid));
}

// 1,024 bits of RSA, made with `openssl req -newkey rsa:1024`.
TEST_F(EnrollTest, AWeakKeyIsRefused) {
  constexpr char kWeak[] = R"(-----BEGIN CERTIFICATE REQUEST-----
MIIBTjCBuAIBADAPMQ0wCwYDVQQDDAR3ZWFrMIGfMA0GCSqGSIb3DQEBAQUAA4GN
ADCBiQKBgQC6kblmePRqllc/tq/IClsYNLLRnLbeWJz/D3KMMELxF0CPvr3X3ePX
BvUmbKNIpUVTairw5HjCncIGLAZ5CmS+sZY5UM4v6zAnXaUuyNddZxqkrkKop43+
Mdnb7Q/VOXuC8KUkzCoowK3uHc7gn44GFevd6kVp+NwVR8l5RqDU3wIDAQABoAAw
DQYJKoZIhvcNAQELBQADgYEAp/kuSK1uEpibFZ2uNb1UOqPN7m1OOb0zGQhjn/id
4FhqmW2b3m1YvPXhvjYKQsfp43S/irZUNrSW3NSy5S4LcszWJfy/p4y2/9cm3iqe
VjQTSHGCnIJMJbUEX+vLEZFgyP/EOtoOAqAcZAEHojnE0QtcPvRRHEPTlMCuurzJ
I/U=
-----END CERTIFICATE REQUEST-----
)";
  EXPECT_THAT(Made().Certify(kWeak, vendor_),
              StatusIs(kInvalid, HasSubstr("weak")));
}

}  // namespace
}  // namespace garderobe::client
