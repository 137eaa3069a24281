#include "ttp/audit_service.h"

#include <boost/asio/post.hpp>
#include <exception>
#include <functional>
#include <string>

#include "core/audit/crowd_pages.h"
#include "core/rpc/ordered_stream.h"
#include "core/rpc/peer.h"
#include "spdlog/spdlog.h"
#include "ttp/crowd_prover.h"

namespace garderobe::ttp {
namespace {

// Pages that may be asked for before they are read.
constexpr size_t kWindow = 2;
constexpr StreamPatience kPatience{.hello = std::chrono::seconds(10),
                                   .batch = std::chrono::seconds(60),
                                   .read = std::chrono::seconds(60)};

}  // namespace

// One auditor reads one crowd.
class AuditServiceImpl::Reading final
    : public StreamHandler<v1::ProveCrowdRequest, v1::ProveCrowdResponse> {
 public:
  Reading(AuditServiceImpl& service, absl::StatusOr<Peer> auditor)
      : service_(service), auditor_(std::move(auditor)) {}
  ~Reading() override {
    if (has_place_) service_.GivePlace();
  }

  void Open(v1::ProveCrowdRequest first, Done done) override {
    if (!auditor_.ok()) return done(auditor_.status());
    if (first.answer_id().size() != AnswerId::kBytes) {
      return done(InvalidArgument("answer_id: {} bytes, in the first message",
                                  AnswerId::kBytes));
    }
    id_ = AnswerId::From(first.answer_id());
    KeptCrowdPtr crowd = service_.parts_.crowds.Find(id_);
    if (crowd == nullptr) {
      return done(Logged(
          0, NotFound("no crowd of that answer id is held, or not any more")));
    }
    has_place_ = service_.TakePlace();
    if (!has_place_) {
      return done(Logged(
          0, WithRetryAfter(
                 ResourceExhausted("{} crowds are being proved or read already",
                                   kProofsMax),
                 std::chrono::seconds(5))));
    }
    boost::asio::post(service_.provers_, [this, crowd = std::move(crowd),
                                          done = std::move(done)]() mutable {
      const size_t rows = crowd->outputs.size();
      auto head = Prove(std::move(crowd));
      const absl::Status status = Logged(rows, head.status());
      if (!status.ok()) return done(status);
      done(*std::move(head));
    });
  }

  absl::StatusOr<Commit> Prepare(v1::ProveCrowdRequest request) override {
    const size_t pages = CrowdPages(shown_.outputs.size());
    if (request.message_case() != v1::ProveCrowdRequest::kPage) {
      return InvalidArgument("page: expected after the first message");
    }
    if (request.page() >= pages) {
      return OutOfRange("page: the crowd has {}", pages);
    }
    return Commit([this, page = request.page()](Done done) {
      v1::ProveCrowdResponse response;
      *response.mutable_page() = PageOf(shown_, page);
      done(std::move(response));
    });
  }

 private:
  // Lets go of the crowd, and of what has to be wiped with it, when its proof
  // is made.
  absl::StatusOr<v1::ProveCrowdResponse> Prove(KeptCrowdPtr crowd) {
    const AuditParts& parts = service_.parts_;
    GARDEROBE_ASSIGN_OR_RETURN(const auto published,
                               parts.upstream.published());
    const CrowdKeys keys =
        CrowdKeys::From(parts.own, published->vault, published->aggregator);
    GARDEROBE_ASSIGN_OR_RETURN(shown_,
                               ProveKeptCrowd(parts.keys, keys, *crowd));
    v1::ProveCrowdResponse response;
    v1::CrowdHead& head = *response.mutable_head();
    head = HeadOf(shown_);
    head.mutable_ttp()->set_body(parts.signed_own.body);
    head.mutable_ttp()->set_signature(parts.signed_own.signature);
    *head.mutable_vault() = published->vault_signed;
    *head.mutable_aggregator() = published->aggregator_signed;
    return response;
  }

  absl::Status Logged(size_t rows, const absl::Status& status) const {
    spdlog::info("event=audit-proof auditor={} answer={} rows={} code={}",
                 auditor_->name, ToHex(id_.bytes()), rows,
                 absl::StatusCodeToString(status.code()));
    return status;
  }

  AuditServiceImpl& service_;
  const absl::StatusOr<Peer> auditor_;
  bool has_place_ = false;
  AnswerId id_;
  ShownCrowd shown_;  // set before the head goes out; not changed afterwards
};

grpc::ServerUnaryReactor* AuditServiceImpl::ListCrowds(
    grpc::CallbackServerContext* context, const v1::ListCrowdsRequest*,
    v1::ListCrowdsResponse* response) {
  const auto peer = RequirePeer(*context, Role::kAuditor);
  if (!peer.ok()) return FinishNow(context, peer.status());
  for (const KeptCrowdPtr& crowd : parts_.crowds.List()) {
    v1::HeldCrowd& out = *response->add_crowds();
    out.set_answer_id(AsString(crowd->id.bytes()));
    out.set_rows(static_cast<uint32_t>(crowd->outputs.size()));
    out.set_unix_seconds(crowd->unix_seconds);
  }
  spdlog::info("event=audit-list auditor={} crowds={}", peer->name,
               response->crowds_size());
  return FinishNow(context, absl::OkStatus());
}

grpc::ServerBidiReactor<v1::ProveCrowdRequest, v1::ProveCrowdResponse>*
AuditServiceImpl::ProveCrowd(grpc::CallbackServerContext* context) {
  using Stream = OrderedStream<v1::ProveCrowdRequest, v1::ProveCrowdResponse>;
  const auto stream = Stream::Start(
      context,
      std::make_unique<Reading>(*this, RequirePeer(*context, Role::kAuditor)),
      {kWindow,
       [this](auto work) { boost::asio::post(provers_, std::move(work)); },
       nullptr});
  const MutexLock lock(&mutex_);
  std::erase_if(open_, [](const auto& weak) { return weak.expired(); });
  open_.push_back(stream);
  return stream.get();
}

void AuditServiceImpl::EndIdleStreams() {
  std::vector<std::weak_ptr<SweptStream>> open;
  {
    const MutexLock lock(&mutex_);
    open = open_;
  }
  for (const auto& weak : open) {
    if (const auto stream = weak.lock()) stream->EndIfIdle(kPatience);
  }
}

bool AuditServiceImpl::TakePlace() {
  const MutexLock lock(&mutex_);
  if (places_taken_ == kProofsMax) return false;
  ++places_taken_;
  return true;
}

void AuditServiceImpl::GivePlace() {
  const MutexLock lock(&mutex_);
  --places_taken_;
}

}  // namespace garderobe::ttp
