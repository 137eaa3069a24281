#include "vault/review_ticket.h"

#include <sodium.h>

#include "core/base/hash.h"

namespace garderobe::vault {
namespace {

constexpr std::string_view kKeyLabel("garderobe/review-key/v1\0", 24);
constexpr std::string_view kLabel("garderobe/review-ticket/v1\0", 27);
constexpr size_t kNonceBytes = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES;
constexpr size_t kTagBytes = crypto_aead_xchacha20poly1305_ietf_ABYTES;
static_assert(kNonceBytes + VaultHandle::kBytes + 8 + kTagBytes ==
              kReviewTicketBytes);

}  // namespace

ReviewKey ReviewKeyOf(const SigningSeed& seed) {
  return DeriveSecret<ReviewKey>(seed, {kKeyLabel});
}

std::string MakeReviewTicket(const ReviewKey& key, const VaultHandle& handle,
                             uint64_t now) {
  std::string plain(handle.view());
  PutBigEndian(plain, now);
  std::string ticket(kReviewTicketBytes, '\0');
  auto* bytes = reinterpret_cast<uint8_t*>(ticket.data());
  randombytes_buf(bytes, kNonceBytes);
  crypto_aead_xchacha20poly1305_ietf_encrypt(
      bytes + kNonceBytes, nullptr, AsBytes(plain).data(), plain.size(),
      AsBytes(kLabel).data(), kLabel.size(), nullptr, bytes,
      key.ExposeSecret());
  return ticket;
}

std::optional<VaultHandle> OpenReviewTicket(const ReviewKey& key,
                                            std::string_view ticket,
                                            uint64_t now) {
  if (ticket.size() != kReviewTicketBytes) return std::nullopt;
  std::string plain(VaultHandle::kBytes + 8, '\0');
  const uint8_t* bytes = AsBytes(ticket).data();
  if (crypto_aead_xchacha20poly1305_ietf_decrypt(
          reinterpret_cast<uint8_t*>(plain.data()), nullptr, nullptr,
          bytes + kNonceBytes, ticket.size() - kNonceBytes,
          AsBytes(kLabel).data(), kLabel.size(), bytes,
          key.ExposeSecret()) != 0) {
    return std::nullopt;
  }
  const auto issued =
      GetBigEndian<uint64_t>(plain.data() + VaultHandle::kBytes);
  if (issued > now || now - issued > kReviewTicketSeconds) return std::nullopt;
  return VaultHandle::From(
      std::string_view(plain).substr(0, VaultHandle::kBytes));
}

}  // namespace garderobe::vault
