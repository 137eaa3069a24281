#include "plain/outbound_feed.h"

#include <boost/asio/post.hpp>
#include <cstdint>
#include <exception>
#include <string>
#include <utility>
#include <vector>

#include "core/base/version.h"
#include "core/keys/outcome.h"
#include "spdlog/spdlog.h"

namespace garderobe::plain {
namespace {

absl::Status Taken(uint64_t offset) {
  return AlreadyExists("offset {}: something else is stored or under way there",
                       offset);
}

v1::Hello HelloOf(const v1::FeedName& feed) {
  v1::Hello hello;
  hello.set_protocol_version(2);
  *hello.mutable_feed() = feed;
  hello.set_software(std::string("plaind/") + kVersion);
  return hello;
}

}  // namespace

void OutboundFeed::Open(const v1::FeedName& feed, Opened opened) {
  feed_ = feed;
  feed_.set_client(link_.client());
  client::RetryOptions retry;
  retry.give_up = kGiveUp;
  retry.on_retry = [this](const absl::Status& s) { link_.Report(s); };
  retry.on_open = [this](uint64_t committed) { OnOpen(committed); };
  retry.on_end = [this](const absl::Status& why) { OnEnd(why); };
  const MutexLock lock(&mutex_);
  opened_ = std::move(opened);
  stream_ = std::make_unique<client::RelationStream>(
      [this](grpc::ClientContext* context) { return link_.Open(context); },
      HelloOf(feed_), std::move(retry),
      [this](const auto& batch, const auto& outcome, const auto&) {
        return OnOutcome(batch, outcome);
      });
}

void OutboundFeed::OnOpen(uint64_t committed) {
  Opened opened;
  {
    const MutexLock lock(&mutex_);
    committed_ = next_ = committed;
    opened.swap(opened_);
  }
  if (opened) opened(committed);
}

void OutboundFeed::OnEnd(const absl::Status& why) {
  const absl::Status status =
      why.ok() ? absl::CancelledError("the feed has ended") : FromTtp(why);
  Opened opened;
  std::vector<Answered> unanswered;
  {
    const MutexLock lock(&mutex_);
    if (ended_.ok()) ended_ = status;
    opened.swap(opened_);
    waiting_.clear();
    for (auto& [offset, batch] : delivered_) {
      if (batch.answer) continue;
      batch.answer = status;
      if (batch.answered) unanswered.push_back(std::move(batch.answered));
    }
  }
  if (opened) opened(status);
  for (const Answered& answered : unanswered) answered(status);
}

absl::StatusOr<bool> OutboundFeed::IsStored(const v1::PlainBatch& batch) const {
  const MutexLock lock(&mutex_);
  if (batch.offset() >= committed_) return false;
  const bool lies_before = batch.count() <= committed_ - batch.offset();
  if (!lies_before || !batch.sent_before()) return Taken(batch.offset());
  return true;
}

absl::Status OutboundFeed::Add(v1::RelationBatch batch) {
  const MutexLock lock(&mutex_);
  GARDEROBE_RETURN_IF_ERROR(ended_);
  const uint64_t offset = batch.offset();
  if (offset < next_ || !waiting_.emplace(offset, std::move(batch)).second) {
    return Taken(offset);
  }
  while (!waiting_.empty() && waiting_.begin()->first == next_) {
    auto next = waiting_.extract(waiting_.begin());
    delivered_[next_];
    next_ += next.mapped().count();
    const absl::Status pushed =
        stream_->PushAtOnce(std::move(next.mapped()), nullptr);
    if (!pushed.ok()) return FromTtp(pushed);
  }
  return absl::OkStatus();
}

absl::Status OutboundFeed::OnOutcome(const v1::RelationBatch& batch,
                                     const v1::BatchOutcome& outcome) {
  const Digest256 sealed = Hash(batch.sealed());
  GARDEROBE_ASSIGN_OR_RETURN(const auto published, link_.Published());
  const Outcome said{.kind = SealedKind::kRelations,
                     .institution = feed_.institution(),
                     .client = feed_.client(),
                     .source = feed_.source(),
                     .offset = batch.offset(),
                     .count = batch.count(),
                     .accepted = outcome.accepted(),
                     .replaced = outcome.replaced(),
                     .sealed = sealed};
  if (outcome.offset() != batch.offset() || outcome.count() != batch.count() ||
      !IsOutcomeBy(published->aggregator.receipt_key, said,
                   outcome.signature())) {
    spdlog::error("event=outcome-refused institution={} source={} offset={}",
                  feed_.institution(), feed_.source(), batch.offset());
    return DataLoss(
        "the aggregator has not signed what ttpd says of the batch at offset "
        "{}; tell its operator",
        batch.offset());
  }
  v1::PlainOutcome plain;
  *plain.mutable_outcome() = outcome;
  *plain.mutable_feed() = feed_;
  plain.set_sealed_digest(std::string(sealed.view()));
  Answered answered;
  {
    const MutexLock lock(&mutex_);
    const auto found = delivered_.find(batch.offset());
    if (found == delivered_.end()) return absl::OkStatus();  // ended meanwhile
    answered.swap(found->second.answered);
    if (answered) {
      delivered_.erase(found);
    } else {
      found->second.answer = plain;
    }
  }
  if (answered) answered(std::move(plain));
  return absl::OkStatus();
}

void OutboundFeed::WhenAnswered(uint64_t offset, Answered answered) {
  absl::StatusOr<v1::PlainOutcome> answer = absl::UnknownError("");
  {
    const MutexLock lock(&mutex_);
    const auto found = delivered_.find(offset);
    if (found == delivered_.end()) {
      answer = ended_.ok() ? OutOfRange(
                                 "offset {}: the rows before it are "
                                 "missing",
                                 offset)
                           : ended_;
    } else if (found->second.answer) {
      answer = *std::move(found->second.answer);
      delivered_.erase(found);
    } else {
      found->second.answered = std::move(answered);
      return;
    }
  }
  answered(std::move(answer));
}

void OutboundFeed::End() {
  std::unique_ptr<client::RelationStream> stream;
  std::map<uint64_t, Delivered> forgotten;  // may hold who holds this
  Opened opened;
  {
    const MutexLock lock(&mutex_);
    ended_ = absl::CancelledError("the client's stream has ended");
    stream = std::move(stream_);
    forgotten.swap(delivered_);
    opened.swap(opened_);
    waiting_.clear();
  }
  // Its threads call back until they are waited for, and one of them may be
  // here.
  boost::asio::post(reaper_,
                    [self = shared_from_this(),
                     stream = std::move(stream)]() mutable { stream.reset(); });
}

}  // namespace garderobe::plain
