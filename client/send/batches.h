// Builds sealed batches of visits out of order lines.
#ifndef GARDEROBE_CLIENT_SEND_BATCHES_H_
#define GARDEROBE_CLIENT_SEND_BATCHES_H_

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "client/orders/order_line.h"
#include "client/relation_batch.h"
#include "garderobe/v1/columns.pb.h"
#include "garderobe/v1/delivery.pb.h"

namespace garderobe::client {

// Columns of visits: one allocation a batch, not a row. Not thread-safe.
class VisitBatchBuilder {
 public:
  static constexpr size_t kRows = 8192;
  // Both outlive the builder.
  VisitBatchBuilder(const FeedContext& feed, const InstitutionHandleKey& key);

  // `handle` is all zeros for a visit without a person.
  void Add(const OrderLine& line, const Handle& handle);
  size_t size() const { return lines_.size(); }
  bool full() const { return lines_.size() >= kRows; }
  // The signed and sealed batch at `offset`, and empties the builder. `lines`
  // gets the line number in the file of every row.
  v1::VisitBatch Build(uint64_t offset, std::vector<uint64_t>* lines);
  void SetLine(uint64_t line) { lines_.push_back(line); }

 private:
  uint32_t EventIndex(const OrderLine& line);

  const FeedContext& feed_;
  const InstitutionHandleKey& key_;
  v1::VisitColumns columns_;
  std::string handles_;
  std::vector<uint64_t> lines_;
  absl::flat_hash_map<std::string, uint32_t> events_;
  std::string event_key_;
};

}  // namespace garderobe::client

#endif  // GARDEROBE_CLIENT_SEND_BATCHES_H_
