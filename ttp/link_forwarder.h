// Carries the vault's link changes to the aggregator: fetch, convert, store
// there, confirm; until there are none. Any number of times, by any replica:
// a change that is stored twice changes nothing.
//
// Runs by a timer and for the coordinator, never for a client: how long it
// takes tells whether somebody was recognised.
#ifndef GARDEROBE_TTP_LINK_FORWARDER_H_
#define GARDEROBE_TTP_LINK_FORWARDER_H_

#include <functional>
#include <vector>

#include "core/base/mutex.h"
#include "core/register/register_store.h"
#include "ttp/converter.h"
#include "ttp/upstream.h"

namespace garderobe::ttp {

// Thread-safe. All arguments of the constructor outlive it.
class LinkForwarder {
 public:
  using Done = std::function<void(absl::Status)>;
  LinkForwarder(const Converter& converter, const RegisterStore& institutions,
                Upstream& upstream, boost::asio::thread_pool& workers)
      : converter_(converter),
        institutions_(institutions),
        upstream_(upstream),
        workers_(workers) {}

  // Calls `done` when every change that the vault had at the time of the call
  // is stored at the aggregator; changes that come meanwhile wait for the next.
  void Forward(Done done);

 private:
  // `until`: the newest change when this run began; 0: not known yet.
  void Fetch(uint64_t confirmed, uint64_t until);
  void Store(v1::LinkChanges changes, uint64_t until);
  void Finish(const absl::Status& status);

  // Which relations at the aggregator the vault's changes are about. Those of
  // institutions that are not in the register any more are left out.
  [[nodiscard]] absl::StatusOr<v1::StoreLinkChangesRequest> Address(
      const v1::LinkChanges& changes) const;

  const Converter& converter_;
  const RegisterStore& institutions_;
  Upstream& upstream_;
  boost::asio::thread_pool& workers_;
  Mutex mutex_;
  bool running_ ABSL_GUARDED_BY(mutex_) = false;
  std::vector<Done> current_ ABSL_GUARDED_BY(mutex_);
  std::vector<Done> next_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace garderobe::ttp

#endif  // GARDEROBE_TTP_LINK_FORWARDER_H_
