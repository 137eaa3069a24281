// The secrets of plaind: none that converts or decrypts. An author key, which
// signs what it delivers (protocol.md, 5), and what it makes dummies with.
#ifndef GARDEROBE_PLAIN_KEYS_H_
#define GARDEROBE_PLAIN_KEYS_H_

#include <string>
#include <string_view>

#include "client/relation_batch.h"

namespace garderobe::plain {

using PlainPaddingKey = SecretBytes<32, struct PlainPaddingKeyRole>;

struct PlainKeys {
  AuthorSeed author;  // in the register of each institution in plain mode
  PlainPaddingKey padding;

  // Writes fresh keys into `directory`. AlreadyExists: there are keys.
  [[nodiscard]] static absl::Status Generate(const std::string& directory);
  [[nodiscard]] static absl::StatusOr<PlainKeys> Read(
      const std::string& directory);

  // What dummies of the institution's customers are made with:
  // BLAKE2b-256(padding, "garderobe/plain-padding/v1" 00 || LP(institution)).
  client::PaddingKey PaddingOf(std::string_view institution) const;
};

}  // namespace garderobe::plain

#endif  // GARDEROBE_PLAIN_KEYS_H_
