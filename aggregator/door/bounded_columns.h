// Parses an unsealed payload, in memory bounded by its number of rows.
//
// A parsed Protobuf message can be many times as large as its bytes: an empty
// string takes two of them and becomes an object of forty. A batch of 1.8 kB,
// a single row that unpacked to 16 MiB of empty strings, once took 450 MB. So
// the bytes are walked first, and elements are counted before one is made.
#ifndef GARDEROBE_AGGREGATOR_DOOR_BOUNDED_COLUMNS_H_
#define GARDEROBE_AGGREGATOR_DOOR_BOUNDED_COLUMNS_H_

#include <google/protobuf/message_lite.h>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "core/base/status.h"

namespace garderobe::aggregator {

// What a field of a message of columns may hold.
struct ColumnBound {
  enum class Shape {
    kNumbers,  // varints, packed or not: one a row
    kBytes,    // one field of `bytes_a_row` for each row
    kStrings,  // strings: one a row
    kColumns,  // another message of columns, whose fields are `columns`
  };
  int field;  // its number in the .proto file
  Shape shape;
  size_t bytes_a_row = 0;                     // with kBytes
  std::span<const ColumnBound> columns = {};  // with kColumns
};

// Parses `payload` into `message`, which is empty before.
// InvalidArgument, and `message` is to be dropped: a field is not in `bounds`,
// has more elements than `rows`, or it is no such message.
[[nodiscard]] absl::Status ParseColumns(std::string_view payload, uint32_t rows,
                                        std::span<const ColumnBound> bounds,
                                        google::protobuf::MessageLite& message);

}  // namespace garderobe::aggregator

#endif  // GARDEROBE_AGGREGATOR_DOOR_BOUNDED_COLUMNS_H_
