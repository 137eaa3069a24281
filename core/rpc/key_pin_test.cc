#include "core/rpc/key_pin.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"

namespace garderobe {
namespace {

using ::testing::HasSubstr;

constexpr auto kInvalid = absl::StatusCode::kInvalidArgument;

// Two certificates of one P-256 key, made by the openssl program. The pin is
// what `openssl x509 -pubkey -noout | openssl pkey -pubin -outform DER |
// openssl dgst -sha256` says of each.
constexpr char kCertificate[] =
    "-----BEGIN CERTIFICATE-----\n"
    "MIIBjTCCATOgAwIBAgIUPfTr/8k2/CLLF1HvKLh++5Vg9SwwCgYIKoZIzj0EAwIw\n"
    "GzEZMBcGA1UEAwwQZ2FyZGVyb2JlLXRlc3QtMTAgFw0yNjExMjgyMjQ5MTFaGA8y\n"
    "MTI2MTEwNDIyNDkxMVowGzEZMBcGA1UEAwwQZ2FyZGVyb2JlLXRlc3QtMTBZMBMG\n"
    "ByqGSM49AgEGCCqGSM49AwEHA0IABJ4TbX5iMcSl06pmdJt4GAOGnWgLFjQRbIwQ\n"
    "ZDuiyXw/BLgmxb/E8zE6xJno5LwzJem6/ykhTdnRsPOfAVdxlg+jUzBRMB0GA1Ud\n"
    "DgQWBBS/YAZrs3cytngZaOIGsHnlhuhUujAfBgNVHSMEGDAWgBS/YAZrs3cytngZ\n"
    "aOIGsHnlhuhUujAPBgNVHRMBAf8EBTADAQH/MAoGCCqGSM49BAMCA0gAMEUCIEP/\n"
    "UGVep4+C2WKH0UwlEk0S6exmIe0kB213AS8ifJ+OAiEA3gs0RZ7rDwrlX3iYao8L\n"
    "porRz6ANKZZJRTKKE2PJYZo=\n"
    "-----END CERTIFICATE-----\n";
constexpr char kRenewed[] =
    "-----BEGIN CERTIFICATE-----\n"
    "MIIBjTCCATOgAwIBAgIUWD7p/RmVrkAr/q4yx9HKOI9Ibh0wCgYIKoZIzj0EAwIw\n"
    "GzEZMBcGA1UEAwwQZ2FyZGVyb2JlLXRlc3QtMjAgFw0yNjExMjgyMjQ5MTFaGA8y\n"
    "MTI2MTEwNDIyNDkxMVowGzEZMBcGA1UEAwwQZ2FyZGVyb2JlLXRlc3QtMjBZMBMG\n"
    "ByqGSM49AgEGCCqGSM49AwEHA0IABJ4TbX5iMcSl06pmdJt4GAOGnWgLFjQRbIwQ\n"
    "ZDuiyXw/BLgmxb/E8zE6xJno5LwzJem6/ykhTdnRsPOfAVdxlg+jUzBRMB0GA1Ud\n"
    "DgQWBBS/YAZrs3cytngZaOIGsHnlhuhUujAfBgNVHSMEGDAWgBS/YAZrs3cytngZ\n"
    "aOIGsHnlhuhUujAPBgNVHRMBAf8EBTADAQH/MAoGCCqGSM49BAMCA0gAMEUCIG7E\n"
    "Yq2/6VNhb7wXqf7hHvWjaO4NlaYHR0Yz7X8w4ly6AiEAyv7JKfvr9ZcUW3UOYG0n\n"
    "JZnJ+2npiHb9LD3Tbn9jtwA=\n"
    "-----END CERTIFICATE-----\n";
constexpr char kPin[] =
    "e36640a5138ec5fe223236022515044f0ffe31115c967a28b8412ebb3bfca05a";

TEST(KeyPinTest, IsTheDigestThatOpenSslTells) {
  const auto pin = KeyPinOfPem(kCertificate);
  ASSERT_THAT(pin, IsOk());
  EXPECT_EQ(ToHex(*pin), kPin);
}

TEST(KeyPinTest, ARenewedCertificateOfTheSameKeyHasTheSamePin) {
  ASSERT_NE(std::string(kCertificate), kRenewed);
  EXPECT_EQ(*KeyPinOfPem(kCertificate), *KeyPinOfPem(kRenewed));
}

TEST(KeyPinTest, OfAChainTheFirstCertificateCounts) {
  EXPECT_EQ(*KeyPinOfPem(std::string(kCertificate) + kRenewed),
            *KeyPinOfPem(kCertificate));
}

TEST(KeyPinTest, WhatIsNoCertificateHasNoPin) {
  std::string damaged = kCertificate;
  damaged[100] = '!';
  for (const std::string& pem : {std::string(), std::string("x"), damaged,
                                 std::string(kCertificate, 200)}) {
    EXPECT_THAT(KeyPinOfPem(pem), StatusIs(kInvalid)) << pem;
  }
  EXPECT_THAT(KeyPinOfFile("/nowhere.pem"),
              StatusIs(absl::StatusCode::kNotFound));
}

TEST(KeyPinTest, IsReadAsItIsPrinted) {
  const auto pin = ParseKeyPin(kPin);
  ASSERT_THAT(pin, IsOk());
  EXPECT_EQ(ToHex(*pin), kPin);
  const std::string text(kPin);
  for (const std::string& wrong :
       {std::string(), text.substr(2), text + "00", "x" + text.substr(1)}) {
    EXPECT_THAT(ParseKeyPin(wrong), StatusIs(kInvalid)) << wrong;
  }
}

TEST(KeyPinTest, SeveralStandWithCommas) {
  const std::string other(64, 'a');
  const auto pins = ParseKeyPins("peers.ttp", kPin + (", " + other));
  ASSERT_THAT(pins, IsOk());
  ASSERT_EQ(pins->size(), 2u);
  EXPECT_TRUE(Contains(*pins, *ParseKeyPin(other)));
  EXPECT_FALSE(Contains(*pins, KeyPin()));
  for (const std::string& wrong : {std::string(), kPin + std::string(","),
                                   "," + other, other + "," + "x"}) {
    EXPECT_THAT(ParseKeyPins("peers.ttp", wrong),
                StatusIs(kInvalid, HasSubstr("peers.ttp")))
        << wrong;
  }
}

}  // namespace
}  // namespace garderobe
