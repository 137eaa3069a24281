// A custodian's word for one act of one party (protocol.md, 7). Two of them,
// of different custodians, let a party do what it may not do by itself.
#ifndef GARDEROBE_CORE_KEYS_APPROVAL_H_
#define GARDEROBE_CORE_KEYS_APPROVAL_H_

#include <string>
#include <string_view>

#include "core/base/hash.h"
#include "core/keys/parameters.h"

namespace garderobe {

// The seed of a custodian's signing key: a key of its own, which is not that
// of the custodian's certificate.
using CustodianSeed = SecretBytes<32, struct CustodianSeedRole>;
inline constexpr std::string_view kCustodianRole = "custodian-signing";
VerifyKey VerifyKeyOf(const CustodianSeed& seed);

struct ApprovalSerialTag;
using ApprovalSerial = FixedBytes<8, ApprovalSerialTag>;  // random

struct Approval {
  // How far ahead an approval may expire.
  static constexpr uint64_t kSecondsMax = 86400;

  std::string party;   // whose act: ttp, vault, aggregator, answer, plain
  std::string action;  // core/custody/requests.h has the words
  Digest256 request;   // of what exactly
  ApprovalSerial serial;
  uint64_t expiry = 0;  // Unix seconds; it holds before that time
};

// body = "garderobe/approval/v2" 00 || LP(party) || LP(action) ||
//        request digest (32) || serial (8) || expiry (8)
// `party` and `action` are at most 65535 bytes long.
SignedBody SignApproval(const CustodianSeed& seed, const Approval& approval);

// FailedPrecondition, one fixed text: not signed by `key`, or malformed. Who
// asks holds party, action, request and expiry against its own.
[[nodiscard]] absl::StatusOr<Approval> VerifyApproval(
    const VerifyKey& key, std::string_view body, std::string_view signature);

}  // namespace garderobe

#endif  // GARDEROBE_CORE_KEYS_APPROVAL_H_
