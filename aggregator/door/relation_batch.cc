#include "aggregator/door/relation_batch.h"

#include <algorithm>
#include <array>

#include "aggregator/door/bounded_columns.h"
#include "core/catalogue/codes.h"
#include "garderobe/v1/columns.pb.h"

namespace garderobe::aggregator {
namespace {

// RelationColumns of columns.proto.
using Shape = ColumnBound::Shape;
constexpr ColumnBound kRelationColumns[] = {
    {1, Shape::kNumbers},  {2, Shape::kNumbers}, {3, Shape::kBytes, 1},
    {4, Shape::kBytes, 1}, {5, Shape::kNumbers}, {6, Shape::kStrings},
    {7, Shape::kBytes, 1}};

}  // namespace

size_t RelationPayloadBytesMax(uint32_t count) {
  return 64 * (size_t{count} + 16);
}

absl::StatusOr<RelationBatch> ReadRelationBatch(const std::string& payload,
                                                uint32_t count) {
  if (payload.size() > RelationPayloadBytesMax(count)) {
    return InvalidArgument("sealed: too long for count rows");
  }
  v1::RelationColumns columns;
  GARDEROBE_RETURN_IF_ERROR(
      ParseColumns(payload, count, kRelationColumns, columns));
  const int rows = static_cast<int>(count);
  if (columns.pc4_size() != rows || columns.birth_year_size() != rows ||
      columns.gender().size() != count ||
      columns.newsletter().size() != count ||
      columns.customer_since_size() != rows ||
      columns.shown().size() != count ||
      (columns.language_size() != 0 && columns.language_size() != rows)) {
    return InvalidArgument("sealed: the columns do not all have count rows");
  }
  RelationBatch batch;
  batch.rows.resize(count);
  batch.is_refused.resize(count);
  for (int i = 0; i < rows; ++i) {
    const auto at = static_cast<size_t>(i);
    const char* column = nullptr;
    const uint32_t pc4 = columns.pc4(i), birth_year = columns.birth_year(i),
                   since = columns.customer_since(i);
    const std::string language =
        columns.language_size() > 0 ? columns.language(i) : "";
    if (pc4 != 0 && (pc4 < 1000 || pc4 > 9999)) column = "postcode";
    if (birth_year != 0 && (birth_year < 1900 || birth_year > 2199)) {
      column = "birth_date";
    }
    if (static_cast<uint8_t>(columns.gender()[at]) >= kGenders.size()) {
      column = "gender";
    }
    if (static_cast<uint8_t>(columns.newsletter()[at]) >= kNewsletter.size()) {
      column = "newsletter";
    }
    if (since > 0xffff) column = "customer_since";
    if (language.size() > 8) column = "language";
    const auto shown = static_cast<uint8_t>(columns.shown()[at]);
    if ((shown & ~(kShownAddress | kShownPerson)) != 0) column = "shown";
    if (column != nullptr) {
      batch.is_refused[at] = true;
      v1::RowRefusal& refusal = batch.refused.emplace_back();
      refusal.set_index(static_cast<uint32_t>(i));
      refusal.set_reason("ATTRIBUTE_INVALID");
      refusal.set_column(column);
      refusal.set_text("the attribute is beyond its list or range");
      continue;
    }
    Relation& row = batch.rows[at];
    row.pc4 = static_cast<uint16_t>(pc4);
    row.birth_year = static_cast<uint16_t>(birth_year);
    row.gender = static_cast<uint8_t>(columns.gender()[at]);
    row.newsletter = static_cast<uint8_t>(columns.newsletter()[at]);
    row.customer_since = static_cast<uint16_t>(since);
    row.shown = shown;
    row.language = language;
  }
  return batch;
}

}  // namespace garderobe::aggregator
