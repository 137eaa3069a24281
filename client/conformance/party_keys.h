// The keys of TTP, vault and aggregator of a deployment on one's own machine,
// together: what they publish, and what opens a row that is encrypted to all
// of them. Nobody has these together elsewhere, and here only of a deployment
// to try with.
#ifndef GARDEROBE_CLIENT_CONFORMANCE_PARTY_KEYS_H_
#define GARDEROBE_CLIENT_CONFORMANCE_PARTY_KEYS_H_

#include <map>
#include <string>
#include <vector>

#include "core/conversion/scalars.h"
#include "core/keys/parameter_issue.h"
#include "core/keys/receipt.h"
#include "core/sealing/batch_sealer.h"
#include "garderobe/v1/delivery.pb.h"

namespace garderobe::client::conformance {

// Thread-safe: nothing changes after Read. Moves.
class PartyKeys {
 public:
  // Reads `<folder>/{ttp,vault,aggregator}/keys`, and which kinds every row
  // has to have in `<folder>/ttp/ttpd.toml`. Errors of ReadKeyFile, ReadIssue
  // and KeyPathOf. FailedPrecondition: parameters that are not in force today.
  [[nodiscard]] static absl::StatusOr<PartyKeys> Read(
      const std::string& folder);

  // Serials, keys and commitments are those of the daemons, so that a client
  // which remembers these goes on believing them.
  const v1::GetParametersResponse& published() const { return published_; }
  uint32_t padding() const { return padding_; }  // a bit a kind
  uint32_t epoch() const { return aggregator_issue_.issue.epoch; }
  uint32_t aggregator_serial() const { return aggregator_issue_.issue.serial; }
  // Whether ttpd would take a batch that was made with these now.
  bool Accepts(const v1::Serials& serials) const;
  bool AcceptsAggregator(uint32_t serial) const;

  // y + u, which opens a B of the kind, and y[home] + z + u, which opens a D.
  const DecryptionScalar& OfKind(size_t kind) const { return kinds_.at(kind); }
  const DecryptionScalar& OfHome() const { return home_; }
  // What opens a B, or a D, that was encrypted to some of them only.
  struct Other {
    DecryptionScalar key;
    const char* to;  // whom it was encrypted to
  };
  const std::vector<Other>& OthersOfKind(size_t kind) const {
    return kind_others_.at(kind);
  }
  const std::vector<Other>& OthersOfHome() const { return home_others_; }

  const SealingSecretKey& sealing() const { return sealing_; }
  const ReceiptSeed& receipts() const { return receipts_; }  // aggregator's

 private:
  struct Ttp;
  struct Vault;
  struct Aggregator;
  static absl::StatusOr<Ttp> ReadTtp(const std::string& folder);
  static absl::StatusOr<Vault> ReadVault(const std::string& folder);
  static absl::StatusOr<Aggregator> ReadAggregator(const std::string& folder);
  PartyKeys(const Ttp& ttp, const Vault& vault, Aggregator aggregator,
            uint32_t padding);

  v1::GetParametersResponse published_;
  uint32_t padding_;
  StoredIssue ttp_issue_, vault_issue_, aggregator_issue_;
  std::map<size_t, DecryptionScalar> kinds_;
  std::map<size_t, std::vector<Other>> kind_others_;
  DecryptionScalar home_;
  std::vector<Other> home_others_;
  SealingSecretKey sealing_;
  ReceiptSeed receipts_;
};

}  // namespace garderobe::client::conformance

#endif  // GARDEROBE_CLIENT_CONFORMANCE_PARTY_KEYS_H_
