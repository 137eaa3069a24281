#include "client/rights/right_receipts.h"

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <set>
#include <string_view>

#include "core/base/columns.h"
#include "core/conversion/convert.h"
#include "core/keys/access_answer.h"
#include "core/proof/reference_proof.h"
#include "core/proof/row_proof.h"

namespace garderobe::client {
namespace {

// What does not verify is not believed, whatever is wrong with it.
absl::Status Believed(const absl::Status& verified, std::string_view what) {
  if (verified.ok()) return verified;
  return FailedPrecondition("{}: {}", what, Message(verified));
}

// Whether what the parties say they acted on is what was asked for.
absl::Status CheckProof(const v1::ExerciseRightRequest& request,
                        const v1::FetchReceiptsResponse& response,
                        const Published& published) {
  const auto malformed = [] {
    return FailedPrecondition("what the parties acted on is not shown");
  };
  const auto& commitments = published.ttp.commitments;
  if (request.has_handle()) {
    if (response.reference().size() != Ciphertext::kBytes) return malformed();
    const auto reference = Ciphertext::From(response.reference());
    const Element hashed =
        HashOfRelation(request.institution(), Handle::From(request.handle()));
    return Believed(VerifyReference({commitments.at("C_a"), hashed,
                                     published.aggregator.pseudonym_key,
                                     reference, request.request_id()},
                                    response.proof()),
                    "the service's proof that this customer was meant");
  }
  const v1::SealedIdentity& identity = request.identity();
  const garderobe::Column<Element> points(identity.points_b()),
      converted(response.converted_points_b());
  if (response.converted_point_a().size() != Element::kBytes ||
      !converted.HasRows(points.size())) {
    return malformed();
  }
  CiphertextRow input{Element::From(identity.point_a()), {}};
  CiphertextRow output{Element::From(response.converted_point_a()), {}};
  KindKeys keys;
  size_t at = 0;
  for (uint32_t kind = 0; kind < kKindCount; ++kind) {
    if ((identity.kinds() >> kind & 1) == 0) continue;
    keys[kind] = published.vault.public_keys[kind];
    input.points_b.push_back({kind, points[at]});
    output.points_b.push_back({kind, converted[at]});
    ++at;
  }
  const ConversionCommitments of_rows{
      commitments.at("C_s"), commitments.at("C_v"), published.ttp.ingress_key};
  return Believed(
      VerifyRow({of_rows, keys, input, output, request.request_id()},
                response.proof()),
      "the service's proof that these particulars were converted");
}

// What a party's receipt has to name.
Digest256 ActedOn(const std::string& party,
                  const v1::ExerciseRightRequest& request,
                  const v1::FetchReceiptsResponse& response) {
  if (request.has_handle()) {
    return party == "aggregator" ? Hash(response.reference()) : Digest256();
  }
  if (party != "vault") return Digest256();
  return Hash({response.converted_point_a(), response.converted_points_b()});
}

// One receipt, as far as the request and the response say what it has to hold.
absl::StatusOr<StoredReceipt> CheckReceipt(
    const v1::Receipt& signed_receipt, const v1::ExerciseRightRequest& request,
    const v1::FetchReceiptsResponse& response, const Published& published) {
  auto receipt =
      VerifyReceipt(published.vault.receipt_key, signed_receipt.body(),
                    signed_receipt.signature());
  std::string party = "vault";
  if (!receipt.ok()) {
    party = "aggregator";
    receipt = VerifyReceipt(published.aggregator.receipt_key,
                            signed_receipt.body(), signed_receipt.signature());
  }
  GARDEROBE_RETURN_IF_ERROR(receipt.status());
  const std::string& sealed =
      party == "vault" ? response.vault_sealed() : response.aggregator_sealed();
  if (receipt->party != party ||
      receipt->right != static_cast<VisitorRight>(request.right()) ||
      receipt->request_id.view() != request.request_id() ||
      receipt->subject.view() != request.authorisation().commitment() ||
      receipt->acted_on != ActedOn(party, request, response) ||
      // Told of an own customer that was erased, and of nothing else.
      receipt->counts.has_value() !=
          (party == "aggregator" && request.has_handle() &&
           request.right() == v1::RIGHT_ERASE) ||
      receipt->answer != (sealed.empty() ? Digest256() : Hash(sealed))) {
    return FailedPrecondition(
        "the receipt of the {} is of something else than was asked for", party);
  }
  return StoredReceipt{*receipt, signed_receipt.body(),
                       signed_receipt.signature()};
}

}  // namespace

absl::StatusOr<RightReport> CheckReceipts(
    const v1::ExerciseRightRequest& request,
    const v1::FetchReceiptsResponse& response, const Published& published) {
  RightReport report;
  report.request = request;
  report.response = response;
  std::set<std::string> parties;
  for (const v1::Receipt& one : response.receipts()) {
    GARDEROBE_ASSIGN_OR_RETURN(StoredReceipt stored,
                               CheckReceipt(one, request, response, published));
    if (stored.receipt.counts) {
      report.relations_removed = stored.receipt.counts->relations;
      report.visits_removed = stored.receipt.counts->visits;
    }
    parties.insert(stored.receipt.party);
    report.receipts.push_back(std::move(stored));
  }
  if (parties != std::set<std::string>{"aggregator", "vault"}) {
    return FailedPrecondition(
        "a receipt of vault or aggregator is missing: ask again");
  }
  GARDEROBE_RETURN_IF_ERROR(CheckProof(request, response, published));
  return report;
}

absl::Status OpenHeld(const SealingSecretKey& access_key,
                      const Published& published, RightReport* report) {
  AccessAnswer answer;
  answer.request_id = RequestId::From(report->request.request_id());
  answer.subject =
      SubjectCommitment::From(report->request.authorisation().commitment());
  answer.access_key = PublicKeyOf(access_key);
  answer.party = "vault";
  GARDEROBE_ASSIGN_OR_RETURN(
      report->held.emplace_back(),
      OpenAccessAnswer(access_key, published.vault.receipt_key, answer,
                       report->response.vault_sealed()));
  answer.party = "aggregator";
  GARDEROBE_ASSIGN_OR_RETURN(
      report->held.emplace_back(),
      OpenAccessAnswer(access_key, published.aggregator.receipt_key, answer,
                       report->response.aggregator_sealed()));
  return absl::OkStatus();
}

}  // namespace garderobe::client
