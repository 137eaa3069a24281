#include "core/audit/crowd_pages.h"

#include <functional>

#include "core/audit/crowd_fixture.h"
#include "gmock/gmock.h"
#include "tests/support/status_matchers.h"

namespace garderobe {
namespace {

using ::testing::HasSubstr;

constexpr auto kInvalid = absl::StatusCode::kInvalidArgument;

// Points need not be anything here.
ShownCrowd CrowdOf(size_t rows) {
  ShownCrowd crowd;
  crowd.id = AnswerId::From(std::string(AnswerId::kBytes, 'i'));
  crowd.answer_day = 9800;
  crowd.proofs = {"rows", "homes"};
  crowd.receipt = {"body", "signature"};
  for (size_t i = 0; i < rows; ++i) {
    std::string bytes;
    PutBigEndian(bytes, uint64_t{i});
    bytes.resize(32, 'x');
    const Element point = Element::From(bytes);
    const uint32_t kinds = i % 3 == 0 ? 0 : 3;
    const std::vector<Element> points_b(i % 3 == 0 ? 0 : 2, point);
    crowd.inputs.push_back({Handle(), kinds, point, points_b, point});
    crowd.serials.push_back({1, static_cast<uint32_t>(i), 3});
    VaultRow output;
    output.handle = VaultHandle::From(bytes.substr(0, 16));
    output.kinds = kinds;
    output.point_a = point;
    output.points_b = points_b;
    output.home = {point, point};
    crowd.outputs.push_back(output);
    crowd.permutation.push_back(static_cast<uint32_t>(rows - 1 - i));
  }
  return crowd;
}

absl::StatusOr<ShownCrowd> PassedOn(const ShownCrowd& crowd) {
  GARDEROBE_ASSIGN_OR_RETURN(CrowdReader reader,
                             CrowdReader::Begin(HeadOf(crowd)));
  for (size_t page = 0; page < reader.pages(); ++page) {
    GARDEROBE_RETURN_IF_ERROR(reader.Take(PageOf(crowd, page)));
  }
  return reader.Finish();
}

TEST(CrowdPagesTest, ACrowdComesAsItWas) {
  for (const size_t rows : {size_t{1}, kCrowdPageRows - 1, kCrowdPageRows,
                            kCrowdPageRows + 1, 3 * kCrowdPageRows}) {
    SCOPED_TRACE(rows);
    const ShownCrowd crowd = CrowdOf(rows);
    const auto read = PassedOn(crowd);
    ASSERT_THAT(read, IsOk());
    EXPECT_EQ(read->id, crowd.id);
    EXPECT_EQ(read->answer_day, crowd.answer_day);
    EXPECT_EQ(read->proofs.rows, "rows");
    EXPECT_EQ(read->proofs.homes, "homes");
    EXPECT_EQ(read->receipt.body, "body");
    EXPECT_EQ(read->receipt.signature, "signature");
    EXPECT_EQ(read->permutation, crowd.permutation);
    EXPECT_EQ(read->serials, crowd.serials);
    ASSERT_EQ(read->inputs.size(), rows);
    ASSERT_EQ(read->outputs.size(), rows);
    for (size_t i = 0; i < rows; ++i) {
      EXPECT_EQ(read->inputs[i].kinds, crowd.inputs[i].kinds);
      EXPECT_EQ(read->inputs[i].point_a, crowd.inputs[i].point_a);
      EXPECT_EQ(read->inputs[i].points_b, crowd.inputs[i].points_b);
      EXPECT_EQ(read->inputs[i].point_home, crowd.inputs[i].point_home);
      EXPECT_EQ(read->outputs[i].handle, crowd.outputs[i].handle);
      EXPECT_EQ(read->outputs[i].kinds, crowd.outputs[i].kinds);
      EXPECT_EQ(read->outputs[i].point_a, crowd.outputs[i].point_a);
      EXPECT_EQ(read->outputs[i].points_b, crowd.outputs[i].points_b);
      EXPECT_EQ(read->outputs[i].home.point_a, crowd.outputs[i].home.point_a);
      EXPECT_EQ(read->outputs[i].home.point_b, crowd.outputs[i].home.point_b);
    }
  }
}

TEST(CrowdPagesTest, APageOfRowsWithAllKindsIsWithinAMessage) {
  ShownCrowd crowd = CrowdOf(kCrowdPageRows);
  for (size_t i = 0; i < kCrowdPageRows; ++i) {
    crowd.inputs[i].kinds = crowd.outputs[i].kinds = kSlotKinds;
    crowd.inputs[i].points_b.resize(19);
    crowd.outputs[i].points_b.resize(19);
  }
  EXPECT_LT(PageOf(crowd, 0).ByteSizeLong(), size_t{1} << 20);
}

TEST(CrowdPagesTest, MalformedHeadsAreRefused) {
  const v1::CrowdHead head = HeadOf(CrowdOf(3));
  const std::vector<std::pair<const char*, std::function<void(v1::CrowdHead&)>>>
      alterations = {
          {"answer_id", [](auto& h) { h.set_answer_id("short"); }},
          {"rows", [](auto& h) { h.set_rows(0); }},
          {"rows", [](auto& h) { h.set_rows(kCrowdRowsMax + 1); }},
          {"page_rows", [](auto& h) { h.set_page_rows(1); }},
      };
  for (const auto& [field, alter] : alterations) {
    v1::CrowdHead altered = head;
    alter(altered);
    EXPECT_THAT(CrowdReader::Begin(altered).status(),
                StatusIs(kInvalid, HasSubstr(field)));
  }
}

TEST(CrowdPagesTest, MalformedPagesAreRefused) {
  const ShownCrowd crowd = CrowdOf(4);
  const v1::CrowdPage page = PageOf(crowd, 0);
  const std::vector<std::pair<const char*, std::function<void(v1::CrowdPage&)>>>
      alterations = {
          {"another page", [](auto& p) { p.set_page(1); }},
          {"no inputs", [](auto& p) { p.clear_inputs(); }},
          {"no outputs", [](auto& p) { p.clear_outputs(); }},
          {"an input more", [](auto& p) { p.mutable_inputs()->add_kinds(0); }},
          {"a kind without a slot",
           [](auto& p) { p.mutable_inputs()->set_kinds(0, 4); }},
          {"another number of points",
           [](auto& p) { p.mutable_outputs()->set_kinds(0, 1); }},
          {"a byte more of A",
           [](auto& p) {
             p.mutable_inputs()->mutable_points_a()->push_back(0);
           }},
          {"a serial less",
           [](auto& p) {
             p.mutable_inputs()->mutable_serials_vault()->RemoveLast();
           }},
          {"a handle less",
           [](auto& p) { p.mutable_outputs()->mutable_handles()->resize(48); }},
          {"a home less",
           [](auto& p) { p.mutable_outputs()->mutable_homes()->resize(192); }},
          {"an origin less",
           [](auto& p) {
             p.mutable_outputs()->mutable_origins()->RemoveLast();
           }},
      };
  for (const auto& [what, alter] : alterations) {
    SCOPED_TRACE(what);
    auto reader = CrowdReader::Begin(HeadOf(crowd));
    ASSERT_THAT(reader, IsOk());
    v1::CrowdPage altered = page;
    alter(altered);
    EXPECT_THAT(reader->Take(altered), StatusIs(kInvalid, HasSubstr("page ")));
  }
  auto reader = CrowdReader::Begin(HeadOf(crowd));
  ASSERT_THAT(reader, IsOk());
  EXPECT_THAT(reader->Take(page), IsOk());
  EXPECT_THAT(reader->Take(page), StatusIs(kInvalid));
}

}  // namespace
}  // namespace garderobe
