// What the vault does with a converted batch: decrypt to tokens, link, and
// answer encrypted to the aggregator (protocol.md, 3). No gRPC here.
#ifndef GARDEROBE_VAULT_VAULT_H_
#define GARDEROBE_VAULT_VAULT_H_

#include <boost/asio/thread_pool.hpp>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/mutex.h"
#include "core/custody/custody.h"
#include "core/keys/receipt.h"
#include "core/keys/serial_book.h"
#include "core/register/register_store.h"
#include "core/rights/authorisation.h"
#include "core/store/kept_answers.h"
#include "garderobe/v1/review.pb.h"
#include "garderobe/v1/rights.pb.h"
#include "garderobe/v1/vault.pb.h"
#include "vault/allowed_withdrawals.h"
#include "vault/answer_keys.h"
#include "vault/keys.h"
#include "vault/link/linker.h"
#include "vault/month_caps.h"

namespace garderobe::vault {

// Thread-safe. Owns keys, linker and serials.
class Vault {
 public:
  struct Options {
    VerifyKey
        aggregator_pin;  // who must have signed the aggregator's parameters
    size_t round_entries = 256;
    MonthCaps::Limits caps = {};
  };
  // `authors`, the register without names, and `workers` outlive it.
  Vault(VaultKeys keys, std::unique_ptr<Linker> linker,
        std::unique_ptr<SerialBook> serials, const RegisterStore& authors,
        boost::asio::thread_pool& workers, const Options& options)
      : keys_(std::move(keys)),
        receipt_seed_(ReceiptSeedOf(keys_.signing)),
        linker_(std::move(linker)),
        serials_(std::move(serials)),
        authors_(authors),
        workers_(workers),
        options_(options),
        answer_keys_(linker_->store()),
        kept_answers_(linker_->store(), kMeta),
        allowed_withdrawals_(linker_->store()),
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

  // Looks into a link, or undoes it, when `custody` has two approvals; as in
  // review.proto. `now` in Unix seconds. Returns what the log calls the pair
  // and the action.
  [[nodiscard]] absl::StatusOr<std::string> Review(
      const v1::ReviewRequest& request, Custody& custody, uint64_t now,
      v1::ReviewResponse* response);

  // Lets more be asked this month, likewise; as in review.proto.
  [[nodiscard]] absl::Status ReleaseCap(const v1::ReleaseCapRequest& request,
                                        Custody& custody,
                                        v1::ReleaseCapResponse* response);

  // Lets one request take an objection back without its secret, likewise.
  [[nodiscard]] absl::Status AllowWithdrawal(
      const v1::AllowWithdrawalRequest& request, Custody& custody,
      v1::AllowWithdrawalResponse* response);

  Linker& linker() { return *linker_; }
  uint32_t epoch() const { return keys_.epoch(); }

 private:
  // FailedPrecondition: a request is of another epoch than the vault's keys.
  [[nodiscard]] absl::Status CheckEpoch(uint32_t epoch) const;
  [[nodiscard]] absl::StatusOr<AggregatorParameters> ReadAggregator(
      const v1::SignedParameters& aggregator);
  [[nodiscard]] absl::StatusOr<Linker::Subject> SubjectOf(
      const v1::ExerciseAtVaultRequest& request) const;
  // Decides whether the request may be exercised, and counts one by identity.
  // PermissionDenied: the vault's register has no entry with its access key, or
  // as CheckAuthorisation. FailedPrecondition: two custodians have to allow it
  // first, or the entry's quota or the vault's cap is used up.
  [[nodiscard]] absl::Status Admit(const v1::ExerciseAtVaultRequest& request,
                                   const SignedRight& asked)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(rights_mutex_);
  // Does what was asked. For access the sealed answer; otherwise empty.
  [[nodiscard]] absl::StatusOr<std::string> Act(
      const v1::ExerciseAtVaultRequest& request, const SignedRight& asked,
      const Linker::Subject& subject)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(rights_mutex_);
  // Takes back all that was lodged with the subject, as two custodians have
  // allowed. FailedPrecondition: they have not, or no longer.
  [[nodiscard]] absl::Status WithdrawByCustodians(
      const SignedRight& asked, const Linker::Subject& subject)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(rights_mutex_);

  // Fills `response` from `kept`: the number of the last round made before it
  // (8 bytes), then the answer. Leaves it empty until the aggregator has
  // confirmed a later round. DataLoss: `kept` is damaged.
  [[nodiscard]] absl::Status Show(std::string_view kept,
                                  v1::ExerciseAtVaultResponse* response) const;

  const VaultKeys keys_;
  const ReceiptSeed receipt_seed_;
  const std::unique_ptr<Linker> linker_;       // own locking
  const std::unique_ptr<SerialBook> serials_;  // own locking
  const RegisterStore& authors_;               // own locking
  boost::asio::thread_pool& workers_;
  const Options options_;
  AnswerKeys answer_keys_;    // own locking
  Mutex rights_mutex_;        // one right at a time
  KeptAnswers kept_answers_;  // own locking
  AllowedWithdrawals allowed_withdrawals_ ABSL_GUARDED_BY(rights_mutex_);
  MonthCaps caps_;  // own locking
};

}  // namespace garderobe::vault

#endif  // GARDEROBE_VAULT_VAULT_H_
