// Handles and visit ids: keyed hashes of 16 bytes, and who holds which form
// (protocol.md, 3 and 5).
#ifndef GARDEROBE_CORE_SEALING_HANDLES_H_
#define GARDEROBE_CORE_SEALING_HANDLES_H_

#include <cstring>
#include <string>
#include <string_view>

#include "core/base/bytes.h"
#include "core/base/hash.h"
#include "core/base/secret_bytes.h"

namespace garderobe {

// 16 zero bytes mean: no customer.
struct HandleTag;
struct VaultHandleTag;
struct AggregatorHandleTag;
struct VisitIdTag;
using Handle = FixedBytes<16, HandleTag>;            // institution's own
using VaultHandle = FixedBytes<16, VaultHandleTag>;  // what the vault knows
using AggregatorHandle = FixedBytes<16, AggregatorHandleTag>;
using VisitId = FixedBytes<16, VisitIdTag>;

// What the institution that lodged an objection can take it back with.
struct ObjectionSecretTag;
struct ObjectionMarkTag;
using ObjectionSecret = FixedBytes<16, ObjectionSecretTag>;
using ObjectionMark = FixedBytes<32, ObjectionMarkTag>;  // what the vault keeps

using InstitutionHandleKey = SecretBytes<32, struct InstitutionHandleKeyRole>;
using VaultHandleKey = SecretBytes<32, struct VaultHandleKeyRole>;  // hv
using AggregatorHandleKey = SecretBytes<32, struct AggregatorHandleKeyRole>;

// At the client. Any bytes are a customer id; at most 65535 for order ids.
Handle MakeHandle(const InstitutionHandleKey& key,
                  std::string_view customer_id);
VisitId MakeVisitId(const InstitutionHandleKey& key, std::string_view order_id,
                    std::string_view line_id);

// At the client: the secret of the objection of `subject`, which is a handle
// or an identity. Derived from the institution's key, so that nothing else has
// to be kept.
ObjectionSecret MakeObjectionSecret(const InstitutionHandleKey& key,
                                    std::string_view subject);
// BLAKE2b-256 of the secret, which it does not give away.
ObjectionMark MarkOf(const ObjectionSecret& secret);

// At the TTP: one institution's handles to one party's form.
// Not thread-safe; cheap to make, one per batch.
template <typename Key, typename Mapped>
class HandleMapper {
 public:
  HandleMapper(const Key& key, std::string_view institution) : key_(key) {
    PutLengthPrefixed(message_, institution);
    prefix_bytes_ = message_.size();
    message_.resize(prefix_bytes_ + Handle::kBytes);
  }
  // `handle` and `mapped` are 16 bytes and may be the same place.
  void Map(const uint8_t* handle, uint8_t* mapped) {
    std::memcpy(message_.data() + prefix_bytes_, handle, Handle::kBytes);
    HashInto(mapped, Mapped::kBytes, AsBytes(message_),
             {key_.ExposeSecret(), Key::kBytes});
  }
  Mapped Map(const Handle& handle) {
    Mapped mapped;
    Map(handle.data(), mapped.mutable_data());
    return mapped;
  }

 private:
  const Key& key_;  // outlives the mapper
  std::string message_;
  size_t prefix_bytes_;
};
using VaultHandleMapper = HandleMapper<VaultHandleKey, VaultHandle>;
using AggregatorHandleMapper =
    HandleMapper<AggregatorHandleKey, AggregatorHandle>;

}  // namespace garderobe

#endif  // GARDEROBE_CORE_SEALING_HANDLES_H_
