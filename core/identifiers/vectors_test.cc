// The published vectors: a third party's client must read the same from the
// same. And the public cases, where they are present.
#include "tests/support/vectors.h"

#include <cstdlib>
#include <fstream>
#include <set>

#include "core/identifiers/email.h"
#include "core/identifiers/house_number.h"
#include "core/identifiers/person.h"
#include "core/identifiers/phone.h"
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

TEST(VectorsTest, EveryCaseReadsAsPublished) {
  json vectors = ReadVectors("normalisation-v1.json");
  // Fills in what is read today; for somebody to look over, line by line.
  const char* const write = std::getenv("GARDEROBE_WRITE_VECTORS");
  EXPECT_EQ(vectors["match_keys_version"], kMatchKeysVersion);
  const CivilDate today{2026, 1, 1};
  ASSERT_GT(vectors["cases"].size(), 80u);
  std::set<std::string> seen;
  for (json& each : vectors["cases"]) {
    std::vector<std::string> own;
    if (each.contains("own_domains")) own = each["own_domains"];
    const ReadPerson read = ReadPersonFields(RawOf(each["given"]), own, today);
    json identifiers = json::object();
    const Identifiers derived = DeriveIdentifiers(read.fields);
    for (size_t kind = 0; kind < kKindCount; ++kind) {
      if (derived[kind].empty()) continue;
      identifiers[std::string(KindName(static_cast<Kind>(kind)))] =
          derived[kind];
    }
    json refused = json::array();
    for (std::string_view reason : read.refused) {
      refused.push_back(reason);
      seen.insert(std::string(reason));
    }
    if (write != nullptr) {
      each["identifiers"] = identifiers;
      each["refused"] = refused;
    }
    EXPECT_EQ(identifiers, each["identifiers"]) << each["given"].dump();
    EXPECT_EQ(refused, each["refused"]) << each["given"].dump();
  }
  if (write != nullptr) std::ofstream(write) << vectors.dump(1) << "\n";
  // Every reason of the closed list occurs, and no other.
  std::set<std::string> listed;
  for (const Reason& reason : AllReasons()) {
    listed.insert(std::string(reason.reason));
  }
  EXPECT_EQ(seen, listed);
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
