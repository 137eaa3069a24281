// The vault's handles of an institution's customers. Plays the TTP and the
// institution together: it takes both their keys, out of a deployment on this
// machine. For measuring only.
#ifndef GARDEROBE_BENCH_VAULT_NAMES_H_
#define GARDEROBE_BENCH_VAULT_NAMES_H_

#include <string>
#include <utility>

#include "core/base/status.h"
#include "core/keys/key_file.h"
#include "core/sealing/handles.h"

namespace garderobe::bench {

// Move-only; const members may be called from any thread.
class VaultNames {
 public:
  // Errors of ReadSecret: a key of the deployment or of the institution can't
  // be read.
  [[nodiscard]] static absl::StatusOr<VaultNames> Of(
      const std::string& deployment, const std::string& institution) {
    GARDEROBE_ASSIGN_OR_RETURN(
        auto vault_key,
        ReadSecret<VaultHandleKey>(
            deployment + "/ttp/keys/ttp-handle-vault.key", "ttp-handle-vault"));
    GARDEROBE_ASSIGN_OR_RETURN(auto key, ReadSecret<InstitutionHandleKey>(
                                             deployment + "/institutions/" +
                                                 institution + "/handle.key",
                                             "institution-handle"));
    return VaultNames(std::move(vault_key), std::move(key), institution);
  }

  VaultHandle HandleOf(const std::string& customer) const {
    return VaultHandleMapper(vault_key_, institution_)
        .Map(MakeHandle(key_, customer));
  }

 private:
  VaultNames(VaultHandleKey vault_key, InstitutionHandleKey key,
             std::string institution)
      : vault_key_(std::move(vault_key)),
        key_(std::move(key)),
        institution_(std::move(institution)) {}

  VaultHandleKey vault_key_;
  InstitutionHandleKey key_;
  std::string institution_;
};

}  // namespace garderobe::bench

#endif  // GARDEROBE_BENCH_VAULT_NAMES_H_
