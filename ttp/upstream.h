// The two parties behind the TTP: calls to them, and what they have published,
// verified against the pinned keys.
//
// What goes towards the vault, and every list of references, can only be given
// here shuffled and rerandomised; what goes to the aggregator beside sealed
// columns, in the client's order (core/conversion/order.h).
#ifndef GARDEROBE_TTP_UPSTREAM_H_
#define GARDEROBE_TTP_UPSTREAM_H_

#include <functional>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "core/keys/parameters.h"
#include "core/keys/serial_book.h"
#include "garderobe/v1/aggregator.grpc.pb.h"
#include "garderobe/v1/retention.grpc.pb.h"
#include "garderobe/v1/rights.grpc.pb.h"
#include "garderobe/v1/vault.grpc.pb.h"
#include "ttp/converter.h"
#include "ttp/party_client.h"
#include "ttp/pool.h"

namespace garderobe::ttp {

// What both have published. Immutable.
struct Published {
  v1::SignedParameters vault_signed;
  v1::SignedParameters aggregator_signed;
  VaultParameters vault;
  AggregatorParameters aggregator;
  ConversionKeys keys;  // to convert to
};

// What the vault says of a crowd.
struct LinkedCrowd {
  std::vector<VaultAnswer> answers;  // in the crowd's order
  std::string answer_id;             // 16 bytes, unless the vault errs
  int32_t answer_day = 0;            // days since 2000-01-01
  SignedBody receipt;                // core/keys/pooled_receipt.h
};

// Thread-safe.
class Upstream {
 public:
  using VaultClient = PartyClient<v1::VaultService, v1::VaultRightsService,
                                  v1::VaultRetentionService>;
  using AggregatorClient =
      PartyClient<v1::AggregatorService, v1::AggregatorRightsService,
                  v1::AggregatorRetentionService>;

  struct Options {
    VaultClient::MakeChannel vault_channel;
    AggregatorClient::MakeChannel aggregator_channel;
    VerifyKey vault_pin, aggregator_pin;
    TtpParameters own;  // what the TTP itself publishes
    StoredIssue issue;  // of these
  };
  // `serials` outlives it.
  Upstream(const Options& options, SerialBook& serials);

  // Cancels what is under way and waits for the ends of all calls.
  void Stop();

  // The epoch of the conversion scalars.
  uint32_t epoch() const { return options_.issue.issue.epoch; }

  // Unary calls without lists: feeds, rights, retention.
  VaultClient& vault() { return vault_; }
  AggregatorClient& aggregator() { return aggregator_; }

  // Hands a crowd to the vault.
  using Linked = std::function<void(absl::StatusOr<LinkedCrowd> linked)>;
  void LinkRelations(const Pool::Crowd& crowd, Linked answered);
  // Stores one client's batch; `request` has everything but the rows.
  void StoreRelations(v1::StoreRelationsRequest request,
                      const InClientOrder<AggregatorRow>& rows,
                      AggregatorClient::Done<v1::StoreRelationsResponse> done);
  // Stores a round. Waits for the answer.
  [[nodiscard]] absl::StatusOr<v1::StoreRoundResponse> StoreRound(
      const Converter::ConvertedRound& round, const std::string& statement);
  // Has the vault remove relations that are too old. Waits for the answer.
  [[nodiscard]] absl::StatusOr<v1::RemoveRelationsResponse> RemoveRelations(
      const Shuffled<VaultHandle>& relations, int32_t today);

  // Asks each party once for what it publishes; blocks up to a few seconds.
  // Called by a timer. On an error what was fetched before stays. Errors of
  // FromParty. FailedPrecondition: parameters do not verify, or are of another
  // epoch than the TTP's.
  [[nodiscard]] absl::Status Fetch();
  // How the last Fetch went.
  absl::Status reachable() const;
  // Unavailable: a party has not been reached yet.
  [[nodiscard]] absl::StatusOr<std::shared_ptr<const Published>> published()
      const;

  // Whether what a client made with these issues of the parameters is taken.
  // FailedPrecondition: names the party whose serial is not in force.
  [[nodiscard]] absl::Status CheckSerials(const v1::Serials& serials) const;
  // The same of visits, which only the aggregator's parameters matter to.
  [[nodiscard]] absl::Status CheckSerial(uint32_t aggregator) const;

 private:
  [[nodiscard]] absl::StatusOr<std::shared_ptr<Published>> FetchBoth();
  // FailedPrecondition: it serves another epoch than the TTP.
  [[nodiscard]] absl::Status CheckEpoch(std::string_view party,
                                        const ParameterIssue& issue) const;

  const Options options_;
  SerialBook& serials_;
  VaultClient vault_;            // own locking
  AggregatorClient aggregator_;  // own locking
  mutable Mutex mutex_;
  std::shared_ptr<const Published> published_ ABSL_GUARDED_BY(mutex_);
  absl::Status why_not_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace garderobe::ttp

#endif  // GARDEROBE_TTP_UPSTREAM_H_
