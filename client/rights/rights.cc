#include "client/rights/rights.h"

#include <algorithm>
#include <chrono>
#include <memory>
#include <string_view>
#include <thread>

#include "client/mapping/header_plan.h"
#include "client/published.h"
#include "client/rights/pending_rights.h"
#include "client/send/batches.h"
#include "client/send/relation_ledger.h"
#include "core/identifiers/encrypt.h"
#include "core/keys/key_file.h"
#include "core/rights/authorisation.h"
#include "core/rights/right_subject.h"
#include "core/rpc/deadline.h"
#include "core/rpc/status_conversion.h"
#include "core/sealing/author_payload.h"
#include "core/sealing/objection.h"
#include "core/sealing/sealed_answer.h"
#include "garderobe/v1/delivery.grpc.pb.h"
#include "garderobe/v1/rights.grpc.pb.h"

namespace garderobe::client {
namespace {

constexpr std::chrono::seconds kTimeout{60};

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
    v1::RightsService::Stub& stub, const v1::ExerciseRightRequest& request,
    std::chrono::seconds patience) {
  const auto give_up = std::chrono::steady_clock::now() + patience;
  bool is_sent = false;
  for (;;) {
    std::chrono::milliseconds wait{200};
    absl::Status status;
    bool is_forgotten = false;
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
      is_forgotten = status.code() == absl::StatusCode::kNotFound;
      // Forgotten there, or tried and put off: it is sent again.
      if (is_forgotten || IsTransient(status)) is_sent = false;
    }
    if (!status.ok() && !IsTransient(status) && !is_forgotten) return status;
    if (std::chrono::steady_clock::now() + wait > give_up) {
      return Unavailable(
          "the receipts have not come{}; the request is kept, and `garderobe "
          "receipts` asks again",
          status.ok() ? "" : " (" + std::string(Message(status)) + ")");
    }
    std::this_thread::sleep_for(std::max(wait, std::chrono::milliseconds(50)));
  }
}

// Seals the identity into `out`. `subject` becomes what an objection of it is
// remembered by: the same identifiers give the same bytes.
absl::Status SealIdentity(const RightOptions& options, const JointKeys& keys,
                          std::vector<std::string>* unusable,
                          v1::SealedIdentity* out, std::string* subject) {
  const ReadPerson read =
      ReadPersonFields(options.identity, options.own_domains, Today());
  for (std::string_view reason : read.refused) {
    unusable->emplace_back(reason);
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

// What the institution asks with, and signs with.
struct AskingKeys {
  InstitutionHandleKey handle;
  AuthorSeed author;
};

absl::StatusOr<AskingKeys> ReadKeys(const RightOptions& options) {
  GARDEROBE_ASSIGN_OR_RETURN(
      auto handle, ReadSecret<InstitutionHandleKey>(options.handle_key,
                                                    "institution-handle"));
  GARDEROBE_ASSIGN_OR_RETURN(
      auto author, ReadSecret<AuthorSeed>(options.author_key, kAuthorRole));
  return AskingKeys{std::move(handle), std::move(author)};
}

// With what an objection is lodged or taken back: the secret follows from the
// institution's key and the subject, so that nothing else has to be kept.
absl::Status PutObjection(const RightOptions& options,
                          const InstitutionHandleKey& key,
                          const std::string& subject,
                          const Published& published,
                          v1::ExerciseRightRequest* request) {
  const ObjectionSecret secret = MakeObjectionSecret(key, subject);
  if (request->right() == v1::RIGHT_OBJECT) {
    request->set_objection_mark(std::string(MarkOf(secret).view()));
  } else if (request->right() == v1::RIGHT_WITHDRAW &&
             !options.without_secret) {
    GARDEROBE_ASSIGN_OR_RETURN(
        *request->mutable_sealed_objection_secret(),
        SealObjectionSecret(published.vault.sealing_key, request->request_id(),
                            secret));
  }
  return absl::OkStatus();
}

absl::Status Sign(const AskingKeys& keys, v1::ExerciseRightRequest* request) {
  SubjectSalt salt;
  randombytes_buf(salt.mutable_data(), SubjectSalt::kBytes);
  request->set_salt(AsString(salt.bytes()));
  GARDEROBE_ASSIGN_OR_RETURN(const RightSubject subject, SubjectOf(*request));
  SignedRight asked;
  asked.request = {CommitSubject(salt, subject),
                   static_cast<VisitorRight>(request->right()),
                   subject.type(),
                   RequestId::From(request->request_id()),
                   DayNumber(Today()),
                   PublicKeyOf(AccessKeyOf(keys.handle)),
                   ObjectionDigest(request->objection_mark(),
                                   request->sealed_objection_secret())};
  asked.signature = SignRight(keys.author, asked.request);
  *request->mutable_authorisation() = ToProto(asked);
  return absl::OkStatus();
}

absl::StatusOr<v1::ExerciseRightRequest> MakeRequest(
    const RightOptions& options, const AskingKeys& keys,
    const Published& published, std::vector<std::string>* unusable) {
  v1::ExerciseRightRequest request;
  std::string id(RequestId::kBytes, '\0');
  randombytes_buf(id.data(), id.size());
  request.set_institution(options.institution);
  request.set_right(static_cast<v1::Right>(options.right));
  request.set_request_id(id);
  *request.mutable_serials() = published.serials();
  std::string subject;
  if (options.earlier_handle) {
    request.set_handle(std::string(options.earlier_handle->view()));
  } else if (!options.customer.empty()) {
    // As it would be read in a file.
    std::deque<std::string> scratch;
    const Handle handle =
        MakeHandle(keys.handle, CleanField(options.customer, &scratch));
    request.set_handle(std::string(handle.view()));
    subject = "customer";
    subject.append(handle.view());
  } else {
    GARDEROBE_RETURN_IF_ERROR(SealIdentity(options, published.keys, unusable,
                                           request.mutable_identity(),
                                           &subject));
  }
  GARDEROBE_RETURN_IF_ERROR(
      PutObjection(options, keys.handle, subject, published, &request));
  GARDEROBE_RETURN_IF_ERROR(Sign(keys, &request));
  return request;
}

// A refusal that no repetition of the same request changes. What a party does
// not allow now it may allow when it has another register.
bool IsFinal(const absl::Status& status) {
  return status.code() == absl::StatusCode::kInvalidArgument ||
         (status.code() == absl::StatusCode::kPermissionDenied &&
          ReasonOf(status) == kRightTooOld);
}

// What two custodians need to know of a request that waits for them.
absl::Status WithNextStep(const absl::Status& status,
                          const v1::ExerciseRightRequest& request) {
  if (ReasonOf(status) != kWithdrawalNeedsCustodians) return status;
  const std::string words = fmt::format(
      "--request {} --commitment {}", ToHex(AsBytes(request.request_id())),
      ToHex(AsBytes(request.authorisation().commitment())));
  return WithReason(
      FailedPrecondition(
          "{}\nEach of two custodians runs\n"
          "  garderobe custodian approve withdrawal {} --as NAME --out FILE\n"
          "then one of them, or the coordinating body,\n"
          "  garderobe vault allow-withdrawal {} --approval FILE --approval "
          "FILE\n"
          "The request is kept, and `garderobe receipts` asks again",
          Message(status), words, words),
      kWithdrawalNeedsCustodians);
}

// Sends a request that is kept. It is forgotten here only when it is refused
// for good.
absl::StatusOr<RightReport> Finish(const Endpoint& endpoint,
                                   const RightOptions& options,
                                   const AskingKeys& keys,
                                   const Published& published,
                                   const v1::ExerciseRightRequest& request) {
  PendingRights pending(options.state);
  const auto stub =
      v1::RightsService::NewStub(TlsChannel(endpoint.ttpd, endpoint.tls));
  const auto response = AskAndWait(*stub, request, options.patience);
  if (!response.ok()) {
    if (IsFinal(response.status())) {
      GARDEROBE_RETURN_IF_ERROR(pending.Forget(request.request_id()));
    }
    return WithNextStep(response.status(), request);
  }
  GARDEROBE_ASSIGN_OR_RETURN(RightReport report,
                             CheckReceipts(request, *response, published));
  if (request.right() == v1::RIGHT_ACCESS) {
    GARDEROBE_RETURN_IF_ERROR(
        OpenHeld(AccessKeyOf(keys.handle), published, &report));
  } else if (request.has_handle()) {
    const std::string path =
        options.state + "/" + request.institution() + ".relations";
    RelationLedger ledger = RelationLedger::Load(path);
    if (ledger.Forget(Handle::From(request.handle()))) {
      GARDEROBE_RETURN_IF_ERROR(ledger.Save(path));
    }
  }
  return report;
}

}  // namespace

absl::StatusOr<RightReport> ExerciseRight(const Endpoint& endpoint,
                                          const RightOptions& options) {
  const auto channel = TlsChannel(endpoint.ttpd, endpoint.tls);
  GARDEROBE_ASSIGN_OR_RETURN(const Published published,
                             FetchParameters(channel, endpoint, options.state));
  GARDEROBE_ASSIGN_OR_RETURN(const AskingKeys keys, ReadKeys(options));
  std::vector<std::string> unusable;
  GARDEROBE_ASSIGN_OR_RETURN(const v1::ExerciseRightRequest request,
                             MakeRequest(options, keys, published, &unusable));
  GARDEROBE_RETURN_IF_ERROR(PendingRights(options.state).Keep(request));
  GARDEROBE_ASSIGN_OR_RETURN(
      RightReport report, Finish(endpoint, options, keys, published, request));
  report.unusable = std::move(unusable);
  return report;
}

absl::StatusOr<RightReport> FinishRight(
    const Endpoint& endpoint, const RightOptions& options,
    const v1::ExerciseRightRequest& request) {
  const auto channel = TlsChannel(endpoint.ttpd, endpoint.tls);
  GARDEROBE_ASSIGN_OR_RETURN(const Published published,
                             FetchParameters(channel, endpoint, options.state));
  GARDEROBE_ASSIGN_OR_RETURN(const AskingKeys keys, ReadKeys(options));
  return Finish(endpoint, options, keys, published, request);
}

}  // namespace garderobe::client
