#include <sys/stat.h>

#include <filesystem>
#include <fstream>

#include "core/keys/key_file.h"
#include "core/keys/parameters.h"
#include "core/keys/receipt.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"

namespace garderobe {
namespace {

class KeyFileTest : public ::testing::Test {
 protected:
  void SetUp() override {
    std::filesystem::remove(path_);
    ASSERT_THAT(WriteKeyFile(path_, "shuffle-vault", 1, secret_), IsOk());
  }
  void Rewrite(std::string_view from, std::string_view to) {
    std::ifstream in(path_);
    std::string text(std::istreambuf_iterator<char>(in), {});
    text.replace(text.find(from), from.size(), to);
    std::ofstream(path_) << text;
  }
  std::string path_ = ::testing::TempDir() + "/key_file_test.key";
  KeyFileSecret secret_ = KeyFileSecret::Random();
};

TEST_F(KeyFileTest, ReadsWhatItWrote) {
  auto file = ReadKeyFile(path_, "shuffle-vault");
  ASSERT_THAT(file, IsOk());
  EXPECT_EQ(file->secret, secret_);
  EXPECT_EQ(file->epoch, 1u);
  EXPECT_EQ(file->key_id, KeyId("shuffle-vault", secret_));
}

TEST_F(KeyFileTest, NeverOverwrites) {
  EXPECT_THAT(WriteKeyFile(path_, "shuffle-vault", 1, secret_),
              StatusIs(absl::StatusCode::kAlreadyExists));
}

TEST_F(KeyFileTest, ReadableByOthersIsRefused) {
  chmod(path_.c_str(), 0640);
  EXPECT_THAT(ReadKeyFile(path_, "shuffle-vault"),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       ::testing::HasSubstr("chmod 600")));
}

TEST_F(KeyFileTest, AnotherRoleVersionStatusOrDamageIsRefused) {
  EXPECT_THAT(ReadKeyFile(path_, "handle-vault"),
              StatusIs(absl::StatusCode::kInvalidArgument));
  Rewrite("status: enabled", "status: disabled");
  EXPECT_THAT(ReadKeyFile(path_, "shuffle-vault"),
              StatusIs(absl::StatusCode::kFailedPrecondition));
  Rewrite("status: disabled", "status: enabled");
  for (const char* epoch : {"1x", "", "-1", "+1", " 1", "4294967296"}) {
    const std::string damaged = std::string("epoch: ") + epoch;
    Rewrite("epoch: 1", damaged);
    EXPECT_THAT(ReadKeyFile(path_, "shuffle-vault"),
                StatusIs(absl::StatusCode::kInvalidArgument))
        << damaged;
    Rewrite(damaged, "epoch: 1");
  }
  ASSERT_THAT(ReadKeyFile(path_, "shuffle-vault"), IsOk());
  Rewrite("secret: ", "secret: x");
  EXPECT_THAT(ReadKeyFile(path_, "shuffle-vault"),
              StatusIs(absl::StatusCode::kInvalidArgument));
  Rewrite("garderobe-key-v1", "garderobe-key-v2");
  EXPECT_THAT(ReadKeyFile(path_, "shuffle-vault"),
              StatusIs(absl::StatusCode::kInvalidArgument));
}

TEST(ReceiptTest, VerifiesAndAnyFlippedByteIsRefused) {
  const SigningSeed signing = SigningSeed::Random();
  const ReceiptSeed seed = ReceiptSeedOf(signing);
  const VerifyKey key = VerifyKeyOf(seed);
  EXPECT_FALSE(key == VerifyKeyOf(signing));
  Receipt receipt;
  receipt.party = "vault";
  receipt.right = VisitorRight::kObject;
  receipt.request_id = RequestId::From(std::string(16, 'r'));
  receipt.unix_seconds = 1763900000;
  receipt.subject = SubjectCommitment::From(std::string(32, 's'));
  receipt.acted_on = Digest256::From(std::string(32, 'a'));
  receipt.counts = {2, 5000000000};
  receipt.answer = Digest256::From(std::string(32, 'n'));
  const SignedBody receipt_bytes = SignReceipt(seed, receipt);
  const auto read =
      VerifyReceipt(key, receipt_bytes.body, receipt_bytes.signature);
  ASSERT_THAT(read, IsOk());
  EXPECT_EQ(read->party, "vault");
  EXPECT_EQ(read->right, VisitorRight::kObject);
  EXPECT_EQ(read->request_id, receipt.request_id);
  EXPECT_EQ(read->unix_seconds, 1763900000u);
  EXPECT_EQ(read->subject, receipt.subject);
  EXPECT_EQ(read->acted_on, receipt.acted_on);
  EXPECT_EQ(read->counts, receipt.counts);
  EXPECT_EQ(read->answer, receipt.answer);
  // Not told is another word than none.
  receipt.counts.reset();
  const SignedBody untold = SignReceipt(seed, receipt);
  const auto read_untold = VerifyReceipt(key, untold.body, untold.signature);
  ASSERT_THAT(read_untold, IsOk());
  EXPECT_FALSE(read_untold->counts.has_value());
  for (size_t i = 0; i < receipt_bytes.body.size(); ++i) {
    std::string damaged = receipt_bytes.body;
    damaged[i] ^= 1;
    EXPECT_THAT(VerifyReceipt(key, damaged, receipt_bytes.signature),
                StatusIs(absl::StatusCode::kFailedPrecondition));
  }
}

}  // namespace
}  // namespace garderobe
