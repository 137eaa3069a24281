// What a client reads from the answers to its own deliveries.
#include "core/identifiers/encrypt.h"
#include "garderobe/v1/columns.pb.h"
#include "tests/adversary/hostile_fixture.h"
#include "tests/support/ask_right.h"
#include "tests/support/figures.h"

namespace garderobe {
namespace {

using ::testing::HasSubstr;

class OutcomeTest : public HostileTest {
 protected:
  void SetUp() override {
    HostileTest::SetUp();
    ASSERT_NO_FATAL_FAILURE(UseKeyOfMuseum());
  }
  // What was delivered of a customer before.
  enum State { kNothing, kVisits, kRelation, kRefused, kTwice, kStates };

  client::Customer Customer(const std::string& name, const std::string& email) {
    client::Customer customer;
    customer.handle = MakeHandle(key_, name);
    customer.identifiers[0] = email;
    return customer;
  }

  // Objects at another institution, as whoever has this e-mail.
  void Object(const std::string& email) {
    Identifiers identifiers;
    identifiers[0] = email;
    const auto encrypted =
        EncryptIdentifiers(identifiers, feed_.published.keys);
    v1::ExerciseRightRequest request;
    request.set_institution("example-theatre");
    request.set_right(v1::RIGHT_OBJECT);
    request.set_request_id(NewRequestId());
    request.set_salt(std::string(32, 's'));
    request.set_objection_mark(std::string(32, 'm'));
    request.mutable_identity()->set_kinds(encrypted.kinds);
    request.mutable_identity()->set_point_a(
        std::string(encrypted.point_a.view()));
    request.mutable_identity()->set_points_b(encrypted.points_b);
    request.mutable_identity()->set_point_home(
        std::string(encrypted.point_home.view()));
    *request.mutable_serials() = feed_.published.serials();
    EXPECT_THAT(
        AskRight(*deployment_, "clients/example-theatre", request).status(),
        IsOk());
  }

  static bool IsKnown(const std::string& customer) {
    return Held("vault", customer)["known"].get<bool>();
  }

  // Delivers rows in a feed of their own; all replies, as bytes.
  std::string Deliver(const std::vector<client::Customer>& customers) {
    NewFeed();
    std::vector<v1::DeliverRelationsResponse> replies;
    EXPECT_THAT(
        Relations({client::BuildRelationBatch(feed_, key_, 0, customers)},
                  &replies),
        IsOk());
    return AllButSignatures(std::move(replies));
  }
  std::string DeliverVisit(const Handle& handle) {
    NewFeed();
    client::VisitBatchBuilder builder(feed_, key_);
    client::OrderLine line;
    const std::string order = ToHex(handle.bytes());
    line.order_id = order;
    line.line_id = "1";
    line.event_id = "E";
    line.starts_at = kIn2025;
    builder.Add(line, handle);
    builder.SetLine(1);
    std::vector<uint64_t> lines;
    std::vector<v1::DeliverVisitsResponse> replies;
    EXPECT_THAT(Visits({builder.Build(0, &lines)}, &replies), IsOk());
    return AllButSignatures(std::move(replies));
  }
  void NewFeed() {
    source_ = "outcome-" + std::to_string(++feeds_);
    feed_.source = source_;
  }

  // Brings a customer into a state, and then delivers the customer and a visit
  // once more: everything that was answered on the way.
  std::string Answers(State state, const std::string& name,
                      const std::string& email) {
    const client::Customer customer = Customer(name, email);
    client::Customer refused = customer;
    refused.pc4 = 5;
    std::string all;
    if (state == kVisits) all += DeliverVisit(customer.handle);
    if (state == kRefused) all += Deliver({refused});
    if (state == kRelation || state == kTwice) all += Deliver({customer});
    if (state == kTwice) all += Deliver({customer});
    all += Deliver({customer}) + DeliverVisit(customer.handle);
    all += Deliver({refused}) + Deliver({customer});
    return all + DeliverVisit(customer.handle);
  }

  // A length as Protobuf writes it.
  static std::string Varint(size_t n) {
    std::string bytes;
    for (; n > 127; n >>= 7) bytes.push_back(static_cast<char>(n | 128));
    bytes.push_back(static_cast<char>(n));
    return bytes;
  }
  // The columns of one relation, and empty languages, two bytes each, up to
  // `bytes`.
  static std::string ManyLanguages(size_t bytes) {
    v1::RelationColumns one;
    one.add_pc4(0);
    one.add_birth_year(0);
    one.set_gender(std::string(1, '\0'));
    one.set_newsletter(std::string(1, '\0'));
    one.set_shown(std::string(1, '\0'));
    one.add_customer_since(0);
    std::string payload = one.SerializeAsString();
    while (payload.size() + 2 <= bytes) payload.append("\x32\0", 2);
    return payload;
  }
  // Visits with nothing but empty event ids, up to `bytes`.
  static std::string ManyEvents(size_t bytes) {
    std::string events;
    while (events.size() + 10 <= bytes) events.append("\x0a\0", 2);
    return "\x12" + Varint(events.size()) + events;
  }
  // What a parser that counts nothing makes of `payload`, in MiB.
  template <typename Columns>
  static size_t ParsedMib(const std::string& payload) {
    Columns columns;
    EXPECT_TRUE(columns.ParseFromString(payload));
    return static_cast<size_t>(columns.SpaceUsedLong()) >> 20;
  }

  // A batch of `count` rows whose columns are `payload`.
  absl::Status Sealed(uint32_t count, const std::string& payload, bool visits) {
    NewFeed();
    const auto& aggregator = feed_.published.aggregator;
    const BatchPlace place{
        visits ? SealedKind::kVisits : SealedKind::kRelations,
        feed_.institution, feed_.source, 0, count};
    AuthoredParts parts;
    parts.handles = Hash("handles");
    if (!visits) parts.points = Hash("points");
    const std::string sealed =
        SealBatch(aggregator.sealing_key, place,
                  EncodeAuthored(*feed_.author, place, aggregator.issue.serial,
                                 parts, payload));
    EXPECT_LT(sealed.size(), 4096u);
    if (visits) {
      v1::VisitBatch batch;
      batch.set_count(count);
      batch.set_handles(std::string(count * 16, '\0'));
      batch.set_sealed(sealed);
      batch.set_serial(feed_.published.aggregator.issue.serial);
      return Visits({batch});
    }
    v1::RelationBatch batch = client::BuildRelationBatch(
        feed_, key_, 0, {Customer(source_, source_ + "@example.nl")});
    batch.set_sealed(sealed);
    return Relations({batch});
  }

  static inline int feeds_ = 0;
};

// `replaced` once said whether somebody objects: of those who do nothing was
// kept, and rows were counted in another way.
TEST_F(OutcomeTest, NoAnswerTellsWhoObjects) {
  for (int state = kNothing; state < kStates; ++state) {
    const std::string suffix = std::to_string(state) + "@example.nl";
    Object("objects" + suffix);
    std::string answers[2];
    for (const bool objects : {false, true}) {
      const std::string name =
          (objects ? "yes-" : "no-") + std::to_string(state);
      // Offsets and counts are in the answers, and feeds are not.
      answers[objects] = Answers(static_cast<State>(state), name,
                                 (objects ? "objects" : "agrees") + suffix);
      // The control: there is something that could be told.
      EXPECT_EQ(IsKnown(name), !objects) << "state " << state;
    }
    EXPECT_EQ(answers[0], answers[1]) << "state " << state;
  }
}

// Who objects between two deliveries changes no answer either.
TEST_F(OutcomeTest, AnObjectionInBetweenChangesNoAnswer) {
  std::string answers[2];
  for (const bool objects : {false, true}) {
    const std::string email = objects ? "later@example.nl" : "never@example.nl";
    answers[objects] = Answers(kRelation, email, email);
    EXPECT_TRUE(IsKnown(email));
    if (objects) Object(email);
    answers[objects] += Answers(kRelation, email, email);
    EXPECT_EQ(IsKnown(email), !objects);  // the control
  }
  EXPECT_EQ(answers[0], answers[1]);
}

// 1.8 kB once took 450 MB: the columns of one row, unpacked to 16 MiB of empty
// strings. Now no more is unpacked than the rows of a batch may have.
TEST_F(OutcomeTest, ColumnsThatUnpackToMoreThanTheirRowsAreNotUnpacked) {
  const std::string relation = ManyLanguages(kPayloadBytesMax),
                    visits = ManyEvents(kPayloadBytesMax);
  const size_t before = deployment_->PeakMib("aggregatord");
  EXPECT_THAT(Sealed(1, relation, false),
              StatusIs(kInvalid, HasSubstr("not one that an author signed")));
  EXPECT_THAT(Sealed(200, visits, true),
              StatusIs(kInvalid, HasSubstr("not one that an author signed")));
  EXPECT_LT(deployment_->PeakMib("aggregatord"), before + 50);
  // The control: who unpacks and parses them has that many.
  EXPECT_GT(ParsedMib<v1::RelationColumns>(relation), 200u);
  EXPECT_GT(ParsedMib<v1::VisitColumns>(visits), 200u);
  ExpectServiceStillWorks();
}

// A batch with rows enough may be as long, and its elements are counted before
// one is made.
TEST_F(OutcomeTest, ElementsAreCountedBeforeTheyAreMade) {
  constexpr uint32_t kRows = 8192;
  const std::string visits = ManyEvents(kPayloadBytesMax),
                    relation = ManyLanguages(1000);
  const size_t before = deployment_->PeakMib("aggregatord");
  const auto is_counted =
      StatusIs(kInvalid, HasSubstr("a column is unknown, damaged, or longer"));
  EXPECT_THAT(Sealed(kRows, visits, true), is_counted);
  EXPECT_THAT(Sealed(1, relation, false), is_counted);
  const size_t after = deployment_->PeakMib("aggregatord");
  EXPECT_LT(after, before + 50);
  // The control: who does not count has that many.
  const size_t parsed = ParsedMib<v1::VisitColumns>(visits);
  EXPECT_GT(parsed, 200u);
  Note({"hostile_test", "few_bytes.aggregatord_mib",
        static_cast<double>(after - before)});
  Note({"hostile_test", "control.few_bytes.parsed_mib",
        static_cast<double>(parsed)});
  ExpectServiceStillWorks();
}

}  // namespace
}  // namespace garderobe
