// The crowd on its way to the vault: when it goes, who is in it, and what
// becomes of the batches of which it is made. Time is the pool's own, with
// short waits; what must not happen yet is looked at before the loop runs.
#include "ttp/pool.h"

#include <algorithm>
#include <map>
#include <set>

#include "gmock/gmock.h"
#include "tests/support/status_matchers.h"
#include "ttp/conversion_fixture.h"

namespace garderobe::ttp {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using ::testing::Each;
using ::testing::ElementsAreArray;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr auto kUnavailable = absl::StatusCode::kUnavailable;

class PoolTest : public ::testing::Test {
 protected:
  // A crowd that the vault was sent and has not answered.
  struct Sent {
    std::vector<VaultHandle> rows;
    Pool::Answered answered;
    std::chrono::steady_clock::time_point at;
  };
  // What a client hears.
  struct Heard {
    int times = 0;
    absl::Status status;
    std::vector<VaultHandle> rows;  // for which row each answer was given
  };

  void SetUp() override { Use({}); }
  void Use(const Pool::Options& options) {
    sent_.clear();
    pool_ = std::make_unique<Pool>(
        io_,
        [this](const Pool::Crowd& crowd, const Pool::Traces& traces,
               Pool::Answered answered) {
          Sent& sent = sent_.emplace_back();
          sent.answered = std::move(answered);
          sent.at = std::chrono::steady_clock::now();
          ASSERT_EQ(traces.size(), crowd.size());
          for (size_t i = 0; i < crowd.size(); ++i) {
            const VaultHandle& handle = crowd.rows()[i].value().handle;
            sent.rows.push_back(handle);
            // A trace stays with its row, however the crowd is mixed.
            EXPECT_EQ(traces[i]->serials.ttp,
                      GetBigEndian<uint64_t>(handle.data() + 1));
          }
        },
        options);
  }
  // `count` rows of an institution, which is told by the letter that their
  // handles begin with. Returns their handles.
  std::vector<VaultHandle> Add(char institution, size_t count) {
    std::vector<VaultHandle> handles;
    std::vector<PooledRow> rows;
    for (size_t i = 0; i < count; ++i) {
      std::string handle(1, institution);
      PutBigEndian(handle, static_cast<uint64_t>(++made_));
      handle.resize(VaultHandle::kBytes, '.');
      handles.push_back(VaultHandle::From(handle));
      auto converted = Rerandomiser::ConvertRow(keys_.conversion(), to_, "x",
                                                row_, handles.back());
      GARDEROBE_CHECK(converted.has_value());
      rows.push_back({std::move(converted->row), TraceOfNumber(made_)});
    }
    auto heard = std::make_shared<Heard>();
    heard_[institution].push_back(heard);
    pool_->Add(std::string(1, institution), std::move(rows),
               [heard](absl::StatusOr<InClientOrder<VaultAnswer>> answers) {
                 ++heard->times;
                 heard->status = answers.status();
                 if (!answers.ok()) return;
                 for (const VaultAnswer& answer : answers->rows()) {
                   heard->rows.push_back(VaultHandle::From(
                       answer.person.point_a.view().substr(0, 16)));
                 }
               });
    return handles;
  }
  // What is told by the serial; the rest is not looked at.
  static RowTracePtr TraceOfNumber(uint32_t number) {
    return std::make_unique<const RowTrace>(
        RowTrace{{}, {.ttp = number}, WipedScalar(), WipedScalar()});
  }
  // Of the last batch of that institution, or the one at `at`.
  const Heard& HeardBy(char institution, size_t at = SIZE_MAX) {
    const auto& all = heard_[institution];
    return *all[std::min(at, all.size() - 1)];
  }
  // Answers each row with its own handle.
  void Answer(size_t crowd) {
    std::vector<VaultAnswer> answers;
    for (const VaultHandle& row : sent_[crowd].rows) {
      VaultAnswer& answer = answers.emplace_back();
      answer.person.point_a =
          Element::From(std::string(row.view()) + std::string(16, '\0'));
    }
    sent_[crowd].answered(std::move(answers));
  }
  // Runs until nothing waits for a time any more.
  void RunOut() {
    io_.restart();
    io_.run_for(std::chrono::seconds(20));
    ASSERT_TRUE(io_.stopped()) << "something waits for longer";
  }
  std::vector<VaultHandle> AllSent() const {
    std::vector<VaultHandle> rows;
    for (const Sent& sent : sent_) {
      rows.insert(rows.end(), sent.rows.begin(), sent.rows.end());
    }
    return rows;
  }
  // Lets other crowds go until all rows of these institutions have gone.
  void SendRestOf(const std::string& institutions, size_t rows) {
    for (int crowd = 0; crowd < 100; ++crowd) {
      size_t gone = 0;
      for (const char one : institutions) gone += CountOf(one, AllSent());
      if (gone == rows) return;
      Add('y', 10);
      Add('z', 10);
    }
    FAIL() << "1 in 4^100 that a row stays behind so often";
  }
  static size_t CountOf(char institution,
                        const std::vector<VaultHandle>& rows) {
    return static_cast<size_t>(
        std::count_if(rows.begin(), rows.end(), [&](const VaultHandle& row) {
          return row.view().front() == institution;
        }));
  }

  boost::asio::io_context io_;
  const TtpKeys keys_ = RandomTtpKeys();
  const ConversionKeys to_ = OtherParties().keys();
  // Without identifiers: only whose row it is matters here.
  const ClientRow row_ = {Handle(), 0, RandomElement(), {}, RandomElement()};
  uint64_t made_ = 0;
  std::vector<Sent> sent_;
  std::map<char, std::vector<std::shared_ptr<Heard>>> heard_;
  std::unique_ptr<Pool> pool_;  // goes first
};

TEST_F(PoolTest, ACrowdGoesWhenEnoughRowsOfEnoughInstitutionsWait) {
  Use({.rows = 6, .institutions = 3, .wait = hours(1)});
  Add('a', 3);
  Add('b', 2);
  EXPECT_THAT(sent_, IsEmpty());
  Add('b', 2);  // enough rows, of two institutions
  EXPECT_THAT(sent_, IsEmpty());
  EXPECT_EQ(pool_->waiting_rows(), 7u);
  Add('c', 1);
  EXPECT_THAT(sent_, ::testing::Not(IsEmpty()));
  EXPECT_EQ(AllSent().size() + pool_->waiting_rows(), 8u);
  EXPECT_LT(pool_->waiting_rows(), 6u);
}

TEST_F(PoolTest, EnoughInstitutionsWithTooFewRowsAreNoCrowd) {
  Use({.rows = 6, .institutions = 3, .wait = hours(1)});
  for (char institution = 'a'; institution < 'f'; ++institution) {
    Add(institution, 1);
  }
  EXPECT_THAT(sent_, IsEmpty());
  Add('a', 1);
  EXPECT_THAT(sent_, ::testing::Not(IsEmpty()));
}

TEST_F(PoolTest, AFullBatchOfOneInstitutionNeverGoesAloneBeforeTheWait) {
  Use({.rows = 6, .institutions = 2, .wait = hours(1)});
  Add('a', 100);
  Add('a', 100);
  EXPECT_THAT(sent_, IsEmpty());
  EXPECT_EQ(pool_->waiting_rows(), 200u);
}

TEST_F(PoolTest, ItGoesWhenTheWaitHasPassed) {
  constexpr milliseconds kWait(30);
  Use({.rows = 6, .institutions = 2, .wait = kWait});
  const auto begun = std::chrono::steady_clock::now();
  Add('a', 10);
  RunOut();
  ASSERT_THAT(sent_, ::testing::Not(IsEmpty()));
  EXPECT_GE(sent_[0].at - begun, kWait);
  EXPECT_EQ(AllSent().size(), 10u);
}

TEST_F(PoolTest, NothingWaitsBeyondTheWait) {
  Use({.rows = 6, .institutions = 2, .wait = milliseconds(5)});
  auto added = Add('a', 20);
  for (const VaultHandle& row : Add('b', 20)) added.push_back(row);
  for (const VaultHandle& row : Add('a', 1)) added.push_back(row);
  RunOut();
  EXPECT_EQ(pool_->waiting_rows(), 0u);
  // Each of them once.
  EXPECT_THAT(AllSent(), ::testing::UnorderedElementsAreArray(added));
}

TEST_F(PoolTest, ACallHasAtMostSoManyRowsAlsoWhenAllAreDue) {
  Use({.rows = 1000,
       .institutions = 2,
       .wait = milliseconds(5),
       .crowd_rows_max = 7});
  Add('a', 40);
  RunOut();
  EXPECT_EQ(AllSent().size(), 40u);
  for (const Sent& sent : sent_) EXPECT_LE(sent.rows.size(), 7u);
}

// A deviation of 8.7 rows: 80 are beyond nine of them.
TEST_F(PoolTest, AboutAQuarterStaysBehindWhoeverItIs) {
  Use({.rows = 400, .institutions = 2, .wait = hours(1)});
  const auto first = Add('a', 200);
  Add('b', 200);
  ASSERT_THAT(sent_, SizeIs(1));
  EXPECT_NEAR(static_cast<double>(pool_->waiting_rows()), 100, 80);
  // Drawn from all that wait, not from those that came last.
  EXPECT_NEAR(static_cast<double>(CountOf('a', AllSent())), 150, 55);
  EXPECT_NEAR(static_cast<double>(CountOf('b', AllSent())), 150, 55);
  // In an order of its own: what one client has sent does not lie together.
  const auto& rows = sent_[0].rows;
  EXPECT_FALSE(std::is_sorted(rows.begin(), rows.end()));
  EXPECT_NE(CountOf('a', {rows.begin(), rows.begin() + 100}), 100u);
}

TEST_F(PoolTest, ABatchIsAnsweredInItsOrderWhenItsLastRowIs) {
  Use({.rows = 20, .institutions = 2, .wait = hours(1)});
  const auto of_a = Add('a', 10);
  const auto of_b = Add('b', 10);
  SendRestOf("ab", 20);
  // The later crowds are answered first.
  for (size_t crowd = sent_.size(); crowd-- > 0;) Answer(crowd);
  for (const auto& [institution, rows] :
       {std::pair{'a', of_a}, std::pair{'b', of_b}}) {
    EXPECT_EQ(HeardBy(institution).times, 1);
    EXPECT_THAT(HeardBy(institution).status, IsOk());
    EXPECT_THAT(HeardBy(institution).rows, ElementsAreArray(rows));
  }
}

TEST_F(PoolTest, ABatchIsNotAnsweredBeforeAllOfItsRowsAre) {
  Use({.rows = 200, .institutions = 2, .wait = hours(1)});
  Add('a', 100);
  Add('b', 100);
  ASSERT_THAT(sent_, SizeIs(1));
  Answer(0);
  for (const char institution : {'a', 'b'}) {
    ASSERT_LT(CountOf(institution, sent_[0].rows), 100u) << "1 in 2^41";
    EXPECT_EQ(HeardBy(institution).times, 0);
  }
  Add('y', 100);
  Add('z', 100);
  for (size_t answered = 1; answered < sent_.size(); ++answered) {
    Answer(answered);
    for (const char institution : {'a', 'b'}) {
      const std::vector<Sent>& sent = sent_;
      size_t gone = 0;
      for (size_t i = 0; i <= answered; ++i) {
        gone += CountOf(institution, sent[i].rows);
      }
      EXPECT_EQ(HeardBy(institution).times, gone == 100 ? 1 : 0);
    }
  }
}

class PoolFailureTest : public PoolTest {
 protected:
  // A crowd of two batches, of which some rows stayed behind, has failed. Once
  // in some 2^60 times nothing stays behind.
  void SetUp() override {
    Use({.rows = 200, .institutions = 2, .wait = hours(1)});
    Add('a', 100);
    Add('b', 100);
    ASSERT_THAT(sent_, SizeIs(1));
    ASSERT_GT(pool_->waiting_rows(), 0u);
    sent_[0].answered(DataLoss("the disk is full of holes"));
  }
};

TEST_F(PoolFailureTest, EveryBatchInTheCrowdFailsOnce) {
  for (const char institution : {'a', 'b'}) {
    EXPECT_EQ(HeardBy(institution).times, 1);
    EXPECT_THAT(HeardBy(institution).status,
                StatusIs(absl::StatusCode::kDataLoss));
  }
  pool_->Stop();
  EXPECT_EQ(HeardBy('a').times, 1);
  EXPECT_EQ(HeardBy('b').times, 1);
}

TEST_F(PoolFailureTest, TheirOtherRowsAreNotSent) {
  Add('c', 200);
  Add('d', 200);
  ASSERT_GT(sent_.size(), 1u);
  for (size_t crowd = 1; crowd < sent_.size(); ++crowd) {
    EXPECT_EQ(CountOf('a', sent_[crowd].rows), 0u);
    EXPECT_EQ(CountOf('b', sent_[crowd].rows), 0u);
  }
}

// They counted once: a batch of one institution went alone, in the company of
// rows that were never sent.
TEST_F(PoolFailureTest, TheirOtherRowsAreNoCompany) {
  Add('c', 300);
  EXPECT_THAT(sent_, SizeIs(1));
  EXPECT_EQ(pool_->waiting_rows(), 300u);
}

// Nor does their deadline let anybody else go.
TEST_F(PoolTest, AFailedBatchesDeadlineIsNobodys) {
  constexpr milliseconds kWait(300);
  Use({.rows = 100, .institutions = 2, .wait = kWait});
  Add('a', 50);
  Add('b', 50);
  ASSERT_THAT(sent_, ::testing::Not(IsEmpty()));
  for (size_t i = 0; i < sent_.size(); ++i) sent_[i].answered(DataLoss("no"));
  const size_t before = sent_.size();
  const auto begun = std::chrono::steady_clock::now();
  Add('c', 50);
  RunOut();
  ASSERT_GT(sent_.size(), before);
  EXPECT_GE(sent_[before].at - begun, kWait);
}

TEST_F(PoolTest, AnotherNumberOfAnswersIsAFailure) {
  Use({.rows = 2, .institutions = 2, .wait = milliseconds(5)});
  Add('a', 1);
  Add('b', 1);
  RunOut();
  for (const Sent& sent : sent_) {
    sent.answered(std::vector<VaultAnswer>(sent.rows.size() + 1));
  }
  for (const char institution : {'a', 'b'}) {
    EXPECT_EQ(HeardBy(institution).times, 1);
    EXPECT_THAT(HeardBy(institution).status,
                StatusIs(absl::StatusCode::kInternal));
  }
}

// A failure is the crowd's, not the pool's.
TEST_F(PoolTest, ABatchAfterAFailureIsSent) {
  Use({.rows = 1, .institutions = 1, .wait = milliseconds(5)});
  Add('a', 3);
  for (size_t i = 0; i < sent_.size(); ++i) sent_[i].answered(Internal("no"));
  EXPECT_EQ(HeardBy('a').times, 1);
  const size_t before = sent_.size();
  const auto rows = Add('a', 3);
  RunOut();
  for (size_t i = before; i < sent_.size(); ++i) Answer(i);
  EXPECT_THAT(HeardBy('a').status, IsOk());
  EXPECT_THAT(HeardBy('a').rows, ElementsAreArray(rows));
}

TEST_F(PoolTest, StopAnswersWhatWaitsAndSendsNothing) {
  Use({.rows = 100, .institutions = 2, .wait = hours(1)});
  Add('a', 4);
  Add('b', 4);
  pool_->Stop();
  for (const char institution : {'a', 'b'}) {
    EXPECT_EQ(HeardBy(institution).times, 1);
    EXPECT_THAT(HeardBy(institution).status, StatusIs(kUnavailable));
  }
  // Nor what is added from now on, were it a crowd by itself.
  Add('a', 100);
  Add('b', 100);
  EXPECT_THAT(HeardBy('a').status, StatusIs(kUnavailable));
  EXPECT_EQ(HeardBy('b').times, 1);
  EXPECT_EQ(pool_->waiting_rows(), 0u);
  RunOut();
  EXPECT_THAT(sent_, IsEmpty());
}

// Part of it is at the vault: it is told once, and what the vault answers
// afterwards is nobody's.
TEST_F(PoolTest, StopAnswersABatchThatIsUnderWayInPart) {
  Use({.rows = 200, .institutions = 2, .wait = hours(1)});
  Add('a', 100);
  Add('b', 100);
  ASSERT_THAT(sent_, SizeIs(1));
  const size_t sent_of_a = CountOf('a', AllSent());
  ASSERT_LT(sent_of_a, 100u) << "1 in 2^41";
  pool_->Stop();
  EXPECT_THAT(HeardBy('a').status, StatusIs(kUnavailable));
  Answer(0);
  EXPECT_EQ(HeardBy('a').times, 1);
  EXPECT_THAT(HeardBy('a').rows, IsEmpty());
}

// Whoever is answered may look at the pool.
TEST_F(PoolTest, NoLockIsHeldWhenAClientIsAnswered) {
  Use({.rows = 1, .institutions = 1, .wait = milliseconds(5)});
  int called = 0;
  auto look = [&](const auto&) {
    ++called;
    EXPECT_EQ(pool_->waiting_rows(), 0u);
  };
  auto one_row = [this] {
    std::vector<PooledRow> rows;
    rows.push_back({Rerandomiser::ConvertRow(keys_.conversion(), to_, "x", row_,
                                             VaultHandle())
                        ->row,
                    TraceOfNumber(0)});
    return rows;
  };
  pool_->Add("a", one_row(), look);
  ASSERT_THAT(sent_, SizeIs(1));
  Answer(0);
  EXPECT_EQ(called, 1);
  pool_->Stop();
  pool_->Add("a", one_row(), look);
  EXPECT_EQ(called, 2);
}

TEST_F(PoolTest, MoreThanMayWaitGoWhateverTheyAre) {
  Use({.rows = 1000,
       .institutions = 3,
       .wait = hours(1),
       .waiting_rows_max = 10});
  Add('a', 10);
  EXPECT_THAT(sent_, IsEmpty());
  Add('a', 30);
  EXPECT_THAT(sent_, ::testing::Not(IsEmpty()));
  EXPECT_LE(pool_->waiting_rows(), 10u);
}

// As a local deployment has it.
TEST_F(PoolTest, ACrowdOfOneGoesAtOnce) {
  Use({.rows = 1, .institutions = 1, .wait = milliseconds(200)});
  const auto rows = Add('a', 3);
  EXPECT_THAT(AllSent(), ::testing::UnorderedElementsAreArray(rows));
  EXPECT_EQ(pool_->waiting_rows(), 0u);
}

}  // namespace
}  // namespace garderobe::ttp
