#include "client/rights.h"

#include <chrono>
#include <set>

#include "client/batches.h"
#include "client/mapping/header_plan.h"
#include "client/relation_ledger.h"
#include "core/identifiers/encrypt.h"
#include "core/keys/key_file.h"
#include "core/rpc/deadline.h"
#include "core/rpc/status_conversion.h"
#include "core/sealing/sealed_answer.h"
#include "garderobe/v1/delivery.grpc.pb.h"
#include "garderobe/v1/rights.grpc.pb.h"

namespace garderobe::client {
namespace {

constexpr std::chrono::seconds kTimeout{60};

struct Published {
  VaultParameters vault;
  AggregatorParameters aggregator;
};

absl::StatusOr<Published> FetchParameters(
    const std::shared_ptr<grpc::Channel>& channel, const Endpoint& endpoint) {
  auto stub = v1::DeliveryService::NewStub(channel);
  grpc::ClientContext context;
  SetDeadline(context, kTimeout);
  v1::GetParametersResponse response;
  GARDEROBE_RETURN_IF_ERROR(
      FromGrpc(stub->GetParameters(&context, {}, &response)));
  GARDEROBE_ASSIGN_OR_RETURN(
      const Parameters vault,
      VerifyParameters(endpoint.vault_pin, "vault", response.vault().body(),
                       response.vault().signature()));
  GARDEROBE_ASSIGN_OR_RETURN(
      const Parameters aggregator,
      VerifyParameters(endpoint.aggregator_pin, "aggregator",
                       response.aggregator().body(),
                       response.aggregator().signature()));
  Published published;
  GARDEROBE_ASSIGN_OR_RETURN(published.vault, VaultParameters::From(vault));
  GARDEROBE_ASSIGN_OR_RETURN(published.aggregator,
                             AggregatorParameters::From(aggregator));
  return published;
}

// Seals the identity into `out`. `subject` becomes what an objection of it is
// remembered by: the same identifiers give the same bytes.
absl::Status SealIdentity(const RightOptions& options,
                          const VaultParameters& vault, RightReport* report,
                          v1::SealedIdentity* out, std::string* subject) {
  const ReadPerson read =
      ReadPersonFields(options.identity, options.own_domains, Today());
  for (std::string_view reason : read.refused) {
    report->unusable.emplace_back(reason);
  }
  const Identifiers identifiers = DeriveIdentifiers(read.fields);
  *subject = "identity";
  for (const std::string& identifier : identifiers) {
    PutLengthPrefixed(*subject, identifier);
  }
  const EncryptedIdentifiers encrypted = EncryptIdentifiers(identifiers, vault);
  if (encrypted.kinds == 0) {
    return InvalidArgument(
        "nothing here identifies a visitor; give an e-mail, a telephone, or a "
        "name with a birth date or an address");
  }
  out->set_kinds(encrypted.kinds);
  out->set_point_a(std::string(encrypted.point_a.view()));
  out->set_points_b(encrypted.points_b);
  return absl::OkStatus();
}

absl::Status TakeReceipts(const v1::ExerciseRightResponse& response,
                          const RightOptions& options,
                          const Published& published, RightReport* report) {
  for (const v1::Receipt& signed_receipt : response.receipts()) {
    auto vault =
        VerifyReceipt(published.vault.receipt_key, signed_receipt.body(),
                      signed_receipt.signature());
    auto receipt = vault.ok() ? std::move(vault)
                              : VerifyReceipt(published.aggregator.receipt_key,
                                              signed_receipt.body(),
                                              signed_receipt.signature());
    GARDEROBE_RETURN_IF_ERROR(receipt.status());
    if (receipt->right != options.right ||
        receipt->request_id != report->request_id) {
      return FailedPrecondition("a receipt is of another request");
    }
    report->receipts.push_back(
        {*receipt, signed_receipt.body(), signed_receipt.signature()});
  }
  std::set<std::string> parties;
  for (const auto& one : report->receipts) parties.insert(one.receipt.party);
  if (parties != std::set<std::string>{"aggregator", "vault"}) {
    return FailedPrecondition(
        "a receipt of vault or aggregator is missing: ask again");
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<RightReport> ExerciseRight(const Endpoint& endpoint,
                                          const RightOptions& options) {
  RightReport report;
  std::string id(RequestId::kBytes, '\0');
  randombytes_buf(id.data(), id.size());
  report.request_id = RequestId::From(id);
  const auto channel = TlsChannel(endpoint.address, "ttpd", endpoint.tls);
  GARDEROBE_ASSIGN_OR_RETURN(const Published published,
                             FetchParameters(channel, endpoint));
  v1::ExerciseRightRequest request;
  request.set_institution(options.institution);
  request.set_right(static_cast<v1::Right>(options.right));
  request.set_request_id(id);
  GARDEROBE_ASSIGN_OR_RETURN(
      const auto key, ReadSecret<InstitutionHandleKey>(options.handle_key,
                                                       "institution-handle"));
  Handle handle;
  std::optional<SealingSecretKey> recipient;
  std::string subject;
  if (!options.customer.empty()) {
    // As it would be read in a file.
    handle = MakeHandle(key, CleanField(options.customer));
    recipient.emplace(AccessKeyOf(key));
    request.set_handle(std::string(handle.view()));
    subject = "customer";
    subject.append(handle.view());
  } else {
    GARDEROBE_RETURN_IF_ERROR(SealIdentity(options, published.vault, &report,
                                           request.mutable_identity(),
                                           &subject));
  }
  const ObjectionSecret secret = MakeObjectionSecret(key, subject);
  if (options.right == VisitorRight::kObject) {
    request.set_objection_mark(std::string(MarkOf(secret).view()));
  } else if (options.right == VisitorRight::kWithdraw) {
    request.set_objection_secret(std::string(secret.view()));
  }
  if (options.right == VisitorRight::kAccess) {
    request.set_recipient(std::string(PublicKeyOf(*recipient).view()));
  }
  auto stub = v1::RightsService::NewStub(channel);
  grpc::ClientContext context;
  SetDeadline(context, kTimeout);
  v1::ExerciseRightResponse response;
  GARDEROBE_RETURN_IF_ERROR(
      FromGrpc(stub->ExerciseRight(&context, request, &response)));
  GARDEROBE_RETURN_IF_ERROR(
      TakeReceipts(response, options, published, &report));
  report.relations_removed = response.relations_removed();
  report.visits_removed = response.visits_removed();
  if (options.right == VisitorRight::kAccess) {
    for (const std::string* sealed :
         {&response.vault_sealed(), &response.aggregator_sealed()}) {
      GARDEROBE_ASSIGN_OR_RETURN(report.held.emplace_back(),
                                 OpenAnswer(*recipient, *sealed));
    }
  } else if (!options.customer.empty()) {
    const std::string path =
        options.state + "/" + options.institution + ".relations";
    RelationLedger ledger = RelationLedger::Load(path);
    if (ledger.Forget(handle)) GARDEROBE_RETURN_IF_ERROR(ledger.Save(path));
  }
  return report;
}

}  // namespace garderobe::client
