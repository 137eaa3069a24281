#include "aggregator/ledger/visit_block.h"

#include <zstd.h>

#include <algorithm>
#include <memory>

namespace garderobe::aggregator {
namespace {

constexpr char kVersion = 1;
constexpr size_t kHeaderBytes = 5;
constexpr size_t kRowBytes = 4 + 4 + 4 + 4 + 2 + 1 + 1;

template <typename Column, typename Get>
char* PutPlanes(char* out, const std::vector<VisitRow>& rows, Get get) {
  for (size_t byte = 0; byte < sizeof(Column); ++byte) {
    for (const VisitRow& row : rows) {
      *out++ = static_cast<char>(
          static_cast<std::make_unsigned_t<Column>>(get(row)) >> (8 * byte));
    }
  }
  return out;
}

template <typename Column, typename Set>
const char* GetPlanes(const char* in, std::vector<VisitRow>& rows, Set set) {
  using Unsigned = std::make_unsigned_t<Column>;
  const size_t count = rows.size();
  for (size_t i = 0; i < count; ++i) {
    Unsigned value = 0;
    for (size_t byte = 0; byte < sizeof(Column); ++byte) {
      value = static_cast<Unsigned>(
          value |
          static_cast<Unsigned>(
              static_cast<Unsigned>(static_cast<uint8_t>(in[byte * count + i]))
              << (8 * byte)));
    }
    set(rows[i], static_cast<Column>(value));
  }
  return in + sizeof(Column) * count;
}

ZSTD_CCtx* Context() {
  thread_local std::unique_ptr<ZSTD_CCtx, decltype(&ZSTD_freeCCtx)> context(
      ZSTD_createCCtx(), &ZSTD_freeCCtx);
  return context.get();
}

}  // namespace

std::string EncodeBlock(const VisitBlock& block) {
  const auto& rows = block.rows;
  GARDEROBE_CHECK(rows.size() <= kBlockRowsMax &&
                  block.visit_ids.size() == rows.size() * 16);
  std::string planes(rows.size() * kRowBytes, '\0');
  char* out = planes.data();
  out = PutPlanes<uint32_t>(out, rows, [](auto& r) { return r.relation; });
  out = PutPlanes<uint32_t>(out, rows, [](auto& r) { return r.event; });
  out = PutPlanes<int32_t>(out, rows, [](auto& r) { return r.sold_at; });
  out = PutPlanes<int32_t>(out, rows, [](auto& r) { return r.price_cents; });
  out = PutPlanes<uint16_t>(out, rows, [](auto& r) { return r.quantity; });
  out = PutPlanes<uint8_t>(out, rows, [](auto& r) { return r.channel; });
  PutPlanes<uint8_t>(out, rows, [](auto& r) { return r.status; });

  std::string bytes(1, kVersion);
  const size_t bound = ZSTD_compressBound(planes.size());
  bytes.reserve(kHeaderBytes + block.visit_ids.size() + bound);
  PutBigEndian(bytes, static_cast<uint32_t>(rows.size()));
  bytes += block.visit_ids;
  const size_t at = bytes.size();
  bytes.resize(at + bound);
  const size_t size = ZSTD_compressCCtx(Context(), bytes.data() + at, bound,
                                        planes.data(), planes.size(), 1);
  GARDEROBE_CHECK(!ZSTD_isError(size));
  bytes.resize(at + size);
  return bytes;
}

absl::StatusOr<VisitBlock> DecodeBlock(std::string_view bytes) {
  const auto damaged = [] { return DataLoss("a block of visits is damaged"); };
  if (bytes.size() < kHeaderBytes || bytes[0] != kVersion) return damaged();
  const size_t count = GetBigEndian<uint32_t>(bytes.data() + 1);
  if (count > kBlockRowsMax || bytes.size() < kHeaderBytes + count * 16) {
    return damaged();
  }
  VisitBlock block;
  block.visit_ids = bytes.substr(kHeaderBytes, count * 16);
  const std::string_view frame = bytes.substr(kHeaderBytes + count * 16);
  std::string planes(count * kRowBytes, '\0');
  const size_t size =
      ZSTD_decompress(planes.data(), planes.size(), frame.data(), frame.size());
  if (ZSTD_isError(size) || size != planes.size()) return damaged();
  block.rows.resize(count);
  auto& rows = block.rows;
  const char* in = planes.data();
  in = GetPlanes<uint32_t>(in, rows, [](auto& r, auto v) { r.relation = v; });
  in = GetPlanes<uint32_t>(in, rows, [](auto& r, auto v) { r.event = v; });
  in = GetPlanes<int32_t>(in, rows, [](auto& r, auto v) { r.sold_at = v; });
  in = GetPlanes<int32_t>(in, rows, [](auto& r, auto v) { r.price_cents = v; });
  in = GetPlanes<uint16_t>(in, rows, [](auto& r, auto v) { r.quantity = v; });
  in = GetPlanes<uint8_t>(in, rows, [](auto& r, auto v) { r.channel = v; });
  GetPlanes<uint8_t>(in, rows, [](auto& r, auto v) { r.status = v; });
  return block;
}

}  // namespace garderobe::aggregator
