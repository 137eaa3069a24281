// Turns what clients send into what vault and aggregator may see
// (protocol.md, 3 and 5), without being able to open any of it.
#ifndef GARDEROBE_TTP_CONVERTER_H_
#define GARDEROBE_TTP_CONVERTER_H_

#include <boost/asio/thread_pool.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "core/keys/parameters.h"
#include "garderobe/v1/delivery.pb.h"
#include "garderobe/v1/rights.pb.h"
#include "garderobe/v1/vault.pb.h"
#include "ttp/keys.h"
#include "ttp/row_trace.h"

namespace garderobe::ttp {

inline constexpr uint32_t kVisitRowsMax = 16384;
inline constexpr uint32_t kRelationRowsMax = 1000;

// What the TTP calls a relation at the aggregator.
struct RelationAddress {
  AggregatorHandle handle;
  Element reference;  // R
  std::string sigma;
};

// A relation in the vault's form, its address at the aggregator, and what
// proves its conversion.
struct ConvertedRelation {
  Rerandomised<VaultRow> for_vault;
  RelationAddress address;
  RowTracePtr trace;  // null unless the converter keeps traces
};

// The vault's answer to one row.
struct VaultAnswer {
  Ciphertext person, household;
  // Number of the vault's last round before it linked the row.
  uint64_t last_round = 0;
};

// What the aggregator stores of a relation beside its sealed attributes.
struct AggregatorRow {
  RelationAddress address;
  Rerandomised<Ciphertext> person;     // of t*P
  Rerandomised<Ciphertext> household;  // of t*w*h*M
};

// One entry of a round, ready for the aggregator.
struct AggregatorEntry {
  Rerandomised<Ciphertext> reference, person, tag;
};

// To whom everything is encrypted anew, from what the parties have published.
ConversionKeys KeysOf(const VaultParameters& vault,
                      const AggregatorParameters& aggregator);

// How many guesses the batch could test: a token for each kind of each row, and
// one for each home slot.
uint64_t TokensIn(const v1::RelationBatch& batch);

// Thread-safe: nothing changes after construction. `keys` and `workers`
// outlive it. Sees points and handles only; never give it identifiers.
class Converter {
 public:
  // `padding`: kinds that every row has to have. `keeps_traces`: whether a
  // crowd of what is converted can be proved afterwards.
  Converter(const TtpKeys& keys, uint32_t padding,
            boost::asio::thread_pool& workers, bool keeps_traces = false)
      : keys_(keys),
        padding_(padding),
        keeps_traces_(keeps_traces),
        sigmas_(keys.sigma),
        workers_(workers) {}

  const SigmaSealer& sigmas() const { return sigmas_; }

  // InvalidArgument: lengths do not fit, or more than kVisitRowsMax rows.
  [[nodiscard]] absl::Status CheckVisits(const v1::VisitBatch& batch) const;
  // InvalidArgument: lengths do not fit, a handle is zero or there twice, an
  // unknown kind, or one is missing that every row has to have; names the
  // record.
  [[nodiscard]] absl::Status CheckRelations(
      const v1::RelationBatch& batch) const;

  // Handles of 16 bytes each in the aggregator's form, in place; zeros stay.
  void MapHandles(std::string_view institution, std::string& handles) const;

  // One customer's handle in both forms, and its reference.
  struct Addressed {
    VaultHandle at_vault;
    AggregatorHandle at_aggregator;
    Element reference;  // R
  };
  Addressed Address(std::string_view institution, const Handle& handle) const;

  // Converts every row. InvalidArgument: a point does not decode or is the
  // identity; names the record. `batch` has passed CheckRelations.
  [[nodiscard]] absl::StatusOr<std::vector<ConvertedRelation>> Convert(
      std::string_view institution, const v1::RelationBatch& batch,
      const ConversionKeys& keys) const;

  // What the parties are to act on for a right, and the proof that it is what
  // the client asked for. Derived from the request, so that the same request
  // gives the parties the same bytes, and they answer from what they have kept;
  // an identity gives other bytes in each epoch.
  struct ProvenIdentity {
    Rerandomised<VaultRow> row;
    std::string proof;  // row_proof.h
  };
  struct ProvenReference {
    Addressed address;
    Rerandomised<Ciphertext> reference;  // rho
    std::string proof;                   // reference_proof.h
  };
  // InvalidArgument: a point does not decode, or there is no identifier.
  [[nodiscard]] absl::StatusOr<ProvenIdentity> ConvertIdentity(
      std::string_view request_id, const v1::SealedIdentity& identity,
      const ConversionKeys& keys) const;
  [[nodiscard]] absl::StatusOr<ProvenReference> ConvertHandle(
      std::string_view request_id, std::string_view institution,
      const Handle& handle, const Element& z) const;

  // The vault's answers, for the aggregator. Internal: a point does not decode.
  // `addresses` are those of the same batch.
  [[nodiscard]] absl::StatusOr<InClientOrder<AggregatorRow>> ConvertAnswers(
      const std::vector<RelationAddress>& addresses,
      const InClientOrder<VaultAnswer>& answers, const Element& z) const;

  struct ConvertedRound {
    Shuffled<AggregatorEntry> entries;
    Rerandomised<Ciphertext> weighted_persons;
  };
  // A round of the vault's, in an order of its own. Internal: it is malformed.
  [[nodiscard]] absl::StatusOr<ConvertedRound> ConvertRound(
      const v1::Round& round, const Element& z) const;

 private:
  const TtpKeys& keys_;
  const uint32_t padding_;
  const bool keeps_traces_;
  const SigmaSealer sigmas_;
  boost::asio::thread_pool& workers_;
};

}  // namespace garderobe::ttp

#endif  // GARDEROBE_TTP_CONVERTER_H_
