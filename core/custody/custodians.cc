#include "core/custody/custodians.h"

#include <set>

#include "core/keys/pins.h"
#include "core/rpc/peer.h"

namespace garderobe {

absl::Status Custodians::Add(std::string_view setting,
                             const std::vector<std::string>& entries,
                             KeyState state) {
  for (const std::string& entry : entries) {
    const size_t equals = entry.find('=');
    if (equals == entry.npos || !IsPlainName(entry.substr(0, equals))) {
      return InvalidArgument("{}: each entry is NAME=KEY", setting);
    }
    GARDEROBE_ASSIGN_OR_RETURN(
        const VerifyKey key,
        ParsePin(setting, std::string_view(entry).substr(equals + 1)));
    if (!known_.emplace(key, Known{entry.substr(0, equals), state}).second) {
      return InvalidArgument("{}: a key is there twice", setting);
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<Custodians> Custodians::Parse(
    const std::vector<std::string>& keys,
    const std::vector<std::string>& retired_keys) {
  Custodians result;
  GARDEROBE_RETURN_IF_ERROR(
      result.Add("custodians.keys", keys, KeyState::kInForce));
  std::set<std::string> names;
  for (const auto& [key, known] : result.known_) names.insert(known.name);
  if (names.size() < kNeeded) {
    return InvalidArgument(
        "custodians.keys: at least {} different custodians, NAME=KEY each",
        kNeeded);
  }
  GARDEROBE_RETURN_IF_ERROR(
      result.Add("custodians.retired_keys", retired_keys, KeyState::kRetired));
  return result;
}

const Custodians::Known* Custodians::Find(const VerifyKey& key) const {
  const auto found = known_.find(key);
  return found == known_.end() ? nullptr : &found->second;
}

}  // namespace garderobe
