// The aggregator's part of a rotation (protocol.md, 9): every pseudonym becomes
// what the parties make of the same person or household from now on. Nothing
// else has the store open meanwhile.
#ifndef GARDEROBE_AGGREGATOR_ROTATION_H_
#define GARDEROBE_AGGREGATOR_ROTATION_H_

#include <boost/asio/thread_pool.hpp>
#include <string>

#include "core/conversion/rotation_factor.h"
#include "core/keys/parameters.h"
#include "core/store/store.h"

namespace garderobe::aggregator {

struct RotationPlaces {
  std::string store, keys;
  std::string folder;  // what the parties hand on (core/keys/rotation_file.h)
  VerifyKey ttp_pin, vault_pin;
};

struct Rotated {
  uint32_t epoch = 0;    // that is reached
  bool went_on = false;  // with what was interrupted; no file was read
};

// Reads t*/t and (t* h*)/(t h) of the TTP and w*/w of the vault from the
// folder,
// changes the store, and then puts the next epoch into force. Whoever is killed
// runs it again. Errors as of the vault's (vault/rotation.h).
[[nodiscard]] absl::StatusOr<Rotated> Rotate(const RotationPlaces& places,
                                             boost::asio::thread_pool& workers);

// Multiplies the pseudonyms of persons and of households; their numbers stay.
// Takes many writes, so `store` is a copy that is thrown away on an error
// (core/store/store_rotation.h). DataLoss: a record is damaged.
struct PseudonymFactors {
  RotationFactor persons, households;
};
[[nodiscard]] absl::Status RotatePseudonyms(Store& store,
                                            const PseudonymFactors& factors,
                                            boost::asio::thread_pool& workers);

}  // namespace garderobe::aggregator

#endif  // GARDEROBE_AGGREGATOR_ROTATION_H_
