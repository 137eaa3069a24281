// A TTP that makes visits, or files what was sent elsewhere: it has its own
// certificate, everything that is public, and whatever clients have sent. What
// it lacks is an author's key.
#include "client/deploy/deployment.h"
#include "client/published.h"
#include "client/send/batches.h"
#include "core/keys/key_file.h"
#include "core/keys/outcome.h"
#include "core/rpc/deadline.h"
#include "core/rpc/status_conversion.h"
#include "garderobe/v1/aggregator.grpc.pb.h"
#include "garderobe/v1/delivery.grpc.pb.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/local_deployment.h"
#include "tests/support/status_matchers.h"

namespace garderobe {
namespace {

constexpr char kMuseum[] = "example-museum", kTheatre[] = "example-theatre";
constexpr uint32_t kRows = 1000;
constexpr auto kDenied = absl::StatusCode::kPermissionDenied;
constexpr auto kInvalid = absl::StatusCode::kInvalidArgument;

class HostileAuthorTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    deployment_ = new LocalDeployment();
    deployment_->Up();
  }
  static void TearDownTestSuite() {
    delete deployment_;
    deployment_ = nullptr;
  }
  void SetUp() override {
    source_ = "author-" + std::to_string(++sources_);
    const auto delivery = v1::DeliveryService::NewStub(
        TlsChannel(deployment_->daemon("ttp"),
                   deployment_->tls(std::string("clients/") + kMuseum)));
    grpc::ClientContext context;
    SetDeadline(context, std::chrono::seconds(10));
    v1::GetParametersResponse response;
    ASSERT_THAT(FromGrpc(delivery->GetParameters(&context, {}, &response)),
                IsOk());
    const auto opened = client::Deployment::Open(deployment_->folder());
    ASSERT_THAT(opened, IsOk());
    const auto endpoint = opened->EndpointOf(kMuseum);
    ASSERT_THAT(endpoint, IsOk());
    auto published = client::ReadPublished(
        response, *endpoint, deployment_->folder() + "/clients/" + kMuseum);
    ASSERT_THAT(published, IsOk());
    published_ = *std::move(published);
    aggregator_ = v1::AggregatorService::NewStub(TlsChannel(
        deployment_->daemon("aggregator"), deployment_->tls("ttp/tls")));
  }
  // Visits that are in order, signed by `author` for `institution`.
  v1::VisitBatch Visits(const AuthorSeed& author,
                        const std::string& institution) {
    client::FeedContext feed;
    feed.institution = institution;
    feed.source = source_;
    feed.published = published_;
    feed.author = &author;
    const auto key = InstitutionHandleKey::Random();
    client::VisitBatchBuilder builder(feed, key);
    for (uint32_t i = 0; i < kRows; ++i) {
      const std::string order = std::to_string(i);
      client::OrderLine line;
      line.order_id = order;
      line.line_id = "1";
      line.event_id = "E";
      line.starts_at = 9132 * 1440;  // in 2025
      builder.Add(line, Handle());
      builder.SetLine(i);
    }
    std::vector<uint64_t> lines;
    return builder.Build(0, &lines);
  }
  v1::FeedName FeedOf(const std::string& institution) {
    v1::FeedName feed;
    feed.set_institution(institution);
    feed.set_client(institution);
    feed.set_source(source_);
    feed.set_kind(v1::FEED_KIND_VISITS);
    return feed;
  }
  // The TTP's own call, without any client.
  absl::Status File(const std::string& institution, const v1::VisitBatch& batch,
                    v1::BatchOutcome* outcome = nullptr) {
    v1::OpenFeedRequest open;
    *open.mutable_feed() = FeedOf(institution);
    open.set_stream(7);
    v1::OpenFeedResponse opened;
    grpc::ClientContext opening;
    SetDeadline(opening, std::chrono::seconds(10));
    EXPECT_THAT(FromGrpc(aggregator_->OpenFeed(&opening, open, &opened)),
                IsOk());
    v1::StoreVisitsRequest request;
    *request.mutable_feed() = FeedOf(institution);
    request.set_stream(7);
    request.set_offset(batch.offset());
    request.set_count(batch.count());
    request.set_handles(batch.handles());
    request.set_sealed(batch.sealed());
    request.set_serial(batch.serial());
    v1::StoreVisitsResponse response;
    grpc::ClientContext context;
    SetDeadline(context, std::chrono::seconds(10));
    const absl::Status status =
        FromGrpc(aggregator_->StoreVisits(&context, request, &response));
    if (outcome != nullptr) *outcome = response.outcome();
    return status;
  }
  uint64_t Committed(const std::string& institution) {
    v1::GetFeedRequest request;
    *request.mutable_feed() = FeedOf(institution);
    v1::GetFeedResponse response;
    grpc::ClientContext context;
    SetDeadline(context, std::chrono::seconds(10));
    EXPECT_THAT(FromGrpc(aggregator_->GetFeed(&context, request, &response)),
                IsOk());
    return response.committed();
  }
  void ExpectRefused(const std::string& institution,
                     const v1::VisitBatch& batch, absl::StatusCode code,
                     std::string_view reason) {
    const absl::Status status = File(institution, batch);
    EXPECT_THAT(status, StatusIs(code));
    EXPECT_EQ(ReasonOf(status), reason);
    EXPECT_EQ(Committed(institution), 0u);
  }

  static inline LocalDeployment* deployment_ = nullptr;
  static inline int sources_ = 0;
  std::string source_;
  client::Published published_;
  std::unique_ptr<v1::AggregatorService::Stub> aggregator_;
};

// The control: the same call, with the institution's key.
TEST_F(HostileAuthorTest, WhatTheInstitutionSignedIsStored) {
  const AuthorSeed museum = deployment_->AuthorOf(kMuseum);
  const v1::VisitBatch batch = Visits(museum, kMuseum);
  v1::BatchOutcome outcome;
  ASSERT_THAT(File(kMuseum, batch, &outcome), IsOk());
  EXPECT_EQ(outcome.accepted(), kRows);
  EXPECT_EQ(Committed(kMuseum), kRows);
  Outcome said{.kind = SealedKind::kVisits,
               .institution = kMuseum,
               .client = kMuseum,
               .source = source_,
               .offset = 0,
               .count = kRows,
               .accepted = kRows,
               .replaced = 0,
               .sealed = Hash(batch.sealed())};
  const VerifyKey& key = published_.aggregator.receipt_key;
  EXPECT_TRUE(IsOutcomeBy(key, said, outcome.signature()));
  said.accepted = kRows - 1;
  EXPECT_FALSE(IsOutcomeBy(key, said, outcome.signature()));
  // Sent again, it has the same signature.
  v1::BatchOutcome again;
  ASSERT_THAT(File(kMuseum, batch, &again), IsOk());
  EXPECT_TRUE(again.already_stored());
  EXPECT_EQ(again.signature(), outcome.signature());
}

TEST_F(HostileAuthorTest, VisitsThatNobodySentAreRefused) {
  ExpectRefused(kMuseum, Visits(AuthorSeed::Random(), kMuseum), kDenied,
                "AUTHOR_SIGNATURE_WRONG");
}

// Version 1 sealed columns without a signature; and a payload of the right form
// may hold one that is nothing.
TEST_F(HostileAuthorTest, VisitsWithoutASignatureAreRefused) {
  v1::VisitBatch batch = Visits(AuthorSeed::Random(), kMuseum);
  const BatchPlace place{SealedKind::kVisits, kMuseum, source_, 0, kRows};
  auto seal = [&](const std::string& payload) {
    batch.set_sealed(
        SealBatch(published_.aggregator.sealing_key, place, payload));
  };
  seal("columns of no author");
  ExpectRefused(kMuseum, batch, kInvalid, "AUTHOR_SIGNATURE_MISSING");
  std::string payload = EncodeAuthored(deployment_->AuthorOf(kMuseum), place,
                                       batch.serial(), {}, "columns");
  payload.replace(65, 64, std::string(64, '\0'));
  seal(payload);
  ExpectRefused(kMuseum, batch, kDenied, "AUTHOR_SIGNATURE_WRONG");
}

TEST_F(HostileAuthorTest, ABatchIsNotFiledUnderAnotherInstitution) {
  const AuthorSeed museum = deployment_->AuthorOf(kMuseum);
  // As it came: it is sealed for its place.
  const absl::Status moved = File(kTheatre, Visits(museum, kMuseum));
  EXPECT_THAT(moved, StatusIs(kInvalid));
  EXPECT_EQ(Committed(kTheatre), 0u);
  // Sealed for the theatre by somebody who has the museum's key.
  ExpectRefused(kTheatre, Visits(museum, kTheatre), kDenied,
                "AUTHOR_OF_ANOTHER_INSTITUTION");
}

// The serial is signed, so that nobody claims another issue of the parameters.
TEST_F(HostileAuthorTest, AnotherSerialIsRefused) {
  v1::VisitBatch batch = Visits(deployment_->AuthorOf(kMuseum), kMuseum);
  batch.set_serial(batch.serial() + 1);
  EXPECT_THAT(File(kMuseum, batch),
              StatusIs(absl::StatusCode::kFailedPrecondition));
  EXPECT_EQ(Committed(kMuseum), 0u);
}

}  // namespace
}  // namespace garderobe
