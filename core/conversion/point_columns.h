// The parallel columns in which a batch of relations carries its points: kinds
// of each row, A of each row, and B for every kind of every row, rows in order
// and kinds ascending. The same from clients to the TTP and from there to the
// vault (protocol.md, 3).
#ifndef GARDEROBE_CORE_CONVERSION_POINT_COLUMNS_H_
#define GARDEROBE_CORE_CONVERSION_POINT_COLUMNS_H_

#include <span>
#include <string_view>
#include <vector>

#include "core/base/status.h"
#include "core/group/element.h"

namespace garderobe {

// A view: what it was made of outlives it. Thread-safe.
class PointColumns {
 public:
  // InvalidArgument: a row has kinds without a slot, or the columns do not fit
  // together; names the column and the row.
  [[nodiscard]] static absl::StatusOr<PointColumns> Read(
      std::span<const uint32_t> kinds, std::string_view points_a,
      std::string_view points_b);

  size_t rows() const { return kinds_.size(); }
  uint32_t kinds(size_t row) const { return kinds_[row]; }
  // Points as they came: whether they decode shows when they are used.
  Element point_a(size_t row) const {
    return Element::From(points_a_.substr(row * Element::kBytes, 32));
  }
  std::vector<Element> points_b(size_t row) const;

 private:
  PointColumns() = default;
  std::span<const uint32_t> kinds_;
  std::string_view points_a_, points_b_;
  std::vector<size_t> first_point_;  // of each row, and the total
};

}  // namespace garderobe

#endif  // GARDEROBE_CORE_CONVERSION_POINT_COLUMNS_H_
