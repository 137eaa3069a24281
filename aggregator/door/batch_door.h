// Opens what was sealed to the aggregator, and asks who vouches for it.
//
// Thread-safe; nothing in it changes.
#ifndef GARDEROBE_AGGREGATOR_DOOR_BATCH_DOOR_H_
#define GARDEROBE_AGGREGATOR_DOOR_BATCH_DOOR_H_

#include <boost/asio/thread_pool.hpp>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "aggregator/door/author_check.h"
#include "aggregator/keys.h"
#include "aggregator/ledger/records.h"
#include "core/base/status.h"
#include "core/group/element.h"
#include "garderobe/v1/aggregator.pb.h"

namespace garderobe::aggregator {

// Where a batch comes from, and who vouches for it.
struct BatchSource {
  v1::FeedName feed;
  uint64_t offset = 0;
  Authorship authorship;
};

class BatchDoor {
 public:
  // Both outlive the door.
  BatchDoor(const AggregatorKeys& keys, boost::asio::thread_pool& workers)
      : keys_(keys),
        sealing_public_(PublicKeyOf(keys.sealing)),
        workers_(workers) {}

  // FailedPrecondition: what was sealed names an issue of the parameters that
  // is not in force.
  [[nodiscard]] absl::Status CheckSerial(uint32_t serial) const;
  // FailedPrecondition: it is of another epoch of conversion scalars.
  [[nodiscard]] absl::Status CheckEpoch(uint32_t epoch) const;

  // The columns of a batch, which is signed by an author of its institution.
  struct Opened {
    std::string columns;
    BatchSource source;
  };
  // `Request` is StoreVisitsRequest or StoreRelationsRequest; its feed has its
  // kind. InvalidArgument: the seal does not open. PermissionDenied: no author
  // of the institution has signed (door/author_check.h).
  template <typename Request>
  [[nodiscard]] absl::StatusOr<Opened> Open(
      const Request& request, const Institutions& institutions) const;

  // Pseudonyms of 64-byte ciphertexts; InvalidArgument: one is malformed.
  [[nodiscard]] absl::StatusOr<std::vector<Element>> Decrypt(
      std::string_view ciphertexts) const;

 private:
  const AggregatorKeys& keys_;
  const SealingPublicKey sealing_public_;
  boost::asio::thread_pool& workers_;
};

}  // namespace garderobe::aggregator

#endif  // GARDEROBE_AGGREGATOR_DOOR_BATCH_DOOR_H_
