#include "core/keys/approval.h"

#include "core/keys/sign.h"

namespace garderobe {
namespace {
constexpr std::string_view kApprovalLabel("garderobe/approval/v2\0", 22);
}  // namespace

VerifyKey VerifyKeyOf(const CustodianSeed& seed) {
  VerifyKey key;
  uint8_t secret[crypto_sign_SECRETKEYBYTES];
  const ScopedWipe wipe(secret, sizeof secret);
  crypto_sign_seed_keypair(key.mutable_data(), secret, seed.ExposeSecret());
  return key;
}

SignedBody SignApproval(const CustodianSeed& seed, const Approval& approval) {
  std::string body(kApprovalLabel);
  PutLengthPrefixed(body, approval.party);
  PutLengthPrefixed(body, approval.action);
  body.append(approval.request.view());
  body.append(approval.serial.view());
  PutBigEndian(body, approval.expiry);
  return SignBody(seed, std::move(body));
}

absl::StatusOr<Approval> VerifyApproval(const VerifyKey& key,
                                        std::string_view body,
                                        std::string_view signature) {
  Approval approval;
  ByteReader reader(body);
  std::string_view label, party, action, request, serial;
  if (!IsSignedBy(key, body, signature) ||
      !reader.GetBytes(kApprovalLabel.size(), &label) ||
      label != kApprovalLabel || !reader.GetLengthPrefixed(&party) ||
      !reader.GetLengthPrefixed(&action) ||
      !reader.GetBytes(Digest256::kBytes, &request) ||
      !reader.GetBytes(ApprovalSerial::kBytes, &serial) ||
      !reader.GetInteger(&approval.expiry) || !reader.empty()) {
    return FailedPrecondition("the approval is not signed by its custodian");
  }
  approval.party = party;
  approval.action = action;
  approval.request = Digest256::From(request);
  approval.serial = ApprovalSerial::From(serial);
  return approval;
}

}  // namespace garderobe
