#include "client/cli/page.h"

#include <filesystem>

#include "core/base/files.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"

namespace garderobe::client {
namespace {

using absl::StatusCode;

Page Museums() {
  Page page = Page::Table({"museum", "visits", "revenue", "town"});
  page.json = {{"museums", 2}};
  page.Add({std::string("Musée d'Art"), 12.0, 7.5, std::string("Liège")});
  page.Add({std::string("b"), 12345.0, 10.0, SheetCell()});
  page.Note("  nothing since May");
  page.Say("That is all.");
  return page;
}

TEST(PageTest, NumbersStandRightAndNamesLeft) {
  EXPECT_EQ(Museums().Text(),
            "museum       visits  revenue  town\n"
            "Musée d'Art      12     7.50  Liège\n"
            "b             12345    10.00\n"
            "  nothing since May\n"
            "That is all.\n");
}

TEST(PageTest, ATableWithoutRowsSaysItsColumnsAndWhatIsBelow) {
  Page page = Page::Table({"period", "institutions"});
  page.Say("nothing is published yet");
  EXPECT_EQ(page.Text(), "period  institutions\nnothing is published yet\n");
}

std::string Printed(const PageForm& form, const Page& page) {
  ::testing::internal::CaptureStdout();
  EXPECT_THAT(Print(form, page), IsOk());
  return ::testing::internal::GetCapturedStdout();
}

TEST(PageTest, EachFormIsPrintedOfOneAnswer) {
  EXPECT_EQ(Printed({.json = true}, Museums()), "{\"museums\":2}\n");
  EXPECT_EQ(Printed({.csv = true}, Museums()),
            "museum,visits,revenue,town\nMusée d'Art,12,7.50,Liège\n"
            "b,12345,10,\n");
  EXPECT_EQ(Printed({}, Museums()), Museums().Text());
  const std::string folder = ::testing::TempDir() + "page-test/";
  std::filesystem::remove_all(folder);
  std::filesystem::create_directories(folder);
  EXPECT_EQ(Printed({.out = folder + "a.csv"}, Museums()), "");
  EXPECT_THAT(ReadWholeFile(folder + "a.csv"),
              IsOkAndHolds(::testing::HasSubstr("b,12345,10,")));
  EXPECT_THAT(Print({.out = folder + "a.csv"}, Museums()),
              StatusIs(StatusCode::kAlreadyExists));
  EXPECT_THAT(Print({.out = folder + "a.xlsx"}, Museums()), IsOk());
  EXPECT_GT(std::filesystem::file_size(folder + "a.xlsx"), 1000u);
  EXPECT_THAT(Print({.out = folder + "a.pdf"}, Museums()),
              StatusIs(StatusCode::kInvalidArgument));
  std::filesystem::remove_all(folder);
}

TEST(PageTest, OfSentencesTheFieldsAreTheTable) {
  const Page page({{"done", true}, {"left", 7}, {"who", "a,b"}}, "released");
  EXPECT_EQ(page.Text(), "released\n");
  EXPECT_EQ(Printed({.csv = true}, page),
            "field,value\ndone,true\nleft,7\nwho,\"a,b\"\n");
}

}  // namespace
}  // namespace garderobe::client
