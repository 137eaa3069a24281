#include "client/rights.h"

#include <chrono>
#include <set>
#include <thread>

#include "client/batches.h"
#include "client/mapping/header_plan.h"
#include "client/published.h"
#include "client/relation_ledger.h"
#include "core/base/columns.h"
#include "core/conversion/convert.h"
#include "core/identifiers/encrypt.h"
#include "core/keys/key_file.h"
#include "core/proof/reference_proof.h"
#include "core/proof/row_proof.h"
#include "core/rights/right_subject.h"
#include "core/rpc/deadline.h"
#include "core/rpc/status_conversion.h"
#include "core/sealing/sealed_answer.h"
#include "garderobe/v1/delivery.grpc.pb.h"
#include "garderobe/v1/rights.grpc.pb.h"

namespace garderobe::client {
namespace {

constexpr std::chrono::seconds kTimeout{60};

// How long receipts are waited for, beyond what the TTP itself says.
constexpr std::chrono::minutes kPatience{10};

absl::StatusOr<Published> FetchParameters(
    const std::shared_ptr<grpc::Channel>& channel, const Endpoint& endpoint,
    const std::string& state) {
  auto stub = v1::DeliveryService::NewStub(channel);
  grpc::ClientContext context;
  SetDeadline(context, kTimeout);
  v1::GetParametersResponse response;
  GARDEROBE_RETURN_IF_ERROR(
      FromGrpc(stub->GetParameters(&context, {}, &response)));
  return ReadPublished(response, endpoint, state);
}

// Sends the request and waits for what came of it. A TTP that has forgotten it
// gets it again: the parties answer a known id with what they have kept.
absl::StatusOr<v1::FetchReceiptsResponse> AskAndWait(
    v1::RightsService::Stub& stub, const v1::ExerciseRightRequest& request) {
  const auto give_up = std::chrono::steady_clock::now() + kPatience;
  bool is_sent = false;
  for (;;) {
    std::chrono::milliseconds wait{200};
    absl::Status status;
    if (!is_sent) {
      grpc::ClientContext context;
      SetDeadline(context, kTimeout);
      v1::ExerciseRightResponse accepted;
      status = FromGrpc(stub.ExerciseRight(&context, request, &accepted));
      is_sent = status.ok();
      wait = std::chrono::milliseconds(accepted.ready_in_ms());
    } else {
      grpc::ClientContext context;
      SetDeadline(context, kTimeout);
      v1::FetchReceiptsRequest fetch;
      fetch.set_institution(request.institution());
      fetch.set_request_id(request.request_id());
      v1::FetchReceiptsResponse response;
      status = FromGrpc(stub.FetchReceipts(&context, fetch, &response));
      if (status.ok() && response.pending_for_ms() == 0) return response;
      wait = std::chrono::milliseconds(response.pending_for_ms());
      if (status.code() == absl::StatusCode::kNotFound) is_sent = false;
    }
    const bool is_lasting = !status.ok() && !IsTransient(status) && is_sent;
    const bool is_refused = !status.ok() && !IsTransient(status) && !is_sent &&
                            status.code() != absl::StatusCode::kNotFound;
    if (is_lasting || is_refused) return status;
    if (std::chrono::steady_clock::now() + wait > give_up) {
      return status.ok()
                 ? Unavailable("the receipts have not come; ask again later")
                 : status;
    }
    std::this_thread::sleep_for(std::max(wait, std::chrono::milliseconds(50)));
  }
}

// Seals the identity into `out`. `subject` becomes what an objection of it is
// remembered by: the same identifiers give the same bytes.
absl::Status SealIdentity(const RightOptions& options, const JointKeys& keys,
                          RightReport* report, v1::SealedIdentity* out,
                          std::string* subject) {
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
  const EncryptedIdentifiers encrypted = EncryptIdentifiers(identifiers, keys);
  if (encrypted.kinds == 0) {
    return InvalidArgument(
        "nothing here identifies a visitor; give an e-mail, a telephone, or a "
        "name with a birth date or an address");
  }
  out->set_kinds(encrypted.kinds);
  out->set_point_a(std::string(encrypted.point_a.view()));
  out->set_points_b(encrypted.points_b);
  out->set_point_home(std::string(encrypted.point_home.view()));
  return absl::OkStatus();
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
    return Annotate(VerifyReference({commitments.at("C_a"), hashed,
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
  return Annotate(
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

absl::Status TakeReceipts(const v1::ExerciseRightRequest& request,
                          const v1::FetchReceiptsResponse& response,
                          const Published& published,
                          const SubjectCommitment& subject,
                          RightReport* report) {
  std::set<std::string> parties;
  for (const v1::Receipt& signed_receipt : response.receipts()) {
    auto receipt =
        VerifyReceipt(published.vault.receipt_key, signed_receipt.body(),
                      signed_receipt.signature());
    std::string party = "vault";
    if (!receipt.ok()) {
      party = "aggregator";
      receipt =
          VerifyReceipt(published.aggregator.receipt_key, signed_receipt.body(),
                        signed_receipt.signature());
    }
    GARDEROBE_RETURN_IF_ERROR(receipt.status());
    const std::string& sealed = party == "vault" ? response.vault_sealed()
                                                 : response.aggregator_sealed();
    if (receipt->party != party ||
        receipt->right != static_cast<VisitorRight>(request.right()) ||
        receipt->request_id != report->request_id ||
        receipt->subject != subject ||
        receipt->acted_on != ActedOn(party, request, response) ||
        receipt->answer != (sealed.empty() ? Digest256() : Hash(sealed))) {
      return FailedPrecondition(
          "the receipt of the {} is of something else than was asked for",
          party);
    }
    if (receipt->counts) {
      report->relations_removed = receipt->counts->relations;
      report->visits_removed = receipt->counts->visits;
    }
    report->receipts.push_back(
        {*receipt, signed_receipt.body(), signed_receipt.signature()});
    parties.insert(party);
  }
  if (parties != std::set<std::string>{"aggregator", "vault"}) {
    return FailedPrecondition(
        "a receipt of vault or aggregator is missing: ask again");
  }
  return CheckProof(request, response, published);
}

}  // namespace

absl::StatusOr<RightReport> ExerciseRight(const Endpoint& endpoint,
                                          const RightOptions& options) {
  RightReport report;
  std::string id(RequestId::kBytes, '\0');
  randombytes_buf(id.data(), id.size());
  report.request_id = RequestId::From(id);
  const auto channel = TlsChannel(endpoint.ttpd, endpoint.tls);
  GARDEROBE_ASSIGN_OR_RETURN(const Published published,
                             FetchParameters(channel, endpoint, options.state));
  v1::ExerciseRightRequest request;
  request.set_institution(options.institution);
  request.set_right(static_cast<v1::Right>(options.right));
  request.set_request_id(id);
  *request.mutable_serials() = published.serials();
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
    GARDEROBE_RETURN_IF_ERROR(SealIdentity(options, published.keys, &report,
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
  SubjectSalt salt;
  randombytes_buf(salt.mutable_data(), SubjectSalt::kBytes);
  request.set_salt(AsString(salt.bytes()));
  GARDEROBE_ASSIGN_OR_RETURN(const RightSubject committed_to,
                             SubjectOf(request));
  const SubjectCommitment committed = CommitSubject(salt, committed_to);
  auto stub = v1::RightsService::NewStub(channel);
  GARDEROBE_ASSIGN_OR_RETURN(const v1::FetchReceiptsResponse response,
                             AskAndWait(*stub, request));
  GARDEROBE_RETURN_IF_ERROR(
      TakeReceipts(request, response, published, committed, &report));
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
