#include "aggregator/door/author_check.h"

#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"

namespace garderobe::aggregator {
namespace {

constexpr uint32_t kSerial = 3;

// A museum with a key in force and a retired one, a theatre with another, and
// an archive with none.
class AuthorCheckTest : public ::testing::Test {
 protected:
  AuthorCheckTest() {
    Add("museum", museum_, false);
    Add("museum", old_, true);
    Add("theatre", theatre_, false);
    institutions_["archive"].set_id("archive");
  }
  void Add(const std::string& id, const AuthorSeed& seed, bool retired) {
    auto& institution = institutions_[id];
    institution.set_id(id);
    auto* author = institution.add_authors();
    author->set_key(std::string(AuthorKeyOf(seed).view()));
    author->set_retired(retired);
  }
  static BatchPlace PlaceOf(std::string_view institution, SealedKind kind) {
    return {kind, institution, "files", 10, 2};
  }
  // What the aggregator says of a batch of `institution` that `author` signed.
  AuthorFault Fault(const AuthorSeed& author, std::string_view institution,
                    SealedKind kind, const Digest256& points) {
    const BatchPlace place = PlaceOf(institution, kind);
    const auto payload =
        DecodeAuthored(EncodeAuthored(author, place, kSerial,
                                      {Hash("handles"), points}, "columns"),
                       100);
    EXPECT_THAT(payload, IsOk());
    return FindAuthorFault(institutions_, place, kSerial, *payload);
  }
  AuthorFault Visits(const AuthorSeed& author, std::string_view institution) {
    return Fault(author, institution, SealedKind::kVisits, Digest256());
  }

  const AuthorSeed museum_ = AuthorSeed::Random(), old_ = AuthorSeed::Random(),
                   theatre_ = AuthorSeed::Random();
  Institutions institutions_;
};

TEST_F(AuthorCheckTest, TheInstitutionsOwnKeyIsTaken) {
  EXPECT_EQ(Visits(museum_, "museum"), AuthorFault::kNone);
  EXPECT_EQ(Visits(theatre_, "theatre"), AuthorFault::kNone);
}

TEST_F(AuthorCheckTest, OneKeyMayStandAtSeveral) {
  Add("archive", theatre_, false);
  EXPECT_EQ(Visits(theatre_, "theatre"), AuthorFault::kNone);
  EXPECT_EQ(Visits(theatre_, "archive"), AuthorFault::kNone);
}

TEST_F(AuthorCheckTest, OtherKeysAreRefusedByName) {
  EXPECT_EQ(Visits(AuthorSeed::Random(), "museum"),
            AuthorFault::kWrongSignature);
  EXPECT_EQ(Visits(theatre_, "museum"), AuthorFault::kOtherInstitution);
  EXPECT_EQ(Visits(old_, "museum"), AuthorFault::kRetiredKey);
  // Retired at the museum, and never a key of the theatre.
  EXPECT_EQ(Visits(old_, "theatre"), AuthorFault::kWrongSignature);
  EXPECT_EQ(Visits(AuthorSeed::Random(), "archive"), AuthorFault::kNoKey);
  EXPECT_EQ(Visits(museum_, "unknown"), AuthorFault::kNoKey);
}

TEST_F(AuthorCheckTest, AnotherSerialIsAWrongSignature) {
  const BatchPlace place = PlaceOf("museum", SealedKind::kVisits);
  const auto payload = DecodeAuthored(
      EncodeAuthored(museum_, place, kSerial, {}, "columns"), 100);
  ASSERT_THAT(payload, IsOk());
  EXPECT_EQ(FindAuthorFault(institutions_, place, kSerial + 1, *payload),
            AuthorFault::kWrongSignature);
}

TEST_F(AuthorCheckTest, RelationsHavePointsWhateverTheirMode) {
  const auto kRelations = SealedKind::kRelations;
  EXPECT_EQ(Fault(museum_, "museum", kRelations, Hash("points")),
            AuthorFault::kNone);
  EXPECT_EQ(Fault(museum_, "museum", kRelations, Digest256()),
            AuthorFault::kPointsMissing);
  // In plain mode the author is plaind, which has made the points.
  institutions_["museum"].set_plain(true);
  EXPECT_EQ(Fault(museum_, "museum", kRelations, Digest256()),
            AuthorFault::kPointsMissing);
  EXPECT_EQ(Fault(museum_, "museum", SealedKind::kVisits, Hash("points")),
            AuthorFault::kPointsUnexpected);
}

TEST_F(AuthorCheckTest, ARefusalCarriesItsFault) {
  EXPECT_EQ(AuthorFaultOf(Refusal(AuthorFault::kRetiredKey)),
            AuthorFault::kRetiredKey);
  EXPECT_EQ(AuthorFaultOf(PermissionDenied("another")), AuthorFault::kNone);
  EXPECT_THAT(Refusal(AuthorFault::kOtherInstitution),
              StatusIs(absl::StatusCode::kPermissionDenied));
  EXPECT_THAT(Refusal(AuthorFault::kNoSignature),
              StatusIs(absl::StatusCode::kInvalidArgument));
}

}  // namespace
}  // namespace garderobe::aggregator
