// A TTP that asks the honest vault: it puts rows of its own making, and rows
// that it has seen before, among those of clients. Alone it learns nothing from
// the answers; with the aggregator it finds the pseudonym of anybody whom it
// can name, which no algebra stops (protocol.md, 9), and each guess is a token
// that the vault counts.
#include <set>

#include "aggregator/ledger/records.h"
#include "client/deploy/deployment.h"
#include "client/published.h"
#include "core/conversion/convert.h"
#include "core/group/elgamal.h"
#include "core/group/hash_to_group.h"
#include "core/identifiers/encrypt.h"
#include "core/identifiers/match_keys.h"
#include "core/identifiers/person.h"
#include "core/keys/key_file.h"
#include "core/keys/parameters.h"
#include "core/rpc/deadline.h"
#include "core/rpc/status_conversion.h"
#include "core/rpc/tls.h"
#include "core/store/store.h"
#include "garderobe/v1/delivery.grpc.pb.h"
#include "garderobe/v1/vault.grpc.pb.h"
#include "tests/e2e/rights_fixture.h"
#include "tests/support/figures.h"
#include "ttp/converter.h"

namespace garderobe {
namespace {

constexpr int kPeople = 20;
using JudgesScalar = SecretScalar<struct GuessJudgeRole>;

// Whom somebody guesses, and with how much.
struct Guess {
  std::string email, first_name, last_name, postcode, house_number;
};

Identifiers IdentifiersOf(const Guess& guess) {
  RawPerson raw;
  raw.email = guess.email;
  raw.first_name = guess.first_name;
  raw.last_name = guess.last_name;
  raw.postcode = guess.postcode;
  raw.house_number = guess.house_number;
  return DeriveIdentifiers(ReadPersonFields(raw, {}, Today()).fields);
}

class GuessingTtpTest : public RightsTest {
 protected:
  void SetUp() override {
    const std::string folder = deployment_->folder();
    auto keys = ttp::TtpKeys::Read(folder + "/ttp/keys");
    ASSERT_THAT(keys, IsOk());
    ttp_.emplace(*std::move(keys));
    const auto opened = client::Deployment::Open(folder);
    ASSERT_THAT(opened, IsOk());
    const auto endpoint = opened->EndpointOf(kMuseum);
    ASSERT_THAT(endpoint, IsOk());
    const auto delivery =
        v1::DeliveryService::NewStub(TlsChannel(endpoint->ttpd, endpoint->tls));
    grpc::ClientContext context;
    ASSERT_THAT(
        FromGrpc(delivery->GetParameters(&context, {}, &signed_parameters_)),
        IsOk());
    const auto published = client::ReadPublished(signed_parameters_, *endpoint,
                                                 folder + "/guesser");
    ASSERT_THAT(published, IsOk());
    published_ = *published;
    to_ = ttp::KeysOf(published_.vault, published_.aggregator);
    vault_ = v1::VaultService::NewStub(
        TlsChannel(deployment_->daemon("vault"), deployment_->tls("ttp/tls")));
  }

  static Guess Somebody(const std::string& group, int i) {
    const std::string name(1, static_cast<char>('A' + i));
    return {fmt::format("{}{}@example.nl", group, i), name + "nna" + group,
            name + "akker" + group, fmt::format("10{:02}AB", 11 + i),
            std::to_string(10 + i)};
  }
  // One customer of each, delivered by the museum.
  static void Deliver(const std::string& group) {
    std::string text =
        "customer_id,email,first_name,last_name,postcode,house_number,order_id,"
        "line_id,event_id,starts_at\n";
    for (int i = 0; i < kPeople; ++i) {
      const Guess who = Somebody(group, i);
      text += fmt::format(
          "{0}{1},{2},{3},{4},{5},{6},{0}{1},1,E,2025-03-04T20:00\n", group, i,
          who.email, who.first_name, who.last_name, who.postcode,
          who.house_number);
    }
    const RunResult sent =
        Run({"send", deployment_->Write(group + ".csv", text), "--institution",
             kMuseum, "--source", group});
    ASSERT_EQ(sent.exit, 0) << sent.err;
  }

  // A row as a client makes it.
  ClientRow Encrypted(const Identifiers& identifiers) const {
    const EncryptedIdentifiers made =
        EncryptIdentifiers(identifiers, published_.keys);
    ClientRow row;
    row.kinds = made.kinds;
    row.point_a = made.point_a;
    row.point_home = made.point_home;
    for (size_t at = 0; at < made.points_b.size(); at += Element::kBytes) {
      row.points_b.push_back(
          Element::From(std::string_view(made.points_b).substr(at, 32)));
    }
    return row;
  }
  // As the TTP hands it to the vault, under a handle that nobody has.
  VaultRow Converted(const ClientRow& row) {
    std::string handle;
    PutBigEndian(handle, uint64_t{++handles_});
    PutBigEndian(handle, uint64_t{0x6775657373});
    const auto converted = Rerandomiser::ConvertRow(
        ttp_->conversion(), to_, kMuseum, row, VaultHandle::From(handle));
    GARDEROBE_CHECK(converted.has_value());
    return converted->row.value();
  }
  // The vault's answers.
  v1::LinkRelationsResponse Link(const std::vector<VaultRow>& rows) {
    v1::LinkRelationsRequest request;
    *request.mutable_aggregator() = signed_parameters_.aggregator();
    request.set_epoch(kFirstEpoch);
    for (const VaultRow& row : rows) {
      request.mutable_handles()->append(row.handle.view());
      request.mutable_references()->append(row.reference.point_a.view());
      request.mutable_references()->append(row.reference.point_b.view());
      request.add_kinds(row.kinds);
      request.mutable_points_a()->append(row.point_a.view());
      for (const Element& b : row.points_b) {
        request.mutable_points_b()->append(b.view());
      }
      request.mutable_homes()->append(row.home.point_a.view());
      request.mutable_homes()->append(row.home.point_b.view());
    }
    v1::LinkRelationsResponse response;
    grpc::ClientContext context;
    SetDeadline(context, std::chrono::seconds(20));
    EXPECT_THAT(FromGrpc(vault_->LinkRelations(&context, request, &response)),
                IsOk());
    EXPECT_EQ(response.pseudonyms().size(), 128 * rows.size());
    return response;
  }
  static Ciphertext PersonAt(const v1::LinkRelationsResponse& answers,
                             size_t row) {
    return Ciphertext::From(
        std::string_view(answers.pseudonyms()).substr(128 * row, 64));
  }

  // The aggregator's part: z opens an answer.
  static Element OpenedWith(const JudgesScalar& z, const Ciphertext& person) {
    Element point;
    EXPECT_TRUE(DecryptOrNobody(z, person.point_a, person.point_b, &point));
    return point;
  }
  static JudgesScalar KeyIn(const std::string& path, const std::string& role) {
    const auto key = ReadKeyFile(deployment_->folder() + path, role);
    EXPECT_THAT(key, IsOk());
    auto scalar = JudgesScalar::Decode({key->secret.ExposeSecret(), 32});
    EXPECT_THAT(scalar, IsOk());
    return *std::move(scalar);
  }
  static JudgesScalar PseudonymKey() {
    return KeyIn("/aggregator/keys/aggregator-pseudonym.key",
                 "aggregator-pseudonym");
  }

  std::optional<ttp::TtpKeys> ttp_;
  v1::GetParametersResponse signed_parameters_;
  client::Published published_;
  ConversionKeys to_;
  std::unique_ptr<v1::VaultService::Stub> vault_;
  uint64_t handles_ = 0;
};

// Version 1 refused the identity, which told that the guess was right.
TEST_F(GuessingTtpTest, ARightGuessIsAnsweredLikeAWrongOne) {
  Deliver("seen");
  std::vector<VaultRow> rows;
  for (int i = 0; i < 2 * kPeople; ++i) {
    // What a client sent of somebody, less what the TTP guesses: nothing is
    // left where it is right.
    Identifiers email;
    const auto kind = static_cast<size_t>(Kind::kEmail);
    email[kind] = Somebody("seen", i / 2).email;
    ClientRow row = Encrypted(email);
    const std::string guessed =
        i % 2 == 0 ? email[kind] : Somebody("unseen", i / 2).email;
    Element less;
    ASSERT_TRUE(Subtract(row.points_b[0],
                         HashToGroup(KindName(Kind::kEmail), guessed), &less));
    row.points_b[0] = less;
    rows.push_back(Converted(row));
  }
  std::set<size_t> sizes;
  for (const VaultRow& row : rows) {
    sizes.insert(Link({row}).ByteSizeLong());
  }
  EXPECT_EQ(sizes.size(), 1u);
  // The control: with the vault's key the right guesses show.
  const JudgesScalar y =
      KeyIn("/vault/keys/vault-decryption-email.key", "vault-decryption-email");
  for (size_t i = 0; i < rows.size(); ++i) {
    EXPECT_EQ(
        OpenedWith(y, {rows[i].point_a, rows[i].points_b[0]}) == Element(),
        i % 2 == 0)
        << i;
  }
}

// Version 1 answered the same person with what could be compared.
TEST_F(GuessingTtpTest, ARowThatIsPlayedBackTellsNothing) {
  const ClientRow row = Encrypted(IdentifiersOf(Somebody("played", 0)));
  const ClientRow stranger = Encrypted(IdentifiersOf(Somebody("stranger", 1)));
  const auto answers =
      Link({Converted(row), Converted(row), Converted(stranger)});
  std::set<std::string> pieces;
  for (size_t at = 0; at < answers.pseudonyms().size(); at += 16) {
    pieces.insert(answers.pseudonyms().substr(at, 16));
  }
  EXPECT_EQ(pieces.size(), answers.pseudonyms().size() / 16);
  // No scalar of the TTP leads from one point of an answer to another.
  const char* const keys[] = {"ttp-ingress", "ttp-conversion-vault",
                              "ttp-conversion-aggregator",
                              "ttp-conversion-home", "ttp-relation"};
  for (const char* role : keys) {
    const JudgesScalar scalar =
        KeyIn(std::string("/ttp/keys/") + role + ".key", role);
    std::set<std::string> points, times;
    for (size_t at = 0; at < answers.pseudonyms().size(); at += 32) {
      const std::string point = answers.pseudonyms().substr(at, 32);
      Element product;
      ASSERT_TRUE(Multiply(scalar, Element::From(point), &product));
      points.insert(point);
      times.insert(std::string(product.view()));
    }
    for (const std::string& one : times) EXPECT_FALSE(points.contains(one));
  }
  // The control: with z the two are one person, and the stranger another.
  const JudgesScalar z = PseudonymKey();
  const Element first = OpenedWith(z, PersonAt(answers, 0));
  EXPECT_EQ(first, OpenedWith(z, PersonAt(answers, 1)));
  EXPECT_NE(first, OpenedWith(z, PersonAt(answers, 2)));
}

// TTP and aggregator together: what is left, as SECURITY.md tells it.
TEST_F(GuessingTtpTest, WithTheAggregatorItFindsWhomItCanName) {
  Deliver("known");
  struct Level {
    const char* name;
    Guess (*cut)(Guess);
  };
  const Level levels[] = {{"everything", [](Guess all) { return all; }},
                          {"email and name",
                           [](Guess all) {
                             all.postcode = all.house_number = "";
                             return all;
                           }},
                          {"name and address",
                           [](Guess all) {
                             all.email = "";
                             return all;
                           }},
                          {"email alone", [](Guess all) {
                             return Guess{all.email, "", "", "", ""};
                           }}};
  struct Answered {
    std::string name;
    std::vector<Ciphertext> persons;
  };
  std::vector<Answered> answered;
  const auto ask = [&](const std::string& name, const std::string& group,
                       const Level& level) {
    std::vector<VaultRow> rows;
    for (int i = 0; i < kPeople; ++i) {
      rows.push_back(
          Converted(Encrypted(IdentifiersOf(level.cut(Somebody(group, i))))));
    }
    const auto answers = Link(rows);
    Answered& one = answered.emplace_back();
    one.name = name;
    for (size_t i = 0; i < rows.size(); ++i) {
      one.persons.push_back(PersonAt(answers, i));
    }
  };
  for (const Level& level : levels) ask(level.name, "known", level);
  ask("nobodies", "nobody", levels[0]);
  deployment_->Down();
  const auto store =
      Store::OpenToRead(deployment_->folder() + "/aggregator/data/store",
                        aggregator::kFamilyNames, aggregator::kStoreOptions);
  ASSERT_THAT(store, IsOk());
  const JudgesScalar z = PseudonymKey();
  // How many of the guesses are persons of the aggregator's, opened with
  // `opens` and carried with `t`.
  const auto found = [&](const Answered& guesses, const JudgesScalar& opens,
                         const JudgesScalar& t) {
    int persons = 0;
    for (const Ciphertext& one : guesses.persons) {
      Element pseudonym;
      if (!Multiply(t, OpenedWith(opens, one), &pseudonym)) continue;
      persons += (*store)
                     ->Get(aggregator::kPseudonyms,
                           "P" + std::string(pseudonym.view()))
                     .ok();
    }
    return persons;
  };
  const JudgesScalar t = KeyIn("/ttp/keys/ttp-conversion-aggregator.key",
                               "ttp-conversion-aggregator");
  for (const Answered& guesses : answered) {
    const int persons = found(guesses, z, t);
    Note({"guessing_ttp_test", "with_aggregator." + guesses.name + ".found",
          static_cast<double>(persons), static_cast<double>(kPeople)});
    if (guesses.name == "everything") EXPECT_EQ(persons, kPeople);
    if (guesses.name == "nobodies") EXPECT_EQ(persons, 0);
    // Neither of the two finds anybody without the other's key.
    EXPECT_EQ(found(guesses, JudgesScalar::Random(), t), 0);
    EXPECT_EQ(found(guesses, z, JudgesScalar::Random()), 0);
  }
}

}  // namespace
}  // namespace garderobe
