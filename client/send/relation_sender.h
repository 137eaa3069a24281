// The customers of a file: put together from its rows, and delivered once each
// unless they were delivered before.
#ifndef GARDEROBE_CLIENT_SEND_RELATION_SENDER_H_
#define GARDEROBE_CLIENT_SEND_RELATION_SENDER_H_

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "client/orders/customers.h"
#include "client/orders/identity.h"
#include "client/send/delivery_record.h"
#include "client/send/relation_ledger.h"
#include "client/send/relation_route.h"
#include "core/base/mutex.h"

namespace garderobe::client {

// Calls from one thread; outcomes come on another, through TakeOutcome.
class RelationSender {
 public:
  // `ledger`: where the file stands that remembers who was delivered; an empty
  // one is begun with when `all`. `record` and `key` outlive it.
  RelationSender(const InstitutionHandleKey& key,
                 const std::vector<std::string>& own_domains,
                 std::string ledger, bool all, DeliveryRecord& record);

  // What a row says of its customer.
  void Add(const Handle& handle, const OrderLine& line, uint64_t row) {
    customers_.Add(handle, line, row);
  }
  bool full() const { return customers_.full(); }
  // Delivers those that were added and of whom `has_visits` is true, and
  // forgets all.
  [[nodiscard]] absl::Status Send(
      RelationRoute& route,
      const std::function<bool(const Handle&)>& has_visits);
  // Waits until all is answered.
  [[nodiscard]] absl::Status Finish(RelationRoute& route);
  // What became of a batch.
  void TakeOutcome(const v1::BatchOutcome& outcome, std::shared_ptr<void> tag);
  // Writes down who was acknowledged. A ledger that can't be kept only means
  // that relations go again.
  void Save();

 private:
  struct Tag {
    std::vector<std::pair<Handle, uint64_t>> delivered;
    std::vector<uint64_t> lines;
  };
  [[nodiscard]] absl::Status Flush(RelationRoute& route);
  // Visits go on without the relations that a budget holds back.
  absl::Status UnlessBudget(const absl::Status& status);

  const std::string ledger_path_;
  DeliveryRecord& record_;
  const RawDigester digester_;
  CustomerTable customers_;
  RelationLedger ledger_;  // also those under way
  uint64_t pushed_ = 0;    // those that wait for a budget too
  std::shared_ptr<Tag> next_ = std::make_shared<Tag>();
  Mutex mutex_;
  RelationLedger delivered_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace garderobe::client

#endif  // GARDEROBE_CLIENT_SEND_RELATION_SENDER_H_
