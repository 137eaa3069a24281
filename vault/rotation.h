// The vault's part of a rotation (protocol.md, 9): every token becomes d*X, and
// w another one. Nothing else has the store open meanwhile.
#ifndef GARDEROBE_VAULT_ROTATION_H_
#define GARDEROBE_VAULT_ROTATION_H_

#include <boost/asio/thread_pool.hpp>
#include <functional>
#include <string>

#include "core/keys/parameters.h"

namespace garderobe::vault {

struct RotationPlaces {
  std::string store, keys;
  std::string folder;  // what the parties hand on (core/keys/rotation_file.h)
  VerifyKey ttp_pin, aggregator_pin;
};

struct Rotated {
  uint32_t epoch = 0;    // that is reached
  bool went_on = false;  // with what was interrupted; no file was read
};

// Reads d from the folder, draws w* and writes w*/w for the aggregator there,
// changes the store, and then puts w* and the next epoch into force. Whoever is
// killed runs it again: before the store was exchanged it begins anew, after
// that it goes on. d is never written down.
// FailedPrecondition: the store is not of the keys' epoch nor of the next; a
// file is for another epoch or party, or not signed by the pinned key; or the
// aggregator's parameters are not valid today or were replaced.
// InvalidArgument: a file is sealed to another key. NotFound: a file is
// missing. DataLoss: a file or a record is damaged. Unavailable: a daemon has
// the store open, or the disk does not take it.
[[nodiscard]] absl::StatusOr<Rotated> Rotate(
    const RotationPlaces& places, boost::asio::thread_pool& workers,
    const std::function<void(double part)>& progress);

}  // namespace garderobe::vault

#endif  // GARDEROBE_VAULT_ROTATION_H_
