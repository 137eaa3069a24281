// The published vectors: a third party's client must read the same from the
// same. And the public cases, where they are present.
#include "tests/support/vectors.h"

#include <cstdlib>
#include <fstream>
#include <iostream>
#include <set>

#include "core/identifiers/email.h"
#include "core/identifiers/house_number.h"
#include "core/identifiers/normalisation.h"
#include "core/identifiers/person.h"
#include "core/identifiers/phone.h"
#include "core/identifiers/street_line.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace garderobe {
namespace {

using nlohmann::json;

RawPerson RawOf(const json& given) {
  auto get = [&](const char* name) -> std::string_view {
    const auto it = given.find(name);
    if (it == given.end()) return {};
    return it->get_ref<const std::string&>();
  };
  return {get("email"),
          get("phone"),
          get("pass"),
          get("first_name"),
          get("last_name"),
          get("birth_date"),
          get("country"),
          get("postcode"),
          get("street"),
          get("house_number"),
          get("house_number_addition"),
          get("city")};
}

// What is read of one case, beside what was given.
json Answered(const json& each, std::set<std::string>* reasons) {
  std::vector<std::string> own;
  if (each.contains("own_domains")) own = each["own_domains"];
  const ReadPerson read =
      ReadPersonFields(RawOf(each["given"]), own, CivilDate{2026, 1, 1});
  json answered = each;
  answered["identifiers"] = json::object();
  const Identifiers derived = DeriveIdentifiers(read.fields);
  for (size_t kind = 0; kind < kKindCount; ++kind) {
    if (derived[kind].empty()) continue;
    const std::string name(KindName(static_cast<Kind>(kind)));
    answered["identifiers"][name] = derived[kind];
  }
  answered["refused"] = json::array();
  for (std::string_view reason : read.refused) {
    answered["refused"].push_back(reason);
    reasons->insert(std::string(reason));
  }
  return answered;
}

// Fills in what is read today, for somebody to look over line by line. `given`
// is what tests/vectors/normalisation_given.py prints.
void WriteVectors(const json& given, const char* path) {
  std::set<std::string> reasons;
  std::ofstream out(path);
  out << "{\"about\": \"What a client reads of a customer's fields "
         "(docs/identifiers.md): identifiers in normal form by kind, and why "
         "values are refused. Own domains are those of the institution.\",\n"
         "\"match_keys_version\": "
      << kMatchKeysVersion
      << ",\n\"normalisation_version\": " << NormalisationRules().version
      << ",\n\"today\": \"2026-01-01\",\n\"cases\": [\n";
  for (size_t i = 0; i < given.size(); ++i) {
    out << Answered(given[i], &reasons).dump()
        << (i + 1 < given.size() ? ",\n" : "\n");
  }
  out << "]}\n";
}

TEST(VectorsTest, EveryCaseReadsAsPublished) {
  if (const char* path = std::getenv("GARDEROBE_WRITE_VECTORS")) {
    WriteVectors(json::parse(std::cin), path);
  }
  const json vectors = ReadVectors("normalisation-v2.json");
  EXPECT_EQ(vectors["match_keys_version"], kMatchKeysVersion);
  EXPECT_EQ(vectors["normalisation_version"], NormalisationRules().version);
  ASSERT_GE(vectors["cases"].size(), 2000u);
  std::set<std::string> seen, listed;
  for (const json& each : vectors["cases"]) {
    const json answered = Answered(each, &seen);
    EXPECT_EQ(answered["identifiers"], each["identifiers"]) << each["given"];
    EXPECT_EQ(answered["refused"], each["refused"]) << each["given"];
  }
  // Every reason of the closed list occurs, and no other.
  for (const Reason& reason : AllReasons()) {
    listed.insert(std::string(reason.reason));
  }
  EXPECT_EQ(seen, listed);
}

TEST(VectorsTest, EveryKindOccurs) {
  const json vectors = ReadVectors("normalisation-v2.json");
  std::set<std::string> seen;
  for (const json& each : vectors["cases"]) {
    for (const auto& [kind, value] : each["identifiers"].items()) {
      seen.insert(kind);
    }
  }
  EXPECT_EQ(seen.size(), kKindCount);
}

std::vector<std::vector<std::string>> ReadCases(const std::string& path) {
  std::vector<std::vector<std::string>> rows;
  std::FILE* file = std::fopen(path.c_str(), "r");
  bool quoted = false;
  std::vector<std::string> row(1);
  for (int c; file != nullptr && (c = std::fgetc(file)) != EOF;) {
    if (c == '"') {
      quoted = !quoted;
    } else if (c == ',' && !quoted) {
      row.emplace_back();
    } else if (c == '\n' && !quoted) {
      rows.push_back(std::move(row));
      row.assign(1, "");
    } else if (c != '\r') {
      row.back().push_back(static_cast<char>(c));
    }
  }
  if (file != nullptr) std::fclose(file);
  rows.erase(rows.begin());
  return rows;
}

#define GARDEROBE_CASES_OR_SKIP(name)                         \
  const auto path = PublicDataPath("normalise/" name ".csv"); \
  if (!path) GTEST_SKIP() << "the public cases are not here"; \
  const auto rows = ReadCases(*path);                         \
  ASSERT_GT(rows.size(), 20u)

TEST(PublicCasesTest, Phones) {
  GARDEROBE_CASES_OR_SKIP("phones-nl-be");
  size_t mobile = 0, landline = 0;
  for (const auto& row : rows) {
    const Normalised read = NormalisePhone(row[0], row[1]);
    const bool personal =
        row[2] == "true" && (row[5] == "MOBILE" || row[5] == "FIXED_LINE");
    // Ours: an example is nobody's, nor is an extension.
    if (read.reason == "PHONE_PLACEHOLDER") continue;
    if (row[0].find("ext") != std::string::npos) {
      EXPECT_FALSE(read.ok()) << row[0];
      continue;
    }
    EXPECT_EQ(read.ok(), personal) << row[0] << " " << read.reason;
    if (!read.ok()) continue;
    EXPECT_EQ(read.value, row[3]) << row[0];
    EXPECT_EQ(read.kind == Kind::kMobile, row[5] == "MOBILE") << row[0];
    ++(read.kind == Kind::kMobile ? mobile : landline);
  }
  EXPECT_GT(mobile + landline, 100u);
}

TEST(PublicCasesTest, Postcodes) {
  GARDEROBE_CASES_OR_SKIP("postcodes");
  for (const auto& row : rows) {
    const auto read = FindCountry(row[0])->postcode(row[1]);
    std::string expected = row[2];
    std::erase(expected, ' ');
    EXPECT_EQ(read.value_or(""), expected) << row[0] << " '" << row[1] << "'";
  }
}

TEST(PublicCasesTest, HouseNumbers) {
  GARDEROBE_CASES_OR_SKIP("house-numbers");
  // Where ours is another rule, on purpose: floors are digits, 99999 is a
  // dummy.
  const std::set<std::string> ours = {"12 II", "99999"};
  for (const auto& row : rows) {
    StreetLine line{row[1], row[2]};
    if (line.number.empty()) line = SplitStreetLine(row[1]);
    if (ours.contains(line.number)) continue;
    const HouseNumber read =
        ReadHouseNumber(line.number, row[3], row[0] == "NL");
    ASSERT_EQ(read.ok(), !row[4].empty()) << row[1] << "|" << row[2];
    if (!read.ok()) continue;
    EXPECT_EQ(std::to_string(read.number), row[4]) << row[1] << "|" << row[2];
    EXPECT_EQ(read.letter + "/" + read.addition + "/" + read.box,
              row[5] + "/" + row[6] + "/" + row[7])
        << row[1] << "|" << row[2] << "|" << row[3];
  }
}

TEST(PublicCasesTest, Domains) {
  GARDEROBE_CASES_OR_SKIP("idn-domains");
  // What a browser lets through, and IDNA 2008 or mail servers do not.
  const std::set<std::string> ours = {"exa_mple.nl", "-abc.nl", "abc-.nl",
                                      "a..b.nl",     ".nl",     "i❤.ws"};
  for (const auto& row : rows) {
    const Normalised read = NormaliseEmail("jan@" + row[0]);
    if (ours.contains(row[0])) {
      EXPECT_FALSE(read.ok()) << row[0];
      continue;
    }
    EXPECT_EQ(read.value, row[2] == "ok" ? "jan@" + row[1] : "") << row[0];
  }
}

TEST(PublicCasesTest, Emails) {
  GARDEROBE_CASES_OR_SKIP("emails");
  size_t compared = 0;
  for (const auto& row : rows) {
    // The rule set that is nearest to ours; others keep what we drop.
    if (!row[2].starts_with("gmail drops dots and +tag")) continue;
    const Normalised read = NormaliseEmail(row[0]);
    if (row[1].find("yahoo") != std::string::npos) continue;  // drops -tag
    EXPECT_EQ(read.value, row[1]) << row[0];
    ++compared;
  }
  EXPECT_GT(compared, 5u);
}

}  // namespace
}  // namespace garderobe
