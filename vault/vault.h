// What the vault does with a converted batch: decrypt to tokens, link, and
// answer encrypted to the aggregator (protocol.md, 3). No gRPC here.
#ifndef GARDEROBE_VAULT_VAULT_H_
#define GARDEROBE_VAULT_VAULT_H_

#include <boost/asio/thread_pool.hpp>
#include <memory>
#include <string>
#include <vector>

#include "core/base/approvals.h"
#include "core/keys/receipt.h"
#include "core/keys/serial_book.h"
#include "core/store/kept_answers.h"
#include "garderobe/v1/review.pb.h"
#include "garderobe/v1/rights.pb.h"
#include "garderobe/v1/vault.pb.h"
#include "vault/answer_keys.h"
#include "vault/keys.h"
#include "vault/link/linker.h"
#include "vault/month_caps.h"

namespace garderobe::vault {

// Thread-safe. Owns keys, linker and serials.
class Vault {
 public:
  static constexpr uint32_t kEpoch = 1;

  struct Options {
    VerifyKey
        aggregator_pin;  // who must have signed the aggregator's parameters
    size_t round_entries = 256;
    MonthCaps::Limits caps = {};
  };
  Vault(VaultKeys keys, std::unique_ptr<Linker> linker,
        std::unique_ptr<SerialBook> serials, boost::asio::thread_pool& workers,
        const Options& options)
      : keys_(std::move(keys)),
        receipt_seed_(ReceiptSeedOf(keys_.signing)),
        linker_(std::move(linker)),
        serials_(std::move(serials)),
        workers_(workers),
        options_(options),
        answer_keys_(linker_->store()),
        kept_answers_(linker_->store(), kMeta),
        caps_(linker_->store(), options.caps) {}

  SignedBody SignedParameters() const;

  // Errors and durability as in vault.proto.
  [[nodiscard]] absl::Status LinkRelations(
      const v1::LinkRelationsRequest& request,
      v1::LinkRelationsResponse* response);
  [[nodiscard]] absl::Status GetRound(const v1::GetRoundRequest& request,
                                      v1::GetRoundResponse* response);

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

  // Lets more be asked this month, when two custodians want it; as in
  // review.proto.
  [[nodiscard]] absl::Status ReleaseCap(const v1::ReleaseCapRequest& request,
                                        const std::string& custodian,
                                        v1::ReleaseCapResponse* response);

  Linker& linker() { return *linker_; }

 private:
  [[nodiscard]] absl::StatusOr<AggregatorParameters> ReadAggregator(
      const v1::SignedParameters& aggregator);
  [[nodiscard]] absl::StatusOr<Linker::Subject> SubjectOf(
      const v1::ExerciseAtVaultRequest& request) const;

  const VaultKeys keys_;
  const ReceiptSeed receipt_seed_;
  const std::unique_ptr<Linker> linker_;       // own locking
  const std::unique_ptr<SerialBook> serials_;  // own locking
  boost::asio::thread_pool& workers_;
  const Options options_;
  AnswerKeys answer_keys_;    // own locking
  KeptAnswers kept_answers_;  // own locking
  MonthCaps caps_;            // own locking
  Approvals approvals_;       // own locking
};

}  // namespace garderobe::vault

#endif  // GARDEROBE_VAULT_VAULT_H_
