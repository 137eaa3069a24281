// One round to the aggregator, made of what is due (protocol.md, 4): always the
// same number of entries, each encrypted, in an order drawn at random, and with
// a statement that binds what belongs together.
#ifndef GARDEROBE_VAULT_ROUNDS_H_
#define GARDEROBE_VAULT_ROUNDS_H_

#include <boost/asio/thread_pool.hpp>

#include "core/keys/round_statement.h"
#include "garderobe/v1/vault.pb.h"
#include "vault/link/linker.h"

namespace garderobe::vault {

struct RoundMaker {
  const Element& z;  // the aggregator's key
  const SealingPublicKey& sealing_key;
  const ReceiptSeed& receipts;
  boost::asio::thread_pool& workers;

  // `entries`: how many the round has; at least those that are due. DataLoss: a
  // stored reference is damaged.
  [[nodiscard]] absl::Status Make(const LinkRound& due, size_t entries,
                                  v1::Round* round) const;
};

}  // namespace garderobe::vault

#endif  // GARDEROBE_VAULT_ROUNDS_H_
