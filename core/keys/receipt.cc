#include "core/keys/receipt.h"

#include "core/base/hash.h"
#include "core/keys/sign.h"

namespace garderobe {
namespace {
constexpr std::string_view kLabel("garderobe/receipt/v1\0", 21);
constexpr std::string_view kKeyLabel("garderobe/receipt-key/v1\0", 25);
}  // namespace

std::string_view RightName(VisitorRight right) {
  switch (right) {
    case VisitorRight::kErase:
      return "erase";
    case VisitorRight::kAccess:
      return "access";
    case VisitorRight::kObject:
      return "object";
    case VisitorRight::kWithdraw:
      return "withdraw";
  }
  return "";
}

ReceiptSeed ReceiptSeedOf(const SigningSeed& seed) {
  return DeriveSecret<ReceiptSeed>(seed, {kKeyLabel});
}

VerifyKey VerifyKeyOf(const ReceiptSeed& seed) {
  VerifyKey key;
  uint8_t secret[crypto_sign_SECRETKEYBYTES];
  const ScopedWipe wipe(secret, sizeof secret);
  crypto_sign_seed_keypair(key.mutable_data(), secret, seed.ExposeSecret());
  return key;
}

SignedBody SignReceipt(const ReceiptSeed& seed, const Receipt& receipt) {
  std::string body(kLabel);
  PutLengthPrefixed(body, receipt.party);
  body.push_back(static_cast<char>(receipt.right));
  body.append(receipt.request_id.view());
  PutBigEndian(body, receipt.unix_seconds);
  return SignBody(seed, std::move(body));
}

absl::StatusOr<Receipt> VerifyReceipt(const VerifyKey& key,
                                      std::string_view body,
                                      std::string_view signature) {
  const auto refused = [] {
    return FailedPrecondition("the receipt is not signed by its party");
  };
  if (!IsSignedBy(key, body, signature)) return refused();
  Receipt receipt;
  ByteReader reader(body);
  std::string_view label, party, id;
  uint8_t right = 0;
  if (!reader.GetBytes(kLabel.size(), &label) || label != kLabel ||
      !reader.GetLengthPrefixed(&party) || !reader.GetInteger(&right) ||
      !reader.GetBytes(RequestId::kBytes, &id) ||
      !reader.GetInteger(&receipt.unix_seconds) || !reader.empty() ||
      RightName(static_cast<VisitorRight>(right)).empty()) {
    return refused();
  }
  receipt.party = party;
  receipt.right = static_cast<VisitorRight>(right);
  receipt.request_id = RequestId::From(id);
  return receipt;
}

}  // namespace garderobe
