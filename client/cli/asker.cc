#include "client/cli/asker.h"

#include "core/register/register_store.h"

namespace garderobe::client {

absl::StatusOr<Asker> Asker::For(const Context& context,
                                 const std::string& institution) {
  GARDEROBE_ASSIGN_OR_RETURN(const Deployment deployment,
                             context.OpenDeployment());
  if (!institution.empty() && !IsInstitutionId(institution)) {
    return InvalidArgument("an institution's id is 1 to 32 of a-z, 0-9 and -");
  }
  Asker asker;
  asker.daemon_ = deployment.daemon("answer");
  asker.tls_ = institution.empty() ? deployment.coordinator_tls()
                                   : deployment.analyst_tls(institution);
  const absl::Status usable = CheckTlsFiles(asker.tls_);
  if (!usable.ok()) {
    if (institution.empty()) return usable;
    return NotFound(
        "this deployment can't ask as {}: {}; `garderobe enroll --analyst {}` "
        "asks for a certificate",
        institution, Message(usable), institution);
  }
  return asker;
}

}  // namespace garderobe::client
