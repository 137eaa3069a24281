// The receipts of a right as JSON (docs/rights.md, docs/json.md).
#ifndef GARDEROBE_CLIENT_CLI_RECEIPT_JSON_H_
#define GARDEROBE_CLIENT_CLI_RECEIPT_JSON_H_

#include <string>

#include "client/rights/rights.h"
#include "nlohmann/json.hpp"

namespace garderobe::client {

// What is stored: the signed request with the salt that opens its commitment,
// the TTP's proof, and each party's receipt, all bytes as hexadecimal digits.
nlohmann::json ReceiptJson(const RightReport& report);

// What --json prints: the same, where it was stored, and what was done.
nlohmann::json ReportJson(const RightReport& report,
                          const nlohmann::json& receipt,
                          const std::string& stored);

// The customer, by its handle, of whom `text`, a stored receipt, says that
// `institution` lodged an objection. InvalidArgument: it is none of that, or
// was lodged of an identity.
[[nodiscard]] absl::StatusOr<Handle> HandleOfObjection(
    const std::string& text, const std::string& institution);

}  // namespace garderobe::client

#endif  // GARDEROBE_CLIENT_CLI_RECEIPT_JSON_H_
