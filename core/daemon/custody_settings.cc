#include "core/daemon/custody_settings.h"

namespace garderobe {

void AddCustodySettings(Settings& settings, CustodySettings* custodians) {
  settings.List("custodians.keys", &custodians->keys,
                "Ed25519 keys that custodians approve with, NAME=KEY each, of "
                "at least two; what widens anything takes two of them.");
  settings.List("custodians.retired_keys", &custodians->retired_keys,
                "Those that approve nothing any more, so that they are told "
                "from unknown ones.");
}

absl::Status CheckCustody(const CustodySettings& custodians) {
  return Custodians::Parse(custodians.keys, custodians.retired_keys).status();
}

absl::StatusOr<std::unique_ptr<Custody>> OpenCustody(
    const CustodySettings& custodians, const std::string& party,
    const std::string& folder) {
  GARDEROBE_ASSIGN_OR_RETURN(
      Custodians known,
      Custodians::Parse(custodians.keys, custodians.retired_keys));
  return Custody::Open(party, std::move(known), folder + "/approvals");
}

}  // namespace garderobe
