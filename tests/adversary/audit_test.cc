// An auditor through the built programs: what an honest TTP is told of a crowd,
// who else may ask, and what is found when bytes change on the way.
#include <functional>

#include "client/deploy/authority.h"
#include "core/rpc/deadline.h"
#include "core/rpc/status_conversion.h"
#include "core/rpc/tls.h"
#include "garderobe/v1/audit.grpc.pb.h"
#include "grpcpp/server_builder.h"
#include "tests/adversary/audit_fixture.h"

namespace garderobe {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

constexpr auto kDenied = absl::StatusCode::kPermissionDenied;

class AuditProgramTest : public AuditTest {
 protected:
  std::unique_ptr<v1::AuditService::Stub> StubOf(const std::string& who) {
    return v1::AuditService::NewStub(
        TlsChannel(deployment_->daemon("ttp"), deployment_->tls(who)));
  }
  absl::Status List(const std::string& who) {
    grpc::ClientContext context;
    SetDeadline(context, std::chrono::seconds(10));
    v1::ListCrowdsResponse response;
    return FromGrpc(StubOf(who)->ListCrowds(&context, {}, &response));
  }
  // One conversation about a crowd.
  struct Talk {
    grpc::ClientContext context;
    std::unique_ptr<v1::AuditService::Stub> stub;
    std::unique_ptr<
        grpc::ClientReaderWriter<v1::ProveCrowdRequest, v1::ProveCrowdResponse>>
        stream;
    v1::ProveCrowdResponse reply;

    bool Ask(const v1::ProveCrowdRequest& request) {
      return stream->Write(request) && stream->Read(&reply);
    }
    absl::Status End() {
      stream->WritesDone();
      return FromGrpc(stream->Finish());
    }
  };
  std::unique_ptr<Talk> TalkAs(const std::string& who) {
    auto talk = std::make_unique<Talk>();
    talk->stub = StubOf(who);
    SetDeadline(talk->context, std::chrono::seconds(30));
    talk->stream = talk->stub->ProveCrowd(&talk->context);
    return talk;
  }
  static v1::ProveCrowdRequest For(const std::string& hex) {
    v1::ProveCrowdRequest request;
    request.set_answer_id(FromHex(hex).value_or(""));
    return request;
  }
  static v1::ProveCrowdRequest Page(uint32_t page) {
    v1::ProveCrowdRequest request;
    request.set_page(page);
    return request;
  }
  static std::string Log() {
    return ReadWholeFile(deployment_->folder() + "/ttpd.log").value_or("");
  }
};

TEST_F(AuditProgramTest, ADeliveryIsAudited) {
  const std::string id = DeliverCrowd("honest", 40);
  const std::string file = deployment_->folder() + "/honest.json";
  const RunResult audit =
      deployment_->Run({"audit", "crowd", id, "--json", "--out", file});
  ASSERT_EQ(audit.exit, 0) << audit.err << audit.out;
  EXPECT_EQ(audit.json()["holds"], true);
  EXPECT_EQ(audit.json()["answer_id"], id);
  EXPECT_EQ(audit.json()["rows"], 40);
  EXPECT_THAT(audit.json()["checks"], SizeIs(5));
  EXPECT_THAT(Log(), HasSubstr("event=audit-proof auditor=auditor-1 answer=" +
                               id + " rows=40 code=OK"));
  // In words.
  const RunResult words = deployment_->Run({"audit", "crowd", id});
  EXPECT_EQ(words.exit, 0);
  EXPECT_THAT(words.out, HasSubstr("each of the 40 rows at the vault"));
  EXPECT_THAT(words.out, HasSubstr("not established"));
  EXPECT_THAT(words.out, Not(HasSubstr("REFUSED")));
  // The file says the same by itself, and is not written over.
  const RunResult again =
      deployment_->Run({"audit", "crowd", "--from", file, "--json"});
  EXPECT_EQ(again.exit, 0) << again.err;
  EXPECT_EQ(again.json(), audit.json());
  EXPECT_EQ(deployment_->Run({"audit", "crowd", id, "--out", file}).exit, 2);
  // A file in which one digit is another does not.
  const auto text = ReadWholeFile(file);
  ASSERT_THAT(text, IsOk());
  std::string altered = *text;
  const size_t at = altered.find("\"handle\": \"") + 12;
  altered[at] = altered[at] == '0' ? '1' : '0';
  EXPECT_THAT(
      Refused(deployment_->Run({"audit", "crowd", "--json", "--from",
                                deployment_->Write("altered.json", altered)})),
      ElementsAre("receipt"));
}

TEST_F(AuditProgramTest, NothingTellsWhoseARowIs) {
  const std::string id = DeliverCrowd("whose", 30);
  const std::string file = deployment_->folder() + "/whose.json";
  ASSERT_EQ(deployment_->Run({"audit", "crowd", id, "--out", file}).exit, 0);
  const auto text = ReadWholeFile(file);
  ASSERT_THAT(text, IsOk());
  EXPECT_THAT(*text, Not(HasSubstr("museum")));
  EXPECT_THAT(*text, Not(HasSubstr("whose")));
  // Inputs stand in the order of their bytes, which is nobody's.
  const auto crowd = nlohmann::json::parse(*text);
  std::string last;
  bool is_moved = false;
  for (size_t i = 0; i < crowd["inputs"].size(); ++i) {
    const std::string A = crowd["inputs"][i]["A"];
    EXPECT_LT(last, A);
    last = A;
    is_moved |= crowd["outputs"][i]["input"] != i;
  }
  EXPECT_TRUE(is_moved);
}

TEST_F(AuditProgramTest, ACrowdThatIsGoneIsToldInWords) {
  const std::string id = DeliverCrowd("gone", 2);
  EXPECT_EQ(deployment_->Run({"audit", "crowd", id}).exit, 0);
  for (int i = 0; i < 4; ++i) Deliver("newer" + std::to_string(i), 1);
  EXPECT_THAT(Crowds(), SizeIs(4));
  const RunResult gone = deployment_->Run({"audit", "crowd", id});
  EXPECT_EQ(gone.exit, 1);
  EXPECT_THAT(gone.err, HasSubstr("it keeps the last ones only"));
  EXPECT_EQ(gone.out, "");
  EXPECT_THAT(Log(), HasSubstr("answer=" + id + " rows=0 code=NOT_FOUND"));
  // What is no id, and nothing at all.
  EXPECT_EQ(deployment_->Run({"audit", "crowd", "abc"}).exit, 2);
  EXPECT_EQ(deployment_->Run({"audit", "crowd"}).exit, 2);
}

TEST_F(AuditProgramTest, OnlyAuditorsAsk) {
  const std::string id = DeliverCrowd("roles", 2);
  EXPECT_THAT(List("auditors/auditor-1"), IsOk());
  for (const std::string& who :
       {std::string("clients/example-museum"),
        std::string("analysts/example-museum"), std::string("coordinator"),
        std::string("custodians/custodian-1"), std::string("vault/tls"),
        std::string("aggregator/tls"), std::string("answer/tls")}) {
    SCOPED_TRACE(who);
    EXPECT_THAT(List(who), StatusIs(kDenied, HasSubstr("auditor")));
    const auto talk = TalkAs(who);
    EXPECT_FALSE(talk->Ask(For(id)));
    EXPECT_THAT(talk->End(), StatusIs(kDenied));
  }
  // The right name with another key, and a name that nobody has pinned.
  const auto authority = client::Authority::Open(deployment_->folder() + "/ca");
  ASSERT_THAT(authority, IsOk());
  for (const auto& [name, code] :
       {std::pair("auditor-1", absl::StatusCode::kUnauthenticated),
        std::pair("auditor-2", kDenied)}) {
    const std::string place = std::string("forged-") + name;
    ASSERT_THAT(authority->Issue(deployment_->folder() + "/" + place,
                                 {Role::kAuditor, name}, ""),
                IsOk());
    EXPECT_THAT(List(place), StatusIs(code));
  }
}

// An auditor can do nothing else.
TEST_F(AuditProgramTest, AnAuditorIsNobodyElse) {
  const std::string folder = deployment_->folder() + "/as-client";
  std::filesystem::create_directories(folder + "/clients");
  for (const char* name : {"client.toml", "institutions"}) {
    std::filesystem::copy(deployment_->folder() + "/" + name,
                          folder + "/" + name,
                          std::filesystem::copy_options::recursive);
  }
  std::filesystem::copy(deployment_->folder() + "/auditors/auditor-1",
                        folder + "/clients/example-museum");
  const RunResult sent = deployment_->Run(
      {"send",
       deployment_->Write("one.csv",
                          "order_id,line_id,event_id,starts_at\n"
                          "x,1,E,2025-03-04T20:00\n"),
       "--institution", kAuditMuseum, "--deployment", folder});
  EXPECT_EQ(sent.exit, 1);
  EXPECT_THAT(sent.err, HasSubstr("auditor"));
}

TEST_F(AuditProgramTest, ThirdProofAtATimeWaits) {
  const std::string id = DeliverCrowd("places", 2);
  auto first = TalkAs("auditors/auditor-1"),
       second = TalkAs("auditors/auditor-1");
  ASSERT_TRUE(first->Ask(For(id)));
  ASSERT_TRUE(second->Ask(For(id)));
  auto third = TalkAs("auditors/auditor-1");
  EXPECT_FALSE(third->Ask(For(id)));
  const absl::Status refused = third->End();
  EXPECT_THAT(refused, StatusIs(absl::StatusCode::kResourceExhausted));
  EXPECT_TRUE(RetryAfter(refused).has_value());
  // Deliveries go on meanwhile, and who has the place reads on.
  Deliver("meanwhile", 2);
  EXPECT_TRUE(first->Ask(Page(0)));
  EXPECT_EQ(first->reply.page().outputs().kinds_size(), 2);
  EXPECT_THAT(first->End(), IsOk());
  // The place is given back when the stream is done, which its end does not
  // wait for.
  absl::Status status;
  const auto give_up =
      std::chrono::steady_clock::now() + std::chrono::seconds(20);
  while (std::chrono::steady_clock::now() < give_up) {
    auto fourth = TalkAs("auditors/auditor-1");
    const bool is_answered = fourth->Ask(For(id));
    status = fourth->End();
    if (is_answered) break;
  }
  EXPECT_THAT(status, IsOk());
  EXPECT_THAT(second->End(), IsOk());
}

TEST_F(AuditProgramTest, MalformedRequestsAreRefused) {
  const std::string id = DeliverCrowd("malformed", 2);
  struct Case {
    std::vector<v1::ProveCrowdRequest> requests;
    absl::StatusCode code;
  };
  constexpr auto kInvalid = absl::StatusCode::kInvalidArgument;
  for (const auto& [requests, code] : std::vector<Case>{
           {{{}}, kInvalid},
           {{Page(0)}, kInvalid},
           {{For("00")}, kInvalid},
           {{For(std::string(32, '0'))}, absl::StatusCode::kNotFound},
           {{For(id), For(id)}, kInvalid},
           {{For(id), {}}, kInvalid},
           {{For(id), Page(1)}, absl::StatusCode::kOutOfRange},
           {{For(id), Page(UINT32_MAX)}, absl::StatusCode::kOutOfRange}}) {
    auto talk = TalkAs("auditors/auditor-1");
    for (size_t i = 0; i + 1 < requests.size(); ++i) {
      ASSERT_TRUE(talk->Ask(requests[i]));
    }
    EXPECT_FALSE(talk->Ask(requests.back()));
    EXPECT_THAT(talk->End(), StatusIs(code));
  }
  EXPECT_EQ(deployment_->Run({"audit", "crowd", id}).exit, 0);
}

// Somebody with the TTP's certificate between it and the auditor.
class AlteringTtp final : public v1::AuditService::Service {
 public:
  using Alter = std::function<void(v1::ProveCrowdResponse&)>;
  std::unique_ptr<v1::AuditService::Stub> stub;
  Alter alter;

  grpc::Status ProveCrowd(
      grpc::ServerContext*,
      grpc::ServerReaderWriter<v1::ProveCrowdResponse, v1::ProveCrowdRequest>*
          auditor) override {
    grpc::ClientContext context;
    const auto real = stub->ProveCrowd(&context);
    v1::ProveCrowdRequest request;
    v1::ProveCrowdResponse response;
    while (auditor->Read(&request)) {
      if (!real->Write(request) || !real->Read(&response)) break;
      alter(response);
      auditor->Write(response);
    }
    real->WritesDone();
    return real->Finish();
  }
};

TEST_F(AuditProgramTest, WhatIsAlteredOnTheWayIsFound) {
  const std::string id = DeliverCrowd("between", 6);
  AlteringTtp between;
  between.stub = StubOf("auditors/auditor-1");
  grpc::ServerBuilder builder;
  int port = 0;
  builder.AddListeningPort("127.0.0.1:0",
                           ServerTls(deployment_->tls("ttp/tls")), &port);
  builder.RegisterService(&between);
  const auto server = builder.BuildAndStart();
  ASSERT_NE(server, nullptr);
  const auto audit = [&](AlteringTtp::Alter alter) {
    between.alter = std::move(alter);
    return Refused(AuditAt(port, id));
  };
  using Reply = v1::ProveCrowdResponse;
  EXPECT_THAT(audit([](Reply&) {}), IsEmpty());
  // Another element that decodes: of another row.
  EXPECT_THAT(audit([](Reply& r) {
                if (!r.has_page()) return;
                auto& A =
                    *r.mutable_page()->mutable_outputs()->mutable_points_a();
                A.replace(0, 32, A.substr(32, 32));
              }),
              ElementsAre("rows", "receipt"));
  EXPECT_THAT(audit([](Reply& r) {
                if (!r.has_page()) return;
                auto& A =
                    *r.mutable_page()->mutable_inputs()->mutable_points_a();
                A.replace(0, 32, A.substr(32, 32));
              }),
              ElementsAre("rows", "homes"));
  EXPECT_THAT(audit([](Reply& r) {
                if (!r.has_page()) return;
                auto& homes =
                    *r.mutable_page()->mutable_outputs()->mutable_homes();
                homes = homes.substr(64) + homes.substr(0, 64);
              }),
              ElementsAre("homes", "receipt"));
  // Outputs exchanged, with their places.
  EXPECT_THAT(audit([](Reply& r) {
                if (!r.has_page()) return;
                auto& out = *r.mutable_page()->mutable_outputs();
                auto& handles = *out.mutable_handles();
                handles = handles.substr(16, 16) + handles.substr(0, 16) +
                          handles.substr(32);
              }),
              ElementsAre("receipt"));
  EXPECT_THAT(audit([](Reply& r) {
                if (!r.has_page()) return;
                auto& origins =
                    *r.mutable_page()->mutable_outputs()->mutable_origins();
                origins.SwapElements(0, 1);
              }),
              ElementsAre("rows", "homes"));
  EXPECT_THAT(audit([](Reply& r) {
                if (!r.has_head()) return;
                r.mutable_head()->mutable_rows_proof()->at(40) ^= 1;
              }),
              ElementsAre("rows"));
  EXPECT_THAT(audit([](Reply& r) {
                if (!r.has_head()) return;
                r.mutable_head()->mutable_receipt_signature()->at(0) ^= 1;
              }),
              ElementsAre("receipt"));
  // Parameters of another signer, a row less, and what is malformed come to no
  // verdict at all.
  const auto parameters = audit([](Reply& r) {
    if (r.has_head()) *r.mutable_head()->mutable_vault() = r.head().ttp();
  });
  EXPECT_THAT(parameters, ElementsAre("error", HasSubstr("signed")));
  EXPECT_THAT(audit([](Reply& r) {
                if (r.has_head()) r.mutable_head()->set_rows(5);
              }),
              ElementsAre("error", HasSubstr("malformed")));
  EXPECT_THAT(audit([](Reply& r) {
                if (r.has_page()) r.mutable_page()->clear_inputs();
              }),
              ElementsAre("error", HasSubstr("malformed")));
  server->Shutdown();
}

}  // namespace
}  // namespace garderobe
