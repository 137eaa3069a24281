// plaind and those who may not deliver there, or deliver what they may not:
// each is turned away by itself, told where the fault is, and never shown what
// it sent.
#include <signal.h>

#include <filesystem>
#include <functional>

#include "grpcpp/server.h"
#include "grpcpp/server_builder.h"
#include "tests/e2e/plain_fixture.h"

namespace garderobe {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr auto kDenied = absl::StatusCode::kPermissionDenied;
constexpr auto kInvalid = absl::StatusCode::kInvalidArgument;

class HostilePlainTest : public PlainTest {};

// Stands in plaind's place with its certificate, and answers each batch with
// what it is told to.
class LyingPlaind final : public v1::PlainService::Service {
 public:
  using Answer = std::function<void(const v1::PlainBatch&, v1::PlainOutcome&)>;
  LyingPlaind(const CalledDaemon& place, const TlsFiles& tls, Answer answer)
      : answer_(std::move(answer)) {
    grpc::ServerBuilder builder;
    builder.AddListeningPort(place.address, ServerTls(tls));
    builder.RegisterService(this);
    server_ = builder.BuildAndStart();
    EXPECT_TRUE(server_ != nullptr);
  }
  ~LyingPlaind() override {
    server_->Shutdown(std::chrono::system_clock::now());
    server_->Wait();
  }
  grpc::Status DeliverPlain(
      grpc::ServerContext*,
      grpc::ServerReaderWriter<v1::DeliverPlainResponse,
                               v1::DeliverPlainRequest>* stream) override {
    v1::DeliverPlainRequest request;
    stream->Read(&request);
    v1::DeliverPlainResponse response;
    response.mutable_welcome()->set_window(8);
    stream->Write(response);
    while (stream->Read(&request)) {
      v1::PlainOutcome& outcome = *response.mutable_outcome();
      outcome.Clear();
      outcome.mutable_outcome()->set_offset(request.batch().offset());
      outcome.mutable_outcome()->set_count(request.batch().count());
      outcome.mutable_outcome()->set_accepted(request.batch().count());
      answer_(request.batch(), outcome);
      stream->Write(response);
    }
    return grpc::Status::OK;
  }

 private:
  const Answer answer_;
  std::unique_ptr<grpc::Server> server_;
};

// The control of all that is refused below.
TEST_F(HostilePlainTest, AStreamIsAnsweredWithWhatTheAggregatorSigned) {
  std::vector<v1::DeliverPlainResponse> replies;
  ASSERT_THAT(
      Deliver("good", {PlainRows(0, 3, "good"), PlainRows(3, 2, "good")},
              &replies),
      IsOk());
  ASSERT_EQ(replies.size(), 3u);
  EXPECT_EQ(replies[0].welcome().committed(), 0u);
  EXPECT_EQ(replies[1].outcome().outcome().accepted(), 3u);
  EXPECT_EQ(replies[2].outcome().outcome().offset(), 3u);
  EXPECT_EQ(replies[2].outcome().outcome().signature().size(), 64u);
  EXPECT_EQ(replies[2].outcome().sealed_digest().size(), 32u);
  EXPECT_EQ(replies[2].outcome().feed().client(), "plaind");
  EXPECT_EQ(replies[2].outcome().feed().source(), "example-museum.good");
  EXPECT_EQ(Committed("good"), 5u);
}

TEST_F(HostilePlainTest, WhoHasNotAgreedIsRefused) {
  const auto refused = [](const char* who, const char* institution) {
    return Converse(who, institution, "no", {PlainRows(0, 1, "no")});
  };
  const absl::Status theatre = refused("clients/example-theatre", kTheatre);
  EXPECT_THAT(theatre, StatusIs(kDenied, HasSubstr("does not allow plain")));
  EXPECT_EQ(Message(theatre).find("@"), std::string_view::npos);
  EXPECT_THAT(refused("clients/example-theatre", kMuseum),
              StatusIs(kDenied, HasSubstr("not listed as a client")));
  EXPECT_THAT(refused("coordinator", kMuseum), StatusIs(kDenied));
  EXPECT_THAT(refused("analysts/example-museum", kMuseum), StatusIs(kDenied));
  // The command says so, too, and with plain mode taken back for the museum.
  ImportRegister({{kMuseum, kAgreed}, {kTheatre, kAgreed}});
  const RunResult r = SendPlain(FileOf("denied", 1));
  EXPECT_EQ(r.exit, 1);
  EXPECT_THAT(r.err, HasSubstr("does not allow plain mode"));
  ImportRegister({{kMuseum, kPlain}, {kTheatre, kAgreed}});
}

// plaind is nobody's client by itself: the register has to list it.
TEST_F(HostilePlainTest, WithoutPlaindInTheRegisterNothingIsTaken) {
  const std::string text =
      "[[institution]]\nid = \"example-museum\"\nsubsector = \"museum\"\n"
      "agreement_from = 2020-01-01\nplain = true\n";
  const RunResult imported = Run({"admin", "institution", "import",
                                  deployment_->Write("register.toml", text)});
  EXPECT_EQ(imported.exit, 0) << imported.err;
  EXPECT_THAT(imported.err, HasSubstr("does not name plaind"));
  EXPECT_THAT(Deliver("unlisted", {PlainRows(0, 1, "unlisted")}),
              StatusIs(kDenied, HasSubstr("plaind")));
  // With its name and another author key: the aggregator refuses.
  ImportRegister(
      {{kMuseum,
        fmt::format(
            "{}\nauthor_keys = [\"{}\"]", kPlain,
            Run({"author-key", "--institution", kMuseum}).out.substr(0, 64))
            .c_str()},
       {kTheatre, kAgreed}});
  EXPECT_THAT(Deliver("unsigned", {PlainRows(0, 1, "unsigned")}),
              StatusIs(kDenied, HasSubstr("author")));
  ImportRegister({{kMuseum, kPlain}, {kTheatre, kAgreed}});
  EXPECT_THAT(Deliver("unsigned", {PlainRows(0, 1, "unsigned")}), IsOk());
}

TEST_F(HostilePlainTest, WrongRowsAreRefusedByTheirPlaceAndWithoutTheirValue) {
  v1::PlainBatch wrong = PlainRows(0, 3, "wrong");
  wrong.mutable_rows(1)->set_street(std::string(513, 'q'));
  absl::Status refused = Deliver("wrong", {wrong});
  EXPECT_THAT(refused, StatusIs(kInvalid, HasSubstr("rows[1].street")));
  EXPECT_EQ(Message(refused).find("qq"), std::string_view::npos);
  wrong = PlainRows(0, 3, "wrong");
  wrong.mutable_handles()->replace(32, 16, wrong.handles().substr(0, 16));
  EXPECT_THAT(Deliver("wrong", {wrong}),
              StatusIs(kInvalid, HasSubstr("handles[2]")));
  wrong = PlainRows(0, 3, "wrong");
  wrong.set_count(4);
  EXPECT_THAT(Deliver("wrong", {wrong}), StatusIs(kInvalid));
  EXPECT_EQ(Committed("wrong"), 0u);
  EXPECT_THAT(Deliver("wrong", {PlainRows(0, 3, "wrong")}), IsOk());
  EXPECT_EQ(Committed("wrong"), 3u);
  EXPECT_THAT(Log("plaind"), Not(HasSubstr("qq")));
}

TEST_F(HostilePlainTest, OffsetsAreNeverGuessed) {
  const auto kGap = absl::StatusCode::kOutOfRange;
  const auto kTaken = absl::StatusCode::kAlreadyExists;
  ASSERT_THAT(Deliver("gap", {PlainRows(0, 3, "gap")}), IsOk());
  EXPECT_THAT(Deliver("gap", {PlainRows(4, 1, "gap")}), StatusIs(kGap));
  // What is stored can't be compared: only who says that it is the same is
  // told that it is there.
  v1::PlainBatch again = PlainRows(0, 3, "gap");
  EXPECT_THAT(Deliver("gap", {again}), StatusIs(kTaken));
  again.set_sent_before(true);
  std::vector<v1::DeliverPlainResponse> replies;
  ASSERT_THAT(Deliver("gap", {again, PlainRows(3, 1, "gap")}, &replies),
              IsOk());
  ASSERT_EQ(replies.size(), 3u);
  EXPECT_TRUE(replies[1].outcome().outcome().already_stored());
  EXPECT_EQ(replies[1].outcome().outcome().signature(), "");
  EXPECT_FALSE(replies[2].outcome().outcome().already_stored());
  EXPECT_EQ(Committed("gap"), 4u);
  v1::PlainBatch over_the_end = PlainRows(3, 3, "gap");
  over_the_end.set_sent_before(true);
  EXPECT_THAT(Deliver("gap", {over_the_end}), StatusIs(kTaken));
  EXPECT_EQ(Committed("gap"), 4u);
}

TEST_F(HostilePlainTest, AStreamBeginsAsItShould) {
  EXPECT_THAT(Converse("clients/example-museum", kMuseum, "../x", {}),
              StatusIs(kInvalid, HasSubstr("feed.source")));
  // With the client's name before it, it is too long for a source.
  EXPECT_THAT(
      Converse("clients/example-museum", kMuseum, std::string(60, 's'), {}),
      StatusIs(kInvalid, HasSubstr("feed.source")));
  const auto stub = v1::PlainService::NewStub(
      TlsChannel(deployment_->daemon("plain"),
                 deployment_->tls("clients/example-museum")));
  grpc::ClientContext context;
  SetDeadline(context, kPlainTimeout);
  const auto stream = stub->DeliverPlain(&context);
  v1::DeliverPlainRequest request;
  *request.mutable_batch() = PlainRows(0, 1, "first");
  stream->Write(request);
  EXPECT_THAT(FromGrpc(stream->Finish()),
              StatusIs(kInvalid, HasSubstr("begins with Hello")));
}

// Of the right name and authority, and with another key: nobody, for plaind as
// for its client.
TEST_F(HostilePlainTest, AnotherKeyIsNobody) {
  const std::string client = deployment_->folder() + "/client.toml";
  const auto right = ReadWholeFile(client);
  ASSERT_THAT(right, IsOk());
  const std::string pin = ToHex(deployment_->daemon("plain").pins[0]);
  std::string other = *right;
  const size_t at = other.find(pin);
  ASSERT_NE(at, other.npos);
  other.replace(at, pin.size(), std::string(64, 'a'));
  deployment_->Write("client.toml", other);
  const RunResult r = Run({"send", FileOf("pinned", 1), "--institution",
                           kMuseum, "--plain", "--give-up-after", "1"});
  EXPECT_EQ(r.exit, 3);
  EXPECT_THAT(r.err, HasSubstr("shows another key than the one"));
  deployment_->Write("client.toml", *right);
  // The other way round: the register pins another key of the client.
  const std::string pinned = fmt::format(
      "[[institution]]\nid = \"{}\"\nsubsector = \"museum\"\n{}\n"
      "[[client]]\nname = \"{}\"\nkey_pins = [\"{}\"]\n",
      kMuseum, kPlain, kMuseum, std::string(64, 'b'));
  EXPECT_EQ(Run({"admin", "institution", "import",
                 deployment_->Write("register.toml", pinned)})
                .exit,
            0);
  EXPECT_THAT(Deliver("pinned", {PlainRows(0, 1, "pinned")}),
              StatusIs(absl::StatusCode::kUnauthenticated));
  ImportRegister({{kMuseum, kPlain}, {kTheatre, kAgreed}});
  EXPECT_THAT(Deliver("pinned", {PlainRows(0, 1, "pinned")}), IsOk());
}

// What waits at plaind is nowhere else, and nothing of it is on its disk.
TEST_F(HostilePlainTest, NothingOfPersonsIsOnPlaindsDisk) {
  ASSERT_EQ(SendPlain(deployment_->Write(
                          "disk.csv",
                          std::string(kHeader) +
                              "DI1,1,E1,Faust,2025-03-14 20:15,2,25.00,D1,"
                              "dirk.visible@example.nl,Zichtbaar,Dirk,1012LG,"
                              "1\n"))
                .exit,
            0);
  size_t files = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(
           deployment_->folder() + "/plain")) {
    if (!entry.is_regular_file()) continue;
    ++files;
    const auto text = ReadWholeFile(entry.path().string());
    ASSERT_THAT(text, IsOk());
    EXPECT_THAT(*text,
                AllOf(Not(HasSubstr("dirk")), Not(HasSubstr("Zichtbaar")),
                      Not(HasSubstr("1012LG"))))
        << entry.path();
  }
  EXPECT_GT(files, 5u);
  EXPECT_THAT(Log("plaind"), Not(HasSubstr("dirk")));
}

// Without the aggregator's word for this very batch nothing counts as
// delivered, whoever plaind is.
TEST_F(HostilePlainTest, TheClientBelievesOnlyWhatTheAggregatorSigned) {
  // What it signed of another batch of the same length.
  std::vector<v1::DeliverPlainResponse> real;
  ASSERT_THAT(Deliver("real", {PlainRows(0, 2, "real")}, &real), IsOk());
  ASSERT_EQ(real.size(), 2u);
  const v1::PlainOutcome signed_one = real[1].outcome();
  const CalledDaemon place = deployment_->daemon("plain");
  kill(deployment_->Pid("plaind"), SIGTERM);
  ASSERT_TRUE(Eventually([] { return deployment_->Pid("plaind") == 0; }));
  const std::string file = FileOf("lied", 2);
  const auto told = [&](LyingPlaind::Answer answer) {
    const LyingPlaind liar(place, deployment_->tls("plain/tls"),
                           std::move(answer));
    return SendPlain(file);
  };
  const auto expect_refused = [](const RunResult& r) {
    EXPECT_EQ(r.exit, 1) << r.out;
    EXPECT_THAT(r.err, ::testing::AnyOf(HasSubstr("has not signed"),
                                        HasSubstr("as another one")));
  };
  expect_refused(told([](const auto&, auto&) {}));
  // That it was stored before is plausible of what was sent before only.
  expect_refused(told([](const auto&, auto& outcome) {
    outcome.mutable_outcome()->set_already_stored(true);
  }));
  // The signature of another feed's batch, as it is and under our feed's name.
  expect_refused(
      told([&](const auto&, auto& outcome) { outcome = signed_one; }));
  const auto under_our_name = [&](const auto& batch, auto& outcome) {
    outcome = signed_one;
    EXPECT_EQ(batch.count(), outcome.outcome().count());
    outcome.mutable_feed()->set_source("example-museum." + SourceOf("files"));
  };
  expect_refused(told(under_our_name));
  // The control: plaind itself, with the same file.
  deployment_->Up();
  const RunResult r = SendPlain(file);
  EXPECT_EQ(r.exit, 0) << r.err;
  EXPECT_EQ(r.json()["relations_accepted"], 2);
}

}  // namespace
}  // namespace garderobe
