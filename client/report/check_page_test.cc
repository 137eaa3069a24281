#include "client/report/check_page.h"

#include <filesystem>
#include <fstream>
#include <regex>
#include <sstream>

#include "client/report/report_texts.h"
#include "client/tables/csv_reader.h"
#include "core/identifiers/person.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"
#include "tests/support/status_matchers.h"
#include "tests/support/vectors.h"

namespace garderobe::client {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr char kRows[] =
    "order_id,line_id,event_id,starts_at,sold_at,customer_id,email,phone,"
    "first_name,last_name,postcode,house_number,birth_date,price,status\n"
    "1,1,E,2025-03-14,2025-02-01,K1,anna@example.nl,,Anna,Bakker,1012LG,12,,"
    "10,sold\n"
    "2,1,E,2025-05-14,2025-02-01,K2,noreply@example.nl,0611111111,Bo,<b>Vos</"
    "b>,1012LG,0,,"
    "10,sold\n"
    "3,1,E,2025-05-14,2025-02-01,K3,,,,,,,,10,weg\n";

std::string WrittenFile(const std::string& name, const std::string& text) {
  const std::string path = ::testing::TempDir() + "/" + name;
  std::ofstream(path) << text;
  return path;
}

std::string PageOf(const std::string& file, const std::string& language) {
  const auto report = CheckFile({{file}, "", {}});
  EXPECT_THAT(report, IsOk());
  return CheckPage(*report, {"export.csv", "mend.csv", language, {2026, 1, 1}});
}

TEST(CheckPageTest, SaysWhatAFileCanAnswerAndWhatToMend) {
  const std::string page = PageOf(WrittenFile("page.csv", kRows), "nl");
  EXPECT_THAT(page, HasSubstr("2 van de 3 regels"));
  EXPECT_THAT(page, HasSubstr("2025-03-14 tot en met 2025-05-14"));
  EXPECT_THAT(page, HasSubstr("Maanden zonder één bezoek: 2025-04"));
  EXPECT_THAT(page, HasSubstr("meer dan drie maanden geleden"));
  EXPECT_THAT(page, HasSubstr("een woord voor de status dat niet bekend is"));
  EXPECT_THAT(page, HasSubstr("regel 4"));
  EXPECT_THAT(page, HasSubstr("Woorden in de kolom status die niet herkend"));
  EXPECT_THAT(page, HasSubstr("huisnummer 0 of 99999"));
  EXPECT_THAT(page, HasSubstr("mend.csv"));
  // Nothing of anybody, and nothing from elsewhere.
  for (const char* value : {"anna", "0611111111", "Vos", "<script", "http"}) {
    EXPECT_THAT(page, Not(HasSubstr(value)));
  }
}

TEST(CheckPageTest, IsWrittenInEveryLanguage) {
  const std::string file = WrittenFile("languages.csv", kRows);
  EXPECT_THAT(PageOf(file, "fr"), HasSubstr("2 lignes sur 3"));
  EXPECT_THAT(PageOf(file, "en"), HasSubstr("2 of 3 lines"));
  // Every sentence, and every reason that a value is not used.
  const auto texts = nlohmann::json::parse(ReportTextsFile());
  for (const auto& [name, languages] : texts.items()) {
    for (const std::string& language : ReportLanguages()) {
      EXPECT_FALSE(languages.value(language, "").empty()) << name;
    }
  }
  for (const Reason& reason : AllReasons()) {
    EXPECT_TRUE(texts.contains("reason." + std::string(reason.reason)))
        << reason.reason;
  }
}

// Reasons of refusals are those of docs/delivering.md, which a test of the
// documents holds against the code.
TEST(CheckPageTest, EveryRefusalHasWords) {
  const auto texts = nlohmann::json::parse(ReportTextsFile());
  std::ifstream document(SourcePath("docs/delivering.md"));
  std::stringstream all;
  all << document.rdbuf();
  const std::string text = all.str();
  const size_t begin = text.find("### By the client");
  const size_t end = text.find("### Values that are no identifier");
  ASSERT_LT(begin, end);
  size_t found = 0;
  for (size_t at = begin; (at = text.find('`', at)) < end;) {
    const size_t close = text.find('`', at + 1);
    const std::string word = text.substr(at + 1, close - at - 1);
    at = close + 1;
    if (word.size() < 8 ||
        word.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ_") != word.npos) {
      continue;
    }
    ++found;
    EXPECT_TRUE(texts.contains("reason." + word)) << word;
  }
  EXPECT_GE(found, 20u);
}

// What is odd is told in the page's language, too.
TEST(CheckPageTest, EveryOddityHasWords) {
  const auto texts = nlohmann::json::parse(ReportTextsFile());
  size_t found = 0;
  for (const char* source :
       {"orders/row_notes.cc", "orders/dates.cc", "orders/suspects.cc",
        "orders/row_mapper.cc", "orders/order_file.cc",
        "tables/spreadsheet_reader.cc"}) {
    std::ifstream code(SourcePath(std::string("client/") + source));
    std::stringstream all;
    all << code.rdbuf();
    const std::string text = all.str();
    // {"hidden", fmt::format(...
    static const std::regex kOddity(
        "\\{(?:\\w+ \\? \"(\\w+)\" : )?\"(\\w+)\",\\s+fmt::format");
    for (std::sregex_iterator at(text.begin(), text.end(), kOddity), end;
         at != end; ++at) {
      for (const auto& name : {(*at)[1], (*at)[2]}) {
        if (!name.matched) continue;
        ++found;
        EXPECT_TRUE(texts.contains("odd_" + name.str())) << name;
      }
    }
  }
  const auto is_odd = [](const auto& one) {
    return one.key().starts_with("odd_");
  };
  size_t known = 0;
  for (const auto& one : texts.items()) known += is_odd(one) ? 1 : 0;
  EXPECT_EQ(found, known);
}

TEST(CorrectionsTest, EveryRowWithSomethingToMendIsWrittenOut) {
  const std::string file = WrittenFile("correct.csv", kRows);
  const std::string out = ::testing::TempDir() + "/corrections.csv";
  std::filesystem::remove(out);
  ASSERT_THAT(CheckFile({{file}, "", {}, out}), IsOk());
  auto reader = CsvReader::Open(out);
  ASSERT_THAT(reader, IsOk());
  std::vector<std::string> last;
  TableRow row;
  while (*(*reader)->Read(&row)) last.emplace_back(row.fields.back());
  EXPECT_THAT(last, ElementsAre("to_mend",
                                "line 3: EMAIL_PLACEHOLDER, "
                                "PHONE_PLACEHOLDER, HOUSE_NUMBER_DUMMY",
                                "line 4: STATUS_UNKNOWN"));
}

}  // namespace
}  // namespace garderobe::client
