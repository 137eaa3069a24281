// What every command that takes two custodians has: their approvals, and who
// calls the party.
#ifndef GARDEROBE_CLIENT_CLI_APPROVAL_OPTIONS_H_
#define GARDEROBE_CLIENT_CLI_APPROVAL_OPTIONS_H_

#include <string>
#include <string_view>
#include <vector>

#include "client/deploy/deployment.h"
#include "core/custody/requests.h"
#include "garderobe/v1/custody.pb.h"

namespace CLI {
class App;
}

namespace garderobe::client {

struct ApprovalOptions {
  std::vector<std::string> as;     // custodians whose keys are here
  std::vector<std::string> files;  // approvals that were written elsewhere
  bool empty() const { return as.empty() && files.empty(); }
};

// Adds --as and --approval. `options` outlives the app's run.
void AddApprovalOptions(CLI::App& command, ApprovalOptions& options);

using ApprovalList = google::protobuf::RepeatedPtrField<v1::Approval>;

// The approvals that go to `party`: those of `as`, signed now for a few
// minutes, and of each file those for this party; all of a file that has none,
// so that the party says what they are for. NotFound, InvalidArgument: as of
// the custodian's key and of the files.
[[nodiscard]] absl::StatusOr<ApprovalList> ApprovalsFor(
    const Deployment& deployment, const ApprovalOptions& options,
    const std::string& party, const CustodyRequest& request);

// The certificate of the first custodian in `as`; without any, that of the
// coordinating body where it is in this folder, or else of a custodian.
enum class Caller { kAnyone, kCustodian };
[[nodiscard]] absl::StatusOr<TlsFiles> CallerTls(const Deployment& deployment,
                                                 const ApprovalOptions& options,
                                                 Caller caller);

// `status`; where approvals are wanting, with the command that writes them.
// `words` are what follows `garderobe custodian approve`.
absl::Status WithNextStep(const absl::Status& status, std::string_view words);

}  // namespace garderobe::client

#endif  // GARDEROBE_CLIENT_CLI_APPROVAL_OPTIONS_H_
