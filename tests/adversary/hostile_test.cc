// Peers that misbehave: each is cut off by itself, and nobody else is harmed.
#include "garderobe/v1/plain.pb.h"
#include "tests/adversary/hostile_fixture.h"

namespace garderobe {
namespace {

using ::testing::HasSubstr;

TEST_F(HostileTest, GoodPeerIsServed) { ExpectServiceStillWorks(); }

TEST_F(HostileTest, RightCertificateInTheWrongRoleIsRefused) {
  for (const char* who : {"clients/example-museum", "coordinator", "answer/tls",
                          "aggregator/tls", "analysts/example-museum"}) {
    grpc::ClientContext one, two;
    SetDeadline(one, kCallTimeout);
    SetDeadline(two, kCallTimeout);
    v1::LinkRelationsResponse linked;
    EXPECT_THAT(FromGrpc(Vault(who)->LinkRelations(&one, {}, &linked)),
                StatusIs(kDenied))
        << who;
    auto aggregator = v1::AggregatorService::NewStub(
        TlsChannel(deployment_->daemon("aggregator"), deployment_->tls(who)));
    v1::StoreVisitsResponse stored;
    EXPECT_THAT(FromGrpc(aggregator->StoreVisits(&two, {}, &stored)),
                StatusIs(kDenied))
        << who;
  }
  for (const char* who :
       {"coordinator", "analysts/example-museum", "vault/tls"}) {
    EXPECT_THAT(Visits({}, nullptr, who), StatusIs(kDenied)) << who;
  }
  for (const char* who :
       {"clients/example-museum", "analysts/example-museum", "ttp/tls"}) {
    auto publisher = v1::PublisherService::NewStub(
        TlsChannel(deployment_->daemon("aggregator"), deployment_->tls(who)));
    grpc::ClientContext context;
    SetDeadline(context, kCallTimeout);
    v1::PublishResponse response;
    EXPECT_THAT(FromGrpc(publisher->Publish(&context, {}, &response)),
                StatusIs(kDenied))
        << who;
    auto intake = v1::AnswerIntakeService::NewStub(
        TlsChannel(deployment_->daemon("intake"), deployment_->tls(who)));
    grpc::ClientContext put;
    SetDeadline(put, kCallTimeout);
    v1::PutCubeResponse cube;
    EXPECT_THAT(FromGrpc(intake->PutCube(&put, {}, &cube)), StatusIs(kDenied))
        << who;
  }
}

// Messages were once parsed before anybody asked whose they are: 60 MiB of
// empty cells, two bytes each, took 2.2 GiB.
TEST_F(HostileTest, AMessageIsNotReadForTheWrongRole) {
  const size_t answerd_before = deployment_->PeakMib("answerd");
  auto intake = v1::AnswerIntakeService::NewStub(
      TlsChannel(deployment_->daemon("intake"),
                 deployment_->tls("analysts/example-museum")));
  grpc::ClientContext put;
  SetDeadline(put, kCallTimeout);
  v1::PutCubeRequest cube;
  for (int i = 0; i < 5'000'000; ++i) cube.mutable_cube()->add_cells();
  v1::PutCubeResponse nothing;
  EXPECT_THAT(FromGrpc(intake->PutCube(&put, cube, &nothing)),
              StatusIs(kDenied));
  EXPECT_LT(deployment_->PeakMib("answerd"), answerd_before + 100);

  const size_t ttpd_before = deployment_->PeakMib("ttpd");
  auto registers = v1::RegisterService::NewStub(TlsChannel(
      deployment_->daemon("ttp"), deployment_->tls("clients/example-museum")));
  v1::ImportRegisterRequest import;
  for (int i = 0; i < 1'500'000; ++i) {
    import.mutable_register_()->add_institutions();
  }
  for (int i = 0; i < 4; ++i) {
    grpc::ClientContext context;
    SetDeadline(context, kCallTimeout);
    v1::ImportRegisterResponse imported;
    EXPECT_THAT(
        FromGrpc(registers->ImportRegister(&context, import, &imported)),
        StatusIs(kDenied));
  }
  EXPECT_LT(deployment_->PeakMib("ttpd"), ttpd_before + 100);
}

TEST_F(HostileTest, StrangersAndImpostorsGetNoConnection) {
  auto authority =
      client::Authority::OpenOrCreate(deployment_->folder() + "/other-ca");
  ASSERT_THAT(authority, IsOk());
  const std::string place = deployment_->folder() + "/stranger";
  ASSERT_THAT(authority->Issue(place, {Role::kParty, "ttp"}, "ttpd"), IsOk());
  // A certificate of another authority, in front of the right authority file.
  std::filesystem::copy_file(deployment_->folder() + "/ca/authority.pem",
                             place + "/authority.pem",
                             std::filesystem::copy_options::overwrite_existing);
  grpc::ClientContext context;
  SetDeadline(context, std::chrono::seconds(3));
  v1::GetVaultParametersResponse response;
  EXPECT_FALSE(Vault("stranger")->GetParameters(&context, {}, &response).ok());
  // A daemon that shows another's certificate is not believed, although its
  // key is pinned: its name is another.
  const CalledDaemon vault = deployment_->daemon("vault");
  auto wrong = v1::DeliveryService::NewStub(
      TlsChannel({vault.address, "ttpd", vault.pins},
                 deployment_->tls("clients/example-museum")));
  grpc::ClientContext second;
  SetDeadline(second, std::chrono::seconds(3));
  v1::GetParametersResponse parameters;
  EXPECT_THAT(FromGrpc(wrong->GetParameters(&second, {}, &parameters)),
              StatusIs(absl::StatusCode::kUnavailable));
}

TEST_F(HostileTest, ForAnotherInstitutionIsRefused) {
  auto stub = Delivery("clients/example-museum");
  v1::DeliverVisitsRequest hello;
  *hello.mutable_hello() = Hello();
  hello.mutable_hello()->mutable_feed()->set_institution("example-theatre");
  auto open = [&](auto* context) { return stub->DeliverVisits(context); };
  using Request = v1::DeliverVisitsRequest;
  using Response = v1::DeliverVisitsResponse;
  EXPECT_THAT((Converse<Request, Response>(open, {hello})),
              StatusIs(kDenied, HasSubstr("not listed as a client")));
  // The name of another client in Hello changes nothing.
  *hello.mutable_hello() = Hello();
  hello.mutable_hello()->mutable_feed()->set_client("example-theatre");
  std::vector<Response> responses;
  EXPECT_THAT((Converse<Request, Response>(open, {hello}, &responses)), IsOk());
  hello.mutable_hello()->set_protocol_version(9);
  EXPECT_THAT((Converse<Request, Response>(open, {hello})),
              StatusIs(absl::StatusCode::kFailedPrecondition));
  *hello.mutable_hello() = Hello();
  hello.mutable_hello()->mutable_feed()->set_source("../x");
  EXPECT_THAT((Converse<Request, Response>(open, {hello})), StatusIs(kInvalid));
  Request batch;
  *batch.mutable_batch() = GoodVisits(0);
  EXPECT_THAT((Converse<Request, Response>(open, {batch})),
              StatusIs(kInvalid, HasSubstr("begins with Hello")));
  *hello.mutable_hello() = Hello();
  EXPECT_THAT((Converse<Request, Response>(open, {hello, hello})),
              StatusIs(kInvalid));
}

TEST_F(HostileTest, MalformedPointsAreRefusedByRecord) {
  for (const std::string& bad : {std::string(32, '\0'), std::string(32, '\xff'),
                                 "\x01" + std::string(31, '\0')}) {
    v1::RelationBatch batch = GoodRelations(0);
    batch.mutable_points_b()->replace(32, 32, bad);
    EXPECT_THAT(Relations({batch}), StatusIs(kInvalid, HasSubstr("record 1")));
    batch = GoodRelations(0);
    batch.mutable_points_a()->replace(64, 32, bad);
    EXPECT_THAT(Relations({batch}), StatusIs(kInvalid, HasSubstr("record 2")));
    batch = GoodRelations(0);
    batch.mutable_points_home()->replace(0, 32, bad);
    EXPECT_THAT(Relations({batch}), StatusIs(kInvalid, HasSubstr("record 0")));
  }
  ExpectServiceStillWorks();
}

// A token that is the identity passes the TTP, which can't open it. A refusal
// by the vault would tell that a guess was right, for whoever subtracts a guess
// gets the identity.
TEST_F(HostileTest, IdentityTokenIsAnsweredLikeAnyOther) {
  const EphemeralScalar r = EphemeralScalar::Random();
  Element b;
  ASSERT_TRUE(Multiply(r, feed_.published.keys.kinds[0], &b));
  const v1::RelationBatch usual = GoodRelations(0);
  v1::RelationBatch bad = usual;
  bad.mutable_points_a()->replace(32, 32, MultiplyBase(r).view());
  bad.mutable_points_b()->replace(32, 32, b.view());
  // Another feed, gathered within the same 200 ms.
  client::FeedContext other_feed = feed_;
  other_feed.source = source_ + "-other";
  client::Customer customer;
  customer.handle = MakeHandle(key_, "other");
  customer.identifiers[0] = "other@example.nl";
  const v1::RelationBatch good =
      client::BuildRelationBatch(other_feed, key_, 0, {customer});
  absl::Status good_status;
  std::thread other([&] {
    auto stub = Delivery("clients/example-museum");
    std::vector<v1::DeliverRelationsRequest> requests(2);
    *requests[0].mutable_hello() = Hello();
    requests[0].mutable_hello()->mutable_feed()->set_source(other_feed.source);
    *requests[1].mutable_batch() = good;
    good_status =
        Converse<v1::DeliverRelationsRequest, v1::DeliverRelationsResponse>(
            [&](auto* context) { return stub->DeliverRelations(context); },
            requests);
  });
  std::vector<v1::DeliverRelationsResponse> of_bad, of_usual;
  EXPECT_THAT(Relations({bad}, &of_bad), IsOk());
  other.join();
  EXPECT_THAT(good_status, IsOk());
  // The same rows without the crafted one, in a feed of their own.
  source_ = feed_.source = source_ + "-usual";
  v1::RelationBatch in_own_feed = GoodRelations(0);
  EXPECT_THAT(Relations({in_own_feed}, &of_usual), IsOk());
  ASSERT_EQ(of_bad.size(), 2u);
  ASSERT_EQ(of_usual.size(), 2u);
  EXPECT_EQ(AllButSignatures(of_bad), AllButSignatures(of_usual));
  ExpectServiceStillWorks();
}

// Rows of serials that are not in force would be stripped to tokens that nobody
// shares, silently.
TEST_F(HostileTest, ASerialThatIsNotInForceIsRefusedByName) {
  constexpr auto kRefused = absl::StatusCode::kFailedPrecondition;
  v1::RelationBatch relations = GoodRelations(0);
  relations.mutable_serials()->set_ttp(2);
  EXPECT_THAT(Relations({relations}), StatusIs(kRefused, HasSubstr("ttp")));
  relations = GoodRelations(0);
  relations.mutable_serials()->set_vault(2);
  EXPECT_THAT(Relations({relations}), StatusIs(kRefused, HasSubstr("vault")));
  relations = GoodRelations(0);
  relations.mutable_serials()->set_aggregator(2);
  EXPECT_THAT(Relations({relations}),
              StatusIs(kRefused, HasSubstr("aggregator")));
  relations.clear_serials();
  EXPECT_THAT(Relations({relations}), StatusIs(kRefused));
  v1::VisitBatch visits = GoodVisits(0);
  visits.set_serial(2);
  EXPECT_THAT(Visits({visits}), StatusIs(kRefused, HasSubstr("aggregator")));
  ExpectServiceStillWorks();
}

TEST_F(HostileTest, LyingCountsAndGarbageAreRefused) {
  v1::VisitBatch batch = GoodVisits(0);
  batch.set_count(2);
  EXPECT_THAT(Visits({batch}), StatusIs(kInvalid));
  batch = GoodVisits(0);
  batch.set_count(4);
  batch.mutable_handles()->append(16, '\0');  // fits, but the seal does not
  EXPECT_THAT(Visits({batch}), StatusIs(kInvalid, HasSubstr("does not open")));
  batch = GoodVisits(0);
  batch.set_count(0);
  batch.clear_handles();
  EXPECT_THAT(Visits({batch}), StatusIs(kInvalid));
  batch = GoodVisits(0);
  batch.set_sealed("garbage");
  EXPECT_THAT(Visits({batch}), StatusIs(kInvalid, HasSubstr("does not open")));
  // Sealed for another place in the feed.
  batch = GoodVisits(3);
  batch.set_offset(0);
  EXPECT_THAT(Visits({batch}), StatusIs(kInvalid, HasSubstr("does not open")));
  // More rows than allowed, consistently told.
  batch.set_count(20000);
  batch.set_handles(std::string(20000 * 16, '\0'));
  EXPECT_THAT(Visits({batch}), StatusIs(kInvalid));
  v1::RelationBatch relations = GoodRelations(0);
  relations.mutable_handles()->replace(0, 16,
                                       relations.handles().substr(16, 16));
  EXPECT_THAT(Relations({relations}),
              StatusIs(kInvalid, HasSubstr("handles[1]")));
  ExpectServiceStillWorks();
}

// What the vault may have seen counts, whatever the aggregator says of it: a
// budget of guesses is not walked round by batches that are refused.
TEST_F(HostileTest, RelationsThatTheAggregatorRefusesCountInTheBudget) {
  // Of each of three rows an e-mail address and the slot of the home.
  constexpr uint64_t kTokens = 6;
  uint64_t before = TokensUsed();
  const v1::RelationBatch good = GoodRelations(0);
  v1::RelationBatch garbage = good;
  garbage.set_sealed(std::string(100, 'g'));
  EXPECT_FALSE(Relations({garbage}).ok());
  EXPECT_EQ(TokensUsed(), before + kTokens);
  v1::RelationBatch beyond = GoodRelations(1000);
  EXPECT_FALSE(Relations({beyond}).ok());
  EXPECT_EQ(TokensUsed(), before + 2 * kTokens);
  EXPECT_THAT(Relations({good}), IsOk());
  EXPECT_THAT(Relations({good}), IsOk());  // again
  EXPECT_EQ(TokensUsed(), before + 4 * kTokens);
  // What does not decode reaches nobody.
  before = TokensUsed();
  v1::RelationBatch malformed = GoodRelations(3);
  malformed.mutable_points_b()->replace(0, 32, std::string(32, '\xff'));
  EXPECT_FALSE(Relations({malformed}).ok());
  EXPECT_EQ(TokensUsed(), before);
}

// ttpd reads nobody's identifiers: where they once stood is nothing, and a row
// without points is none, whatever the agreement says.
TEST_F(HostileTest, TheTtpTakesNoIdentifiers) {
  v1::RelationBatch batch = GoodRelations(0);
  batch.clear_kinds();
  batch.clear_points_a();
  batch.clear_points_b();
  batch.clear_points_home();
  v1::PlainBatch plain;
  for (int i = 0; i < 3; ++i) plain.add_rows()->set_email("anna@example.nl");
  // As field 10 had it, a message with the rows as its first field.
  std::string rows;
  for (const v1::PlainIdentity& row : plain.rows()) {
    rows += "\x0a" + std::string(1, static_cast<char>(row.ByteSizeLong())) +
            row.SerializeAsString();
  }
  const std::string bytes = batch.SerializeAsString() + "\x52" +
                            std::string(1, static_cast<char>(rows.size())) +
                            rows;
  ASSERT_TRUE(batch.ParseFromString(bytes));
  ASSERT_NE(batch.SerializeAsString().find("anna"), std::string::npos);
  const absl::Status refused = Relations({batch});
  EXPECT_THAT(refused, StatusIs(kInvalid, HasSubstr("kinds")));
  EXPECT_EQ(Message(refused).find("anna"), std::string_view::npos);
}

TEST_F(HostileTest, ReplayedBatchIsStoredOnceAndSkippedOffsetsStop) {
  const v1::VisitBatch batch = GoodVisits(0);
  std::vector<v1::DeliverVisitsResponse> responses;
  EXPECT_THAT(Visits({batch, batch}, &responses), IsOk());
  ASSERT_EQ(responses.size(), 3u);
  EXPECT_FALSE(responses[1].outcome().already_stored());
  EXPECT_TRUE(responses[2].outcome().already_stored());
  EXPECT_EQ(responses[2].outcome().accepted(), 3u);
  responses.clear();
  EXPECT_THAT(
      Visits({GoodVisits(7)}, &responses),
      StatusIs(absl::StatusCode::kOutOfRange, HasSubstr("stands at 3")));
  EXPECT_EQ(responses[0].welcome().committed(), 3u);
  EXPECT_THAT(Visits({GoodVisits(2)}),
              StatusIs(absl::StatusCode::kAlreadyExists));
  EXPECT_THAT(Visits({GoodVisits(UINT64_MAX)}),
              StatusIs(absl::StatusCode::kOutOfRange));
  EXPECT_THAT(Visits({GoodVisits(3)}), IsOk());
  std::vector<v1::DeliverRelationsResponse> relations;
  const auto r = GoodRelations(0);
  EXPECT_THAT(Relations({r, r}, &relations), IsOk());
  EXPECT_TRUE(relations[2].outcome().already_stored());
  EXPECT_THAT(Relations({GoodRelations(9)}),
              StatusIs(absl::StatusCode::kOutOfRange));
}

TEST_F(HostileTest, ATtpOfAnotherEpochOrWithForgedParametersIsRefused) {
  v1::LinkRelationsRequest request;
  request.set_epoch(2);
  *request.mutable_aggregator() = aggregator_signed_;
  v1::LinkRelationsResponse response;
  grpc::ClientContext one, two, three;
  EXPECT_THAT(
      FromGrpc(Vault("ttp/tls")->LinkRelations(&one, request, &response)),
      StatusIs(absl::StatusCode::kFailedPrecondition));
  request.set_epoch(1);
  request.mutable_aggregator()->mutable_body()->back() ^= 1;
  EXPECT_THAT(
      FromGrpc(Vault("ttp/tls")->LinkRelations(&two, request, &response)),
      StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr("pinned")));
  *request.mutable_aggregator() = aggregator_signed_;
  EXPECT_THAT(
      FromGrpc(Vault("ttp/tls")->LinkRelations(&three, request, &response)),
      StatusIs(kInvalid));
}

TEST_F(HostileTest, ClientDoesNotSealToKeysThatAreNotPinned) {
  const std::string path = deployment_->folder() + "/client.toml";
  auto config = ReadWholeFile(path);
  ASSERT_THAT(config, IsOk());
  const std::string file = deployment_->Write(
      "x.csv", "order_id,line_id,event_id,starts_at\n1,1,E,2025-01-01\n");
  for (const char* party : {"vault = \"", "aggregator = \"", "ttp = \""}) {
    std::string other = *config;
    const size_t at = other.rfind(party) + std::string(party).size();
    other[at] = other[at] == '0' ? '1' : '0';
    std::ofstream(path) << other;
    const RunResult r =
        deployment_->Run({"send", file, "--institution", "example-museum"});
    EXPECT_EQ(r.exit, 1);
    EXPECT_THAT(r.err, HasSubstr("not signed by the key that is pinned"));
  }
  std::ofstream(path) << *config;
}

}  // namespace
}  // namespace garderobe
