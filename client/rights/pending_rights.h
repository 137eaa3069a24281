// Requests for rights that are not done with: kept from before they are sent
// until both receipts are here, so that none is lost with the program, the
// network or the TTP (protocol.md, 6). What a request holds names nobody.
#ifndef GARDEROBE_CLIENT_RIGHTS_PENDING_RIGHTS_H_
#define GARDEROBE_CLIENT_RIGHTS_PENDING_RIGHTS_H_

#include <string>
#include <vector>

#include "core/base/status.h"
#include "garderobe/v1/rights.pb.h"

namespace garderobe::client {

// Files of mode 0600 in a folder, one a request, called by its id.
class PendingRights {
 public:
  // `state`: the client's folder.
  explicit PendingRights(const std::string& state)
      : folder_(state + "/rights") {}

  // Synced on return. Unavailable: the disk does not take it.
  [[nodiscard]] absl::Status Keep(const v1::ExerciseRightRequest& request);
  // The oldest first, as far as file times tell. DataLoss: a file is damaged;
  // names it.
  [[nodiscard]] absl::StatusOr<std::vector<v1::ExerciseRightRequest>> List()
      const;
  // Forgets one. Unavailable.
  [[nodiscard]] absl::Status Forget(const std::string& request_id);

 private:
  std::string PathOf(const std::string& request_id) const;

  const std::string folder_;
};

}  // namespace garderobe::client

#endif  // GARDEROBE_CLIENT_RIGHTS_PENDING_RIGHTS_H_
