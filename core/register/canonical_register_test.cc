#include "core/register/canonical_register.h"

#include <algorithm>
#include <functional>

#include "core/base/bytes.h"
#include "gtest/gtest.h"
#include "tests/support/vectors.h"

namespace garderobe {
namespace {

// The register of tests/vectors/approval-v2.json, in another order.
v1::Register KnownRegister() {
  v1::Register reg;
  auto* podium = reg.add_institutions();
  podium->set_id("podium-02");
  podium->set_subsector("podium");
  auto* museum = reg.add_institutions();
  museum->set_id("museum-01");
  museum->set_name("Museum");
  museum->set_subsector("museum");
  museum->set_municipality("GM0599");
  museum->set_owner("40123456");
  museum->add_clients("vendor-a");
  museum->add_clients("museum-01");
  museum->set_agreement_from("2025-01-01");
  museum->set_agreement_to("2026-12-31");
  museum->set_legal_basis("public-task");
  museum->set_retention_months(36);
  museum->set_benchmark(true);
  museum->set_access_key(std::string(32, '\xaa'));
  museum->set_plain(true);
  museum->set_tokens_per_month(50000);
  museum->set_identity_rights_per_month(20);
  museum->add_analyst_key_pins(std::string(32, '\2'));
  museum->add_analyst_key_pins(std::string(32, '\1'));
  auto* author = museum->add_authors();
  author->set_key(std::string(32, '\4'));
  author->set_retired(true);
  museum->add_authors()->set_key(std::string(32, '\3'));
  auto* client = reg.add_clients();
  client->set_name("vendor-a");
  client->add_key_pins(std::string(32, '\6'));
  client->add_key_pins(std::string(32, '\5'));
  return reg;
}

TEST(CanonicalRegisterTest, GivesTheKnownAnswer) {
  const auto vectors = ReadVectors("approval-v2.json");
  for (const auto& known : vectors["requests"]) {
    if (known["name"] != "register") continue;
    EXPECT_EQ(CanonicalBytes(KnownRegister()), Hex(known["canonical"]));
  }
}

TEST(CanonicalRegisterTest, OrderMakesNoDifference) {
  v1::Register other = KnownRegister();
  auto& museum = *other.mutable_institutions(1);
  std::swap(*museum.mutable_clients(0), *museum.mutable_clients(1));
  std::swap(*museum.mutable_analyst_key_pins(0),
            *museum.mutable_analyst_key_pins(1));
  museum.mutable_authors()->SwapElements(0, 1);
  other.mutable_institutions()->SwapElements(0, 1);
  other.mutable_clients(0)->mutable_key_pins()->SwapElements(0, 1);
  EXPECT_EQ(CanonicalBytes(other), CanonicalBytes(KnownRegister()));
}

// By reflection, so that a new field can't be forgotten.
TEST(CanonicalRegisterTest, EveryFieldOfEveryMessageCounts) {
  const std::string known = CanonicalBytes(KnownRegister());
  const std::function<void(google::protobuf::Message*, v1::Register&)> change =
      [&](google::protobuf::Message* message, v1::Register& reg) {
        const auto* fields = message->GetDescriptor();
        const auto* reflection = message->GetReflection();
        for (int i = 0; i < fields->field_count(); ++i) {
          const auto* field = fields->field(i);
          using Field = google::protobuf::FieldDescriptor;
          if (field->is_repeated() &&
              field->cpp_type() == Field::CPPTYPE_MESSAGE) {
            change(reflection->MutableRepeatedMessage(message, field, 0), reg);
            continue;
          }
          v1::Register before = reg;
          if (field->is_repeated()) {
            reflection->AddString(message, field, "another");
          } else if (field->cpp_type() == Field::CPPTYPE_STRING) {
            reflection->SetString(message, field, "another");
          } else if (field->cpp_type() == Field::CPPTYPE_BOOL) {
            reflection->SetBool(message, field,
                                !reflection->GetBool(*message, field));
          } else if (field->cpp_type() == Field::CPPTYPE_UINT32) {
            reflection->SetUInt32(message, field, 77);
          } else {
            ASSERT_EQ(field->cpp_type(), Field::CPPTYPE_UINT64)
                << field->full_name();
            reflection->SetUInt64(message, field, 77);
          }
          EXPECT_NE(CanonicalBytes(reg), known) << field->full_name();
          // Back again: one change at a time. What `message` points to stays.
          if (field->is_repeated()) {
            reflection->RemoveLast(message, field);
          } else {
            reflection->ClearField(message, field);
            const google::protobuf::Message* was = &before.clients(0);
            if (message->GetDescriptor()->name() == "Institution") {
              was = &before.institutions(0);
            } else if (message->GetDescriptor()->name() == "Author") {
              was = &before.institutions(0).authors(0);
            }
            message->CopyFrom(*was);
          }
        }
      };
  v1::Register reg = KnownRegister();
  reg.mutable_institutions()->SwapElements(0, 1);  // the full one
  change(&reg, reg);
  EXPECT_EQ(CanonicalBytes(reg), known);
}

// Where one text ends and the next begins is part of the bytes.
TEST(CanonicalRegisterTest, TextsDoNotRunTogether) {
  v1::Register a, b;
  a.add_institutions()->set_id("ab");
  a.mutable_institutions(0)->set_name("c");
  b.add_institutions()->set_id("a");
  b.mutable_institutions(0)->set_name("bc");
  EXPECT_NE(CanonicalBytes(a), CanonicalBytes(b));
}

}  // namespace
}  // namespace garderobe
