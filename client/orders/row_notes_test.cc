#include "client/orders/row_notes.h"

#include "client/orders/product.h"
#include "client/orders/silence.h"
#include "client/orders/suspects.h"
#include "client/orders/written_text.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace garderobe::client {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr size_t At(Column column) { return static_cast<size_t>(column); }

TEST(SilenceTest, WhatSaysNothingDependsOnTheColumn) {
  for (const char* word : {"#N/A", "#n/b", "NULL", "\\N", "-", "n.v.t.",
                           "Onbekend", "0", "000000", "#######"}) {
    EXPECT_TRUE(SaysNothing(At(Column::kCustomerId), word)) << word;
  }
  for (const char* id : {"K1", "10", "NL-4", "null1", "nveen"}) {
    EXPECT_FALSE(SaysNothing(At(Column::kCustomerId), id)) << id;
  }
  EXPECT_TRUE(SaysNothing(At(Column::kOrderId), "#REF!"));
  EXPECT_FALSE(SaysNothing(At(Column::kOrderId), "0"));
  EXPECT_FALSE(SaysNothing(At(Column::kLastName), "Null"));
  EXPECT_FALSE(SaysNothing(At(Column::kPrice), "#VALUE!"));
  EXPECT_FALSE(SaysNothing(At(Column::kStatus), "-"));
}

TEST(ProductTest, LinesThatAreNoVisit) {
  for (const auto& [name, kind] :
       std::initializer_list<std::pair<const char*, const char*>>{
           {"Parkeerkaart P2", "parking"},
           {"Programmaboekje", "programme"},
           {"Cadeaubon 25 euro", "gift card"},
           {"Servicekosten online", "fee"},
           {"Regular", ""},
           {"Rang 1", ""},
           {"Kind 4-12 jaar", ""},
           {"", ""}}) {
    EXPECT_EQ(ProductOf(name).kind, kind) << name;
  }
}

TEST(WrittenTextTest, WhatProgramsDamaged) {
  EXPECT_EQ(UndoMisreading("RenÃ©e"), "Renée");
  EXPECT_EQ(UndoMisreading("MuÃ±oz â€“ GÃ¶del"), "Muñoz – Gödel");
  for (const char* meant : {"Renée", "São Paulo", "Château", "Ângela", "Jan"}) {
    EXPECT_EQ(UndoMisreading(meant), std::nullopt) << meant;
  }
  EXPECT_EQ(DecodeEntities("Caf&eacute; &#8211; R&amp;B &#x41; &foo; & ;"),
            "Café – R&B A &foo; & ;");
  for (const char* name : {"Muñoz", "O'Brien", "D’Hondt", "van den Berg-Vos",
                           "McDonald", "Nguyễn", "J.P."}) {
    EXPECT_FALSE(HasStrangeSigns(name)) << name;
  }
  for (const char* name : {"RenŽe", "Mu–oz", "Jan1", "Andr‡s"}) {
    EXPECT_TRUE(HasStrangeSigns(name)) << name;
  }
}

TEST(RowNotesTest, OnlyWhatLooksLikeAWordIsShown) {
  RowNotes notes;
  notes.UnknownWord(Column::kStatus, "approval pending");
  notes.UnknownWord(Column::kStatus, "approval pending");
  notes.UnknownWord(Column::kStatus, "jan@example.nl");
  notes.UnknownWord(Column::kStatus, "0612345678");
  EXPECT_THAT(
      notes.Oddities(),
      ElementsAre(testing::AllOf(HasSubstr("'approval pending' (2 rows)"),
                                 HasSubstr("what looks like no word (2 rows)"),
                                 testing::Not(HasSubstr("example")),
                                 testing::Not(HasSubstr("0612")))));
}

TEST(SuspectsTest, ADeskAndAnAddressOfTheHouse) {
  Suspects suspects;
  for (int i = 0; i < 100; ++i) {
    suspects.AddLine(std::to_string(i));
    suspects.AddLine("desk");
  }
  for (const char* surname : {"bos", "vos", "bos"}) {
    suspects.AddLine("1");
    suspects.AddName("a@example.nl", surname);
  }
  EXPECT_THAT(suspects.Oddities(),
              ElementsAre(HasSubstr("has 100 of the 203")));
  suspects.AddName("a@example.nl", "mos");
  EXPECT_THAT(suspects.Oddities(),
              ElementsAre(HasSubstr("100 of the"),
                          HasSubstr("1 e-mail address is used")));
}

}  // namespace
}  // namespace garderobe::client
