#include "client/audit/fetch_crowd.h"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string_view>

#include "client/published.h"
#include "core/audit/crowd_pages.h"
#include "core/rpc/deadline.h"
#include "core/rpc/status_conversion.h"
#include "garderobe/v1/audit.grpc.pb.h"

namespace garderobe::client {
namespace {

constexpr std::chrono::seconds kListTimeout{20};
// A crowd of 4,000 rows takes some ten seconds to prove, on a machine that has
// other work as well.
constexpr std::chrono::minutes kProofTimeout{10};

using Stream =
    grpc::ClientReaderWriter<v1::ProveCrowdRequest, v1::ProveCrowdResponse>;

absl::Status Malformed(const absl::Status& status) {
  return DataLoss("what the service shows is malformed: {}", Message(status));
}

// Lets go of a call that is left before its end.
struct Cancelled {
  grpc::ClientContext& context;
  ~Cancelled() { context.TryCancel(); }
};

// Why a stream ended before its time. Never OkStatus.
absl::Status EndOf(Stream& stream) {
  const absl::Status status = FromGrpc(stream.Finish());
  if (status.code() == absl::StatusCode::kNotFound) {
    return FailedPrecondition(
        "the service can't prove a crowd of that answer id: it keeps the last "
        "ones only, and none across a restart; `garderobe audit crowds` lists "
        "them");
  }
  return status.ok() ? DataLoss("the service ended before the crowd did")
                     : status;
}

absl::StatusOr<v1::ProveCrowdResponse> Ask(
    Stream& stream, const v1::ProveCrowdRequest& request) {
  v1::ProveCrowdResponse response;
  if (!stream.Write(request) || !stream.Read(&response)) return EndOf(stream);
  return response;
}

SignedBody BodyOf(const v1::SignedParameters& from) {
  return {from.body(), from.signature()};
}

}  // namespace

absl::StatusOr<std::vector<HeldCrowd>> ListCrowds(const Endpoint& endpoint) {
  const auto stub =
      v1::AuditService::NewStub(TlsChannel(endpoint.ttpd, endpoint.tls));
  grpc::ClientContext context;
  SetDeadline(context, kListTimeout);
  v1::ListCrowdsResponse response;
  GARDEROBE_RETURN_IF_ERROR(
      FromGrpc(stub->ListCrowds(&context, {}, &response)));
  std::vector<HeldCrowd> crowds;
  for (const v1::HeldCrowd& crowd : response.crowds()) {
    if (crowd.answer_id().size() != AnswerId::kBytes) {
      return Malformed(
          InvalidArgument("answer_id: {} bytes", AnswerId::kBytes));
    }
    crowds.push_back({AnswerId::From(crowd.answer_id()), crowd.rows(),
                      crowd.unix_seconds()});
  }
  return crowds;
}

absl::StatusOr<AuditedCrowd> FetchCrowd(const Endpoint& endpoint,
                                        const AnswerId& id,
                                        const std::string& state) {
  const auto stub =
      v1::AuditService::NewStub(TlsChannel(endpoint.ttpd, endpoint.tls));
  grpc::ClientContext context;
  SetDeadline(context, kProofTimeout);
  const auto stream = stub->ProveCrowd(&context);
  const Cancelled at_the_end{context};
  v1::ProveCrowdRequest request;
  request.set_answer_id(AsString(id.bytes()));
  GARDEROBE_ASSIGN_OR_RETURN(v1::ProveCrowdResponse response,
                             Ask(*stream, request));
  const v1::CrowdHead head = std::move(*response.mutable_head());
  if (head.answer_id() != id.view()) {
    return Malformed(InvalidArgument("answer_id: another one was asked for"));
  }
  AuditedCrowd audited{Today(),
                       BodyOf(head.ttp()),
                       BodyOf(head.vault()),
                       BodyOf(head.aggregator()),
                       {}};
  v1::GetParametersResponse parameters;
  *parameters.mutable_ttp() = head.ttp();
  *parameters.mutable_vault() = head.vault();
  *parameters.mutable_aggregator() = head.aggregator();
  GARDEROBE_RETURN_IF_ERROR(
      ReadPublished(parameters, endpoint, state).status());
  auto reader = CrowdReader::Begin(head);
  if (!reader.ok()) return Malformed(reader.status());
  for (uint32_t page = 0; page < reader->pages(); ++page) {
    request.set_page(page);
    GARDEROBE_ASSIGN_OR_RETURN(response, Ask(*stream, request));
    const absl::Status taken = reader->Take(response.page());
    if (!taken.ok()) return Malformed(taken);
  }
  stream->WritesDone();
  GARDEROBE_RETURN_IF_ERROR(FromGrpc(stream->Finish()));
  audited.crowd = reader->Finish();
  return audited;
}

}  // namespace garderobe::client
