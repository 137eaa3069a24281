// A batch as it came, opened with the keys of all parties.
#ifndef GARDEROBE_CLIENT_CONFORMANCE_OPENED_BATCH_H_
#define GARDEROBE_CLIENT_CONFORMANCE_OPENED_BATCH_H_

#include <string>
#include <string_view>
#include <vector>

#include "client/conformance/party_keys.h"
#include "client/conformance/sealed_payload.h"
#include "core/sealing/handles.h"
#include "garderobe/v1/columns.pb.h"
#include "garderobe/v1/delivery.pb.h"

namespace garderobe::client::conformance {

// What ttpd and aggregatord allow (docs/clients.md, 10).
inline constexpr uint32_t kVisitRowsMax = 16'384;
inline constexpr uint32_t kRelationRowsMax = 1'000;
inline constexpr size_t kTitleBytesKept = 512;

// One visit. What its batch does not say, because a column is short, is as if
// it was 0.
struct VisitValues {
  Handle handle;
  VisitId id;
  std::string_view event_id, title;  // of the batch, or of the file
  uint32_t genre = 0;
  int32_t starts_at = 0, sold_at = 0;
  uint32_t quantity = 0;
  int64_t price_cents = 0;
  uint8_t channel = 0, status = 0;
};

struct OpenedVisits {
  uint64_t offset = 0;
  uint32_t count = 0;
  bool is_open = false;
  std::string handles, box_key, batch_key_digest;
  v1::VisitColumns columns;
  std::vector<BatchFault> faults;

  // Rows of which a handle is there, at most `count`.
  size_t rows() const;
  VisitValues At(size_t row) const;  // views live as long as the batch
};

struct OpenedRelations {
  bool is_open = false;
  v1::RelationBatch batch;  // without what was sealed
  std::string box_key, batch_key_digest;
  v1::RelationColumns columns;
  std::vector<BatchFault> faults;
  // Whether points can be told apart: the columns fit together.
  bool has_points = false;
};

// Thread-safe once made. `keys` outlives it.
class BatchOpener {
 public:
  BatchOpener(const PartyKeys& keys, std::vector<AuthorKey> authors)
      : keys_(keys), authors_(std::move(authors)) {}

  OpenedVisits Open(const v1::FeedName& feed,
                    const v1::VisitBatch& batch) const;
  OpenedRelations Open(const v1::FeedName& feed, v1::RelationBatch batch) const;

 private:
  const PartyKeys& keys_;
  const std::vector<AuthorKey> authors_;
};

// A title as the aggregator keeps it, never half a character.
std::string_view KeptTitle(std::string_view title);

// Why the aggregator refuses the row (docs/delivering.md); empty: it does not.
// `agreed_from` in local minutes since 2000-01-01.
struct RowFault {
  std::string_view reason, column;
};
RowFault FaultOf(const VisitValues& visit, int32_t agreed_from);
RowFault FaultOf(const v1::RelationColumns& columns, int row);

std::vector<const Rule*> OpenedBatchRules();

}  // namespace garderobe::client::conformance

#endif  // GARDEROBE_CLIENT_CONFORMANCE_OPENED_BATCH_H_
