// What stands in a sealed batch, read so that as much as possible comes out of
// one that is wrong, and every fault is told.
#ifndef GARDEROBE_CLIENT_CONFORMANCE_SEALED_PAYLOAD_H_
#define GARDEROBE_CLIENT_CONFORMANCE_SEALED_PAYLOAD_H_

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "client/conformance/rule.h"
#include "core/sealing/author_payload.h"

namespace garderobe::client::conformance {

// What is wrong with a batch as a whole, or with the row that `detail` says.
struct BatchFault {
  const Rule* rule;
  std::string detail = {};
};

struct SealedPayload {
  bool is_open = false;      // the columns could be read
  std::string columns = {};  // uncompressed
  // By which reuse shows: the ephemeral key of the box, and a digest of the
  // batch key; empty where it was not to be had.
  std::string box_key = {}, batch_key_digest = {};
};

struct SealedBatch {
  BatchPlace place;
  uint32_t serial = 0;       // of the aggregator, as the batch names it
  AuthoredParts parts = {};  // as they follow from the batch
  std::string_view sealed;
  size_t columns_bytes_max = 0;
};

// Opens and verifies. `authors` are the keys of the register.
SealedPayload ReadSealed(const SealingSecretKey& aggregator,
                         std::span<const AuthorKey> authors,
                         const SealedBatch& batch,
                         std::vector<BatchFault>* faults);

std::vector<const Rule*> SealedPayloadRules();

}  // namespace garderobe::client::conformance

#endif  // GARDEROBE_CLIENT_CONFORMANCE_SEALED_PAYLOAD_H_
