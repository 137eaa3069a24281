#include "aggregator/door/batch_door.h"

#include <atomic>
#include <utility>

#include "aggregator/door/relation_batch.h"
#include "aggregator/door/visit_batch.h"
#include "core/base/clock.h"
#include "core/base/columns.h"
#include "core/base/parallel.h"
#include "core/group/elgamal.h"

namespace garderobe::aggregator {
namespace {

constexpr size_t kChunkRows = 16;

}  // namespace

absl::Status BatchDoor::CheckSerial(uint32_t serial) const {
  if (keys_.issue.Accepts(serial, UnixSeconds())) return absl::OkStatus();
  return FailedPrecondition(
      "sealed with the aggregator's parameters of serial {}, and {} is in "
      "force",
      serial, keys_.issue.issue.serial);
}

absl::Status BatchDoor::CheckEpoch(uint32_t epoch) const {
  if (epoch == keys_.epoch()) return absl::OkStatus();
  return FailedPrecondition("the aggregator serves epoch {}, and not {}",
                            keys_.epoch(), epoch);
}

template <typename Request>
absl::StatusOr<BatchDoor::Opened> BatchDoor::Open(
    const Request& request, const Institutions& institutions) const {
  const bool visits = request.feed().kind() == v1::FEED_KIND_VISITS;
  const BatchPlace place{visits ? SealedKind::kVisits : SealedKind::kRelations,
                         request.feed().institution(), request.feed().source(),
                         request.offset(), request.count()};
  GARDEROBE_ASSIGN_OR_RETURN(
      const std::string payload,
      OpenBatch(keys_.sealing, sealing_public_, place, request.sealed()));
  auto authored =
      DecodeAuthored(payload, visits ? VisitPayloadBytesMax(place.count)
                                     : RelationPayloadBytesMax(place.count));
  if (!authored.ok()) return Refusal(AuthorFault::kNoSignature);
  const AuthorFault fault =
      FindAuthorFault(institutions, place, request.serial(), *authored);
  if (fault != AuthorFault::kNone) return Refusal(fault);
  return Opened{std::move(authored->columns),
                {request.feed(),
                 request.offset(),
                 {place.count, request.serial(), Hash(request.sealed()),
                  authored->signature}}};
}
template absl::StatusOr<BatchDoor::Opened> BatchDoor::Open(
    const v1::StoreVisitsRequest&, const Institutions&) const;
template absl::StatusOr<BatchDoor::Opened> BatchDoor::Open(
    const v1::StoreRelationsRequest&, const Institutions&) const;

absl::StatusOr<std::vector<Element>> BatchDoor::Decrypt(
    std::string_view ciphertexts) const {
  const Column<Ciphertext> column(ciphertexts);
  const size_t count = column.size();
  std::vector<Element> pseudonyms(count);
  std::atomic<bool> malformed{false};
  ParallelFor(workers_, count, 2 * kChunkRows, [&](size_t begin, size_t end) {
    for (size_t i = begin; i < end; ++i) {
      const Ciphertext c = column[i];
      if (!DecryptOrNobody(keys_.pseudonym, c.point_a, c.point_b,
                           &pseudonyms[i])) {
        malformed = true;
      }
    }
  });
  if (malformed) {
    return InvalidArgument("pseudonyms: a ciphertext is malformed");
  }
  return pseudonyms;
}

}  // namespace garderobe::aggregator
