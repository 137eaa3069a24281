#include "client/send/visit_sender.h"

#include <utility>

namespace garderobe::client {

absl::Status VisitSender::Add(VisitStream& stream, const OrderLine& order,
                              const Handle& handle, uint64_t line) {
  builder_.Add(order, handle);
  builder_.SetLine(line);
  handles_.push_back(handle);
  return builder_.full() ? Flush(stream) : absl::OkStatus();
}

absl::Status VisitSender::Flush(VisitStream& stream) {
  if (builder_.size() == 0) return absl::OkStatus();
  auto tag = std::make_shared<Tag>();
  tag->handles = std::exchange(handles_, {});
  v1::VisitBatch batch = builder_.Build(offset_, &tag->lines);
  offset_ += batch.count();
  return stream.Push(std::move(batch), std::move(tag));
}

absl::Status VisitSender::Settle(VisitStream& stream) {
  GARDEROBE_RETURN_IF_ERROR(Flush(stream));
  return stream.Drain();
}

absl::Status VisitSender::Finish(VisitStream& stream) {
  GARDEROBE_RETURN_IF_ERROR(Flush(stream));
  return stream.Finish();
}

void VisitSender::NoteStored(const Handle& handle) {
  if (handle == Handle()) return;
  const MutexLock lock(&mutex_);
  stored_.insert(handle);
}

void VisitSender::TakeOutcome(const v1::BatchOutcome& outcome,
                              std::shared_ptr<void> tag) {
  const auto batch = std::static_pointer_cast<Tag>(tag);
  record_.TakeVisits(outcome, batch->lines);
  std::vector<bool> refused(batch->handles.size());
  for (const auto& row : outcome.refused()) {
    if (row.index() < refused.size()) refused[row.index()] = true;
  }
  // An answer that does not name all that it refused says of none that it is
  // stored, unless it accepted some: then all count.
  const auto named = static_cast<uint32_t>(outcome.refused_size());
  if (named != outcome.count() - outcome.accepted()) {
    refused.assign(refused.size(), outcome.accepted() == 0);
  }
  const MutexLock lock(&mutex_);
  for (size_t i = 0; i < refused.size(); ++i) {
    if (!refused[i] && !(batch->handles[i] == Handle())) {
      stored_.insert(batch->handles[i]);
    }
  }
}

bool VisitSender::IsStoredFor(const Handle& handle) const {
  const MutexLock lock(&mutex_);
  return stored_.contains(handle);
}

}  // namespace garderobe::client
