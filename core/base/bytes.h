// Views of bytes, hexadecimal, and the length-prefixed writer of protocol.md.
#ifndef GARDEROBE_CORE_BASE_BYTES_H_
#define GARDEROBE_CORE_BASE_BYTES_H_

#include <array>
#include <bit>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>

#include "core/base/check.h"
#include "core/base/status.h"

namespace garderobe {

using ByteSpan = std::span<const uint8_t>;

inline ByteSpan AsBytes(std::string_view text) {
  return {reinterpret_cast<const uint8_t*>(text.data()), text.size()};
}
inline std::string_view AsView(ByteSpan bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}
inline std::string AsString(ByteSpan bytes) {
  return std::string(AsView(bytes));
}

std::string ToHex(ByteSpan bytes);
// InvalidArgument: odd length or not hexadecimal. The text is not repeated.
[[nodiscard]] absl::StatusOr<std::string> FromHex(std::string_view hex);

// N bytes with a meaning: two tags never mix. Trivially copyable; compared in
// variable time, so not for secrets (SecretBytes).
template <size_t N, typename Tag>
class FixedBytes {
 public:
  static constexpr size_t kBytes = N;
  FixedBytes() { bytes_.fill(0); }
  // `bytes` must be exactly N long.
  static FixedBytes From(ByteSpan bytes) {
    GARDEROBE_CHECK(bytes.size() == N);
    FixedBytes result;
    std::memcpy(result.bytes_.data(), bytes.data(), N);
    return result;
  }
  static FixedBytes From(std::string_view bytes) {
    return From(AsBytes(bytes));
  }
  const uint8_t* data() const { return bytes_.data(); }
  uint8_t* mutable_data() { return bytes_.data(); }
  ByteSpan bytes() const { return bytes_; }
  std::string_view view() const { return AsView(bytes_); }
  bool is_zero() const {
    for (uint8_t byte : bytes_) {
      if (byte != 0) return false;
    }
    return true;
  }
  friend bool operator==(const FixedBytes&, const FixedBytes&) = default;
  friend auto operator<=>(const FixedBytes&, const FixedBytes&) = default;
  // The bytes are already uniformly distributed (hashes, group elements).
  template <typename H>
  friend H AbslHashValue(H h, const FixedBytes& value) {
    return H::combine(std::move(h), value.view().size(), [&] {
      uint64_t word;
      std::memcpy(&word, value.data(), sizeof word < N ? sizeof word : N);
      return word;
    }());
  }

 private:
  static_assert(N >= 8);
  std::array<uint8_t, N> bytes_;
};

// Big-endian integers.
template <typename T>
void PutBigEndian(std::string& out, T value) {
  for (int shift = 8 * (sizeof(T) - 1); shift >= 0; shift -= 8) {
    out.push_back(static_cast<char>(value >> shift));
  }
}
template <typename T>
T GetBigEndian(const void* from) {
  const auto* bytes = static_cast<const uint8_t*>(from);
  T value = 0;
  for (size_t i = 0; i < sizeof(T); ++i) {
    value = static_cast<T>((value << 8) | bytes[i]);
  }
  return value;
}

// LP(x) of protocol.md: a 2-byte big-endian length followed by x.
// x is at most 65535 bytes.
void PutLengthPrefixed(std::string& out, std::string_view bytes);

// Reads what the writers above wrote. Every Get returns false at the end of
// the input and leaves the reader as it was.
class ByteReader {
 public:
  explicit ByteReader(std::string_view bytes) : rest_(bytes) {}
  template <typename T>
  [[nodiscard]] bool GetInteger(T* value) {
    if (rest_.size() < sizeof(T)) return false;
    *value = GetBigEndian<T>(rest_.data());
    rest_.remove_prefix(sizeof(T));
    return true;
  }
  [[nodiscard]] bool GetBytes(size_t count, std::string_view* bytes) {
    if (rest_.size() < count) return false;
    *bytes = rest_.substr(0, count);
    rest_.remove_prefix(count);
    return true;
  }
  [[nodiscard]] bool GetLengthPrefixed(std::string_view* bytes) {
    ByteReader before = *this;
    uint16_t length;
    if (GetInteger(&length) && GetBytes(length, bytes)) return true;
    *this = before;
    return false;
  }
  bool empty() const { return rest_.empty(); }

 private:
  std::string_view rest_;
};

}  // namespace garderobe

#endif  // GARDEROBE_CORE_BASE_BYTES_H_
