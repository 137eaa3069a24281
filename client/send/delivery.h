// Delivers one file: reads, seals, sends both streams, resumes by itself.
#ifndef GARDEROBE_CLIENT_SEND_DELIVERY_H_
#define GARDEROBE_CLIENT_SEND_DELIVERY_H_

#include <functional>
#include <string>
#include <vector>

#include "client/endpoint.h"
#include "client/orders/order_file.h"
#include "client/send/feed_options.h"
#include "core/base/status.h"

namespace garderobe::client {

struct SendOptions {
  OrderFileOptions input;
  FeedOptions feed;
  bool all_relations = false;  // also customers that were delivered before
};

struct SendProgress {
  uint64_t bytes = 0, bytes_total = 0, rows = 0;
  std::string waiting_for;  // why nothing moves; empty when it does
};

struct SendReport {
  uint64_t rows = 0, passed_over = 0;  // order lines; rows that are none
  uint64_t visits_accepted = 0, visits_replaced = 0, visits_refused = 0;
  uint64_t relations_accepted = 0, relations_refused = 0;
  // Of plain mode: stored, as plaind says, after a stream that broke, and
  // without the aggregator's word. The next delivery sends them again.
  uint64_t relations_unconfirmed = 0;
  uint64_t batches = 0;
  double seconds = 0;
  bool resumed = false;
  std::vector<std::string> unknown_columns;  // of the file, not looked at
  std::vector<std::string> oddities;         // OrderFile::oddities
  bool mirror_current = true;
  // Relations that wait for a budget, with what the service says of it; the
  // same command delivers them when more was released.
  uint64_t relations_waiting = 0;
  std::string why_waiting;
  std::vector<Refusal> refused;  // in order of line, at most kRefusalsMax
  static constexpr size_t kRefusalsMax = 100'000;
};

// InvalidArgument, NotFound: the file. PermissionDenied and others: as the
// service says. FailedPrecondition: plain mode, and no plaind is known.
// Unavailable: not reached within `give_up`; what was acknowledged is kept, and
// the same command goes on from there. DataLoss: an outcome is not what the
// aggregator has signed, or the counts differ.
[[nodiscard]] absl::StatusOr<SendReport> SendFile(
    const Endpoint& endpoint, const SendOptions& options,
    const std::function<void(const SendProgress&)>& progress);

}  // namespace garderobe::client

#endif  // GARDEROBE_CLIENT_SEND_DELIVERY_H_
