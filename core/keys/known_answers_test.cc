// Bytes that are signed, sealed and derived, against what libsodium and
// Python's hashlib made of docs/protocol.md (tests/vectors/signed_v2.py).
#include "core/conversion/answer_seed.h"
#include "core/group/hash_to_group.h"
#include "core/keys/access_answer.h"
#include "core/keys/blinding.h"
#include "core/keys/outcome.h"
#include "core/keys/pooled_receipt.h"
#include "core/keys/receipt.h"
#include "core/keys/retention_statement.h"
#include "core/keys/right_request.h"
#include "core/keys/round_statement.h"
#include "core/keys/subject.h"
#include "core/sealing/author_payload.h"
#include "core/sealing/objection.h"
#include "core/sealing/sealed_answer.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"
#include "tests/support/vectors.h"

namespace garderobe {
namespace {

template <typename Fixed>
Fixed FixedIn(const nlohmann::json& value) {
  return Fixed::From(Hex(value));
}
template <typename Secret>
Secret SecretIn(const nlohmann::json& value) {
  const std::string bytes = Hex(value);
  return Secret::CopyFrom(AsBytes(bytes));
}
template <typename Scalar>
std::string BytesOf(const Scalar& scalar) {
  return {reinterpret_cast<const char*>(scalar.ExposeSecret()), 32};
}

class KnownAnswersTest : public ::testing::Test {
 protected:
  const nlohmann::json known_ = ReadVectors("signed-v2.json");
};

TEST_F(KnownAnswersTest, Subject) {
  const auto& of = known_["subject"];
  const auto salt = FixedIn<SubjectSalt>(of["salt"]);
  const std::string institution = of["institution"];
  RightSubject subject;
  subject.right = VisitorRight::kErase;
  subject.institution = institution;
  subject.handle = FixedIn<Handle>(of["handle"]);
  EXPECT_EQ(CommitSubject(salt, subject).view(), Hex(of["erase_of_handle"]));
  subject = {};
  subject.right = VisitorRight::kObject;
  subject.institution = institution;
  subject.kinds = of["kinds"];
  subject.point_a = FixedIn<Element>(of["point_a"]);
  const std::string points = Hex(of["points_b"]);
  for (size_t at = 0; at < points.size(); at += Element::kBytes) {
    subject.points_b.push_back(
        Element::From(std::string_view(points).substr(at, Element::kBytes)));
  }
  subject.point_home = FixedIn<Element>(of["point_home"]);
  EXPECT_EQ(CommitSubject(salt, subject).view(), Hex(of["object_of_identity"]));
  EXPECT_EQ(DigestOfConverted(subject.point_a, subject.points_b).view(),
            Hex(of["converted"]));
}

TEST_F(KnownAnswersTest, RightRequest) {
  const auto& of = known_["right_request"];
  RightRequest request;
  request.subject = FixedIn<SubjectCommitment>(of["commitment"]);
  request.right = static_cast<VisitorRight>(of["right"].get<int>());
  request.type = static_cast<SubjectType>(of["type"].get<int>());
  request.request_id = FixedIn<RequestId>(of["request_id"]);
  request.day = of["day"];
  request.access_key = FixedIn<SealingPublicKey>(of["access_key"]);
  request.objection = ObjectionDigest(Hex(of["mark"]), "");
  EXPECT_EQ(request.objection.view(), Hex(of["objection"]));
  const auto author = SecretIn<AuthorSeed>(of["author_seed"]);
  EXPECT_EQ(AuthorKeyOf(author).view(), Hex(of["author_key"]));
  EXPECT_EQ(SignRight(author, request).view(), Hex(of["signature"]));
  EXPECT_TRUE(IsAskedBy(AuthorKeyOf(author), request,
                        FixedIn<AuthorSignature>(of["signature"])));
}

TEST_F(KnownAnswersTest, Receipt) {
  const auto& of = known_["receipt"];
  const ReceiptSeed seed =
      ReceiptSeedOf(SecretIn<SigningSeed>(of["signing_seed"]));
  EXPECT_EQ(VerifyKeyOf(seed).view(), Hex(of["receipt_key"]));
  garderobe::Receipt receipt;
  receipt.party = of["party"];
  receipt.right = static_cast<VisitorRight>(of["right"].get<int>());
  receipt.request_id = FixedIn<RequestId>(of["request_id"]);
  receipt.unix_seconds = of["unix_seconds"];
  receipt.subject = FixedIn<SubjectCommitment>(of["commitment"]);
  receipt.acted_on = FixedIn<Digest256>(of["acted_on"]);
  receipt.counts = {of["relations"], of["visits"]};
  const SignedBody made = SignReceipt(seed, receipt);
  EXPECT_EQ(made.body, Hex(of["body"]));
  EXPECT_EQ(made.signature, Hex(of["signature"]));
}

TEST_F(KnownAnswersTest, AccessAnswer) {
  const auto& of = known_["access_answer"];
  const auto secret = SecretIn<SealingSecretKey>(of["access_secret"]);
  const std::string party = of["party"];
  AccessAnswer answer;
  answer.party = party;
  answer.request_id = FixedIn<RequestId>(of["request_id"]);
  answer.subject = FixedIn<SubjectCommitment>(of["commitment"]);
  answer.access_key = PublicKeyOf(secret);
  EXPECT_THAT(OpenAccessAnswer(secret, FixedIn<VerifyKey>(of["receipt_key"]),
                               answer, Hex(of["sealed"])),
              IsOkAndHolds(of["held"].get<std::string>()));
}

TEST_F(KnownAnswersTest, Objection) {
  const auto& of = known_["objection"];
  const auto key = SecretIn<InstitutionHandleKey>(of["handle_key"]);
  const ObjectionSecret secret =
      MakeObjectionSecret(key, "customer" + Hex(of["handle"]));
  EXPECT_EQ(secret.view(), Hex(of["secret"]));
  EXPECT_EQ(MarkOf(secret).view(), Hex(of["mark"]));
  EXPECT_THAT(
      OpenObjectionSecret(SecretIn<SealingSecretKey>(of["vault_secret"]),
                          Hex(of["request_id"]), Hex(of["sealed"])),
      IsOkAndHolds(secret));
}

TEST_F(KnownAnswersTest, Blinding) {
  const auto& of = known_["blinding"];
  const auto secret = SecretIn<CommitmentSecret>(of["secret"]);
  for (const auto& [name, scalar] : of["scalars"].items()) {
    EXPECT_EQ(BytesOf(BlindingOf(secret, name)), Hex(scalar)) << name;
  }
}

TEST_F(KnownAnswersTest, RandomnessOfAnswers) {
  const auto& of = known_["answers"];
  const AnswerSeed seed = AnswerSeedOf(SecretIn<AnswerDayKey>(of["day_key"]),
                                       FixedIn<AnswerId>(of["answer_id"]));
  for (const auto& one : of["scalars"]) {
    const auto slot = static_cast<AnswerSlot>(one["slot"].get<int>());
    EXPECT_EQ(BytesOf(AnswerScalar(seed, one["place"], slot)),
              Hex(one["scalar"]));
  }
}

TEST_F(KnownAnswersTest, Round) {
  const auto& of = known_["round"];
  Element sum;
  for (const auto& entry : of["entries"]) {
    const auto tag = FixedIn<Element>(entry["tag"]);
    EXPECT_EQ(DigestOfTag(tag).view(), Hex(entry["digest"]));
    ASSERT_TRUE(AddWeighted(WeightOfTag(tag),
                            FixedIn<Element>(entry["reference"]), &sum));
  }
  EXPECT_EQ(sum.view(), Hex(of["references"]));
  const auto statement = OpenRoundStatement(
      SecretIn<SealingSecretKey>(of["aggregator_secret"]),
      FixedIn<VerifyKey>(of["receipt_key"]), Hex(of["sealed"]));
  ASSERT_THAT(statement, IsOk());
  EXPECT_EQ(statement->number, of["number"].get<uint64_t>());
  EXPECT_EQ(statement->confirmation.view(), Hex(of["confirmation"]));
  EXPECT_EQ(statement->references.point_b, sum);
  ASSERT_EQ(statement->actions.size(), of["entries"].size());
  for (const auto& entry : of["entries"]) {
    EXPECT_EQ(statement->actions.at(FixedIn<RoundTagDigest>(entry["digest"])),
              static_cast<RoundAction>(entry["action"].get<int>()));
  }
}

TEST_F(KnownAnswersTest, Outcome) {
  const auto& of = known_["outcome"];
  const std::string institution = of["institution"], client = of["client"],
                    source = of["source"];
  garderobe::Outcome outcome;
  outcome.kind = of["kind"] == 1 ? SealedKind::kVisits : SealedKind::kRelations;
  outcome.institution = institution;
  outcome.client = client;
  outcome.source = source;
  outcome.offset = of["offset"];
  outcome.count = of["count"];
  outcome.accepted = of["accepted"];
  outcome.replaced = of["replaced"];
  outcome.sealed = FixedIn<Digest256>(of["sealed"]);
  EXPECT_TRUE(IsOutcomeBy(FixedIn<VerifyKey>(of["receipt_key"]), outcome,
                          Hex(of["signature"])));
}

TEST_F(KnownAnswersTest, PooledBatch) {
  const auto& of = known_["pooled"];
  garderobe::PooledBatch batch;
  batch.id = FixedIn<AnswerId>(of["answer_id"]);
  for (const auto& leaf : of["leaves"]) batch.leaves.push_back(Hex(leaf));
  EXPECT_TRUE(IsPooledBatchBy(FixedIn<VerifyKey>(of["receipt_key"]), batch,
                              Hex(of["body"]), Hex(of["signature"])));
}

TEST_F(KnownAnswersTest, Parameters) {
  const auto& of = known_["parameters"];
  const auto seed = SecretIn<SigningSeed>(of["signing_seed"]);
  EXPECT_EQ(VerifyKeyOf(seed).view(), Hex(of["verify_key"]));
  garderobe::Parameters parameters;
  parameters.party = of["party"];
  parameters.issue = {of["epoch"], of["serial"], of["valid_from"],
                      of["valid_until"]};
  for (const auto& [name, value] : of["values"].items()) {
    parameters.values[name] = Hex(value);
  }
  ASSERT_EQ(parameters.values.size(), 3u);
  const SignedBody made = SignParameters(seed, parameters);
  EXPECT_EQ(ToHex(AsBytes(made.body)), of["body"]);
  EXPECT_EQ(ToHex(AsBytes(made.signature)), of["signature"]);
}

TEST_F(KnownAnswersTest, Retention) {
  const auto& of = known_["retention"];
  const SignedBody made =
      SignRetention(ReceiptSeedOf(SecretIn<SigningSeed>(of["signing_seed"])),
                    {.institution = of["institution"],
                     .months = of["months"],
                     .cutoff = of["cutoff"],
                     .visits_removed = of["visits_removed"],
                     .relations_removed = of["relations_removed"],
                     .visits_held_back = of["visits_held_back"],
                     .relations_held_back = of["relations_held_back"],
                     .visits_left = of["visits_left"],
                     .oldest = of["oldest"],
                     .unix_seconds = of["unix_seconds"]});
  EXPECT_EQ(ToHex(AsBytes(made.body)), of["body"]);
  EXPECT_EQ(ToHex(AsBytes(made.signature)), of["signature"]);
}

TEST_F(KnownAnswersTest, AccessKey) {
  const auto& of = known_["access_key"];
  const SealingSecretKey secret =
      AccessKeyOf(SecretIn<InstitutionHandleKey>(of["handle_key"]));
  EXPECT_EQ(BytesOf(secret), Hex(of["secret"]));
  EXPECT_EQ(PublicKeyOf(secret).view(), Hex(of["public"]));
}

TEST_F(KnownAnswersTest, PointOfAPerson) {
  const auto& of = known_["person"];
  EXPECT_EQ(HashToGroup("person", Hex(of["seed"])).view(), Hex(of["point"]));
}

TEST_F(KnownAnswersTest, SizesOfPayloads) {
  for (const auto& one : known_["sizes"]) {
    EXPECT_EQ(PaddedPayloadBytes(one["bytes"]), one["padded"].get<size_t>())
        << one["bytes"];
  }
}

}  // namespace
}  // namespace garderobe
