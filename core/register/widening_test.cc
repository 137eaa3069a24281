#include "core/register/widening.h"

#include <functional>
#include <set>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace garderobe {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using Institution = v1::Register::Institution;

const std::string kA(32, 'a'), kB(32, 'b');

v1::Register Held() {
  v1::Register reg;
  auto* museum = reg.add_institutions();
  museum->set_id("museum");
  museum->set_subsector("museum");
  museum->add_clients("vendor");
  museum->set_agreement_from("2025-01-01");
  museum->set_agreement_to("2026-12-31");
  museum->set_retention_months(36);
  museum->set_tokens_per_month(1000);
  museum->set_identity_rights_per_month(20);
  museum->set_access_key(kA);
  museum->add_analyst_key_pins(kA);
  museum->add_authors()->set_key(kA);
  auto* retired = museum->add_authors();
  retired->set_key(kB);
  retired->set_retired(true);
  auto* client = reg.add_clients();
  client->set_name("vendor");
  client->add_key_pins(kA);
  return reg;
}

struct Change {
  const char* name;
  std::function<void(v1::Register&)> change;
  const char* says = nullptr;  // nullptr: it widens nothing
};
std::function<void(v1::Register&)> Of(
    const std::function<void(Institution&)>& change) {
  return [change](v1::Register& reg) { change(*reg.mutable_institutions(0)); };
}

const Change kWider[] = {
    {"a new institution",
     [](v1::Register& reg) { reg.add_institutions()->set_id("theatre"); },
     "theatre: is a new institution, with 22000000 tokens and 100 rights"},
    {"more tokens", Of([](Institution& i) { i.set_tokens_per_month(1001); }),
     "museum: 1001 tokens a month instead of 1000"},
    {"the usual tokens", Of([](Institution& i) { i.clear_tokens_per_month(); }),
     "22000000 tokens a month instead of 1000"},
    {"more rights",
     Of([](Institution& i) { i.set_identity_rights_per_month(21); }),
     "21 rights by identity a month instead of 20"},
    {"the usual rights",
     Of([](Institution& i) { i.clear_identity_rights_per_month(); }),
     "100 rights by identity a month instead of 20"},
    {"a longer retention",
     Of([](Institution& i) { i.set_retention_months(37); }),
     "37 months of retention instead of 36"},
    {"the usual retention",
     Of([](Institution& i) { i.clear_retention_months(); }),
     "60 months of retention instead of 36"},
    {"an earlier beginning",
     Of([](Institution& i) { i.set_agreement_from("2024-12-31"); }),
     "the agreement begins on 2024-12-31 instead of 2025-01-01"},
    {"a later end",
     Of([](Institution& i) { i.set_agreement_to("2027-01-01"); }),
     "the agreement ends on 2027-01-01 instead of 2026-12-31"},
    {"no end", Of([](Institution& i) { i.clear_agreement_to(); }),
     "the agreement goes on after 2026-12-31"},
    {"plain mode", Of([](Institution& i) { i.set_plain(true); }),
     "may deliver in plain mode"},
    {"another access key", Of([](Institution& i) { i.set_access_key(kB); }),
     "sealed to the access key 6262626262626262"},
    {"a new author key",
     Of([](Institution& i) { i.add_authors()->set_key(std::string(32, 'c')); }),
     "the author key 6363636363636363 is new"},
    {"a new author key that is retired", Of([](Institution& i) {
       auto* author = i.add_authors();
       author->set_key(std::string(32, 'c'));
       author->set_retired(true);
     }),
     "the author key 6363636363636363 is new, and retired"},
    {"a retired author key that signs again",
     Of([](Institution& i) { i.mutable_authors(1)->set_retired(false); }),
     "the author key 6262626262626262 signs again"},
    {"a new client", Of([](Institution& i) { i.add_clients("other"); }),
     "the client other delivers for it"},
    {"a new pin of the analyst",
     Of([](Institution& i) { i.add_analyst_key_pins(kB); }),
     "analyst of museum: the key 6262626262626262 counts"},
    {"another pin of the analyst",
     Of([](Institution& i) { i.set_analyst_key_pins(0, kB); }),
     "analyst of museum: the key 6262626262626262 counts"},
    {"a new pin of a client",
     [](v1::Register& reg) { reg.mutable_clients(0)->add_key_pins(kB); },
     "client vendor: the key 6262626262626262 counts"},
    {"another pin of a client",
     [](v1::Register& reg) { reg.mutable_clients(0)->set_key_pins(0, kB); },
     "client vendor: the key 6262626262626262 counts"},
    {"a client with a pin",
     [](v1::Register& reg) {
       auto* client = reg.add_clients();
       client->set_name("other");
       client->add_key_pins(kA);
     },
     "client other: the key 6161616161616161 counts"},
};

const Change kNotWider[] = {
    {"the same", [](v1::Register&) {}},
    {"nobody", [](v1::Register& reg) { reg.Clear(); }},
    {"fewer tokens", Of([](Institution& i) { i.set_tokens_per_month(999); })},
    {"fewer rights",
     Of([](Institution& i) { i.set_identity_rights_per_month(19); })},
    {"a shorter retention",
     Of([](Institution& i) { i.set_retention_months(35); })},
    {"a later beginning",
     Of([](Institution& i) { i.set_agreement_from("2025-01-02"); })},
    {"an earlier end",
     Of([](Institution& i) { i.set_agreement_to("2026-12-30"); })},
    {"no agreement", Of([](Institution& i) { i.clear_agreement_from(); })},
    {"no access key", Of([](Institution& i) { i.clear_access_key(); })},
    {"an author key that is retired",
     Of([](Institution& i) { i.mutable_authors(0)->set_retired(true); })},
    {"no author key", Of([](Institution& i) { i.clear_authors(); })},
    {"no client", Of([](Institution& i) { i.clear_clients(); })},
    {"no pin of the analyst",
     Of([](Institution& i) { i.clear_analyst_key_pins(); })},
    {"no pin of a client",
     [](v1::Register& reg) { reg.mutable_clients(0)->clear_key_pins(); }},
    {"a client without a pin",
     [](v1::Register& reg) { reg.add_clients()->set_name("other"); }},
    {"another name and order",
     [](v1::Register& reg) {
       reg.mutable_institutions(0)->set_name("Another");
       reg.mutable_institutions(0)->mutable_authors()->SwapElements(0, 1);
     }},
};

TEST(WideningTest, WhatWidensIsSaid) {
  for (const Change& wider : kWider) {
    v1::Register after = Held();
    wider.change(after);
    EXPECT_THAT(WideningOf(Held(), after), ElementsAre(HasSubstr(wider.says)))
        << wider.name;
  }
}

TEST(WideningTest, WhatNarrowsOrStaysIsNot) {
  for (const Change& other : kNotWider) {
    v1::Register after = Held();
    other.change(after);
    EXPECT_THAT(WideningOf(Held(), after), IsEmpty()) << other.name;
  }
}

TEST(WideningTest, AnAgreementThatWasNoneIsNew) {
  v1::Register before = Held();
  before.mutable_institutions(0)->clear_agreement_from();
  before.mutable_institutions(0)->clear_agreement_to();
  EXPECT_THAT(WideningOf(before, Held()),
              ElementsAre("museum: has an agreement, from 2025-01-01 to "
                          "2026-12-31"));
}

// What a party that holds nothing would take on is told in full.
TEST(WideningTest, AnInstitutionBringsEverythingItMayDo) {
  EXPECT_THAT(
      WideningOf({}, Held()),
      ElementsAre(HasSubstr("museum: is a new institution, with 1000 tokens "
                            "and 20 rights"),
                  HasSubstr("has an agreement"), HasSubstr("access key"),
                  HasSubstr("author key 6161"), HasSubstr("author key 6262"),
                  HasSubstr("client vendor delivers"), HasSubstr("analyst of"),
                  HasSubstr("client vendor: the key")));
}

// Every field of an institution is in one of the two tables, so that a new one
// is decided about.
TEST(WideningTest, EveryFieldIsDecidedAbout) {
  const std::set<std::string> decided = {
      "id", "clients", "agreement_from", "agreement_to", "retention_months",
      "access_key", "plain", "tokens_per_month", "analyst_key_pins", "authors",
      "identity_rights_per_month",
      // Decide about figures, and not about what anybody may do.
      "name", "subsector", "municipality", "owner", "legal_basis", "benchmark"};
  const auto* fields = Institution::descriptor();
  for (int i = 0; i < fields->field_count(); ++i) {
    EXPECT_TRUE(decided.contains(fields->field(i)->name()))
        << fields->field(i)->name();
  }
}

}  // namespace
}  // namespace garderobe
