// After a rotation everybody is who they were: rows that are made with the next
// scalar find the tokens that were stored with the former one.
#include "vault/link/rotate_tokens.h"

#include "gmock/gmock.h"
#include "vault/link/linker_fixture.h"

namespace garderobe::vault {
namespace {

const Known kOfTwoKeys = {.email = "anna@example.nl",
                          .first = "Anna",
                          .last = "Bakker",
                          .born = "1980-02-03",
                          .house = "12"};
const Known kBox = {.email = "kassa@example.nl"};

class RotateTokensTest : public LinkerTest {
 protected:
  // A row whose tokens are made with the next scalar.
  LinkRow NextRow(int number, const Known& known) const {
    LinkRow row = Row(number, known);
    for (Token& token : row.tokens) {
      Element next;
      EXPECT_TRUE(Multiply(d_, token.point, &next));
      token.point = next;
    }
    return row;
  }
  PersonSeed LinkNext(int number, const Known& known) {
    const auto linked = linker_->Link({NextRow(number, known)});
    EXPECT_THAT(linked, IsOk());
    return linked->at(0);
  }
  Linker::Subject Whoever(const Known& known, bool next) const {
    Linker::Subject subject;
    subject.tokens = (next ? NextRow(0, known) : Row(0, known)).tokens;
    return subject;
  }
  void Rotate() {
    linker_.reset();
    {
      const auto store = Store::Open(directory_, kFamilyNames, kStoreOptions);
      ASSERT_THAT(store, IsOk());
      boost::asio::thread_pool workers(2);
      double last = 0;
      ASSERT_THAT(
          RotateTokens(**store, d_, workers, [&](double part) { last = part; }),
          IsOk());
      EXPECT_EQ(last, 1.0);
    }
    Reopen();
  }
  std::vector<uint64_t> Counts() const {
    const LinkCounts c = linker_->counts();
    return {c.relations, c.tokens, c.persons, c.set_aside, c.contradictory};
  }

  const RotationFactor d_ = RotationFactor::Random();
};

TEST_F(RotateTokensTest, WhoIsDeliveredAgainIsTheSamePerson) {
  const PersonSeed anna = Link(1, kOfTwoKeys);
  ASSERT_EQ(Link(2, kOfTwoKeys), anna);
  const PersonSeed other = Link(3, {.email = "bert@example.nl"});
  const auto before = Counts();
  Rotate();
  EXPECT_EQ(Counts(), before);
  EXPECT_EQ(LinkNext(1, kOfTwoKeys), anna);
  EXPECT_EQ(LinkNext(3, {.email = "bert@example.nl"}), other);
  EXPECT_EQ(Counts(), before);
  // Somebody new with what was stored before.
  EXPECT_EQ(LinkNext(4, kOfTwoKeys), anna);
  EXPECT_NE(anna, other);
}

// The control: with the former scalar nobody is found.
TEST_F(RotateTokensTest, WithTheFormerScalarNobodyIsFound) {
  const PersonSeed anna = Link(1, kOfTwoKeys);
  Rotate();
  EXPECT_NE(Link(2, kOfTwoKeys), anna);
}

TEST_F(RotateTokensTest, WhatTooManyHoldStaysSetAside) {
  const int many = static_cast<int>(Linker::kHoldersMax) + 3;
  for (int i = 1; i <= many; ++i) Link(i, kBox);
  ASSERT_EQ(linker_->counts().set_aside, Row(1, kBox).tokens.size());
  const auto before = Counts();
  Rotate();
  for (int i = 1; i <= many; ++i) LinkNext(i, kBox);
  EXPECT_EQ(Counts(), before);
  // Of a person of few again it counts again.
  for (int i = 1; i <= 3; ++i) {
    ASSERT_THAT(linker_->Erase({HandleOf(i), Row(i, {}).reference, {}}),
                IsOk());
  }
  EXPECT_EQ(linker_->counts().set_aside, 0u);
}

TEST_F(RotateTokensTest, AnObjectionStandsAndCanBeTakenBack) {
  const ObjectionMark mark = ObjectionMark::From(std::string(32, 'm'));
  Link(1, kOfTwoKeys);
  ASSERT_THAT(linker_->Object(Whoever(kOfTwoKeys, false), mark), IsOk());
  Rotate();
  EXPECT_TRUE(LinkNext(1, kOfTwoKeys).is_zero());
  EXPECT_TRUE(LinkNext(2, kOfTwoKeys).is_zero());
  ASSERT_THAT(linker_->Withdraw(Whoever(kOfTwoKeys, true), mark), IsOk());
  EXPECT_FALSE(LinkNext(1, kOfTwoKeys).is_zero());
}

// An identity is a row that its tokens name: lodged once more it is the same
// row, and what was set aside is held by it as before.
TEST_F(RotateTokensTest, AnIdentityIsTheSameRow) {
  const ObjectionMark first = ObjectionMark::From(std::string(32, 'm')),
                      second = ObjectionMark::From(std::string(32, 'n'));
  const int many = static_cast<int>(Linker::kHoldersMax) + 3;
  for (int i = 1; i <= many; ++i) Link(i, kBox);
  const Known both = {
      .email = kBox.email, .mobile = "+31611111111", .first = "anna"};
  ASSERT_THAT(linker_->Object(Whoever(kOfTwoKeys, false), first), IsOk());
  ASSERT_THAT(linker_->Object(Whoever(both, false), first), IsOk());
  const auto before = Counts();
  Rotate();
  EXPECT_EQ(Counts(), before);
  ASSERT_THAT(linker_->Object(Whoever(kOfTwoKeys, true), second), IsOk());
  ASSERT_THAT(linker_->Object(Whoever(both, true), second), IsOk());
  EXPECT_EQ(Counts(), before);
  for (const ObjectionMark& mark : {first, second}) {
    for (const Known& known : {kOfTwoKeys, both}) {
      EXPECT_TRUE(LinkNext(1000, known).is_zero());
      ASSERT_THAT(linker_->Erase({HandleOf(1000), Row(1000, {}).reference, {}}),
                  IsOk());
      ASSERT_THAT(linker_->Withdraw(Whoever(known, true), mark), IsOk());
    }
  }
  EXPECT_FALSE(LinkNext(1001, kOfTwoKeys).is_zero());
  EXPECT_FALSE(LinkNext(1002, both).is_zero());
}

TEST_F(RotateTokensTest, WhoIsErasedByIdentityIsFound) {
  Link(1, kOfTwoKeys);
  Link(2, kOfTwoKeys);
  Link(3, {.email = "bert@example.nl"});
  Rotate();
  // The control: the former tokens are nobody's.
  ASSERT_THAT(linker_->Erase(Whoever(kOfTwoKeys, false)), IsOk());
  EXPECT_EQ(linker_->counts().relations, 3u);
  ASSERT_THAT(linker_->Erase(Whoever(kOfTwoKeys, true)), IsOk());
  EXPECT_EQ(linker_->counts().relations, 1u);
  EXPECT_EQ(linker_->counts().tokens,
            Row(3, {.email = "bert@example.nl"}).tokens.size());
}

TEST_F(RotateTokensTest, PairsThatAreKeptApartStayApart) {
  Link(1, kOfTwoKeys);
  Link(2, kOfTwoKeys);
  ASSERT_THAT(linker_->KeepApart(HandleOf(1), HandleOf(2), true), IsOk());
  ASSERT_FALSE(SamePerson(1, 2));
  Rotate();
  EXPECT_NE(LinkNext(1, kOfTwoKeys), LinkNext(2, kOfTwoKeys));
  ASSERT_THAT(linker_->KeepApart(HandleOf(1), HandleOf(2), false), IsOk());
  EXPECT_TRUE(SamePerson(1, 2));
}

TEST_F(RotateTokensTest, NoTokenIsStoredAsItWas) {
  std::vector<std::string> before;
  for (const Token& token : Row(1, kOfTwoKeys).tokens)
    before.push_back(token.Key());
  ASSERT_FALSE(before.empty());
  Link(1, kOfTwoKeys);
  for (const std::string& key : before) {
    EXPECT_THAT(linker_->store().Get(kTokens, key), IsOk());
  }
  Rotate();
  for (const std::string& key : before) {
    EXPECT_THAT(linker_->store().Get(kTokens, key),
                StatusIs(absl::StatusCode::kNotFound));
  }
}

TEST_F(RotateTokensTest, ADamagedRecordEndsIt) {
  Link(1, kOfTwoKeys);
  linker_.reset();
  const auto store = Store::Open(directory_, kFamilyNames, kStoreOptions);
  ASSERT_THAT(store, IsOk());
  rocksdb::WriteBatch batch;
  batch.Put((*store)->family(kTokens), "short", NumberKey(1));
  ASSERT_THAT((*store)->WriteAndSync(batch), IsOk());
  boost::asio::thread_pool workers(1);
  EXPECT_THAT(RotateTokens(**store, d_, workers),
              StatusIs(absl::StatusCode::kDataLoss));
}

}  // namespace
}  // namespace garderobe::vault
