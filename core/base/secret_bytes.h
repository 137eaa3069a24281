// N secret bytes of one key role, in guarded, locked memory (sodium_malloc),
// wiped on release. Move-only; no stream operator, no implicit conversion.
#ifndef GARDEROBE_CORE_BASE_SECRET_BYTES_H_
#define GARDEROBE_CORE_BASE_SECRET_BYTES_H_

#include <sodium.h>

#include <cstring>
#include <ostream>
#include <utility>

#include "core/base/bytes.h"

namespace garderobe {

template <size_t N, typename Role>
class SecretBytes {
 public:
  static constexpr size_t kBytes = N;
  static SecretBytes Random() {
    SecretBytes secret;
    randombytes_buf(secret.bytes_, N);
    return secret;
  }
  // Copies `bytes`, exactly N long; the caller wipes its own copy.
  static SecretBytes CopyFrom(ByteSpan bytes) {
    GARDEROBE_CHECK(bytes.size() == N);
    SecretBytes secret;
    std::memcpy(secret.bytes_, bytes.data(), N);
    return secret;
  }
  SecretBytes(SecretBytes&& other) noexcept
      : bytes_(std::exchange(other.bytes_, nullptr)) {}
  SecretBytes& operator=(SecretBytes&& other) noexcept {
    std::swap(bytes_, other.bytes_);
    return *this;
  }
  ~SecretBytes() { sodium_free(bytes_); }  // wipes; takes nullptr

  // The raw bytes, for use beside the primitive only.
  const uint8_t* ExposeSecret() const { return bytes_; }
  friend bool operator==(const SecretBytes& a, const SecretBytes& b) {
    return sodium_memcmp(a.bytes_, b.bytes_, N) == 0;
  }
  friend void PrintTo(const SecretBytes&, std::ostream* out) {
    *out << "(" << N << " secret bytes)";
  }

 private:
  SecretBytes() {
    // Idempotent; sodium_malloc needs it.
    GARDEROBE_CHECK(sodium_init() >= 0);
    bytes_ = static_cast<uint8_t*>(sodium_malloc(N));
    GARDEROBE_CHECK(bytes_ != nullptr);
  }
  uint8_t* bytes_ = nullptr;
};

// Wipes a short-lived buffer when it goes out of scope.
class ScopedWipe {
 public:
  ScopedWipe(void* data, size_t size) : data_(data), size_(size) {}
  // `text` must not grow afterwards: growth would leave a copy behind.
  explicit ScopedWipe(std::string& text)
      : ScopedWipe(text.data(), text.size()) {}
  ~ScopedWipe() { sodium_memzero(data_, size_); }
  ScopedWipe(const ScopedWipe&) = delete;
  ScopedWipe& operator=(const ScopedWipe&) = delete;

 private:
  void* data_;
  size_t size_;
};

}  // namespace garderobe

#endif  // GARDEROBE_CORE_BASE_SECRET_BYTES_H_
