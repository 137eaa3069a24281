// Which custodians a party knows, by their signing keys.
#ifndef GARDEROBE_CORE_CUSTODY_CUSTODIANS_H_
#define GARDEROBE_CORE_CUSTODY_CUSTODIANS_H_

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "core/keys/parameters.h"

namespace garderobe {

// Immutable once made.
class Custodians {
 public:
  static constexpr size_t kNeeded = 2;  // different ones, for one act

  enum class KeyState { kInForce, kRetired };
  struct Known {
    std::string name;
    KeyState state = KeyState::kInForce;
  };

  // Both lists hold NAME=KEY, an Ed25519 key as 64 hexadecimal digits; a name
  // may have several keys, and counts as one custodian. What is retired
  // approves nothing any more. InvalidArgument: an entry is malformed, a key is
  // there twice, or fewer than kNeeded names have a key in force; begins with
  // the setting.
  [[nodiscard]] static absl::StatusOr<Custodians> Parse(
      const std::vector<std::string>& keys,
      const std::vector<std::string>& retired_keys);

  // nullptr: nobody that is known here. Lives as long as this.
  const Known* Find(const VerifyKey& key) const;

 private:
  Custodians() = default;
  [[nodiscard]] absl::Status Add(std::string_view setting,
                                 const std::vector<std::string>& entries,
                                 KeyState state);
  std::map<VerifyKey, Known> known_;
};

}  // namespace garderobe

#endif  // GARDEROBE_CORE_CUSTODY_CUSTODIANS_H_
