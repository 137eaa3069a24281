// Streams that somebody holds, floods or leaves: others are served.
#include "tests/adversary/hostile_fixture.h"

namespace garderobe {
namespace {

using ::testing::HasSubstr;

TEST_F(HostileTest, OversizedMessageIsCutOff) {
  v1::VisitBatch batch = GoodVisits(0);
  batch.set_sealed(std::string(5 << 20, 'x'));
  EXPECT_THAT(Visits({batch}), StatusIs(absl::StatusCode::kResourceExhausted));
  ExpectServiceStillWorks();
}

// What an earlier stream has under way must not come between: the later one
// was told where the feed stands.
TEST_F(HostileTest, AnEarlierStreamOfAFeedIsCutOff) {
  auto stub = Delivery("clients/example-museum");
  grpc::ClientContext context;
  SetDeadline(context, kCallTimeout);
  const auto earlier = stub->DeliverVisits(&context);
  v1::DeliverVisitsRequest request;
  v1::DeliverVisitsResponse response;
  *request.mutable_hello() = Hello();
  ASSERT_TRUE(earlier->Write(request) && earlier->Read(&response));
  EXPECT_EQ(response.welcome().committed(), 0u);

  const v1::VisitBatch batch = GoodVisits(0, 5);
  EXPECT_THAT(Visits({batch}), IsOk());
  // It ends at once, without anything being sent on it.
  EXPECT_FALSE(earlier->Read(&response));
  EXPECT_THAT(FromGrpc(earlier->Finish()),
              StatusIs(absl::StatusCode::kAborted));
  // Another batch at the same place is not taken for the one that is stored.
  EXPECT_THAT(Visits({GoodVisits(0, 5)}),
              StatusIs(absl::StatusCode::kAlreadyExists, HasSubstr("another")));
  EXPECT_THAT(Visits({batch}), IsOk());
}

// Whoever goes on where it stopped may pass over its own rows only.
TEST_F(HostileTest, AFeedTellsWhoseRowsItHas) {
  const auto began = [&](uint64_t run, const v1::VisitBatch* batch) {
    auto stub = Delivery("clients/example-museum");
    grpc::ClientContext context;
    SetDeadline(context, kCallTimeout);
    const auto stream = stub->DeliverVisits(&context);
    v1::DeliverVisitsRequest request;
    v1::DeliverVisitsResponse response;
    *request.mutable_hello() = Hello();
    request.mutable_hello()->set_run(run);
    EXPECT_TRUE(stream->Write(request) && stream->Read(&response));
    const uint64_t row = response.welcome().run_began();
    if (batch != nullptr) {
      *request.mutable_batch() = *batch;
      EXPECT_TRUE(stream->Write(request) && stream->Read(&response));
    }
    stream->WritesDone();
    EXPECT_THAT(FromGrpc(stream->Finish()), IsOk());
    return row;
  };
  const v1::VisitBatch first = GoodVisits(0, 5), second = GoodVisits(5, 4),
                       third = GoodVisits(9, 3);
  EXPECT_EQ(began(7, &first), 0u);
  EXPECT_EQ(began(8, &second), 5u);
  EXPECT_EQ(began(8, nullptr), 5u);
  EXPECT_EQ(began(7, &third), 9u);
  EXPECT_EQ(began(7, nullptr), 9u);
  EXPECT_EQ(began(0, nullptr), 12u);
}

TEST_F(HostileTest, AFeedOfAnotherKindIsRefused) {
  auto stub = Delivery("clients/example-museum");
  grpc::ClientContext context;
  SetDeadline(context, kCallTimeout);
  const auto stream = stub->DeliverVisits(&context);
  v1::DeliverVisitsRequest request;
  *request.mutable_hello() = Hello();
  request.mutable_hello()->mutable_feed()->set_kind(v1::FEED_KIND_RELATIONS);
  stream->Write(request);
  EXPECT_THAT(FromGrpc(stream->Finish()), StatusIs(kInvalid));
}

// A client that comes back sends again what it has no answer to, and that may
// be all that a stream lets it send.
TEST_F(HostileTest, AWholeWindowOfRelationsSentAgainIsStoredOnce) {
  auto stub = Delivery("clients/example-museum");
  uint64_t window = 0;
  {
    grpc::ClientContext context;
    SetDeadline(context, kCallTimeout);
    const auto stream = stub->DeliverRelations(&context);
    v1::DeliverRelationsRequest request;
    v1::DeliverRelationsResponse response;
    *request.mutable_hello() = Hello();
    ASSERT_TRUE(stream->Write(request) && stream->Read(&response));
    window = response.welcome().window();
    stream->WritesDone();
    EXPECT_THAT(FromGrpc(stream->Finish()), IsOk());
  }
  ASSERT_GT(window, 8u);
  std::vector<v1::RelationBatch> batches;
  for (uint64_t i = 0; i < window; ++i) batches.push_back(GoodRelations(i, 1));
  for (const bool again : {false, true}) {
    std::vector<v1::DeliverRelationsResponse> replies;
    EXPECT_THAT(Relations(batches, &replies), IsOk());
    ASSERT_EQ(replies.size(), window + 1);
    for (uint64_t i = 1; i <= window; ++i) {
      EXPECT_EQ(replies[i].outcome().already_stored(), again) << i;
    }
  }
}

// Replies that nobody reads are not kept without end.
TEST_F(HostileTest, AClientThatDoesNotReadIsNotReadEither) {
  auto stub = Delivery("clients/example-museum");
  grpc::ClientContext context;
  SetDeadline(context, std::chrono::seconds(9));
  const auto stream = stub->DeliverVisits(&context);
  v1::DeliverVisitsRequest request;
  *request.mutable_hello() = Hello();
  ASSERT_TRUE(stream->Write(request));
  // Each reply names each of its rows: what is between the two is soon full.
  *request.mutable_batch() = GoodVisits(0, 250, INT32_MAX);
  int written = 0, written_early = 0;
  const auto begin = std::chrono::steady_clock::now();
  while (stream->Write(request)) {
    ++written;
    if (std::chrono::steady_clock::now() - begin < std::chrono::seconds(6)) {
      written_early = written;
    }
  }
  EXPECT_LE(written, written_early + 1);
  (void)stream->Finish();
  ExpectServiceStillWorks();
}

TEST_F(HostileTest, OneClientLeavesPlacesForOthers) {
  auto stub = Delivery("clients/example-museum");
  std::vector<std::unique_ptr<grpc::ClientContext>> contexts;
  std::vector<std::unique_ptr<grpc::ClientReaderWriter<
      v1::DeliverVisitsRequest, v1::DeliverVisitsResponse>>>
      streams;
  for (int i = 0; i < 100; ++i) {
    contexts.push_back(std::make_unique<grpc::ClientContext>());
    SetDeadline(*contexts.back(), kCallTimeout);
    streams.push_back(stub->DeliverVisits(contexts.back().get()));
  }
  auto other = Delivery("clients/example-theatre");
  grpc::ClientContext context;
  SetDeadline(context, kCallTimeout);
  const auto stream = other->DeliverVisits(&context);
  v1::DeliverVisitsRequest hello;
  *hello.mutable_hello() = Hello();
  hello.mutable_hello()->mutable_feed()->set_institution("example-theatre");
  v1::DeliverVisitsResponse welcome;
  EXPECT_TRUE(stream->Write(hello) && stream->Read(&welcome));
  context.TryCancel();
  (void)stream->Finish();
  for (auto& c : contexts) c->TryCancel();
  for (auto& s : streams) (void)s->Finish();
}

TEST_F(HostileTest, TooManyStreamsAreToldToWait) {
  auto stub = Delivery("clients/example-museum");
  std::vector<std::unique_ptr<grpc::ClientContext>> contexts;
  std::vector<std::unique_ptr<grpc::ClientReaderWriter<
      v1::DeliverVisitsRequest, v1::DeliverVisitsResponse>>>
      streams;
  absl::Status refused;
  for (int i = 0; i < 40 && refused.ok(); ++i) {
    contexts.push_back(std::make_unique<grpc::ClientContext>());
    SetDeadline(*contexts.back(), kCallTimeout);
    streams.push_back(stub->DeliverVisits(contexts.back().get()));
    v1::DeliverVisitsRequest hello;
    *hello.mutable_hello() = Hello();
    // A feed has one stream only.
    hello.mutable_hello()->mutable_feed()->set_source(fmt::format("s{}", i));
    v1::DeliverVisitsResponse welcome;
    if (!streams.back()->Write(hello) || !streams.back()->Read(&welcome)) {
      refused = FromGrpc(streams.back()->Finish());
      streams.pop_back();
    }
  }
  EXPECT_THAT(refused, StatusIs(absl::StatusCode::kResourceExhausted));
  EXPECT_TRUE(RetryAfter(refused).has_value());
  for (auto& context : contexts) context->TryCancel();
  for (auto& stream : streams) (void)stream->Finish();
  // The places are free again.
  for (int i = 0; i < 50; ++i) {
    if (Visits({}).ok()) break;
    usleep(20'000);
  }
  ExpectServiceStillWorks();
}

// Whether a call of a client waits for merges tells whether its guess was
// known; it once did. A vault that stands still shows who waits for it.
TEST_F(HostileTest, ClosingAFeedWaitsForNoOtherParty) {
  ASSERT_THAT(Visits({GoodVisits(0)}), IsOk());
  auto close = [&](bool* current) {
    auto stub = Delivery("clients/example-museum");
    grpc::ClientContext context;
    SetDeadline(context, std::chrono::seconds(8));
    v1::CloseFeedRequest request;
    *request.mutable_feed() = Hello().feed();
    request.mutable_feed()->set_kind(v1::FEED_KIND_VISITS);
    request.set_rows(3);
    v1::CloseFeedResponse response;
    const absl::Status status =
        FromGrpc(stub->CloseFeed(&context, request, &response));
    *current = response.mirror_current();
    return status;
  };
  bool current = false;
  const auto begin = std::chrono::steady_clock::now();
  kill(deployment_->Pid("vaultd"), SIGSTOP);
  const absl::Status without_vault = close(&current);
  kill(deployment_->Pid("vaultd"), SIGCONT);
  EXPECT_THAT(without_vault, IsOk());
  EXPECT_TRUE(current);
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(2));

  // An answerd that stands still costs the closer its patience, and others
  // nothing.
  ASSERT_THAT(Visits({GoodVisits(3)}), IsOk());
  kill(deployment_->Pid("answerd"), SIGSTOP);
  std::vector<std::thread> closers;
  for (int i = 0; i < 4; ++i) {
    closers.emplace_back([&] {
      bool unused;
      (void)close(&unused);
    });
  }
  const auto delivery = std::chrono::steady_clock::now();
  const absl::Status delivered = Visits({GoodVisits(6)});
  const auto took = std::chrono::steady_clock::now() - delivery;
  for (auto& closer : closers) closer.join();
  kill(deployment_->Pid("answerd"), SIGCONT);
  EXPECT_THAT(delivered, IsOk());
  EXPECT_LT(took, std::chrono::seconds(2));
}

// Of a deployment of its own, whose ttpd waits for nobody.
TEST(QuietStreamTest, WhoSaysNothingLosesItsPlace) {
  LocalDeployment deployment;
  const std::string path = deployment.folder() + "/ttp/ttpd.toml";
  auto config = ReadWholeFile(path);
  ASSERT_THAT(config, IsOk());
  config->replace(config->find("[server]"), 8,
                  "[server]\nhello_ms = 300\nidle_ms = 1000");
  ASSERT_THAT(ReplaceFile(path, *config, 0600), IsOk());
  deployment.Up();
  auto stub = v1::DeliveryService::NewStub(TlsChannel(
      deployment.daemon("ttp"), deployment.tls("clients/example-museum")));
  v1::DeliverVisitsRequest request;
  v1::DeliverVisitsResponse response;
  for (const bool with_hello : {false, true}) {
    grpc::ClientContext context;
    SetDeadline(context, std::chrono::seconds(10));
    const auto stream = stub->DeliverVisits(&context);
    if (with_hello) {
      auto* hello = request.mutable_hello();
      hello->set_protocol_version(2);
      hello->mutable_feed()->set_institution("example-museum");
      hello->mutable_feed()->set_source("quiet");
      ASSERT_TRUE(stream->Write(request) && stream->Read(&response));
    }
    EXPECT_FALSE(stream->Read(&response));
    EXPECT_THAT(FromGrpc(stream->Finish()),
                StatusIs(absl::StatusCode::kUnavailable,
                         HasSubstr(with_hello ? "nothing came" : "Hello")));
  }
  // Who is taken out of the register delivers nothing more on an open stream.
  grpc::ClientContext context;
  SetDeadline(context, std::chrono::seconds(10));
  const auto stream = stub->DeliverVisits(&context);
  ASSERT_TRUE(stream->Write(request) && stream->Read(&response));
  ASSERT_EQ(deployment
                .Run({"admin", "institution", "import",
                      deployment.Write("register.toml",
                                       "[[institution]]\nid = \"other\"\n"
                                       "subsector = \"film\"\n")})
                .exit,
            0);
  request.mutable_batch()->set_count(1);
  request.mutable_batch()->set_handles(std::string(16, '\0'));
  stream->Write(request);
  EXPECT_FALSE(stream->Read(&response));
  EXPECT_THAT(FromGrpc(stream->Finish()), StatusIs(kDenied));
}

}  // namespace
}  // namespace garderobe
