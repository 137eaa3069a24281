#include "vault/month_caps.h"

#include <algorithm>
#include <exception>

#include "core/rpc/status_conversion.h"
#include "spdlog/spdlog.h"
#include "vault/link/records.h"

namespace garderobe::vault {
namespace {

// A day with so many times the count of the day before is told to the operator,
// when it is not small.
constexpr uint64_t kUnusualRatio = 10;
constexpr uint64_t kUnusualTokensMin = 1'000'000, kUnusualIdentitiesMin = 50;

CivilDate DateAt(uint64_t unix_seconds) {
  constexpr int32_t kDays2000 = 10957;
  return FromDayNumber(static_cast<int32_t>(unix_seconds / 86400) - kDays2000);
}

std::string KeyFor(Capped what) {
  return "cap/" + std::string(1, static_cast<char>(what));
}
std::string KeyForRights(const std::string& entry) { return "cap/Q" + entry; }

// month (4) || used (8) || released (8) || day (4) || today (8) || day before
// (8). Stored, never change.
std::string Encode(const MonthCaps::Count& count) {
  std::string value;
  PutBigEndian(value, static_cast<uint32_t>(count.month));
  PutBigEndian(value, count.used);
  PutBigEndian(value, count.released);
  PutBigEndian(value, static_cast<uint32_t>(count.day));
  PutBigEndian(value, count.today);
  PutBigEndian(value, count.day_before);
  return value;
}

bool Decode(std::string_view bytes, MonthCaps::Count* count) {
  ByteReader reader(bytes);
  uint32_t month, day;
  if (!reader.GetInteger(&month) || !reader.GetInteger(&count->used) ||
      !reader.GetInteger(&count->released) || !reader.GetInteger(&day) ||
      !reader.GetInteger(&count->today) ||
      !reader.GetInteger(&count->day_before) || !reader.empty()) {
    return false;
  }
  count->month = static_cast<int32_t>(month);
  count->day = static_cast<int32_t>(day);
  return true;
}

}  // namespace

std::string_view NameOf(Capped what) {
  return what == Capped::kTokens ? "tokens" : "identities";
}

absl::StatusOr<MonthCaps::Count> MonthCaps::Read(const std::string& key) const {
  const CivilDate today = DateAt(clock_());
  const int32_t month = 12 * today.year + today.month - 1;
  const int32_t day = DayNumber(today);
  Count count;
  const auto stored = store_.Get(kMeta, key);
  if (stored.ok()) {
    if (!Decode(*stored, &count)) return Damaged();
  } else if (stored.status().code() != absl::StatusCode::kNotFound) {
    return stored.status();
  }
  // A clock that is set back gives no second month, and no second day.
  if (month > count.month) {
    count.month = month;
    count.used = count.released = 0;
  }
  if (day > count.day) {
    if (count.today > 0) count.day_before = count.today;
    count.day = day;
    count.today = 0;
  }
  return count;
}

absl::Status MonthCaps::Take(Capped what, uint64_t count) {
  const MutexLock lock(&mutex_);
  rocksdb::WriteBatch batch;
  GARDEROBE_RETURN_IF_ERROR(Add(what, count, batch));
  return store_.Write(batch);
}

absl::Status MonthCaps::Add(Capped what, uint64_t taken,
                            rocksdb::WriteBatch& batch) {
  GARDEROBE_ASSIGN_OR_RETURN(Count count, Read(KeyFor(what)));
  const uint64_t allowed = LimitOf(what) + count.released;
  if (taken > allowed || count.used > allowed - taken) {
    spdlog::error("event=cap-reached what={} used={} allowed={} refused={}",
                  NameOf(what), count.used, allowed, taken);
    return WithReason(
        FailedPrecondition(
            "the vault has taken {} of {} {} this month; two custodians can "
            "release more",
            count.used, allowed, NameOf(what)),
        kCapReached);
  }
  const uint64_t least =
      what == Capped::kTokens ? kUnusualTokensMin : kUnusualIdentitiesMin;
  const uint64_t unusual = std::max(least, kUnusualRatio * count.day_before);
  if (count.day_before > 0 && count.today <= unusual &&
      count.today + taken > unusual) {
    spdlog::warn("event=unusual what={} today={} day_before={}", NameOf(what),
                 count.today + taken, count.day_before);
  }
  count.used += taken;
  count.today += taken;
  batch.Put(store_.family(kMeta), KeyFor(what), Encode(count));
  return absl::OkStatus();
}

absl::Status MonthCaps::TakeRight(const std::string& entry, uint64_t quota) {
  const MutexLock lock(&mutex_);
  GARDEROBE_ASSIGN_OR_RETURN(Count count, Read(KeyForRights(entry)));
  const uint64_t allowed = quota + count.released;
  if (count.used >= allowed) {
    spdlog::warn("event=rights-quota-used-up entry={} used={} allowed={}",
                 entry, count.used, allowed);
    return WithReason(
        FailedPrecondition(
            "the institution has exercised {} of {} rights by identity this "
            "month; two custodians can release more, for its access key at the "
            "vault, and the same request is taken then",
            count.used, allowed),
        kQuotaUsedUp);
  }
  ++count.used;
  ++count.today;
  rocksdb::WriteBatch batch;
  batch.Put(store_.family(kMeta), KeyForRights(entry), Encode(count));
  GARDEROBE_RETURN_IF_ERROR(Add(Capped::kIdentities, 1, batch));
  return store_.Write(batch);
}

absl::Status MonthCaps::ReleaseAt(const std::string& key, uint64_t more) {
  const MutexLock lock(&mutex_);
  GARDEROBE_ASSIGN_OR_RETURN(Count count, Read(key));
  count.released += more;
  rocksdb::WriteBatch batch;
  batch.Put(store_.family(kMeta), key, Encode(count));
  return store_.WriteAndSync(batch);
}

absl::Status MonthCaps::Release(Capped what, uint64_t more) {
  return ReleaseAt(KeyFor(what), more);
}

absl::Status MonthCaps::ReleaseRights(const std::string& entry, uint64_t more) {
  return ReleaseAt(KeyForRights(entry), more);
}

absl::StatusOr<MonthCaps::Count> MonthCaps::Get(Capped what) {
  const MutexLock lock(&mutex_);
  return Read(KeyFor(what));
}

absl::StatusOr<MonthCaps::Count> MonthCaps::GetRights(
    const std::string& entry) {
  const MutexLock lock(&mutex_);
  return Read(KeyForRights(entry));
}

}  // namespace garderobe::vault
