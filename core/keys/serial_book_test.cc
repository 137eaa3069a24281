#include "core/keys/serial_book.h"

#include <filesystem>
#include <fstream>

#include "core/base/checked_file.h"
#include "core/base/files.h"
#include "core/keys/parameter_issue.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"

namespace garderobe {
namespace {

using ::testing::HasSubstr;

class SerialBookTest : public ::testing::Test {
 protected:
  void SetUp() override {
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_);
    Reopen();
  }
  void Reopen() {
    book_.reset();
    auto book = SerialBook::Open(path_);
    ASSERT_THAT(book, IsOk());
    book_ = *std::move(book);
  }
  void DoesNotOpen() {
    EXPECT_THAT(SerialBook::Open(path_).status(),
                StatusIs(absl::StatusCode::kDataLoss));
  }
  // Parameters of this serial, with keys that `keys` tells apart.
  absl::Status Take(const char* party, uint32_t serial, char keys = 'k',
                    uint32_t epoch = 1, uint64_t now = 1000) {
    Parameters parameters;
    parameters.party = party;
    parameters.issue.serial = serial;
    parameters.issue.epoch = epoch;
    for (const char* name : {"U", "Z", "Y.email", "C_s"}) {
      parameters.values[name] = std::string(32, keys);
    }
    // These change with every issue.
    for (const char* name : {"padding", "proof.U"}) {
      parameters.values[name] = std::to_string(serial);
    }
    return book_->Take(parameters, now);
  }
  const std::string folder_ = ::testing::TempDir() + "/serial_book";
  const std::string path_ = folder_ + "/serials";
  std::unique_ptr<SerialBook> book_;
};

TEST_F(SerialBookTest, ASerialNeverGoesDown) {
  EXPECT_THAT(Take("vault", 3), IsOk());
  EXPECT_THAT(Take("vault", 3), IsOk());
  EXPECT_THAT(Take("vault", 2),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       HasSubstr("vault have serial 2, and 3 was")));
  EXPECT_THAT(Take("vault", 7), IsOk());
  EXPECT_THAT(Take("vault", 3),
              StatusIs(absl::StatusCode::kFailedPrecondition));
}

// A TTP could show each client, and an auditor, commitments of its own.
TEST_F(SerialBookTest, KeysStayAsLongAsTheEpoch) {
  ASSERT_THAT(Take("ttp", 3), IsOk());
  for (const uint32_t serial : {3u, 4u}) {
    EXPECT_THAT(Take("ttp", serial, 'x'),
                StatusIs(absl::StatusCode::kFailedPrecondition,
                         HasSubstr("other keys than before in epoch 1")));
  }
  EXPECT_THAT(Take("ttp", 4), IsOk());
  Reopen();
  EXPECT_FALSE(Take("ttp", 5, 'x').ok());
  // A rotation.
  EXPECT_THAT(Take("ttp", 5, 'x', 2), IsOk());
  EXPECT_FALSE(Take("ttp", 6, 'k', 1).ok());
  EXPECT_FALSE(Take("ttp", 6, 'k', 2).ok());
  EXPECT_THAT(Take("ttp", 6, 'x', 2), IsOk());
}

// Each of them, and only these.
TEST_F(SerialBookTest, TheDigestIsOverWhatARotationChanges) {
  Parameters parameters;
  for (const char* name : {"U", "Z", "Y.email", "C_s", "padding", "seal"}) {
    parameters.values[name] = std::string(32, 'k');
  }
  const Digest256 digest = DigestOfKeys(parameters);
  for (const auto& [name, value] : parameters.values) {
    Parameters other = parameters;
    other.values[name][0] ^= 1;
    EXPECT_EQ(DigestOfKeys(other) == digest,
              name == "padding" || name == "seal")
        << name;
  }
}

TEST_F(SerialBookTest, EachPartyHasItsOwn) {
  ASSERT_THAT(Take("vault", 9), IsOk());
  EXPECT_THAT(Take("aggregator", 1), IsOk());
  EXPECT_THAT(Take("ttp", 2), IsOk());
}

TEST_F(SerialBookTest, WhatWasTakenOutlivesTheProcess) {
  ASSERT_THAT(Take("vault", 9), IsOk());
  ASSERT_THAT(Take("aggregator", 4), IsOk());
  for (int i = 0; i < 2; ++i) {
    Reopen();
    EXPECT_THAT(Take("vault", 8),
                StatusIs(absl::StatusCode::kFailedPrecondition));
    EXPECT_THAT(Take("aggregator", 3),
                StatusIs(absl::StatusCode::kFailedPrecondition));
    EXPECT_THAT(Take("vault", 9), IsOk());
  }
}

// Nothing is taken that is not on the disk: else a restart would forget it.
TEST_F(SerialBookTest, WhatTheDiskDoesNotTakeIsNotNoted) {
  ASSERT_THAT(Take("vault", 2), IsOk());
  std::filesystem::remove_all(folder_);
  EXPECT_FALSE(Take("vault", 5).ok());
  std::filesystem::create_directories(folder_);
  EXPECT_THAT(Take("vault", 4), IsOk());
}

TEST_F(SerialBookTest, ADamagedBookDoesNotOpen) {
  ASSERT_THAT(Take("vault", 9), IsOk());
  const std::string good = *ReadWholeFile(path_);
  for (size_t i = 0; i < good.size(); ++i) {
    std::string damaged = good;
    damaged[i] ^= 1;
    std::ofstream(path_, std::ios::trunc) << damaged;
    DoesNotOpen();
    std::ofstream(path_, std::ios::trunc) << good.substr(0, i);
    DoesNotOpen();
  }
  std::ofstream(path_, std::ios::trunc) << good;
  Reopen();
}

// Whoever encrypted a minute before a change is not turned away after it.
TEST_F(SerialBookTest, TheSerialBeforeHoldsForADayAlsoAfterARestart) {
  constexpr uint64_t kChanged = 5000;
  const auto holds = [&](uint32_t serial, uint64_t now) {
    return book_->WasInForce("vault", serial, now);
  };
  ASSERT_THAT(Take("vault", 3), IsOk());
  EXPECT_FALSE(holds(0, 1001));  // there was none before
  EXPECT_FALSE(holds(3, 1001));  // it is in force
  ASSERT_THAT(Take("vault", 4, 'k', 1, kChanged), IsOk());
  for (int restarts = 0; restarts < 2; ++restarts) {
    // Reading the same again changes nothing.
    ASSERT_THAT(Take("vault", 4, 'k', 1, kChanged + 9000), IsOk());
    EXPECT_TRUE(holds(3, kChanged));
    EXPECT_TRUE(holds(3, kChanged + kFormerSerialSeconds - 1));
    EXPECT_FALSE(holds(3, kChanged + kFormerSerialSeconds));
    EXPECT_FALSE(holds(3, kChanged - 1));  // the clock was ahead then
    EXPECT_FALSE(holds(2, kChanged));
    EXPECT_FALSE(book_->WasInForce("aggregator", 3, kChanged));
    Reopen();
  }
}

// Whole by its checksum, and still no book.
TEST_F(SerialBookTest, LinesThatAreNoneAreRefused) {
  const std::string digest(64, 'a');
  for (const std::string& text :
       {std::string("vault"), "vault 3 1 " + digest + " 2 5",
        std::string("vault\n3\n"), "vault x 1 " + digest + " 2 5\n",
        "vault 3 -1 " + digest + " 2 5\n",
        "vault 4294967296 1 " + digest + " 2 5\n", std::string("\n"),
        std::string("vault 3\n"), "vault 3 1 " + digest + "a 2 5\n",
        "vault 3 1 x" + digest.substr(1) + " 2 5\n",
        "vault 3 1 " + digest + "\n", "vault 3 1 " + digest + " 2 -5\n",
        "vault 3 1 " + digest + " x 5\n"}) {
    ASSERT_THAT(WriteCheckedFile(path_, "serials", text), IsOk());
    DoesNotOpen();
  }
  const std::string good = "vault 3 1 " + digest + " 2 5\n";
  ASSERT_THAT(WriteCheckedFile(path_, "register", good), IsOk());
  DoesNotOpen();
  ASSERT_THAT(WriteCheckedFile(path_, "serials", good), IsOk());
  Reopen();
}

}  // namespace
}  // namespace garderobe
