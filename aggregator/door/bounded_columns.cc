#include "aggregator/door/bounded_columns.h"

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/wire_format_lite.h>

#include <algorithm>
#include <vector>

namespace garderobe::aggregator {
namespace {

using google::protobuf::internal::WireFormatLite;
using google::protobuf::io::CodedInputStream;
using Shape = ColumnBound::Shape;

// Each varint ends with the only one of its bytes below 128.
size_t CountVarints(std::string_view packed) {
  return static_cast<size_t>(std::count_if(
      packed.begin(), packed.end(),
      [](char c) { return static_cast<unsigned char>(c) < 0x80; }));
}

bool Fits(std::string_view payload, size_t rows,
          std::span<const ColumnBound> bounds);

// Whether one occurrence of a field fits; `elements` counts over all of them.
bool FieldFits(const ColumnBound& bound, WireFormatLite::WireType wire,
               CodedInputStream& in, std::string_view payload, size_t rows,
               size_t* elements) {
  if (wire == WireFormatLite::WIRETYPE_VARINT) {
    uint64_t value;
    return bound.shape == Shape::kNumbers && in.ReadVarint64(&value) &&
           ++*elements <= rows;
  }
  uint32_t length;
  if (wire != WireFormatLite::WIRETYPE_LENGTH_DELIMITED ||
      !in.ReadVarint32(&length)) {
    return false;
  }
  const auto at = static_cast<size_t>(in.CurrentPosition());
  if (length > payload.size() - at) return false;
  const std::string_view content = payload.substr(at, length);
  if (!in.Skip(static_cast<int>(length))) return false;
  switch (bound.shape) {
    case Shape::kNumbers:
      return (*elements += CountVarints(content)) <= rows;
    case Shape::kStrings:
      return ++*elements <= rows;
    case Shape::kBytes:
      return ++*elements == 1 && length <= rows * bound.bytes_a_row;
    case Shape::kColumns:
      // A second one would be merged into the first.
      return ++*elements == 1 && Fits(content, rows, bound.columns);
  }
  return false;
}

bool Fits(std::string_view payload, size_t rows,
          std::span<const ColumnBound> bounds) {
  CodedInputStream in(reinterpret_cast<const uint8_t*>(payload.data()),
                      static_cast<int>(payload.size()));
  std::vector<size_t> elements(bounds.size());
  while (static_cast<size_t>(in.CurrentPosition()) < payload.size()) {
    const uint32_t tag = in.ReadTag();
    const int field = WireFormatLite::GetTagFieldNumber(tag);
    const auto bound =
        std::find_if(bounds.begin(), bounds.end(),
                     [&](const ColumnBound& b) { return b.field == field; });
    if (tag == 0 || bound == bounds.end() ||
        !FieldFits(*bound, WireFormatLite::GetTagWireType(tag), in, payload,
                   rows,
                   &elements[static_cast<size_t>(bound - bounds.begin())])) {
      return false;
    }
  }
  return true;
}

}  // namespace

absl::Status ParseColumns(std::string_view payload, uint32_t rows,
                          std::span<const ColumnBound> bounds,
                          google::protobuf::MessageLite& message) {
  // CodedInputStream counts in int.
  if (payload.size() > INT32_MAX || !Fits(payload, rows, bounds) ||
      !message.ParseFromArray(payload.data(),
                              static_cast<int>(payload.size()))) {
    return InvalidArgument(
        "sealed: not the columns of count rows; a column is unknown, damaged, "
        "or longer");
  }
  return absl::OkStatus();
}

}  // namespace garderobe::aggregator
