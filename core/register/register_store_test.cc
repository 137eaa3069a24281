#include "core/register/register_store.h"

#include <filesystem>
#include <fstream>

#include "core/base/files.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"

namespace garderobe {
namespace {

// Two custodians agree to everything.
const RegisterStore::Approve kApproved = [](const auto&, const auto&) {
  return absl::OkStatus();
};

class RegisterStoreTest : public ::testing::Test {
 protected:
  RegisterStoreTest() {
    for (const char* id : {"museum-01", "podium-02"}) {
      auto* institution = register_.add_institutions();
      institution->set_id(id);
      institution->set_subsector("museum");
      institution->add_clients("vendor-a");
    }
    EXPECT_THAT(RegisterStore::Write(path_, register_), IsOk());
    bytes_ = *ReadWholeFile(path_);
  }
  ~RegisterStoreTest() override {
    std::filesystem::remove(path_);
    std::filesystem::remove(agreements_);
  }
  void Overwrite(const std::string& bytes) const {
    std::ofstream(path_, std::ios::binary | std::ios::trunc) << bytes;
  }
  const std::string path_ = ::testing::TempDir() + "/register.pb";
  const std::string agreements_ = ::testing::TempDir() + "/agreements.pb";
  v1::Register register_;
  std::string bytes_;
};

TEST_F(RegisterStoreTest, OpensWhatWasWritten) {
  const auto store = RegisterStore::Open(path_);
  ASSERT_THAT(store, IsOk());
  EXPECT_EQ((*store)->Get()->size(), 2u);
}

// A register that was cut short was once taken for a shorter one, and an
// emptied one for a register of nobody: with it went every agreement.
TEST_F(RegisterStoreTest, ARegisterCutAnywhereIsRefused) {
  for (size_t size = 0; size < bytes_.size(); ++size) {
    Overwrite(bytes_.substr(0, size));
    EXPECT_THAT(
        RegisterStore::Open(path_).status(),
        StatusIs(absl::StatusCode::kDataLoss, ::testing::HasSubstr(path_)))
        << size;
  }
}

TEST_F(RegisterStoreTest, ADamagedFileOnReloadLeavesWhatWasKnown) {
  const auto store = RegisterStore::Open(path_);
  ASSERT_THAT(store, IsOk());
  Overwrite("");
  EXPECT_THAT((*store)->Reload({2026, 1, 1}),
              StatusIs(absl::StatusCode::kDataLoss));
  EXPECT_EQ((*store)->Get()->size(), 2u);
}

TEST_F(RegisterStoreTest, KeysOfClientsAndAnalystsAreTheLastThatWereImported) {
  const CivilDate today{2026, 6, 1};
  const auto store = RegisterStore::Open(path_);
  ASSERT_THAT(store, IsOk());
  EXPECT_TRUE((*store)->ClientPins("vendor-a").empty());
  const std::string a(32, 'a'), b(32, 'b'), c(32, 'c');
  v1::Register reg = register_;
  auto* client = reg.add_clients();
  client->set_name("vendor-a");
  client->add_key_pins(a);
  client->add_key_pins(b);
  reg.mutable_institutions(0)->add_analyst_key_pins(c);
  ASSERT_THAT((*store)->Replace(reg, today, kApproved), IsOk());
  const auto again = RegisterStore::Open(path_);
  ASSERT_THAT(again, IsOk());
  for (RegisterStore* held : {store->get(), again->get()}) {
    EXPECT_EQ(held->ClientPins("vendor-a"),
              (KeyPins{KeyPin::From(a), KeyPin::From(b)}));
    EXPECT_EQ(held->AnalystPins("museum-01"), KeyPins{KeyPin::From(c)});
    // Who is not named has none.
    EXPECT_TRUE(held->ClientPins("museum-01").empty());
    EXPECT_TRUE(held->AnalystPins("podium-02").empty());
    EXPECT_EQ(held->ToProto().SerializeAsString(), reg.SerializeAsString());
  }
  ASSERT_THAT((*store)->Replace(register_, today, kApproved), IsOk());
  EXPECT_TRUE((*store)->ClientPins("vendor-a").empty());
  EXPECT_TRUE((*store)->AnalystPins("museum-01").empty());
}

TEST_F(RegisterStoreTest, KeysThatAreNoneAreNamed) {
  const auto fault = [&](auto change) {
    v1::Register reg = register_;
    reg.add_clients()->set_name("vendor-a");
    change(reg);
    return std::string(Message(CheckRegister(reg)));
  };
  EXPECT_EQ(fault([](v1::Register&) {}), "");
  // A byte short, one more than fits, a name twice, a name that is none.
  EXPECT_THAT(fault([](v1::Register& reg) {
                reg.mutable_clients(0)->add_key_pins(std::string(31, 'a'));
              }),
              ::testing::HasSubstr("clients[0].key_pins"));
  EXPECT_THAT(fault([](v1::Register& reg) {
                for (char fill = 'a'; fill < 'a' + 9; ++fill) {
                  reg.mutable_institutions(1)->add_analyst_key_pins(
                      std::string(32, fill));
                }
              }),
              ::testing::HasSubstr("institutions[1].analyst_key_pins"));
  EXPECT_THAT(
      fault([](v1::Register& reg) { reg.add_clients()->set_name("vendor-a"); }),
      ::testing::HasSubstr("vendor-a is there twice"));
  EXPECT_THAT(fault([](v1::Register& reg) { reg.add_clients(); }),
              ::testing::HasSubstr("clients[1].name"));
}

// A file that somebody put there moved a date, and the next import took it for
// what had always been agreed.
TEST_F(RegisterStoreTest, AFilePutThereMovesNoDate) {
  const CivilDate today{2026, 6, 1};
  const auto store = RegisterStore::Open(path_);
  ASSERT_THAT(store, IsOk());
  const auto with = [&](const char* from) {
    v1::Register reg = register_;
    reg.mutable_institutions(0)->set_agreement_from(from);
    reg.mutable_institutions(0)->set_agreement_to("2030-12-31");
    return reg;
  };
  ASSERT_THAT((*store)->Replace(with("2025-01-01"), today, kApproved), IsOk());
  ASSERT_THAT(RegisterStore::Write(path_, with("2024-01-01")), IsOk());
  const auto refused = StatusIs(absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT((*store)->Reload(today), refused);
  EXPECT_EQ((*store)->Get()->at("museum-01").agreement_from(), "2025-01-01");
  // Also where a start has taken the file as it is.
  const auto restarted = RegisterStore::Open(path_);
  ASSERT_THAT(restarted, IsOk());
  EXPECT_THAT((*restarted)->Replace(with("2024-01-01"), today, kApproved),
              refused);
  EXPECT_THAT((*restarted)->Replace(with("2025-01-01"), today, kApproved),
              IsOk());
}

// What widens is asked about once, and refused as it was answered; what narrows
// is not.
TEST_F(RegisterStoreTest, WhatWidensIsAskedAbout) {
  const CivilDate today{2026, 6, 1};
  const auto store = RegisterStore::Open(path_);
  ASSERT_THAT(store, IsOk());
  ASSERT_THAT((*store)->Replace(register_, today, kApproved), IsOk());
  v1::Register wider = register_;
  wider.mutable_institutions(0)->set_plain(true);
  std::vector<std::string> asked;
  const RegisterStore::Approve refuse = [&](const auto&, const auto& widened) {
    asked = widened;
    return PermissionDenied("not by two");
  };
  const std::string before = *ReadWholeFile(path_);
  EXPECT_THAT((*store)->Replace(wider, today, refuse),
              StatusIs(absl::StatusCode::kPermissionDenied, "not by two"));
  EXPECT_EQ(asked,
            std::vector<std::string>{"museum-01: may deliver in plain mode"});
  EXPECT_EQ(*ReadWholeFile(path_), before);
  EXPECT_FALSE((*store)->Get()->at("museum-01").plain());
  // Nobody is asked about a register that breaks a rule.
  asked.clear();
  wider.mutable_institutions(0)->set_subsector("circus");
  EXPECT_THAT((*store)->Replace(wider, today, refuse),
              StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_TRUE(asked.empty());
  v1::Register narrower = register_;
  narrower.mutable_institutions()->RemoveLast();
  EXPECT_THAT((*store)->Replace(narrower, today, refuse), IsOk());
  EXPECT_TRUE(asked.empty());
  // And what has left is new when it returns.
  EXPECT_THAT((*store)->Replace(register_, today, refuse),
              StatusIs(absl::StatusCode::kPermissionDenied));
}

// A field that a later version knows was approved by nobody.
TEST_F(RegisterStoreTest, FieldsThatAreUnknownAreNotKept) {
  const auto store = RegisterStore::Open(path_);
  ASSERT_THAT(store, IsOk());
  v1::Register reg = register_;
  auto* institution = reg.mutable_institutions(0);
  institution->GetReflection()
      ->MutableUnknownFields(institution)
      ->AddVarint(999, 1);
  const std::string with = reg.SerializeAsString();
  ASSERT_THAT((*store)->Replace(reg, {2026, 6, 1}, kApproved), IsOk());
  EXPECT_EQ((*store)->ToProto().SerializeAsString(),
            register_.SerializeAsString());
  EXPECT_NE(with, register_.SerializeAsString());
}

}  // namespace
}  // namespace garderobe
