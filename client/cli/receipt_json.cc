#include "client/cli/receipt_json.h"

#include <map>
#include <stdexcept>
#include <string_view>
#include <vector>

#include "core/base/bytes.h"

namespace garderobe::client {
namespace {

using nlohmann::json;

std::string Hex(std::string_view bytes) { return ToHex(AsBytes(bytes)); }

// Whom the receipts are about, as the commitment binds it, and who signed that
// it was asked: with the salt anybody can compute it anew (docs/rights.md).
json RequestJson(const v1::ExerciseRightRequest& request) {
  json subject;
  if (request.has_handle()) {
    subject = {{"handle", Hex(request.handle())}};
  } else {
    const v1::SealedIdentity& identity = request.identity();
    subject = {{"kinds", identity.kinds()},
               {"point_a", Hex(identity.point_a())},
               {"points_b", Hex(identity.points_b())},
               {"point_home", Hex(identity.point_home())}};
  }
  const v1::RightAuthorisation& signed_by = request.authorisation();
  return {{"institution", request.institution()},
          {"subject", subject},
          {"salt", Hex(request.salt())},
          {"commitment", Hex(signed_by.commitment())},
          {"day", signed_by.day()},
          {"access_key", Hex(signed_by.access_key())},
          {"objection", Hex(signed_by.objection())},
          {"signature", Hex(signed_by.signature())}};
}

// What the parties worked with, and the TTP's proof of it.
json ProofJson(const v1::FetchReceiptsResponse& response) {
  json acted_on;
  if (!response.reference().empty()) {
    acted_on = {{"reference", Hex(response.reference())}};
  } else {
    acted_on = {{"point_a", Hex(response.converted_point_a())},
                {"points_b", Hex(response.converted_points_b())}};
  }
  return {{"acted_on", acted_on}, {"proof", Hex(response.proof())}};
}

}  // namespace

json ReceiptJson(const RightReport& report) {
  const auto right = static_cast<VisitorRight>(report.request.right());
  json receipts = json::array();
  for (const StoredReceipt& one : report.receipts) {
    receipts.push_back({{"party", one.receipt.party},
                        {"unix_seconds", one.receipt.unix_seconds},
                        {"body", ToHex(AsBytes(one.body))},
                        {"signature", ToHex(AsBytes(one.signature))}});
  }
  return {{"right", RightName(right)},
          {"request_id", Hex(report.request.request_id())},
          {"request", RequestJson(report.request)},
          {"conversion", ProofJson(report.response)},
          {"receipts", receipts}};
}

absl::StatusOr<Handle> HandleOfObjection(const std::string& text,
                                         const std::string& institution) {
  const json receipt = json::parse(text, nullptr, /*allow_exceptions=*/false);
  // A pointer that leads nowhere, or to something else, gives an empty text.
  const auto text_at = [&](const char* place) {
    const json::json_pointer pointer(place);
    return receipt.is_object() && receipt.contains(pointer) &&
                   receipt.at(pointer).is_string()
               ? receipt.at(pointer).get<std::string>()
               : std::string();
  };
  const auto handle = FromHex(text_at("/request/subject/handle"));
  if (text_at("/right") != RightName(VisitorRight::kObject) ||
      text_at("/request/institution") != institution || !handle.ok() ||
      handle->size() != Handle::kBytes) {
    return InvalidArgument(
        "--receipt: not the stored receipt of an objection of a customer of {}",
        institution);
  }
  return Handle::From(*handle);
}

json ReportJson(const RightReport& report, const json& receipt,
                const std::string& stored) {
  json out = {{"receipt", receipt},
              {"stored", stored},
              {"relations_removed", report.relations_removed},
              {"visits_removed", report.visits_removed},
              {"not_used", report.unusable}};
  if (!report.held.empty()) {
    out["held"] = json::array();
    for (const std::string& held : report.held) {
      out["held"].push_back(json::parse(held));
    }
  }
  return out;
}

}  // namespace garderobe::client
