// docs/clients.md is what a client in another language is written from: its
// tables of columns, codes and kinds are held against the code.
#include <map>
#include <set>
#include <sstream>
#include <string>

#include "core/catalogue/codes.h"
#include "core/identifiers/identifier.h"
#include "garderobe/v1/columns.pb.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/markdown.h"

namespace garderobe {
namespace {

constexpr char kDocument[] = "docs/clients.md";

// What the tables say of each field, by its name as they write it.
std::map<std::string, std::string> Told(const std::string& header) {
  std::map<std::string, std::string> told;
  for (const TableRow& row : TablesWith(kDocument, header)) {
    told[Quoted(row[0]).at(0)] = row.back();
  }
  return told;
}

// Field names, those of messages within with a dot.
std::set<std::string> FieldsOf(const google::protobuf::Descriptor& message,
                               const std::string& before = "") {
  std::set<std::string> fields;
  for (int i = 0; i < message.field_count(); ++i) {
    const auto& field = *message.field(i);
    if (const auto* inner = field.message_type(); inner != nullptr) {
      fields.merge(FieldsOf(*inner, field.name() + "."));
    } else {
      fields.insert(before + field.name());
    }
  }
  return fields;
}

template <typename Map>
std::set<std::string> KeysOf(const Map& map) {
  std::set<std::string> keys;
  for (const auto& [key, value] : map) keys.insert(key);
  return keys;
}

// "0 other, 1 web, ..." as the document lists codes.
std::string Listed(std::span<const std::string_view> codes) {
  std::string text;
  for (size_t code = 0; code < codes.size(); ++code) {
    text += (code == 0 ? "" : ", ") + std::to_string(code) + " " +
            std::string(codes[code]);
  }
  return text;
}

TEST(ClientsDocumentTest, ColumnsAndCodesAreThoseOfTheContract) {
  const auto visits =
      Told("| field of `VisitColumns` | a row, or an event | values |");
  EXPECT_EQ(KeysOf(visits), FieldsOf(*v1::VisitColumns::descriptor()));
  const auto relations =
      Told("| field of `RelationColumns` | values, one a row |");
  EXPECT_EQ(KeysOf(relations), FieldsOf(*v1::RelationColumns::descriptor()));
  EXPECT_EQ(visits.at("events.genre"), Listed(kGenres));
  EXPECT_EQ(visits.at("channel"), "a byte: " + Listed(kChannels));
  EXPECT_EQ(visits.at("status"), "a byte: " + Listed(kStatuses));
  EXPECT_EQ(relations.at("gender"), "a byte: " + Listed(kGenders));
  EXPECT_EQ(relations.at("newsletter"), "a byte: " + Listed(kNewsletter));
}

TEST(ClientsDocumentTest, BitsAreThoseOfTheKindsWithASlot) {
  std::map<std::string, std::string> told, known;
  for (const TableRow& row :
       TablesWith(kDocument, "| bit | kind | bit | kind | bit | kind |")) {
    for (size_t cell = 0; cell + 1 < row.size(); cell += 2) {
      told[row[cell]] = Quoted(row[cell + 1]).at(0);
    }
  }
  for (size_t kind = 0; kind < kKindCount; ++kind) {
    if (!HasSlot(kind)) continue;
    known[std::to_string(kind)] = KindName(static_cast<Kind>(kind));
  }
  EXPECT_EQ(told, known);
}

}  // namespace
}  // namespace garderobe
