// Vault and aggregator that both record what an honest TTP passes on: can they
// join their rows by position, or by points that pass through unchanged? Two
// proxies stand in for them, with their own certificates, and pass every call
// on to the real ones.
#include <map>
#include <numeric>
#include <set>

#include "client/deploy/deployment.h"
#include "client/send/batches.h"
#include "core/rpc/status_conversion.h"
#include "garderobe/v1/delivery.grpc.pb.h"
#include "tests/adversary/recording_fixture.h"
#include "tests/support/aged_relations.h"
#include "tests/support/figures.h"

namespace garderobe {
namespace {

constexpr size_t kRoundEntries = 32;  // round.rows of a local deployment

// Two lists of the same things, call by call: what the places in the one say
// of the places in the other. Spearman's correlation of n things in random
// order has a standard deviation of 1/sqrt(n-1); the sum over calls, in
// standard deviations of its own, is what `deviations` gives.
class Places {
 public:
  // `a` and `b` hold the same things, each once.
  template <typename Item>
  void AddCall(const std::vector<Item>& a, const std::vector<Item>& b) {
    if (a.size() < 2 || a.size() != b.size()) return;
    std::map<Item, size_t> at;
    for (size_t i = 0; i < b.size(); ++i) at[b[i]] = i;
    double squares = 0;
    for (size_t i = 0; i < a.size(); ++i) {
      const auto there = at.find(a[i]);
      if (there == at.end()) return;
      same_ += there->second == i;
      const double d =
          static_cast<double>(i) - static_cast<double>(there->second);
      squares += d * d;
    }
    const auto n = static_cast<double>(a.size());
    sum_ += (1 - 6 * squares / (n * (n * n - 1))) * std::sqrt(n - 1);
    ++calls_;
    rows_ += a.size();
  }
  size_t calls() const { return calls_; }
  size_t rows() const { return rows_; }
  double deviations() const {
    return calls_ == 0 ? 0 : sum_ / std::sqrt(static_cast<double>(calls_));
  }
  // Of every call one thing stands in its place by chance.
  void ExpectChanceOnly(const char* what) const {
    NotePlaces(what);
    const auto expected = static_cast<double>(calls_);
    EXPECT_LT(static_cast<double>(same_),
              expected + 6 * std::sqrt(expected) + 3)
        << what;
    EXPECT_LT(std::abs(deviations()), 6) << what;
  }
  // The control: what is seen where the order is kept.
  void ExpectKept(const char* what) const {
    NotePlaces(what);
    EXPECT_EQ(same_, rows_) << what;
    EXPECT_GT(deviations(), 15) << what;
  }

 private:
  // Of the counterpart "places" (docs/leakage.toml).
  static constexpr char kCounterpart[] = "places";
  void NotePlaces(const char* what) const {
    const std::string name = std::string(kCounterpart) + "." + what;
    Note({"recording_test", name + ".same_place", static_cast<double>(same_),
          static_cast<double>(rows_)});
    Note({"recording_test", name + ".calls", static_cast<double>(calls_)});
    Note({"recording_test", name + ".standard_deviations", deviations()});
  }

  size_t calls_ = 0, rows_ = 0, same_ = 0;
  double sum_ = 0;
};

class RecordingTest : public RecordingFixture {
 protected:
  // For each call to the vault its rows in the vault's order, and the same rows
  // in the order of the aggregator, where the client's order is kept.
  void ExpectRelationsShuffled(const std::vector<Handle>& sent);
  void ExpectRoundsShuffled(const std::set<Element>& real, size_t at_least);
  void ExpectRetentionShuffled(size_t at_least);
  void ExpectNothingInCommon(const std::vector<std::string>& of_client);
};

void RecordingTest::ExpectRelationsShuffled(const std::vector<Handle>& sent) {
  VaultHandleMapper to_vault(ttp_keys_->vault_handle, kMuseum);
  AggregatorHandleMapper to_aggregator(ttp_keys_->aggregator_handle, kMuseum);
  std::map<VaultHandle, size_t> of_vault;
  std::map<AggregatorHandle, size_t> of_aggregator;
  for (size_t i = 0; i < sent.size(); ++i) {
    of_vault[to_vault.Map(sent[i])] = i;
    of_aggregator[to_aggregator.Map(sent[i])] = i;
  }
  const Recorded recorded = recorder_.recorded();
  // Place of each relation in the aggregator's calls, one after another.
  std::vector<size_t> stored;
  for (const auto& call : recorded.relations) {
    for (const auto& handle : Items<AggregatorHandle>(call.handles())) {
      const auto known = of_aggregator.find(handle);
      if (known != of_aggregator.end()) stored.push_back(known->second);
    }
  }
  EXPECT_EQ(stored.size(), sent.size());
  EXPECT_TRUE(std::is_sorted(stored.begin(), stored.end()));
  Places vault_and_aggregator, control;
  for (const auto& call : recorded.links) {
    std::vector<size_t> at_vault;
    for (const auto& handle : Items<VaultHandle>(call.handles())) {
      const auto known = of_vault.find(handle);
      if (known != of_vault.end()) at_vault.push_back(known->second);
    }
    const std::set<size_t> these(at_vault.begin(), at_vault.end());
    std::vector<size_t> at_aggregator;
    for (const size_t one : stored) {
      if (these.contains(one)) at_aggregator.push_back(one);
    }
    vault_and_aggregator.AddCall(at_vault, at_aggregator);
    control.AddCall(std::vector<size_t>(these.begin(), these.end()),
                    at_aggregator);
  }
  EXPECT_GT(vault_and_aggregator.rows(), sent.size() * 9 / 10);
  vault_and_aggregator.ExpectChanceOnly("relations");
  control.ExpectKept("relations in the client's order");
}

void RecordingTest::ExpectRoundsShuffled(const std::set<Element>& real,
                                         size_t at_least) {
  const Recorded recorded = recorder_.recorded();
  Places references, control;
  std::set<std::string> points;
  std::set<Element> told;
  size_t entries = 0;
  const auto take_points = [&](const std::string& bytes) {
    for (const Element& point : Items<Element>(bytes)) {
      points.emplace(point.view());
      ++entries;
    }
  };
  for (const auto& [given, got] : recorded.rounds) {
    // As large whether there is anything or not.
    ASSERT_EQ(given.references().size(), kRoundEntries * Ciphertext::kBytes);
    ASSERT_EQ(given.persons().size(), given.references().size());
    ASSERT_EQ(given.tags().size(), given.references().size());
    ASSERT_EQ(got.references().size(), given.references().size());
    ASSERT_EQ(got.persons().size(), given.references().size());
    ASSERT_EQ(got.tags().size(), given.references().size());
    const auto at_vault = Opened(given.references()),
               at_aggregator = Opened(got.references());
    references.AddCall(at_vault, at_aggregator);
    control.AddCall(at_vault, at_vault);
    for (const Element& one : at_vault) {
      if (real.contains(one)) told.insert(one);
    }
    // Whose they are moves with the references, multiplied by t.
    std::map<Element, Element> person_of;
    auto given_persons = Opened(given.persons());
    for (size_t i = 0; i < at_vault.size(); ++i) {
      Element pseudonym;
      if (!given_persons[i].is_zero()) {
        EXPECT_TRUE(
            Multiply(ttp_keys_->to_aggregator, given_persons[i], &pseudonym));
      }
      person_of[at_vault[i]] = pseudonym;
    }
    const auto got_persons = Opened(got.persons());
    for (size_t i = 0; i < at_aggregator.size(); ++i) {
      EXPECT_EQ(person_of[at_aggregator[i]], got_persons[i]);
    }
    // Nobody's point comes a second time, in this round or another.
    for (const std::string* bytes :
         {&given.references(), &given.persons(), &given.tags(),
          &got.references(), &got.persons(), &got.tags()}) {
      take_points(*bytes);
    }
  }
  EXPECT_EQ(points.size(), entries);
  // The judge joins them all.
  EXPECT_EQ(references.calls(), recorded.rounds.size());
  EXPECT_EQ(references.rows(), recorded.rounds.size() * kRoundEntries);
  EXPECT_GE(told.size(), at_least);
  std::cout << told.size() << " relations are told of in rounds\n";
  references.ExpectChanceOnly("rounds");
  control.ExpectKept("rounds in the vault's order");
}

void RecordingTest::ExpectRetentionShuffled(size_t at_least) {
  const Recorded recorded = recorder_.recorded();
  const ttp::SigmaSealer sigmas(ttp_keys_->sigma);
  ASSERT_EQ(recorded.expired.size(), recorded.removed.size());
  ASSERT_EQ(recorded.confirmed.size(), recorded.removed.size());
  Places removed, confirmed, control;
  for (size_t call = 0; call < recorded.expired.size(); ++call) {
    const auto& list = recorded.expired[call];
    const auto handles = Items<AggregatorHandle>(list.handles());
    std::map<AggregatorHandle, VaultHandle> vault_of;
    std::vector<VaultHandle> listed;
    for (size_t i = 0; i < handles.size(); ++i) {
      const auto opened = sigmas.Open(
          handles[i],
          std::string_view(list.sigmas())
              .substr(i * ttp::SigmaSealer::kBytes, ttp::SigmaSealer::kBytes));
      ASSERT_TRUE(opened.has_value());
      listed.push_back(*opened);
      vault_of[handles[i]] = *opened;
    }
    const auto at_vault = Items<VaultHandle>(recorded.removed[call].handles());
    removed.AddCall(listed, at_vault);
    std::vector<VaultHandle> done;
    for (const auto& handle :
         Items<AggregatorHandle>(recorded.confirmed[call].handles())) {
      done.push_back(vault_of[handle]);
    }
    confirmed.AddCall(done, at_vault);
    control.AddCall(listed, listed);
  }
  EXPECT_GE(removed.rows(), at_least);
  EXPECT_GE(confirmed.rows(), at_least);
  removed.ExpectChanceOnly("retention");
  confirmed.ExpectChanceOnly("confirmed retention");
  control.ExpectKept("retention in the aggregator's order");
}

// Handles and points have 16 and 32 bytes: no piece of 16 that one side saw
// was seen by the other, or came so from the client.
void RecordingTest::ExpectNothingInCommon(
    const std::vector<std::string>& of_client) {
  struct PieceTag;
  using Piece = FixedBytes<16, PieceTag>;
  const auto pieces = [](const std::vector<std::string>& all) {
    std::set<Piece> found;
    for (const std::string& bytes : all) {
      for (const Piece& piece : Items<Piece>(bytes)) {
        if (!piece.is_zero()) found.insert(piece);
      }
    }
    return found;
  };
  const auto in_both = [](const std::set<Piece>& a, const std::set<Piece>& b) {
    size_t both = 0;
    for (const Piece& piece : a) both += b.contains(piece);
    return both;
  };
  const Recorded recorded = recorder_.recorded();
  const auto client = pieces(of_client), vault = pieces(recorded.at_vault),
             aggregator = pieces(recorded.at_aggregator);
  EXPECT_GT(client.size(), 1000u);
  EXPECT_GT(vault.size(), 5000u);
  EXPECT_GT(aggregator.size(), 5000u);
  EXPECT_EQ(in_both(vault, aggregator), 0u);
  EXPECT_EQ(in_both(client, vault), 0u);
  EXPECT_EQ(in_both(client, aggregator), 0u);
  // The control: what both are given is found.
  auto leaking = recorded.at_aggregator;
  leaking.push_back(recorded.links.front().points_a());
  EXPECT_EQ(in_both(vault, pieces(leaking)),
            2 * Items<Element>(recorded.links.front().points_a()).size());
}

TEST_F(RecordingTest, RowsArePassedOnInAnOrderOfTheirOwn) {
  // 150 people who are two strangers, one by e-mail and one by telephone, until
  // a third customer shows both: then the first two become one person.
  std::vector<std::string> before, after, customers;
  std::set<Element> references;
  for (int i = 0; i < 150; ++i) {
    const std::string email = fmt::format("person{}@example.nl", i);
    const std::string phone = fmt::format("0612{:06}", 345000 + i);
    before.push_back(Row(i, "A", email, ""));
    before.push_back(Row(i, "B", "", phone));
    after.push_back(Row(i, "C", email, phone));
    customers.push_back(fmt::format("A{}", i));
    customers.push_back(fmt::format("B{}", i));
  }
  for (int i = 0; i < 150; ++i) customers.push_back(fmt::format("C{}", i));
  for (const std::string& one : customers) references.insert(ReferenceOf(one));
  ASSERT_NO_FATAL_FAILURE(Send(before));
  ASSERT_NO_FATAL_FAILURE(Send(after));
  ExpectRelationsShuffled(HandlesOf(customers));
  // Publishing asks for the links first; whether there is a figure is another
  // matter.
  (void)deployment_.Run({"admin", "publish", "2025"});
  ExpectRoundsShuffled(references, 140);

  // Thirty of them are erased everywhere, which is told in rounds, too.
  std::set<Element> erased;
  for (int i = 0; i < 30; ++i) {
    for (const char* customer : {"A", "B", "C"}) {
      erased.insert(ReferenceOf(fmt::format("{}{}", customer, i)));
    }
    const std::string who = deployment_.Write(
        "who.json", fmt::format(R"({{"email": "person{0}@example.nl",
            "phone": "0612{1:06}", "last_name": "Bakker{0}",
            "first_name": "Anna"}})",
                                i, 345000 + i));
    const RunResult done =
        deployment_.Run({"erase", "--institution", kMuseum, "--identity", who});
    ASSERT_EQ(done.exit, 0) << done.err;
  }
  ExpectRoundsShuffled(erased, 90);
}

TEST_F(RecordingTest, AgedRelationsArePassedOnInAnOrderOfTheirOwn) {
  // Customers who bought nothing for long are old, and are named all at once.
  std::vector<std::string> old;
  for (int i = 0; i < 240; ++i) {
    old.push_back(
        Row(i, "O", fmt::format("old{}@example.nl", i), "", "2020-03-04"));
  }
  ASSERT_NO_FATAL_FAILURE(Send(old));
  ASSERT_EQ(DeliverOn(deployment_, {2020, 3, 4}), 240u);
  // More of them in a day than retention may take by itself.
  for (const char* where : {kMuseum, "--vault"}) {
    ASSERT_EQ(deployment_
                  .Run({"retention", "release", where, "--more", "500", "--as",
                        "custodian-1", "--as", "custodian-2"})
                  .exit,
              0);
  }
  const RunResult ran = deployment_.Run({"admin", "retention"});
  ASSERT_EQ(ran.exit, 0) << ran.err;
  ExpectRetentionShuffled(240);
}

TEST_F(RecordingTest, NoPointComesOutAsItWentIn) {
  // By hand, so that what the client sent is known, too.
  const auto deployment = client::Deployment::Open(deployment_.folder());
  ASSERT_THAT(deployment, IsOk());
  const auto endpoint = deployment->EndpointOf(kMuseum);
  ASSERT_THAT(endpoint, IsOk());
  const auto stub =
      v1::DeliveryService::NewStub(TlsChannel(endpoint->ttpd, endpoint->tls));
  client::FeedContext feed;
  feed.institution = kMuseum;
  feed.source = "by-hand";
  const AuthorSeed author = deployment_.AuthorOf(kMuseum);
  feed.author = &author;
  {
    grpc::ClientContext context;
    v1::GetParametersResponse response;
    ASSERT_THAT(FromGrpc(stub->GetParameters(&context, {}, &response)), IsOk());
    auto published =
        client::ReadPublished(response, *endpoint, deployment_.folder());
    ASSERT_THAT(published, IsOk());
    feed.published = *std::move(published);
  }
  std::vector<client::Customer> customers(300);
  for (size_t i = 0; i < customers.size(); ++i) {
    customers[i].handle = MakeHandle(*handle_key_, fmt::format("H{}", i));
    customers[i].identifiers[static_cast<size_t>(Kind::kEmail)] =
        fmt::format("hand{}@example.nl", i / 2);
    if (i % 3 != 0) {
      customers[i].identifiers[static_cast<size_t>(Kind::kAddress)] =
          fmt::format("NL|1012LG|{}|", i / 2);
    }
  }
  const v1::RelationBatch batch =
      client::BuildRelationBatch(feed, *handle_key_, 0, customers);
  grpc::ClientContext context;
  SetDeadline(context, std::chrono::seconds(30));
  const auto stream = stub->DeliverRelations(&context);
  v1::DeliverRelationsRequest request;
  request.mutable_hello()->set_protocol_version(2);
  request.mutable_hello()->mutable_feed()->set_institution(kMuseum);
  request.mutable_hello()->mutable_feed()->set_source(feed.source);
  ASSERT_TRUE(stream->Write(request));
  *request.mutable_batch() = batch;
  ASSERT_TRUE(stream->Write(request));
  stream->WritesDone();
  v1::DeliverRelationsResponse response;
  while (stream->Read(&response)) continue;
  ASSERT_THAT(FromGrpc(stream->Finish()), IsOk());

  // Visits and rights of all kinds besides.
  std::vector<std::string> rows;
  for (int i = 0; i < 40; ++i) {
    rows.push_back(Row(i, "H", fmt::format("hand{}@example.nl", i / 2), ""));
  }
  ASSERT_NO_FATAL_FAILURE(Send(rows));
  for (const auto& [right, customer] : {std::pair{"access", "H1"},
                                        {"erase", "H2"},
                                        {"object", "H5"},
                                        {"withdraw", "H5"}}) {
    const RunResult done = deployment_.Run(
        {right, "--institution", kMuseum, "--customer", customer});
    ASSERT_EQ(done.exit, 0) << done.err;
  }
  // What is sealed to the aggregator passes as it is, and is left out here.
  ExpectNothingInCommon({batch.handles(), batch.points_a(), batch.points_b(),
                         batch.points_home()});
}

}  // namespace
}  // namespace garderobe
