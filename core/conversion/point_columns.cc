#include "core/conversion/point_columns.h"

#include <algorithm>
#include <bit>

#include "core/identifiers/identifier.h"

namespace garderobe {

absl::StatusOr<PointColumns> PointColumns::Read(std::span<const uint32_t> kinds,
                                                std::string_view points_a,
                                                std::string_view points_b) {
  PointColumns columns;
  columns.kinds_ = kinds;
  columns.points_a_ = points_a;
  columns.points_b_ = points_b;
  columns.first_point_.reserve(kinds.size() + 1);
  size_t points = 0;
  for (size_t i = 0; i < kinds.size(); ++i) {
    if ((kinds[i] & ~kSlotKinds) != 0) {
      return InvalidArgument("kinds[{}]: unknown kind", i);
    }
    columns.first_point_.push_back(points);
    points += static_cast<size_t>(std::popcount(kinds[i]));
  }
  columns.first_point_.push_back(points);
  if (points_a.size() != kinds.size() * Element::kBytes) {
    return InvalidArgument("points_a: 32 bytes a row");
  }
  if (points_b.size() != points * Element::kBytes) {
    return InvalidArgument("points_b: 32 bytes for every kind of every row");
  }
  return columns;
}

std::vector<Element> PointColumns::points_b(size_t row) const {
  std::vector<Element> points;
  points.reserve(first_point_[row + 1] - first_point_[row]);
  for (size_t at = first_point_[row]; at < first_point_[row + 1]; ++at) {
    points.push_back(Element::From(points_b_.substr(at * Element::kBytes, 32)));
  }
  return points;
}

}  // namespace garderobe
