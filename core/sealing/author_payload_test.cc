#include "core/sealing/author_payload.h"

#include <set>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"
#include "tests/support/vectors.h"

namespace garderobe {
namespace {

constexpr size_t kColumnsMax = 1 << 20;
constexpr size_t kHeader = 1 + 32 + 32 + 64 + 4;
constexpr auto kInvalid = absl::StatusCode::kInvalidArgument;
constexpr const char* kRefused =
    "the sealed payload is not one that an author signed: its first byte is 2, "
    "its length one of the padded ones with zeros at the end, and its zstd "
    "frame says how long its content is";

// The batch of the vectors, signed with their key.
class AuthorPayloadTest : public ::testing::Test {
 protected:
  AuthorPayloadTest() {
    const std::string handles(48, '\0');
    parts_.handles = Hash(handles);
    payload_ = EncodeAuthored(author_, place_, 7, parts_, columns_);
  }
  AuthoredPayload Decoded() {
    auto decoded = DecodeAuthored(payload_, kColumnsMax);
    EXPECT_THAT(decoded, IsOk());
    return *std::move(decoded);
  }
  void ExpectRefused(const std::string& payload) {
    EXPECT_THAT(DecodeAuthored(payload, kColumnsMax),
                StatusIs(kInvalid, kRefused));
  }

  const nlohmann::json vector_ = ReadVectors("protocol-v2.json")["author"];
  const AuthorSeed author_ =
      AuthorSeed::CopyFrom(AsBytes(Hex(vector_["seed"])));
  const AuthorKey key_ = AuthorKeyOf(author_);
  const BatchPlace place_{SealedKind::kVisits, "museum-x", "box-office", 41, 3};
  const std::string columns_ = "three visits in columns";
  AuthoredParts parts_;
  std::string payload_;
};

TEST_F(AuthorPayloadTest, MatchesTheVectorOfTheProtocol) {
  EXPECT_EQ(key_.view(), Hex(vector_["public_key"]));
  EXPECT_EQ(Hash(Hex(vector_["handles"])), parts_.handles);
  EXPECT_EQ(vector_["columns"], columns_);
  const AuthoredPayload decoded = Decoded();
  EXPECT_EQ(decoded.signature.view(), Hex(vector_["signature"]));
  EXPECT_EQ(payload_[0], '\x02');
  EXPECT_EQ(payload_.substr(1, 32), parts_.handles.view());
  EXPECT_EQ(payload_.substr(33, 32), std::string(32, '\0'));
  EXPECT_EQ(payload_.substr(65, 64), Hex(vector_["signature"]));
}

TEST_F(AuthorPayloadTest, GivesBackWhatWasSigned) {
  const AuthoredPayload decoded = Decoded();
  EXPECT_EQ(decoded.columns, columns_);
  EXPECT_EQ(decoded.columns_digest, Hash(columns_));
  EXPECT_EQ(decoded.parts.handles, parts_.handles);
  EXPECT_TRUE(decoded.parts.points.is_zero());
  EXPECT_TRUE(IsAuthoredBy(key_, place_, 7, decoded));
}

TEST_F(AuthorPayloadTest, AnotherPartIsNotWhatWasSigned) {
  AuthoredPayload handles = Decoded();
  handles.parts.handles = Hash("others");
  EXPECT_FALSE(IsAuthoredBy(key_, place_, 7, handles));
  AuthoredPayload points = Decoded();
  points.parts.points = Hash("points");
  EXPECT_FALSE(IsAuthoredBy(key_, place_, 7, points));
  AuthoredPayload columns = Decoded();
  columns.columns_digest = Hash("four visits in columns");
  EXPECT_FALSE(IsAuthoredBy(key_, place_, 7, columns));
  AuthoredPayload signature = Decoded();
  for (size_t i = 0; i < AuthorSignature::kBytes; ++i) {
    signature.signature.mutable_data()[i] ^= 1;
    EXPECT_FALSE(IsAuthoredBy(key_, place_, 7, signature)) << i;
    signature.signature.mutable_data()[i] ^= 1;
  }
}

TEST_F(AuthorPayloadTest, AnotherPlaceIsNotWhatWasSigned) {
  const AuthoredPayload decoded = Decoded();
  std::vector<BatchPlace> others(5, place_);
  others[0].kind = SealedKind::kRelations;
  others[1].institution = "museum-y";
  others[2].source = "web";
  others[3].offset = 42;
  others[4].count = 4;
  for (const BatchPlace& place : others) {
    EXPECT_FALSE(IsAuthoredBy(key_, place, 7, decoded));
  }
  EXPECT_FALSE(IsAuthoredBy(key_, place_, 8, decoded));
}

TEST_F(AuthorPayloadTest, AnotherKeyVerifiesNothing) {
  EXPECT_FALSE(
      IsAuthoredBy(AuthorKeyOf(AuthorSeed::Random()), place_, 7, Decoded()));
  // Of small order: it would verify signatures of anything.
  EXPECT_FALSE(IsAuthoredBy(AuthorKey(), place_, 7, Decoded()));
  EXPECT_FALSE(IsAuthorKey(AuthorKey().view()));
  EXPECT_FALSE(IsAuthorKey(key_.view().substr(1)));
  EXPECT_TRUE(IsAuthorKey(key_.view()));
}

// Columns that were changed inside the payload are those of nobody.
TEST_F(AuthorPayloadTest, ReplacedColumnsDoNotVerify) {
  const std::string other =
      EncodeAuthored(AuthorSeed::Random(), place_, 7, parts_, "other columns");
  std::string mixed = payload_;
  mixed.replace(kHeader - 4, std::string::npos, other.substr(kHeader - 4));
  const auto decoded = DecodeAuthored(mixed, kColumnsMax);
  ASSERT_THAT(decoded, IsOk());
  EXPECT_EQ(decoded->columns, "other columns");
  EXPECT_FALSE(IsAuthoredBy(key_, place_, 7, *decoded));
}

TEST_F(AuthorPayloadTest, CutOrLengthenedIsRefused) {
  for (size_t size = 0; size < payload_.size(); ++size) {
    ExpectRefused(payload_.substr(0, size));
  }
  ExpectRefused(payload_ + std::string(1, '\0'));
  ExpectRefused(payload_ + std::string(512, '\0'));  // the next size
}

TEST_F(AuthorPayloadTest, AnotherVersionIsRefused) {
  for (const char version : {'\0', '\x01', '\x03'}) {
    std::string other = payload_;
    other[0] = version;
    ExpectRefused(other);
  }
  // Version 1 sealed the frame as it was.
  ExpectRefused(payload_.substr(kHeader));
}

TEST_F(AuthorPayloadTest, PaddingThatIsNotZeroIsRefused) {
  const size_t frame = GetBigEndian<uint32_t>(payload_.data() + kHeader - 4);
  for (size_t i = kHeader + frame; i < payload_.size(); ++i) {
    std::string damaged = payload_;
    damaged[i] = 1;
    ExpectRefused(damaged);
  }
}

TEST_F(AuthorPayloadTest, ALengthThatDoesNotFitIsRefused) {
  const uint32_t frame = GetBigEndian<uint32_t>(payload_.data() + kHeader - 4);
  for (const uint32_t length :
       {uint32_t{0}, frame - 1, frame + 1,
        static_cast<uint32_t>(payload_.size()), UINT32_MAX}) {
    std::string bytes;
    PutBigEndian(bytes, length);
    std::string damaged = payload_;
    damaged.replace(kHeader - 4, 4, bytes);
    ExpectRefused(damaged);
  }
}

TEST_F(AuthorPayloadTest, DecompressionIsBounded) {
  const std::string large(kColumnsMax + 1, 'x');  // some hundred bytes of zstd
  const std::string payload = EncodeAuthored(author_, place_, 7, parts_, large);
  EXPECT_EQ(payload.size(), 2048u);
  ExpectRefused(payload);
  EXPECT_THAT(DecodeAuthored(payload, kColumnsMax + 1), IsOk());
}

TEST(PaddedPayloadTest, SizesAreExactlyTheseAndNoOthers) {
  std::set<size_t> allowed;
  for (size_t power = 2048; power <= size_t{1} << 30; power *= 2) {
    for (size_t quarters = 4; quarters < 8; ++quarters) {
      allowed.insert(power / 4 * quarters);
    }
  }
  auto expect = [&](size_t bytes) {
    EXPECT_EQ(PaddedPayloadBytes(bytes), *allowed.lower_bound(bytes)) << bytes;
  };
  for (size_t bytes = 0; bytes <= 70'000; ++bytes) expect(bytes);
  for (const size_t size : allowed) {
    expect(size - 1);
    expect(size);
    if (size < size_t{1} << 30) expect(size + 1);
  }
}

// The plaintext of every batch, of few rows or many.
TEST(PaddedPayloadTest, EveryPayloadHasOneOfTheseSizes) {
  const AuthorSeed author = AuthorSeed::Random();
  for (size_t bytes = 0; bytes < 20'000; bytes += 371) {
    std::string columns(bytes, '\0');
    randombytes_buf(columns.data(), columns.size());
    const std::string payload = EncodeAuthored(
        author, {SealedKind::kVisits, "a", "b", 0, 1}, 1, {}, columns);
    EXPECT_EQ(payload.size(), PaddedPayloadBytes(payload.size()));
    const auto decoded = DecodeAuthored(payload, bytes);
    ASSERT_THAT(decoded, IsOk());
    EXPECT_EQ(decoded->columns, columns);
  }
}

TEST(PointsDigestTest, KindsAreFourBytesBigEndian) {
  const uint32_t kinds[] = {0x01020304, 5};
  EXPECT_EQ(PointsDigest(kinds, "a", "b", "d"),
            Hash(std::string("\1\2\3\4\0\0\0\5abd", 11)));
}

}  // namespace
}  // namespace garderobe
