// Rights at fixed times: what is done in which round, when it is told, and to
// whom. Vault and aggregator are a fake; rounds are called by hand.
#include "ttp/rights_queue.h"

#include <algorithm>
#include <set>

#include "core/keys/receipt.h"
#include "core/rpc/status_conversion.h"
#include "gmock/gmock.h"
#include "tests/support/status_matchers.h"

namespace garderobe::ttp {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr char kMuseum[] = "museum-x";

// Does what it is told, and notes who asked.
class FakeRights : public RightSteps {
 public:
  absl::Status Count(const v1::ExerciseRightRequest& request) override {
    counted.push_back(request.request_id());
    return absl::OkStatus();
  }
  absl::Status Begin(const v1::ExerciseRightRequest& request,
                     Attempt attempt) override {
    begun.push_back(request);
    attempts.push_back(attempt);
    return at_vault;
  }
  absl::StatusOr<v1::FetchReceiptsResponse> Conclude(
      const v1::ExerciseRightRequest& request, Attempt,
      const std::string& confirmation) override {
    concluded.push_back(request.request_id());
    confirmations.push_back(confirmation);
    if (!at_aggregator.ok()) return at_aggregator;
    v1::FetchReceiptsResponse response;
    response.add_receipts()->set_body("vault");
    response.add_receipts()->set_body("aggregator");
    return response;
  }

  absl::Status at_vault, at_aggregator;
  std::vector<v1::ExerciseRightRequest> begun;
  std::vector<Attempt> attempts;
  std::vector<std::string> counted, concluded, confirmations;
};

class RightsQueueTest : public ::testing::Test {
 protected:
  static std::string IdOf(char filler) {
    return std::string(RequestId::kBytes, filler);
  }
  void Accept(char id, v1::Right right = v1::RIGHT_OBJECT,
              const char* institution = kMuseum) {
    v1::ExerciseRightRequest request = RequestOf(id);
    request.set_institution(institution);
    request.set_right(right);
    EXPECT_THAT(queue_.Accept(std::move(request)), IsOkAndHolds(400u));
  }
  static v1::ExerciseRightRequest RequestOf(char id) {
    v1::ExerciseRightRequest request;
    request.set_institution(kMuseum);
    request.set_right(v1::RIGHT_ERASE);
    request.set_request_id(IdOf(id));
    request.set_handle(std::string(16, id));
    return request;
  }
  auto Fetch(char id, const char* institution = kMuseum) {
    return queue_.Fetch(institution, IdOf(id));
  }
  bool IsPending(char id) {
    const auto fetched = Fetch(id);
    EXPECT_THAT(fetched, IsOk());
    if (!fetched.ok() || fetched->pending_for_ms() == 0) return false;
    // Whoever waits is told nothing else.
    EXPECT_EQ(fetched->receipts_size(), 0);
    return true;
  }
  // A round after which everything is done through the round before the last
  // `behind`.
  void Round(uint64_t behind = 0) {
    queue_.BeforeRound();
    After(behind);
  }
  void After(uint64_t behind = 0) {
    ++number_;
    queue_.AfterRound({.status = absl::OkStatus(),
                       .confirmation = "of round " + std::to_string(number_),
                       .number = number_,
                       .rights_done_through = number_ - behind});
  }
  void FailedRound() {
    queue_.BeforeRound();
    queue_.AfterRound({.status = Unavailable("nobody there")});
  }
  uint64_t number_ = 1000;

  FakeRights rights_;
  UnderWay under_way_;
  RightsQueue queue_{rights_, under_way_, std::chrono::milliseconds(200)};
};

// Nothing is done between the rounds, and nothing told before the round after
// the one in which it was done: how long it took does not show.
TEST_F(RightsQueueTest, IsDoneInTheNextRoundAndToldInTheOneAfter) {
  Accept('a');
  EXPECT_THAT(rights_.begun, IsEmpty());
  EXPECT_TRUE(IsPending('a'));
  Round();
  ASSERT_THAT(rights_.begun, SizeIs(1));
  EXPECT_EQ(rights_.begun[0].handle(), std::string(16, 'a'));
  EXPECT_THAT(rights_.concluded, ElementsAre(IdOf('a')));
  EXPECT_THAT(rights_.confirmations, ElementsAre("of round 1001"));
  EXPECT_TRUE(IsPending('a'));
  queue_.BeforeRound();
  const auto told = Fetch('a');
  ASSERT_THAT(told, IsOk());
  EXPECT_EQ(told->pending_for_ms(), 0u);
  ASSERT_EQ(told->receipts_size(), 2);
  EXPECT_EQ(told->receipts(0).body(), "vault");
  EXPECT_EQ(told->receipts(1).body(), "aggregator");
  // As often as it is asked.
  EXPECT_EQ(Fetch('a')->receipts_size(), 2);
  EXPECT_THAT(rights_.concluded, SizeIs(1));
}

TEST_F(RightsQueueTest, ARefusalTakesAsLongAsWhatIsDone) {
  rights_.at_vault = FailedPrecondition("not here");
  Accept('a');
  EXPECT_TRUE(IsPending('a'));
  Round();
  EXPECT_TRUE(IsPending('a'));
  queue_.BeforeRound();
  EXPECT_THAT(Fetch('a'), StatusIs(absl::StatusCode::kFailedPrecondition));
  EXPECT_THAT(rights_.concluded, IsEmpty());
}

// Custodians may have released more meanwhile.
TEST_F(RightsQueueTest, WhatWasRefusedIsTriedAgainWhenItIsAskedAgain) {
  rights_.at_vault = FailedPrecondition("not now");
  Accept('a');
  Round();
  queue_.BeforeRound();
  EXPECT_THAT(Fetch('a'), StatusIs(absl::StatusCode::kFailedPrecondition));
  rights_.at_vault = absl::OkStatus();
  Accept('a');
  EXPECT_TRUE(IsPending('a'));
  Round();
  queue_.BeforeRound();
  EXPECT_THAT(Fetch('a'), IsOk());
}

TEST_F(RightsQueueTest, TheAggregatorsRefusalIsTold) {
  rights_.at_aggregator = Internal("not so");
  Accept('a');
  Round();
  EXPECT_TRUE(IsPending('a'));
  queue_.BeforeRound();
  EXPECT_THAT(Fetch('a'), StatusIs(absl::StatusCode::kInternal));
}

// It would be sent again and again.
TEST_F(RightsQueueTest, WhatAPartyDoesNotKnowIsNotAForgottenRequest) {
  rights_.at_aggregator = absl::NotFoundError("not in the register");
  Accept('a');
  Round();
  queue_.BeforeRound();
  EXPECT_THAT(Fetch('a'), StatusIs(absl::StatusCode::kFailedPrecondition));
}

// Its receipt would say that all is done, and changes are still at the vault.
TEST_F(RightsQueueTest, WaitsUntilItsChangesAreCarried) {
  Accept('a');
  Round(/*behind=*/1);
  Round(/*behind=*/2);
  EXPECT_THAT(rights_.concluded, IsEmpty());
  EXPECT_THAT(rights_.begun, SizeIs(1));
  // What has come since is not waited for.
  Round(/*behind=*/2);
  EXPECT_THAT(rights_.concluded, SizeIs(1));
}

TEST_F(RightsQueueTest, AFailedRoundConcludesNothing) {
  Accept('a');
  FailedRound();
  FailedRound();
  EXPECT_THAT(rights_.begun, SizeIs(1));
  EXPECT_THAT(rights_.concluded, IsEmpty());
  EXPECT_TRUE(IsPending('a'));
  Round();
  EXPECT_THAT(rights_.concluded, SizeIs(1));
}

TEST_F(RightsQueueTest, APartyThatIsNotReachedIsAskedInTheNextRound) {
  rights_.at_vault = Unavailable("nobody there");
  Accept('a');
  Round();
  Round();
  EXPECT_TRUE(IsPending('a'));
  EXPECT_THAT(rights_.begun, SizeIs(2));
  rights_.at_vault = absl::OkStatus();
  rights_.at_aggregator = Unavailable("nobody there");
  Round();
  Round();
  // The vault has done it: it is not asked again.
  EXPECT_THAT(rights_.begun, SizeIs(3));
  EXPECT_THAT(rights_.concluded, SizeIs(2));
  EXPECT_TRUE(IsPending('a'));
  rights_.at_aggregator = absl::OkStatus();
  Round();
  queue_.BeforeRound();
  EXPECT_EQ(Fetch('a')->receipts_size(), 2);
}

// Each try once cost the institution's budget.
TEST_F(RightsQueueTest, ARequestCountsOnceHoweverOftenItIsTried) {
  rights_.at_vault = Unavailable("nobody there");
  Accept('a');
  for (int i = 0; i < 5; ++i) Round();
  EXPECT_THAT(rights_.begun, SizeIs(5));
  EXPECT_THAT(rights_.counted, ElementsAre(IdOf('a')));
}

// Otherwise an identity would be tested that no budget has counted.
TEST_F(RightsQueueTest, AnotherSubjectUnderAnIdThatWasRefusedCounts) {
  rights_.at_vault = FailedPrecondition("not now");
  Accept('a');
  Round();
  queue_.BeforeRound();
  Accept('a');
  Round();
  queue_.BeforeRound();
  EXPECT_THAT(rights_.counted, SizeIs(1));
  v1::ExerciseRightRequest other = RequestOf('a');
  other.mutable_identity();
  ASSERT_THAT(queue_.Accept(other), IsOk());
  Round();
  EXPECT_THAT(rights_.counted, SizeIs(2));
}

TEST_F(RightsQueueTest, WhatNobodyKnowsIsNotKept) {
  v1::ExerciseRightRequest request = RequestOf('a');
  v1::ExerciseRightRequest::GetReflection()
      ->MutableUnknownFields(&request)
      ->AddLengthDelimited(1000, std::string(1000, 'x'));
  ASSERT_THAT(queue_.Accept(request), IsOk());
  Round();
  ASSERT_THAT(rights_.begun, SizeIs(1));
  EXPECT_LT(rights_.begun[0].ByteSizeLong(), 1000u);
}

TEST_F(RightsQueueTest, AFullDiskIsWaitedFor) {
  rights_.at_vault =
      WithRetryAfter(absl::ResourceExhaustedError("the disk is full"),
                     std::chrono::seconds(1));
  Accept('a');
  Round();
  Round();
  EXPECT_TRUE(IsPending('a'));
  rights_.at_aggregator = rights_.at_vault;
  rights_.at_vault = absl::OkStatus();
  Round();
  Round();
  EXPECT_TRUE(IsPending('a'));
  rights_.at_aggregator = absl::OkStatus();
  Round();
  queue_.BeforeRound();
  EXPECT_EQ(Fetch('a')->receipts_size(), 2);
}

// Thousands of one institution hold up neither the round nor another's.
TEST_F(RightsQueueTest, InstitutionsTakeTurns) {
  const auto accept = [&](const std::string& institution, uint32_t number) {
    v1::ExerciseRightRequest request;
    request.set_institution(institution);
    request.set_right(v1::RIGHT_OBJECT);
    std::string id(RequestId::kBytes, institution.back());
    std::memcpy(id.data(), &number, sizeof number);
    request.set_request_id(id);
    return queue_.Accept(std::move(request)).status();
  };
  for (uint32_t i = 0; i < RightsQueue::kOfInstitutionMax; ++i) {
    ASSERT_THAT(accept("museum-x", i), IsOk());
  }
  const absl::Status full = accept("museum-x", 100'000);
  EXPECT_THAT(full, StatusIs(absl::StatusCode::kResourceExhausted));
  EXPECT_TRUE(IsTransient(full));
  for (uint32_t i = 0; i < 3; ++i) ASSERT_THAT(accept("museum-y", i), IsOk());
  queue_.BeforeRound();
  EXPECT_THAT(rights_.begun, SizeIs(RightsQueue::kBegunInRound));
  EXPECT_EQ(std::count_if(rights_.begun.begin(), rights_.begun.end(),
                          [](const auto& request) {
                            return request.institution() == "museum-y";
                          }),
            3);
  // The oldest first, and none twice.
  After();
  queue_.BeforeRound();
  std::set<std::string> ids;
  for (const auto& request : rights_.begun) ids.insert(request.request_id());
  EXPECT_THAT(ids, SizeIs(2 * RightsQueue::kBegunInRound));
}

// Nobody asks for a second erasure again.
TEST_F(RightsQueueTest, ASecondErasureIsTriedUntilItIsDone) {
  Accept('a', v1::RIGHT_ERASE);
  auto under_way = under_way_.Begin();
  Round();
  under_way.reset();
  rights_.at_vault = FailedPrecondition("not now");
  Round();
  Round();
  rights_.at_vault = absl::OkStatus();
  rights_.at_aggregator = Internal("not now");
  Round();
  Round();
  rights_.at_aggregator = absl::OkStatus();
  const size_t before = rights_.concluded.size();
  Round();
  EXPECT_THAT(rights_.concluded, SizeIs(before + 1));
  Round();
  EXPECT_THAT(rights_.concluded, SizeIs(before + 1));
}

// The first attempt may have been done, and only its answer lost.
TEST_F(RightsQueueTest, WhatWasUnderWayAtTheFirstAttemptCounts) {
  auto under_way = under_way_.Begin();
  rights_.at_vault = Unavailable("the answer is lost");
  Accept('a', v1::RIGHT_ERASE);
  Round();
  under_way.reset();
  rights_.at_vault = absl::OkStatus();
  Round();
  Round();
  EXPECT_THAT(rights_.attempts,
              ElementsAre(Attempt::kFirst, Attempt::kFirst, Attempt::kAgain));
}

TEST_F(RightsQueueTest, NobodyElsesRequestIsTold) {
  EXPECT_THAT(Fetch('a'), StatusIs(absl::StatusCode::kNotFound));
  Accept('a');
  EXPECT_THAT(Fetch('b'), StatusIs(absl::StatusCode::kNotFound));
  EXPECT_THAT(Fetch('a', "museum-y"), StatusIs(absl::StatusCode::kNotFound));
  Round();
  queue_.BeforeRound();
  EXPECT_THAT(Fetch('a', "museum-y"), StatusIs(absl::StatusCode::kNotFound));
  EXPECT_THAT(Fetch('a', ""), StatusIs(absl::StatusCode::kNotFound));
}

TEST_F(RightsQueueTest, AKnownIdIsDoneOnceAndAnsweredAsBefore) {
  Accept('a');
  Accept('a');
  Round();
  Accept('a', v1::RIGHT_ERASE);
  Accept('a', v1::RIGHT_ERASE, "museum-y");
  Round();
  Round();
  ASSERT_THAT(rights_.begun, SizeIs(1));
  EXPECT_EQ(rights_.begun[0].right(), v1::RIGHT_OBJECT);
  EXPECT_EQ(rights_.begun[0].institution(), kMuseum);
  EXPECT_EQ(Fetch('a')->receipts_size(), 2);
}

// A batch that was at the vault before the erasure brings back what it holds.
TEST_F(RightsQueueTest, AnErasureIsRepeatedAfterWhatWasUnderWay) {
  auto before = under_way_.Begin();
  Accept('a', v1::RIGHT_ERASE);
  queue_.BeforeRound();
  auto meanwhile = under_way_.Begin();
  After();
  EXPECT_THAT(rights_.concluded, SizeIs(1));
  auto later = under_way_.Begin();
  Round();
  before.reset();
  Round();
  EXPECT_THAT(rights_.begun, SizeIs(1));
  meanwhile.reset();
  EXPECT_THAT(rights_.begun, SizeIs(1));  // in a round, as everything
  Round();
  ASSERT_THAT(rights_.begun, SizeIs(2));
  const auto& again = rights_.begun[1];
  EXPECT_EQ(again.right(), v1::RIGHT_ERASE);
  EXPECT_EQ(again.handle(), std::string(16, 'a'));
  EXPECT_EQ(again.institution(), kMuseum);
  // The id is signed; the parties are told that it is done once more.
  EXPECT_EQ(again.request_id(), IdOf('a'));
  EXPECT_THAT(rights_.attempts, ElementsAre(Attempt::kFirst, Attempt::kAgain));
  EXPECT_THAT(rights_.concluded, SizeIs(2));
  // It is not repeated for ever.
  queue_.BeforeRound();
  later.reset();
  Round();
  Round();
  EXPECT_THAT(rights_.begun, SizeIs(2));
  EXPECT_EQ(Fetch('a')->receipts_size(), 2);
}

TEST_F(RightsQueueTest, NothingUnderWayIsNothingRepeated) {
  Accept('a', v1::RIGHT_ERASE);
  Round();
  const auto later = under_way_.Begin();
  Round();
  Round();
  EXPECT_THAT(rights_.begun, SizeIs(1));
}

// Who objects is nobody in whatever comes later, too.
TEST_F(RightsQueueTest, OtherRightsAreNotRepeated) {
  auto ticket = under_way_.Begin();
  Accept('a', v1::RIGHT_OBJECT);
  Accept('b', v1::RIGHT_WITHDRAW);
  Accept('c', v1::RIGHT_ACCESS);
  Round();
  ticket.reset();
  Round();
  Round();
  EXPECT_THAT(rights_.begun, SizeIs(3));
}

TEST_F(RightsQueueTest, AtTheEndNobodyIsRepeated) {
  auto ticket = under_way_.Begin();
  Accept('a', v1::RIGHT_ERASE);
  Round();
  under_way_.Stop();
  ticket.reset();
  Round();
  EXPECT_THAT(rights_.begun, SizeIs(1));
}

TEST_F(RightsQueueTest, MoreThanMayWaitAreRefused) {
  auto accept = [&](size_t number) {
    v1::ExerciseRightRequest request;
    request.set_institution("museum-" + std::to_string(number / 1000));
    std::string id(RequestId::kBytes, '\0');
    std::memcpy(id.data(), &number, sizeof number);
    request.set_request_id(id);
    return queue_.Accept(std::move(request));
  };
  for (size_t i = 0; i < RightsQueue::kRequestsMax; ++i) {
    ASSERT_THAT(accept(i), IsOk());
  }
  EXPECT_THAT(accept(RightsQueue::kRequestsMax),
              StatusIs(absl::StatusCode::kResourceExhausted));
  // One that is known is no more.
  EXPECT_THAT(accept(7), IsOk());
}

}  // namespace
}  // namespace garderobe::ttp
