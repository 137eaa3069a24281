// A party's copy of the register of institutions, on its own disk.
#ifndef GARDEROBE_CORE_REGISTER_REGISTER_STORE_H_
#define GARDEROBE_CORE_REGISTER_REGISTER_STORE_H_

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/civil_time.h"
#include "core/base/mutex.h"
#include "core/base/status.h"
#include "core/register/agreements.h"
#include "core/rpc/key_pin.h"
#include "garderobe/v1/common.pb.h"

namespace garderobe {

// 1 to 32 of [a-z0-9-].
bool IsInstitutionId(std::string_view id);
// 1 to 64 of [a-z0-9._-].
bool IsSourceName(std::string_view name);

// InvalidArgument: names the entry and the rule.
[[nodiscard]] absl::Status CheckRegister(const v1::Register& reg);

// How long data of the institution are kept, months.
inline uint32_t RetentionMonths(const v1::Register::Institution& institution) {
  constexpr uint32_t kDefault = 60;
  return institution.retention_months() == 0 ? kDefault
                                             : institution.retention_months();
}

// How many tokens it may deliver in a month: 22 a relation, when nothing else
// was agreed, of a million relations.
inline uint64_t TokensPerMonth(const v1::Register::Institution& institution) {
  constexpr uint64_t kDefault = 22'000'000;
  return institution.tokens_per_month() == 0 ? kDefault
                                             : institution.tokens_per_month();
}

// The pins of clients by name.
using ClientKeys = std::map<std::string, KeyPins, std::less<>>;

// Thread-safe.
class RegisterStore {
 public:
  // Reads `path` if it is there. DataLoss: it is damaged or cut short.
  [[nodiscard]] static absl::StatusOr<std::unique_ptr<RegisterStore>> Open(
      const std::string& path);

  // Writes `reg`, unchecked, as a register's file: what a deployment begins
  // with. Unavailable: the disk does not take it.
  [[nodiscard]] static absl::Status Write(const std::string& path,
                                          const v1::Register& reg);

  // Reads the file again. NotFound, DataLoss, or as Replace: what was known
  // stays.
  [[nodiscard]] absl::Status Reload(const CivilDate& today);
  // Whether two custodians have approved this register, which widens what the
  // sentences say (widening.h).
  using Approve = std::function<absl::Status(
      const v1::Register& reg, const std::vector<std::string>& widened)>;
  // Checks, writes (atomically, synced) and takes over `reg`, without fields
  // that this version does not know. What widens anything is asked of
  // `approve`, last of all and once; what that refuses is refused. The dates of
  // every agreement that there ever was are kept in a file beside it, so that
  // an institution can't leave the register and return with other dates.
  // FailedPrecondition: a date that lies before `today` would be moved
  // (CheckPastDates). Nothing changes then.
  [[nodiscard]] absl::Status Replace(v1::Register reg, const CivilDate& today,
                                     const Approve& approve);

  std::shared_ptr<const Institutions> Get() const;
  v1::Register ToProto() const;
  // Which keys the client, or the institution's analyst, may show; empty when
  // the register names none.
  KeyPins ClientPins(std::string_view client) const;
  KeyPins AnalystPins(std::string_view institution) const;
  // Whether any institution lists the client.
  bool IsListed(std::string_view client) const;

  // PermissionDenied: there is no such institution, `client` is not listed
  // there, or no agreement covers `today`. The text says what to do.
  [[nodiscard]] absl::Status MayDeliver(std::string_view client,
                                        std::string_view institution,
                                        const CivilDate& today) const;

  // PermissionDenied: `client` is not listed there. Rights of visitors outlast
  // an agreement.
  [[nodiscard]] absl::Status MayExerciseRights(
      std::string_view client, std::string_view institution) const;

 private:
  explicit RegisterStore(std::string path) : path_(std::move(path)) {}
  void Take(const v1::Register& reg);
  // The register in the file. NotFound: there is none; DataLoss: damaged.
  [[nodiscard]] absl::StatusOr<v1::Register> ReadFile() const;
  // Every agreement of the file of agreements, and of the register where that
  // file has none: the file is the older one.
  [[nodiscard]] absl::StatusOr<Institutions> KnownAgreements() const;
  std::string agreements_path() const;
  ClientKeys GetClients() const;

  const std::string path_;
  Mutex file_mutex_;  // from reading or writing to taking over; taken first
  mutable Mutex mutex_;
  std::shared_ptr<const Institutions> institutions_ ABSL_GUARDED_BY(mutex_) =
      std::make_shared<Institutions>();
  ClientKeys clients_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace garderobe

#endif  // GARDEROBE_CORE_REGISTER_REGISTER_STORE_H_
