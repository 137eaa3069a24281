// Turns what clients send into what vault and aggregator may see
// (protocol.md, 3 and 4), without being able to open any of it.
#ifndef GARDEROBE_TTP_CONVERTER_H_
#define GARDEROBE_TTP_CONVERTER_H_

#include <boost/asio/thread_pool.hpp>
#include <string>
#include <vector>

#include "garderobe/v1/delivery.pb.h"
#include "ttp/keys.h"

namespace garderobe::ttp {

inline constexpr uint32_t kVisitRowsMax = 16384;
inline constexpr uint32_t kRelationRowsMax = 1000;
inline constexpr uint32_t kQuarterMax = 400;  // the end of 2099

// A relation in the vault's form.
struct ConvertedRelation {
  VaultHandle handle;
  std::string reference;  // ReferenceSealer, for the vault to keep
  uint16_t as_of = 0;     // quarters since 2000; 0 unknown
  uint32_t kinds = 0;
  Element point_a;                // A'
  std::vector<Element> points_b;  // B', kinds ascending
};

// Thread-safe: nothing changes after construction. `keys` and `workers`
// outlive it. Sees points and handles only; never give it identifiers.
class Converter {
 public:
  Converter(const TtpKeys& keys, boost::asio::thread_pool& workers)
      : keys_(keys),
        references_(keys.reference, keys.aggregator_handle),
        workers_(workers) {}

  const ReferenceSealer& references() const { return references_; }

  // InvalidArgument: lengths do not fit, or more than kVisitRowsMax rows.
  [[nodiscard]] absl::Status CheckVisits(const v1::VisitBatch& batch) const;
  // InvalidArgument: lengths do not fit, a handle is zero or there twice, or
  // an unknown kind; names the record.
  [[nodiscard]] absl::Status CheckRelations(
      const v1::RelationBatch& batch) const;

  // Handles of 16 bytes each in the aggregator's form, in place; zeros stay.
  void MapHandles(std::string_view institution, std::string& handles) const;

  // The vault's form of a customer's handle, and its reference.
  struct Addressed {
    VaultHandle handle;
    std::string reference;
  };
  Addressed Address(std::string_view institution, const Handle& handle) const;

  // Multiplies each ciphertext by s, rerandomises, and maps the handle.
  // InvalidArgument: a point does not decode or is the identity; names the
  // record. `batch` has passed CheckRelations.
  [[nodiscard]] absl::StatusOr<std::vector<ConvertedRelation>> Convert(
      std::string_view institution, const v1::RelationBatch& batch,
      const VaultParameters& vault) const;

  // Multiplies ciphertexts to the aggregator, 64 bytes each, by t and
  // rerandomises, in place. Internal: one does not decode.
  [[nodiscard]] absl::Status ConvertPseudonyms(std::string& ciphertexts,
                                               const Element& z) const;

 private:
  const TtpKeys& keys_;
  const ReferenceSealer references_;
  boost::asio::thread_pool& workers_;
};

}  // namespace garderobe::ttp

#endif  // GARDEROBE_TTP_CONVERTER_H_
