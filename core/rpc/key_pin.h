// Which key a certificate is of, as configurations and the register name it:
// the SHA-256 of its SubjectPublicKeyInfo in DER (protocol.md, 2). A renewed
// certificate of the same key has the same pin.
#ifndef GARDEROBE_CORE_RPC_KEY_PIN_H_
#define GARDEROBE_CORE_RPC_KEY_PIN_H_

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/bytes.h"

struct x509_st;  // OpenSSL's X509

namespace garderobe {

struct KeyPinTag;
using KeyPin = FixedBytes<32, KeyPinTag>;
// Several while a key is renewed: the old one and the new one.
using KeyPins = std::vector<KeyPin>;
bool Contains(const KeyPins& pins, const KeyPin& pin);

// 64 hexadecimal digits.
inline std::string ToHex(const KeyPin& pin) { return ToHex(pin.bytes()); }
// InvalidArgument: not 64 hexadecimal digits. The text is not repeated.
[[nodiscard]] absl::StatusOr<KeyPin> ParseKeyPin(std::string_view hex);
// One or more, with commas between them. InvalidArgument: names `setting`.
[[nodiscard]] absl::StatusOr<KeyPins> ParseKeyPins(std::string_view setting,
                                                   std::string_view text);

KeyPin KeyPinOf(const x509_st& certificate);
// Of the first certificate in a PEM text. InvalidArgument: there is none.
[[nodiscard]] absl::StatusOr<KeyPin> KeyPinOfPem(std::string_view pem);
// The same of a file. NotFound, InvalidArgument: no readable certificate.
[[nodiscard]] absl::StatusOr<KeyPin> KeyPinOfFile(const std::string& path);

// Writes that `peer` showed a key that is not pinned: one line a second at
// most, with how many were left out since the last, so that a peer that goes on
// trying fills no disk. Thread-safe.
void LogRefusedKey(std::string_view peer, const KeyPin& shown);

}  // namespace garderobe

#endif  // GARDEROBE_CORE_RPC_KEY_PIN_H_
