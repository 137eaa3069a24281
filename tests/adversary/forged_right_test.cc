// A TTP that asks for what nobody asked: erasing people, and having what is
// kept of them told to itself. Vault and aggregator verify who signed, each by
// its own register; the institution's own keys are the control.
#include <atomic>
#include <set>
#include <thread>

#include "core/group/element.h"
#include "core/keys/access_answer.h"
#include "core/rpc/deadline.h"
#include "core/rpc/status_conversion.h"
#include "core/rpc/tls.h"
#include "core/sealing/objection.h"
#include "garderobe/v1/common.grpc.pb.h"
#include "garderobe/v1/rights.grpc.pb.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/ask_right.h"
#include "tests/support/local_deployment.h"
#include "tests/support/status_matchers.h"
#include "tests/support/vault_right.h"

namespace garderobe {
namespace {

constexpr auto kDenied = absl::StatusCode::kPermissionDenied;
constexpr char kMuseum[] = "example-museum", kTheatre[] = "example-theatre";

class ForgedRightTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    deployment_ = new LocalDeployment();
    deployment_->Up();
  }
  static void TearDownTestSuite() {
    delete deployment_;
    deployment_ = nullptr;
  }

  static AskingKeys KeysOf(const char* institution) {
    auto keys = KeysOfInstitution(*deployment_, institution);
    EXPECT_THAT(keys, IsOk());
    return *std::move(keys);
  }
  using By = SubjectType;
  // What an institution would sign about one of its customers, or whoever
  // shows something.
  static SignedRight Asked(v1::Right right, const AskingKeys& keys,
                           By by = By::kHandle) {
    v1::ExerciseRightRequest request;
    request.set_institution(kMuseum);
    request.set_right(right);
    request.set_request_id(NewRequestId());
    request.set_handle(std::string(16, 'h'));
    request.set_salt(std::string(32, 's'));
    SignedRight asked = SignedFor(request, keys);
    asked.request.type = by;
    asked.signature = SignRight(keys.author, asked.request);
    return asked;
  }
  static v1::ExerciseAtVaultRequest VaultRequest(const SignedRight& asked,
                                                 By by) {
    v1::ExerciseAtVaultRequest request;
    request.set_right(static_cast<v1::Right>(asked.request.right));
    request.set_request_id(AsString(asked.request.request_id.bytes()));
    request.set_epoch(1);
    if (by == By::kHandle) {
      request.set_handle(std::string(16, 'v'));
      request.set_reference(TwoPoints());
    } else {
      request.mutable_identity()->set_kinds(1);
      request.mutable_identity()->set_point_a(TwoPoints().substr(0, 32));
      request.mutable_identity()->set_points_b(TwoPoints().substr(0, 32));
    }
    *request.mutable_authorisation() = ToProto(asked);
    return request;
  }
  static v1::ExerciseAtAggregatorRequest AggregatorRequest(
      const SignedRight& asked) {
    v1::ExerciseAtAggregatorRequest request;
    request.set_right(static_cast<v1::Right>(asked.request.right));
    request.set_request_id(AsString(asked.request.request_id.bytes()));
    request.set_institution(kMuseum);
    request.set_handle(std::string(16, 'g'));
    request.set_reference(TwoPoints());
    *request.mutable_authorisation() = ToProto(asked);
    return request;
  }
  static absl::Status Send(const v1::ExerciseAtVaultRequest& request,
                           v1::ExerciseAtVaultResponse* response = nullptr) {
    const auto stub = v1::VaultRightsService::NewStub(
        TlsChannel(deployment_->daemon("vault"), deployment_->tls("ttp/tls")));
    if (response != nullptr) return ExerciseAtVault(*stub, request, response);
    return Call(*stub, request, response);
  }
  static absl::Status Send(
      const v1::ExerciseAtAggregatorRequest& request,
      v1::ExerciseAtAggregatorResponse* response = nullptr) {
    const auto stub = v1::AggregatorRightsService::NewStub(TlsChannel(
        deployment_->daemon("aggregator"), deployment_->tls("ttp/tls")));
    return Call(*stub, request, response);
  }
  static absl::Status AtVault(const SignedRight& asked, By by = By::kHandle,
                              v1::ExerciseAtVaultResponse* response = nullptr) {
    return Send(VaultRequest(asked, by), response);
  }
  static absl::Status AtAggregator(
      const SignedRight& asked,
      v1::ExerciseAtAggregatorResponse* response = nullptr) {
    return Send(AggregatorRequest(asked), response);
  }
  static void ExpectRefused(const SignedRight& asked, std::string_view reason) {
    for (const absl::Status& status :
         {AtVault(asked), AtVault(asked, By::kIdentity), AtAggregator(asked)}) {
      EXPECT_THAT(status, StatusIs(kDenied)) << reason;
      EXPECT_EQ(ReasonOf(status), reason);
    }
  }
  static std::string TwoPoints() {
    return AsString(RandomElement().bytes()) +
           AsString(RandomElement().bytes());
  }

 private:
  template <typename Stub, typename Request, typename Response>
  static absl::Status Call(Stub& stub, const Request& request,
                           Response* response) {
    Response unused;
    grpc::ClientContext context;
    SetDeadline(context, std::chrono::seconds(20));
    return FromGrpc(stub.Exercise(&context, request,
                                  response == nullptr ? &unused : response));
  }

 protected:
  static LocalDeployment* deployment_;
};
LocalDeployment* ForgedRightTest::deployment_ = nullptr;

TEST_F(ForgedRightTest, WhatTheInstitutionSignedIsDone) {
  const AskingKeys museum = KeysOf(kMuseum);
  for (const v1::Right right : {v1::RIGHT_ERASE, v1::RIGHT_ACCESS}) {
    const SignedRight asked = Asked(right, museum);
    EXPECT_THAT(AtVault(asked), IsOk());
    EXPECT_THAT(AtAggregator(asked), IsOk());
  }
  EXPECT_THAT(
      AtVault(Asked(v1::RIGHT_ERASE, museum, By::kIdentity), By::kIdentity),
      IsOk());
}

// The TTP once could have had an identity of its own making erased.
TEST_F(ForgedRightTest, WhatWasSignedForACustomerIsSpentOnNoIdentity) {
  const AskingKeys museum = KeysOf(kMuseum);
  const absl::Status of_customer =
      AtVault(Asked(v1::RIGHT_ERASE, museum), By::kIdentity);
  const SignedRight of_identity = Asked(v1::RIGHT_ERASE, museum, By::kIdentity);
  for (const absl::Status& status :
       {of_customer, AtVault(of_identity), AtAggregator(of_identity)}) {
    EXPECT_THAT(status, StatusIs(kDenied));
    EXPECT_EQ(ReasonOf(status), kRightSignatureWrong);
  }
}

TEST_F(ForgedRightTest, WhatNobodySignedIsRefused) {
  SignedRight asked = Asked(v1::RIGHT_ERASE, KeysOf(kMuseum));
  asked.signature = AuthorSignature();
  ExpectRefused(asked, kRightSignatureWrong);
  // Signed with a key of the TTP's own.
  const AskingKeys museum = KeysOf(kMuseum);
  asked.signature = SignRight(AuthorSeed::Random(), asked.request);
  ExpectRefused(asked, kRightSignatureWrong);
}

// One institution's signature is no other's, whichever access key stands there.
TEST_F(ForgedRightTest, WhatAnotherInstitutionSignedIsRefused) {
  const AskingKeys museum = KeysOf(kMuseum), theatre = KeysOf(kTheatre);
  SignedRight asked = Asked(v1::RIGHT_ERASE, museum);
  asked.signature = SignRight(theatre.author, asked.request);
  ExpectRefused(asked, kRightSignatureWrong);
  // With its own access key the vault takes it for the theatre's, which it is;
  // the aggregator is told the institution, and does not.
  asked.request.access_key = theatre.access_key();
  asked.signature = SignRight(theatre.author, asked.request);
  EXPECT_EQ(ReasonOf(AtAggregator(asked)), kRightAccessKey);
}

// Without its secret a withdrawal takes back more than with it, when two
// custodians let it; nobody in between makes the one of the other.
TEST_F(ForgedRightTest, ASecretIsNotLeftOutOnTheWay) {
  const AskingKeys museum = KeysOf(kMuseum);
  SignedRight asked = Asked(v1::RIGHT_WITHDRAW, museum);
  EXPECT_EQ(ReasonOf(AtVault(asked)), kWithdrawalNeedsCustodians);
  asked.request.objection =
      ObjectionDigest("", std::string(kSealedObjectionBytes, 's'));
  asked.signature = SignRight(museum.author, asked.request);
  EXPECT_THAT(AtVault(asked), StatusIs(absl::StatusCode::kInvalidArgument));
  asked.request.objection = ObjectionDigest("", "");
  EXPECT_EQ(ReasonOf(AtVault(asked)), kRightSignatureWrong);
}

// Everything that the signature is over.
TEST_F(ForgedRightTest, WhatWasSignedForSomethingElseIsRefused) {
  const SignedRight good = Asked(v1::RIGHT_OBJECT, KeysOf(kMuseum));
  SignedRight asked = good;
  asked.request.right = VisitorRight::kErase;
  ExpectRefused(asked, kRightSignatureWrong);
  asked = good;
  asked.request.right = VisitorRight::kErase;
  asked.request.request_id = RequestId::From(NewRequestId());
  ExpectRefused(asked, kRightSignatureWrong);
  asked = Asked(v1::RIGHT_ERASE, KeysOf(kMuseum));
  asked.request.subject = SubjectCommitment::From(std::string(32, 'x'));
  ExpectRefused(asked, kRightSignatureWrong);
}

// An old request would erase whoever has come back since.
TEST_F(ForgedRightTest, WhatWasSignedLongAgoIsRefused) {
  const AskingKeys museum = KeysOf(kMuseum);
  SignedRight asked = Asked(v1::RIGHT_ERASE, museum);
  asked.request.day -= kRightDaysMax + 1;
  asked.signature = SignRight(museum.author, asked.request);
  ExpectRefused(asked, kRightTooOld);
}

// A TTP that names its own key gets nothing sealed to it.
TEST_F(ForgedRightTest, AnswersAreSealedToTheInstitutionAlone) {
  const AskingKeys museum = KeysOf(kMuseum);
  const SealingSecretKey own = SealingSecretKey::Random();
  SignedRight asked = Asked(v1::RIGHT_ACCESS, museum);
  asked.request.access_key = PublicKeyOf(own);
  EXPECT_EQ(ReasonOf(AtVault(asked)), kRightAccessKey);
  EXPECT_EQ(ReasonOf(AtAggregator(asked)), kRightAccessKey);
  // The control: what the institution signed comes back for its own key.
  asked = Asked(v1::RIGHT_ACCESS, museum);
  v1::ExerciseAtVaultResponse vault;
  v1::ExerciseAtAggregatorResponse aggregator;
  ASSERT_THAT(AtVault(asked, By::kHandle, &vault), IsOk());
  ASSERT_THAT(AtAggregator(asked, &aggregator), IsOk());
  for (const std::string& sealed : {vault.sealed(), aggregator.sealed()}) {
    EXPECT_THAT(OpenAnswer(AccessKeyOf(museum.handle), sealed), IsOk());
    EXPECT_THAT(OpenAnswer(own, sealed),
                StatusIs(absl::StatusCode::kInvalidArgument));
  }
}

// A request that comes again is answered with what is kept, and not done again;
// nor is anything else done under its id, whatever the TTP calls it.
TEST_F(ForgedRightTest, OneSignatureIsOneAct) {
  const SignedRight asked = Asked(v1::RIGHT_ERASE, KeysOf(kMuseum));
  v1::ExerciseAtVaultRequest at_vault = VaultRequest(asked, By::kHandle);
  v1::ExerciseAtAggregatorRequest at_aggregator = AggregatorRequest(asked);
  const auto vault_says = [&] {
    v1::ExerciseAtVaultResponse response;
    EXPECT_THAT(Send(at_vault, &response), IsOk());
    return response.SerializeAsString();
  };
  const auto aggregator_says = [&] {
    v1::ExerciseAtAggregatorResponse response;
    EXPECT_THAT(Send(at_aggregator, &response), IsOk());
    return response.SerializeAsString();
  };
  // The control.
  const std::string of_vault = vault_says(), of_aggregator = aggregator_says();
  EXPECT_EQ(vault_says(), of_vault);
  EXPECT_EQ(aggregator_says(), of_aggregator);
  at_vault.set_again(true);
  at_aggregator.set_again(true);
  EXPECT_EQ(vault_says(), of_vault);
  EXPECT_EQ(aggregator_says(), of_aggregator);
  // Somebody else, with and without a signature.
  at_vault.set_handle(std::string(16, 'o'));
  at_aggregator.set_handle(std::string(16, 'o'));
  const auto refused = StatusIs(absl::StatusCode::kFailedPrecondition);
  for (const bool again : {true, false}) {
    at_vault.set_again(again);
    at_aggregator.set_again(again);
    EXPECT_THAT(Send(at_vault), refused);
    EXPECT_THAT(Send(at_aggregator), refused);
  }
  at_vault = VaultRequest(asked, By::kIdentity);
  EXPECT_THAT(Send(at_vault), refused);
}

// An access that was answered is no leave to erase.
TEST_F(ForgedRightTest, AgainIsNoOtherRight) {
  const SignedRight looked = Asked(v1::RIGHT_ACCESS, KeysOf(kMuseum));
  v1::ExerciseAtVaultRequest at_vault = VaultRequest(looked, By::kHandle);
  v1::ExerciseAtAggregatorRequest at_aggregator = AggregatorRequest(looked);
  ASSERT_THAT(Send(at_vault), IsOk());
  ASSERT_THAT(Send(at_aggregator), IsOk());
  at_vault.set_right(v1::RIGHT_ERASE);
  at_aggregator.set_right(v1::RIGHT_ERASE);
  at_vault.set_again(true);
  at_aggregator.set_again(true);
  at_vault.mutable_authorisation()->set_signature(std::string(64, '\0'));
  at_aggregator.mutable_authorisation()->set_signature(std::string(64, '\0'));
  EXPECT_FALSE(Send(at_vault).ok());
  EXPECT_FALSE(Send(at_aggregator).ok());
}

// Many at once: one of them is done.
TEST_F(ForgedRightTest, OneOfManyAtOnceIsDone) {
  const SignedRight asked =
      Asked(v1::RIGHT_ERASE, KeysOf(kMuseum), By::kIdentity);
  constexpr int kAtOnce = 16;
  std::atomic<int> done = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < kAtOnce; ++i) {
    threads.emplace_back([&] {
      if (Send(VaultRequest(asked, By::kIdentity)).ok()) ++done;
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(done, 1);
}

// What is signed is one byte of it.
TEST_F(ForgedRightTest, ARightBeyondTheByteIsRefused) {
  const SignedRight asked = Asked(v1::RIGHT_ERASE, KeysOf(kMuseum));
  for (const int right : {0, 5, 257, 258, -255}) {
    auto at_vault = VaultRequest(asked, By::kHandle);
    auto at_aggregator = AggregatorRequest(asked);
    at_vault.set_right(static_cast<v1::Right>(right));
    at_aggregator.set_right(static_cast<v1::Right>(right));
    EXPECT_THAT(Send(at_vault), StatusIs(absl::StatusCode::kInvalidArgument));
    EXPECT_THAT(Send(at_aggregator),
                StatusIs(absl::StatusCode::kInvalidArgument));
  }
}

// Version 2 began with a TTP that one such message ended.
TEST_F(ForgedRightTest, AnIdentityOfTooManyPointsEndsNobody) {
  v1::ExerciseRightRequest request;
  request.set_institution(kMuseum);
  request.set_right(v1::RIGHT_ERASE);
  request.set_request_id(NewRequestId());
  request.set_salt(std::string(32, 's'));
  request.mutable_identity()->set_kinds(1);
  request.mutable_identity()->set_point_a(TwoPoints().substr(0, 32));
  request.mutable_identity()->set_point_home(TwoPoints().substr(0, 32));
  request.mutable_identity()->set_points_b(std::string(2046 * 32, 'p'));
  const std::string client = std::string("clients/") + kMuseum;
  EXPECT_THAT(AskRight(*deployment_, client, request).status(),
              StatusIs(absl::StatusCode::kInvalidArgument));
  // It answers as before.
  request.mutable_identity()->set_points_b(TwoPoints().substr(0, 32));
  request.set_request_id(NewRequestId());
  request.clear_authorisation();
  EXPECT_NE(AskRight(*deployment_, client, request).status().code(),
            absl::StatusCode::kUnavailable);
}

// Its receipt would be of the identity, and the act of the handle.
TEST_F(ForgedRightTest, TheVaultTakesAHandleOrAnIdentity) {
  const SignedRight asked = Asked(v1::RIGHT_ERASE, KeysOf(kMuseum));
  auto at_vault = VaultRequest(asked, By::kIdentity);
  at_vault.set_handle(std::string(16, 'v'));
  at_vault.set_reference(TwoPoints());
  EXPECT_THAT(Send(at_vault), StatusIs(absl::StatusCode::kInvalidArgument));
}

// The TTP sees how long an answer is: it is the same of somebody unknown.
TEST_F(ForgedRightTest, AnswersAreAsLongOfAnybody) {
  const std::string text =
      "customer_id,email,last_name,first_name,order_id,line_id,event_id,"
      "starts_at\n"
      "known,eve@example.nl,Bakker,Eve,L1,1,E,2025-03-04T20:00\n";
  ASSERT_EQ(deployment_
                ->Run({"send", deployment_->Write("lengths.csv", text),
                       "--institution", kMuseum, "--source", "lengths"})
                .exit,
            0);
  std::set<std::pair<size_t, size_t>> lengths;
  for (const char* customer : {"known", "unknown"}) {
    v1::ExerciseRightRequest request;
    request.set_institution(kMuseum);
    request.set_right(v1::RIGHT_ACCESS);
    request.set_request_id(NewRequestId());
    request.set_handle(
        AsString(MakeHandle(KeysOf(kMuseum).handle, customer).bytes()));
    request.set_salt(std::string(32, 's'));
    const auto told =
        AskRight(*deployment_, std::string("clients/") + kMuseum, request);
    ASSERT_THAT(told, IsOk());
    EXPECT_GT(told->vault_sealed().size(), 2048u);
    lengths.insert(
        {told->vault_sealed().size(), told->aggregator_sealed().size()});
  }
  EXPECT_EQ(lengths.size(), 1u);
}

// The vault's register has no names: with one it would know whose relations it
// holds.
TEST_F(ForgedRightTest, TheVaultTakesNoRegisterWithNames) {
  const auto stub = v1::RegisterService::NewStub(TlsChannel(
      deployment_->daemon("vault"), deployment_->tls("coordinator")));
  v1::GetRegisterResponse known;
  {
    grpc::ClientContext context;
    ASSERT_TRUE(stub->GetRegister(&context, {}, &known).ok());
  }
  ASSERT_EQ(known.register_().institutions_size(), 2);
  EXPECT_EQ(known.SerializeAsString().find("example"), std::string::npos);
  v1::ImportRegisterRequest request;
  *request.mutable_register_() = known.register_();
  request.mutable_register_()->mutable_institutions(0)->set_name("museum");
  grpc::ClientContext context;
  v1::ImportRegisterResponse response;
  EXPECT_THAT(FromGrpc(stub->ImportRegister(&context, request, &response)),
              StatusIs(absl::StatusCode::kInvalidArgument));
}

}  // namespace
}  // namespace garderobe
