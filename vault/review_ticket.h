// What names a relation to the vault, and to nobody else: a visitor's access
// tells it, and custodians who look into a link bring it.
//
// ticket (64) = nonce (24) || XChaCha20-Poly1305(key, nonce,
//     handle (16) || Unix seconds (8), ad = "garderobe/review-ticket/v1" 00)
// key = BLAKE2b-256(signing seed, "garderobe/review-key/v1" 00)
#ifndef GARDEROBE_VAULT_REVIEW_TICKET_H_
#define GARDEROBE_VAULT_REVIEW_TICKET_H_

#include <optional>
#include <string>
#include <string_view>

#include "core/keys/key_file.h"
#include "core/keys/parameters.h"
#include "core/sealing/handles.h"

namespace garderobe::vault {

inline constexpr size_t kReviewTicketBytes = 64;
inline constexpr uint64_t kReviewTicketSeconds = 30 * 86400;

using ReviewKey = SecretBytes<32, struct ReviewKeyRole>;
ReviewKey ReviewKeyOf(const SigningSeed& seed);

// `now` in Unix seconds.
std::string MakeReviewTicket(const ReviewKey& key, const VaultHandle& handle,
                             uint64_t now);
// Nothing: it is not ours, or too old.
std::optional<VaultHandle> OpenReviewTicket(const ReviewKey& key,
                                            std::string_view ticket,
                                            uint64_t now);

}  // namespace garderobe::vault

#endif  // GARDEROBE_VAULT_REVIEW_TICKET_H_
