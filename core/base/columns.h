// A bytes column of a message: rows of one fixed size, one after another.
#ifndef GARDEROBE_CORE_BASE_COLUMNS_H_
#define GARDEROBE_CORE_BASE_COLUMNS_H_

#include <string_view>

#include "core/base/bytes.h"

namespace garderobe {

// Views `bytes`, which must live as long. `Row` has kBytes and From(), as
// FixedBytes has. Any bytes may be viewed: whether they are so many whole rows
// is asked with HasRows at the door. Thread-safe.
template <typename Row>
class Column {
 public:
  explicit Column(std::string_view bytes) : bytes_(bytes) {}

  // Whether there are exactly `rows` of them, and no byte more.
  bool HasRows(size_t rows) const {
    return bytes_.size() % Row::kBytes == 0 && size() == rows;
  }
  // Whole rows; what is left of one at the end does not count.
  size_t size() const { return bytes_.size() / Row::kBytes; }
  // A copy of row `i`, which must be below size().
  Row operator[](size_t i) const {
    GARDEROBE_CHECK(i < size());
    return Row::From(bytes_.substr(i * Row::kBytes, Row::kBytes));
  }

 private:
  std::string_view bytes_;
};

}  // namespace garderobe

#endif  // GARDEROBE_CORE_BASE_COLUMNS_H_
