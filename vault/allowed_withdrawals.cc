#include "vault/allowed_withdrawals.h"

#include <memory>
#include <string>
#include <string_view>

#include "core/rights/authorisation.h"
#include "core/rpc/status_conversion.h"
#include "vault/link/records.h"

namespace garderobe::vault {
namespace {

constexpr std::string_view kWithdrawalPrefix = "withdrawal/";

struct Allowed {
  SubjectCommitment commitment;
  uint64_t expiry = 0;  // Unix seconds
  // Not longer than it was given for either: a clock that was set back since
  // makes nothing hold longer.
  bool HoldsAt(uint64_t now) const {
    return now < expiry && expiry - now <= AllowedWithdrawals::kAllowedSeconds;
  }
};

std::string KeyFor(const RequestId& id) {
  return std::string(kWithdrawalPrefix).append(id.view());
}

std::string Encode(const Allowed& allowed) {
  std::string value(allowed.commitment.view());
  PutBigEndian(value, allowed.expiry);
  return value;
}

bool Decode(std::string_view bytes, Allowed* allowed) {
  ByteReader reader(bytes);
  std::string_view commitment;
  if (!reader.GetBytes(SubjectCommitment::kBytes, &commitment) ||
      !reader.GetInteger(&allowed->expiry) || !reader.empty()) {
    return false;
  }
  allowed->commitment = SubjectCommitment::From(commitment);
  return true;
}

}  // namespace

absl::StatusOr<uint64_t> AllowedWithdrawals::Allow(
    const RequestId& id, const SubjectCommitment& commitment) {
  const uint64_t now = clock_();
  rocksdb::WriteBatch batch;
  const auto it = store_.NewIterator(kMeta);
  for (it->Seek(AsSlice(kWithdrawalPrefix));
       it->Valid() && it->key().starts_with(AsSlice(kWithdrawalPrefix));
       it->Next()) {
    Allowed other;
    if (!Decode(AsView(it->value()), &other)) return Damaged();
    if (!other.HoldsAt(now)) batch.Delete(store_.family(kMeta), it->key());
  }
  GARDEROBE_RETURN_IF_ERROR(FromRocks(it->status()));
  const Allowed allowed{commitment, now + kAllowedSeconds};
  batch.Put(store_.family(kMeta), KeyFor(id), Encode(allowed));
  GARDEROBE_RETURN_IF_ERROR(store_.WriteAndSync(batch));
  return allowed.expiry;
}

absl::Status AllowedWithdrawals::Check(
    const RequestId& id, const SubjectCommitment& commitment) const {
  const auto stored = store_.Get(kMeta, KeyFor(id));
  if (stored.ok()) {
    Allowed allowed;
    if (!Decode(*stored, &allowed)) return Damaged();
    if (allowed.commitment == commitment && allowed.HoldsAt(clock_())) {
      return absl::OkStatus();
    }
  } else if (stored.status().code() != absl::StatusCode::kNotFound) {
    return stored.status();
  }
  return WithReason(
      FailedPrecondition(
          "taking an objection back without its secret needs two custodians, "
          "who allow this very request at the vault; it is taken for a day "
          "from then"),
      kWithdrawalNeedsCustodians);
}

absl::Status AllowedWithdrawals::UseUp(const RequestId& id) {
  rocksdb::WriteBatch batch;
  batch.Delete(store_.family(kMeta), KeyFor(id));
  return store_.WriteAndSync(batch);
}

}  // namespace garderobe::vault
