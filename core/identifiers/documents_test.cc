// docs/identifiers.md is what an independent client is written from: every
// table in it is held against the code.
#include <algorithm>
#include <fstream>
#include <map>
#include <set>
#include <sstream>

#include "core/base/status.h"
#include "core/identifiers/email.h"
#include "core/identifiers/person.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/markdown.h"

namespace garderobe {
namespace {

const CivilDate kToday{2026, 1, 1};

constexpr char kDocument[] = "docs/identifiers.md";

using Given = std::map<std::string, std::string>;

Identifiers Read(const Given& given) {
  auto get = [&](const char* field) -> std::string_view {
    const auto found = given.find(field);
    return found == given.end() ? std::string_view() : found->second;
  };
  return DeriveIdentifiers(
      ReadPersonFields(
          {get("email"), get("phone"), get("pass"), get("first_name"),
           get("last_name"), get("birth_date"), get("country"), get("postcode"),
           get("street"), get("house_number"), get("house_number_addition"),
           get("city")},
          {}, kToday)
          .fields);
}

const Given kDutch = {{"email", "anna.bakker@example.nl"},
                      {"phone", "0612345670"},
                      {"pass", "cjp:123456"},
                      {"first_name", "Anna"},
                      {"last_name", "Bakker"},
                      {"birth_date", "1980-02-03"},
                      {"postcode", "1012LG"},
                      {"street", "Damrak"},
                      {"house_number", "12"},
                      {"house_number_addition", "A"},
                      {"city", "Amsterdam"}};

Given With(Given given, const Given& others) {
  for (const auto& [field, value] : others) given[field] = value;
  return given;
}

std::vector<Given> People() {
  return {kDutch, With(kDutch, {{"phone", "020 1234567"}}),
          With(kDutch, {{"postcode", ""}}),
          With(kDutch, {{"house_number", ""}, {"house_number_addition", ""}}),
          With(kDutch, {{"country", "BE"},
                        {"postcode", "9000"},
                        {"street", "Korenmarkt"},
                        {"phone", "0470 12 34 57"}})};
}

// Another value of each field, that is as good.
std::string Another(const std::string& field, const Given& of) {
  const bool belgian = of.contains("country");
  if (field == "phone") {
    if (belgian) return "0470 12 34 58";
    return of.at("phone").starts_with("06") ? "0612345671" : "020 1234568";
  }
  if (field == "postcode") return belgian ? "1000" : "9712HM";
  return std::map<std::string, std::string>{{"email", "piet.vos@voorbeeld.be"},
                                            {"pass", "cjp:654321"},
                                            {"first_name", "Piet"},
                                            {"last_name", "Vos"},
                                            {"birth_date", "1991-05-06"},
                                            {"street", "Singel"},
                                            {"house_number", "34"},
                                            {"house_number_addition", "B"},
                                            {"city", "Gent"}}
      .at(field);
}

TEST(IdentifierDocumentTest, TheTableOfKindsIsTheCode) {
  // What each kind is made of: the fields that change it.
  std::array<std::set<std::string>, kKindCount> made_of;
  std::array<bool, kKindCount> seen{};
  for (const Given& person : People()) {
    const Identifiers before = Read(person);
    for (size_t kind = 0; kind < kKindCount; ++kind) {
      seen[kind] |= !before[kind].empty();
    }
    for (const auto& [field, value] : person) {
      if (value.empty() || field == "country") continue;
      const Identifiers after =
          Read(With(person, {{field, Another(field, person)}}));
      for (size_t kind = 0; kind < kKindCount; ++kind) {
        if (before[kind] != after[kind]) made_of[kind].insert(field);
      }
    }
  }
  const auto rows = TablesWith(kDocument, "| bit | kind | says | fields |");
  ASSERT_EQ(rows.size(), kKindCount);
  for (size_t kind = 0; kind < kKindCount; ++kind) {
    const std::string name(KindName(static_cast<Kind>(kind)));
    EXPECT_TRUE(seen[kind]) << name;
    EXPECT_EQ(rows[kind][0], std::to_string(kind)) << name;
    EXPECT_EQ(rows[kind][1], "`" + name + "`");
    EXPECT_EQ(rows[kind][2],
              SaysPerson(static_cast<Kind>(kind)) ? "person" : "household")
        << name;
    const auto fields = Quoted(rows[kind][3]);
    EXPECT_EQ(std::set<std::string>(fields.begin(), fields.end()),
              made_of[kind])
        << name;
  }
}

// Of the person of kDutch; a bar in a table is written \|.
TEST(IdentifierDocumentTest, ExamplesAreWhatIsHashed) {
  std::map<std::string, std::string> told, made;
  for (const std::string& line : LinesOfSource(kDocument)) {
    const std::vector<std::string> words = Quoted(line);
    if (!line.starts_with("| `") || words.size() != 2) continue;
    if (line != "| `" + words[0] + "` | `" + words[1] + "` |") continue;
    told[words[0]] = words[1];
  }
  const Identifiers read = Read(kDutch);
  for (size_t kind = 0; kind < kKindCount; ++kind) {
    std::string value = read[kind];
    const std::string name(KindName(static_cast<Kind>(kind)));
    if (value.empty() || !told.contains(name)) continue;
    for (size_t at = 0; (at = value.find('|', at)) != value.npos; at += 2) {
      value.insert(at, "\\");
    }
    made[name] = value;
  }
  EXPECT_EQ(told, made);
  EXPECT_EQ(told.size(), 16u);
}

TEST(IdentifierDocumentTest, EveryKindIsDescribed) {
  std::set<std::string> described;
  for (const char* header :
       {"| kind | normal form |", "| kind | made of | survives, or tells |"}) {
    for (const auto& row : TablesWith(kDocument, header)) {
      for (const std::string& kind : Quoted(row[0])) {
        EXPECT_TRUE(described.insert(kind).second) << kind;
      }
    }
  }
  std::set<std::string> kinds;
  for (size_t kind = 0; kind < kKindCount; ++kind) {
    kinds.emplace(KindName(static_cast<Kind>(kind)));
  }
  EXPECT_EQ(described, kinds);
}

TEST(IdentifierDocumentTest, TheReasonsAreTheClosedList) {
  const auto rows = TablesWith(kDocument, "| reason | field | meaning |");
  ASSERT_EQ(rows.size(), AllReasons().size());
  for (size_t i = 0; i < rows.size(); ++i) {
    EXPECT_EQ(rows[i][0], fmt::format("`{}`", AllReasons()[i].reason));
    EXPECT_EQ(rows[i][1], AllReasons()[i].field);
    EXPECT_EQ(rows[i][2], AllReasons()[i].meaning);
  }
}

TEST(IdentifierDocumentTest, SoManyTokensACustomerHas) {
  auto count = [](const Given& given) {
    const Identifiers read = Read(given);
    return std::count_if(read.begin(), read.end(),
                         [](const std::string& v) { return !v.empty(); });
  };
  const Given known = {{"email", "anna@example.nl"}, {"phone", "0612345670"},
                       {"first_name", "Anna"},       {"last_name", "Bakker"},
                       {"postcode", "1012LG"},       {"house_number", "12"}};
  std::string all;
  for (const std::string& line : LinesOfSource(kDocument)) all += line + "\n";
  EXPECT_THAT(all, ::testing::HasSubstr(fmt::format(
                       "has {} tokens, with a birth date {};", count(known),
                       count(With(known, {{"birth_date", "1980-02-03"}})))));
}

// What was refused made match keys of what was left of it.
TEST(RefusedValueTest, TakesPartInNoKind) {
  struct Case {
    Given refused;
    std::set<std::string> fields;  // of the part that is refused
  };
  const std::set<std::string> address = {"postcode", "street", "house_number",
                                         "house_number_addition", "city"};
  std::vector<Case> cases;
  for (const char* email :
       {"noreply@example.nl", "test@example.nl", "geen e-mail bekend",
        "onbekend@nergens", "GEEN EMAIL", "noreply@localhost"}) {
    cases.push_back({{{"email", email}}, {"email"}});
  }
  for (const char* phone : {"0612345678", "0611111111", "0612345678 PRIVE"}) {
    cases.push_back({{{"phone", phone}}, {"phone"}});
  }
  cases.push_back({{{"pass", "cjp:0000000"}}, {"pass"}});
  cases.push_back({{{"first_name", "test"}}, {"first_name"}});
  cases.push_back({{{"last_name", "Onbekend"}}, {"last_name"}});
  for (const char* born : {"1980-01-01", "1911-11-11", "1899-02-03"}) {
    cases.push_back({{{"birth_date", born}}, {"birth_date"}});
  }
  for (const char* number : {"0", "00", "99999", "0 A", "99999 bis"}) {
    cases.push_back({{{"house_number", number}}, address});
    cases.push_back(
        {{{"house_number", number}, {"street", "Damrak"}, {"postcode", ""}},
         address});
  }
  for (const char* postcode : {"1234AB", "1111AA", "9999ZZ", "1000AA"}) {
    cases.push_back({{{"postcode", postcode},
                      {"house_number", "1"},
                      {"house_number_addition", ""}},
                     address});
  }
  std::map<std::string, std::set<std::string>> fields_of;
  for (const auto& row :
       TablesWith(kDocument, "| bit | kind | says | fields |")) {
    const auto fields = Quoted(row[3]);
    fields_of[Quoted(row[1])[0]] = {fields.begin(), fields.end()};
  }
  for (const Given& person : People()) {
    const Identifiers before = Read(person);
    for (const Case& c : cases) {
      // The examples of addresses are Dutch.
      if (person.contains("country") && c.refused.contains("postcode"))
        continue;
      const Identifiers after = Read(With(person, c.refused));
      for (size_t kind = 0; kind < kKindCount; ++kind) {
        const std::string name(KindName(static_cast<Kind>(kind)));
        const auto& fields = fields_of[name];
        const bool takes_part = std::any_of(
            fields.begin(), fields.end(),
            [&](const std::string& field) { return c.fields.contains(field); });
        EXPECT_EQ(after[kind], takes_part ? "" : before[kind])
            << name << " with " << c.refused.begin()->second;
      }
    }
  }
}

}  // namespace
}  // namespace garderobe
