#include "core/rpc/key_pin.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <sodium.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <exception>
#include <memory>

#include "core/base/files.h"
#include "spdlog/spdlog.h"

namespace garderobe {
namespace {

template <auto Free>
struct Freer {
  template <typename T>
  void operator()(T* object) const {
    Free(object);
  }
};

}  // namespace

bool Contains(const KeyPins& pins, const KeyPin& pin) {
  return std::find(pins.begin(), pins.end(), pin) != pins.end();
}

absl::StatusOr<KeyPin> ParseKeyPin(std::string_view hex) {
  const auto bytes = FromHex(hex);
  if (!bytes.ok() || bytes->size() != KeyPin::kBytes) {
    return InvalidArgument(
        "a key's pin is the 64 hexadecimal digits that `garderobe pin` prints "
        "of a certificate");
  }
  return KeyPin::From(*bytes);
}

absl::StatusOr<KeyPins> ParseKeyPins(std::string_view setting,
                                     std::string_view text) {
  KeyPins pins;
  for (bool more = true; more;) {
    const size_t comma = text.find(',');
    more = comma != text.npos;
    std::string_view hex = text.substr(0, comma);
    while (hex.starts_with(' ')) hex.remove_prefix(1);
    while (hex.ends_with(' ')) hex.remove_suffix(1);
    const auto pin = ParseKeyPin(hex);
    if (!pin.ok()) return Annotate(pin.status(), setting);
    pins.push_back(*pin);
    if (more) text.remove_prefix(comma + 1);
  }
  return pins;
}

KeyPin KeyPinOf(const x509_st& certificate) {
  unsigned char* der = nullptr;
  const int size = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(&certificate), &der);
  // A certificate that was parsed has one.
  GARDEROBE_CHECK(size > 0);
  KeyPin pin;
  crypto_hash_sha256(pin.mutable_data(), der, static_cast<size_t>(size));
  OPENSSL_free(der);
  return pin;
}

absl::StatusOr<KeyPin> KeyPinOfPem(std::string_view pem) {
  const std::unique_ptr<BIO, Freer<BIO_free_all>> bio(
      BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  GARDEROBE_CHECK(bio != nullptr);
  const std::unique_ptr<X509, Freer<X509_free>> certificate(
      PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr));
  // What OpenSSL had to say is nobody else's reason.
  ERR_clear_error();
  if (!certificate) return InvalidArgument("not a PEM certificate");
  return KeyPinOf(*certificate);
}

absl::StatusOr<KeyPin> KeyPinOfFile(const std::string& path) {
  GARDEROBE_ASSIGN_OR_RETURN(const std::string pem, ReadWholeFile(path));
  const auto pin = KeyPinOfPem(pem);
  if (!pin.ok()) return InvalidArgument("{} is not a PEM certificate", path);
  return pin;
}

void LogRefusedKey(std::string_view peer, const KeyPin& shown) {
  static std::atomic<int64_t> last_second{0};
  static std::atomic<uint64_t> left_out{0};
  const int64_t second =
      std::chrono::duration_cast<std::chrono::seconds>(
          std::chrono::steady_clock::now().time_since_epoch())
          .count();
  if (last_second.exchange(second) == second) {
    ++left_out;
    return;
  }
  spdlog::warn("event=key-refused peer={} key={} left_out={}", peer,
               ToHex(shown), left_out.exchange(0));
}

}  // namespace garderobe
