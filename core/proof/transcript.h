// SHA-512 over a label and what follows it, as every challenge, nonce and
// coefficient of a proof is made (protocol.md, 8).
#ifndef GARDEROBE_CORE_PROOF_TRANSCRIPT_H_
#define GARDEROBE_CORE_PROOF_TRANSCRIPT_H_

#include <sodium.h>

#include <string>
#include <string_view>

#include "core/base/bytes.h"
#include "core/base/secret_bytes.h"
#include "core/group/element.h"
#include "core/group/scalar.h"

namespace garderobe {

struct Digest512Tag;
using Digest512 = FixedBytes<64, Digest512Tag>;

// Takes a message in parts; integers are big-endian. The state is wiped. Not
// thread-safe.
class Transcript {
 public:
  // Begins with `label` and a zero byte.
  explicit Transcript(std::string_view label);
  ~Transcript() { sodium_memzero(&state_, sizeof state_); }
  Transcript(const Transcript&) = delete;
  Transcript& operator=(const Transcript&) = delete;

  Transcript& Add(ByteSpan part);
  Transcript& Add(std::string_view part) { return Add(AsBytes(part)); }
  Transcript& Add(const Element& element) { return Add(element.bytes()); }
  template <typename T>
  Transcript& AddInteger(T value) {
    std::string bytes;
    PutBigEndian(bytes, value);
    return Add(bytes);
  }

  // Each of these ends the transcript: one of them, once.
  Digest512 Digest();
  // The digest, little-endian, modulo L.
  PublicScalar Challenge();
  WipedScalar Secret();

 private:
  crypto_hash_sha512_state state_;
};

}  // namespace garderobe

#endif  // GARDEROBE_CORE_PROOF_TRANSCRIPT_H_
