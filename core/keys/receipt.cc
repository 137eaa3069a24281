#include "core/keys/receipt.h"

#include "core/base/hash.h"
#include "core/keys/sign.h"

namespace garderobe {
namespace {
constexpr std::string_view kReceiptLabel("garderobe/receipt/v2\0", 21);
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
  std::string body(kReceiptLabel);
  PutLengthPrefixed(body, receipt.party);
  body.push_back(static_cast<char>(receipt.right));
  body.append(receipt.request_id.view());
  PutBigEndian(body, receipt.unix_seconds);
  body.append(receipt.subject.view());
  body.append(receipt.acted_on.view());
  const Receipt::Counts counts = receipt.counts.value_or(Receipt::Counts{});
  body.push_back(receipt.counts ? 1 : 0);
  PutBigEndian(body, counts.relations);
  PutBigEndian(body, counts.visits);
  body.append(receipt.answer.view());
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
  std::string_view label, party, id, subject, acted_on, answer;
  uint8_t right = 0, told = 0;
  Receipt::Counts counts;
  if (!reader.GetBytes(kReceiptLabel.size(), &label) ||
      label != kReceiptLabel || !reader.GetLengthPrefixed(&party) ||
      !reader.GetInteger(&right) || !reader.GetBytes(RequestId::kBytes, &id) ||
      !reader.GetInteger(&receipt.unix_seconds) ||
      !reader.GetBytes(SubjectCommitment::kBytes, &subject) ||
      !reader.GetBytes(Digest256::kBytes, &acted_on) ||
      !reader.GetInteger(&told) || told > 1 ||
      !reader.GetInteger(&counts.relations) ||
      !reader.GetInteger(&counts.visits) ||
      !reader.GetBytes(Digest256::kBytes, &answer) || !reader.empty() ||
      (told == 0 && counts != Receipt::Counts{}) ||
      RightName(static_cast<VisitorRight>(right)).empty()) {
    return refused();
  }
  receipt.party = party;
  receipt.right = static_cast<VisitorRight>(right);
  receipt.request_id = RequestId::From(id);
  receipt.subject = SubjectCommitment::From(subject);
  receipt.acted_on = Digest256::From(acted_on);
  if (told == 1) receipt.counts = counts;
  receipt.answer = Digest256::From(answer);
  return receipt;
}

}  // namespace garderobe
