// What the vault does with a converted batch: decrypt to tokens, link, and
// answer encrypted to the aggregator (protocol.md, 3). No gRPC here.
#ifndef GARDEROBE_VAULT_VAULT_H_
#define GARDEROBE_VAULT_VAULT_H_

#include <boost/asio/thread_pool.hpp>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/base/approvals.h"
#include "core/group/elgamal.h"
#include "garderobe/v1/review.pb.h"
#include "garderobe/v1/rights.pb.h"
#include "garderobe/v1/vault.pb.h"
#include "vault/keys.h"
#include "vault/link/linker.h"

namespace garderobe::vault {

// Thread-safe. Owns keys and linker.
class Vault {
 public:
  static constexpr size_t kRowsMax = 8192;
  static constexpr uint32_t kEpoch = 1;

  // `aggregator_pin` is who must have signed the aggregator's parameters.
  Vault(VaultKeys keys, VerifyKey aggregator_pin,
        std::unique_ptr<Linker> linker, boost::asio::thread_pool& workers)
      : keys_(std::move(keys)),
        aggregator_pin_(aggregator_pin),
        linker_(std::move(linker)),
        workers_(workers) {}

  SignedBody SignedParameters() const;

  // Errors and durability as in vault.proto.
  [[nodiscard]] absl::Status LinkRelations(
      const v1::LinkRelationsRequest& request,
      v1::LinkRelationsResponse* response);
  [[nodiscard]] absl::Status GetLinkChanges(
      const v1::GetLinkChangesRequest& request,
      v1::GetLinkChangesResponse* response);

  // A right of a visitor; as in rights.proto.
  [[nodiscard]] absl::Status Exercise(const v1::ExerciseAtVaultRequest& request,
                                      v1::ExerciseAtVaultResponse* response);

  // What two custodians ask for; as in review.proto. `now` in Unix seconds.
  struct Reviewed {
    std::string_view action;
    std::string review;  // what the log calls the pair and the action
    size_t approvals = 0;
  };
  [[nodiscard]] absl::StatusOr<Reviewed> Review(
      const v1::ReviewRequest& request, const std::string& custodian,
      uint64_t now, v1::ReviewResponse* response);

  Linker& linker() { return *linker_; }

 private:
  [[nodiscard]] absl::StatusOr<Element> PseudonymKey(
      const v1::SignedParameters& aggregator) const;
  // A row that does not decrypt to tokens has an entry without value.
  // InvalidArgument: the columns do not fit together.
  [[nodiscard]] absl::StatusOr<std::vector<std::optional<LinkRow>>> OpenRows(
      const v1::LinkRelationsRequest& request) const;
  [[nodiscard]] absl::StatusOr<Linker::Subject> SubjectOf(
      const v1::ExerciseAtVaultRequest& request) const;

  const VaultKeys keys_;
  const VerifyKey aggregator_pin_;
  const std::unique_ptr<Linker> linker_;
  boost::asio::thread_pool& workers_;
  Approvals approvals_;
};

}  // namespace garderobe::vault

#endif  // GARDEROBE_VAULT_VAULT_H_
