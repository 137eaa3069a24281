#include "vault/rotation.h"

#include <memory>
#include <vector>

#include "core/base/clock.h"
#include "core/keys/rotation_file.h"
#include "core/keys/serial_book.h"
#include "core/store/store_rotation.h"
#include "vault/keys.h"
#include "vault/link/records.h"
#include "vault/link/rotate_tokens.h"

namespace garderobe::vault {
namespace {

// For whom w*/w is sealed.
absl::StatusOr<SealingPublicKey> SealingKeyOfAggregator(
    const RotationPlaces& places, uint32_t epoch) {
  GARDEROBE_ASSIGN_OR_RETURN(
      const Parameters parameters,
      ReadRotationParameters(places.folder, epoch, "aggregator",
                             places.aggregator_pin, Today()));
  GARDEROBE_ASSIGN_OR_RETURN(const auto serials,
                             SerialBook::Open(places.keys + "/serials"));
  GARDEROBE_RETURN_IF_ERROR(serials->Take(parameters));
  GARDEROBE_ASSIGN_OR_RETURN(const AggregatorParameters aggregator,
                             AggregatorParameters::From(parameters));
  return aggregator.sealing_key;
}

absl::Status HandOnHouseholds(const RotationPlaces& places,
                              const VaultKeys& keys, uint32_t epoch) {
  GARDEROBE_ASSIGN_OR_RETURN(const SealingPublicKey recipient,
                             SealingKeyOfAggregator(places, epoch));
  GARDEROBE_ASSIGN_OR_RETURN(const HouseholdScalar next,
                             VaultKeys::DrawNext(places.keys, epoch));
  std::vector<RotationFactor> factors;
  factors.push_back(FactorBetween(keys.household, next));
  return WriteRotation(places.folder, {"vault", "aggregator", epoch}, factors,
                       keys.signing, recipient);
}

// What follows once the store is of `epoch`.
absl::Status Finish(const RotationPlaces& places) {
  GARDEROBE_RETURN_IF_ERROR(
      RotateIssue(places.keys, Today(), UnixSeconds()).status());
  return VaultKeys::TakeOverNext(places.keys).status();
}

}  // namespace

absl::StatusOr<Rotated> Rotate(
    const RotationPlaces& places, boost::asio::thread_pool& workers,
    const std::function<void(double part)>& progress) {
  GARDEROBE_ASSIGN_OR_RETURN(const VaultKeys keys,
                             VaultKeys::Read(places.keys));
  const uint32_t next = keys.epoch() + 1;
  const RotatedStore store{places.store, kFamilyNames, kStoreOptions};
  GARDEROBE_ASSIGN_OR_RETURN(const uint32_t stored, EpochOf(store));
  if (stored == next) {
    GARDEROBE_RETURN_IF_ERROR(RemoveRotationCopy(places.store));
    GARDEROBE_RETURN_IF_ERROR(Finish(places));
    return Rotated{next, true};
  }
  if (stored == keys.epoch()) {
    GARDEROBE_ASSIGN_OR_RETURN(const bool taken,
                               VaultKeys::TakeOverNext(places.keys));
    if (taken) return Rotated{stored, true};
  }
  GARDEROBE_ASSIGN_OR_RETURN(const std::vector<RotationFactor> d,
                             ReadRotation(places.folder, {"ttp", "vault", next},
                                          1, places.ttp_pin, keys.sealing));
  GARDEROBE_RETURN_IF_ERROR(HandOnHouseholds(places, keys, next));
  GARDEROBE_RETURN_IF_ERROR(
      RotateStore(store, next, RotatedFamilies(), [&](Store& copy) {
        return RotateTokens(copy, d[0], workers, progress);
      }));
  GARDEROBE_RETURN_IF_ERROR(Finish(places));
  return Rotated{next, false};
}

}  // namespace garderobe::vault
