#include "core/register/register_store.h"

#include <algorithm>
#include <filesystem>
#include <set>

#include "core/base/checked_file.h"
#include "core/base/checked_message.h"
#include "core/catalogue/codes.h"
#include "spdlog/fmt/ranges.h"
#include "spdlog/spdlog.h"

namespace garderobe {
namespace {

bool AllOf(std::string_view text, size_t most, std::string_view marks) {
  return !text.empty() && text.size() <= most &&
         std::all_of(text.begin(), text.end(), [marks](char c) {
           return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
                  marks.find(c) != marks.npos;
         });
}

constexpr std::string_view kKind = "register";
constexpr std::string_view kAgreements = "agreements";
constexpr uint32_t kRetentionMonthsMax = 120;
constexpr uint32_t kRelationsPerMonthMax = 100'000'000;
// Article 6 of the GDPR; vital interests don't come up in a theatre.
constexpr std::string_view kLegalBases[] = {"consent", "contract",
                                            "legal-obligation", "public-task",
                                            "legitimate-interest"};

}  // namespace

bool IsInstitutionId(std::string_view id) { return AllOf(id, 32, "-"); }
bool IsSourceName(std::string_view name) { return AllOf(name, 64, "-._"); }

absl::Status CheckRegister(const v1::Register& reg) {
  std::set<std::string> seen;
  for (int i = 0; i < reg.institutions_size(); ++i) {
    const auto& institution = reg.institutions(i);
    const std::string place = fmt::format("institutions[{}]", i);
    if (!IsInstitutionId(institution.id())) {
      return InvalidArgument("{}.id: 1 to 32 of a-z, 0-9 and -", place);
    }
    if (!seen.insert(institution.id()).second) {
      return InvalidArgument("{}.id: {} is there twice", place,
                             institution.id());
    }
    if (!CodeOf(kSubsectors, institution.subsector())) {
      return InvalidArgument(
          "{}.subsector: museum, podium, festival, film, library or other",
          place);
    }
    if (!institution.owner().empty() && !IsInstitutionId(institution.owner())) {
      return InvalidArgument(
          "{}.owner: 1 to 32 of a-z, 0-9 and -; the same for every "
          "institution of one owner, such as its number in the trade register",
          place);
    }
    for (const std::string& client : institution.clients()) {
      if (!IsInstitutionId(client)) {
        return InvalidArgument("{}.clients: 1 to 32 of a-z, 0-9 and -", place);
      }
    }
    if (!institution.legal_basis().empty() &&
        std::find(std::begin(kLegalBases), std::end(kLegalBases),
                  institution.legal_basis()) == std::end(kLegalBases)) {
      return InvalidArgument(
          "{}.legal_basis: consent, contract, legal-obligation, public-task or "
          "legitimate-interest",
          place);
    }
    if (institution.retention_months() > kRetentionMonthsMax) {
      return InvalidArgument("{}.retention_months: 1 to {}", place,
                             kRetentionMonthsMax);
    }
    if (institution.relations_per_month() > kRelationsPerMonthMax) {
      return InvalidArgument("{}.relations_per_month: 1 to {}", place,
                             kRelationsPerMonthMax);
    }
    if (!institution.access_key().empty() &&
        institution.access_key().size() != 32) {
      return InvalidArgument("{}.access_key: an X25519 key, 32 bytes", place);
    }
    for (const std::string* date :
         {&institution.agreement_from(), &institution.agreement_to()}) {
      if (date->empty()) continue;
      // Compared as text, so in one form only.
      const auto parsed = ParseDate(*date);
      if (!parsed || ToIso(*parsed) != *date) {
        return InvalidArgument("{}: agreement dates are written 2025-01-31",
                               place);
      }
    }
    if (!institution.agreement_to().empty() &&
        institution.agreement_to() < institution.agreement_from()) {
      return InvalidArgument("{}: the agreement ends before it begins", place);
    }
  }
  return absl::OkStatus();
}

namespace {

// One line an institution: no agreement changes unseen.
void LogChanges(const Institutions& before, const v1::Register& after) {
  std::set<std::string_view> kept;
  for (const auto& institution : after.institutions()) {
    kept.insert(institution.id());
    const auto old = before.find(institution.id());
    if (old != before.end() &&
        old->second.SerializeAsString() == institution.SerializeAsString()) {
      continue;
    }
    spdlog::info(
        "event=register-changed institution={} what={} owner={} clients={} "
        "from={} to={} legal_basis={} retention_months={} benchmark={} "
        "relations_per_month={} plain={}",
        institution.id(), old == before.end() ? "added" : "changed",
        OwnerOf(institution), fmt::join(institution.clients(), ","),
        institution.agreement_from(), institution.agreement_to(),
        institution.legal_basis(), RetentionMonths(institution),
        institution.benchmark(), RelationsPerMonth(institution),
        institution.plain());
  }
  for (const auto& [id, institution] : before) {
    if (kept.contains(id)) continue;
    spdlog::info("event=register-changed institution={} what=removed", id);
  }
}

}  // namespace

v1::Register RegisterStore::ToProto() const {
  v1::Register reg;
  for (const auto& [id, institution] : *Get()) {
    *reg.add_institutions() = institution;
  }
  return reg;
}

absl::Status RegisterStore::Write(const std::string& path,
                                  const v1::Register& reg) {
  return WriteCheckedFile(path, kKind, reg.SerializeAsString());
}

absl::StatusOr<std::unique_ptr<RegisterStore>> RegisterStore::Open(
    const std::string& path) {
  std::unique_ptr<RegisterStore> store(new RegisterStore(path));
  const auto reg = store->ReadFile();
  if (reg.ok()) {
    store->Take(*reg);
  } else if (reg.status().code() != absl::StatusCode::kNotFound) {
    return reg.status();
  }
  // Not only at the next import: the parties' registers would differ then.
  GARDEROBE_RETURN_IF_ERROR(store->KnownAgreements().status());
  return store;
}

absl::StatusOr<v1::Register> RegisterStore::ReadFile() const {
  v1::Register reg;
  GARDEROBE_ASSIGN_OR_RETURN(const bool is_there,
                             ReadCheckedMessage(path_, kKind, reg));
  if (!is_there) return NotFound("{} is not there", path_);
  return reg;
}

absl::Status RegisterStore::Reload(const CivilDate& today) {
  const MutexLock lock(&file_mutex_);
  GARDEROBE_ASSIGN_OR_RETURN(const v1::Register reg, ReadFile());
  GARDEROBE_RETURN_IF_ERROR(CheckRegister(reg));
  // A file that was put there by hand moves no date either.
  GARDEROBE_ASSIGN_OR_RETURN(const Institutions known, KnownAgreements());
  GARDEROBE_RETURN_IF_ERROR(CheckPastDates(known, reg, today));
  Take(reg);
  return absl::OkStatus();
}

void RegisterStore::Take(const v1::Register& reg) {
  auto institutions = std::make_shared<Institutions>();
  for (const auto& institution : reg.institutions()) {
    institutions->emplace(institution.id(), institution);
  }
  const MutexLock lock(&mutex_);
  institutions_ = std::move(institutions);
}

std::string RegisterStore::agreements_path() const {
  return std::filesystem::path(path_).replace_filename("agreements.pb");
}

absl::StatusOr<Institutions> RegisterStore::KnownAgreements() const {
  Institutions known;
  v1::Register agreements;
  GARDEROBE_RETURN_IF_ERROR(
      ReadCheckedMessage(agreements_path(), kAgreements, agreements).status());
  for (const auto& agreement : agreements.institutions()) {
    known.emplace(agreement.id(), agreement);
  }
  const auto now = Get();
  known.insert(now->begin(), now->end());
  return known;
}

absl::Status RegisterStore::Replace(const v1::Register& reg,
                                    const CivilDate& today) {
  GARDEROBE_RETURN_IF_ERROR(CheckRegister(reg));
  const MutexLock lock(&file_mutex_);
  GARDEROBE_ASSIGN_OR_RETURN(Institutions known, KnownAgreements());
  GARDEROBE_RETURN_IF_ERROR(CheckPastDates(known, reg, today));
  for (const auto& institution : reg.institutions()) {
    known[institution.id()] = institution;
  }
  v1::Register agreements;
  for (const auto& [id, institution] : known) {
    auto* agreement = agreements.add_institutions();
    agreement->set_id(id);
    agreement->set_agreement_from(institution.agreement_from());
    agreement->set_agreement_to(institution.agreement_to());
  }
  // Before the register: what it names is never unknown here.
  GARDEROBE_RETURN_IF_ERROR(WriteCheckedFile(agreements_path(), kAgreements,
                                             agreements.SerializeAsString()));
  GARDEROBE_RETURN_IF_ERROR(Write(path_, reg));
  LogChanges(*Get(), reg);
  Take(reg);
  return absl::OkStatus();
}

bool RegisterStore::IsListed(std::string_view client) const {
  const auto institutions = Get();
  return std::any_of(
      institutions->begin(), institutions->end(), [&](const auto& entry) {
        const auto& clients = entry.second.clients();
        return std::find(clients.begin(), clients.end(), client) !=
               clients.end();
      });
}

std::shared_ptr<const Institutions> RegisterStore::Get() const {
  const MutexLock lock(&mutex_);
  return institutions_;
}

absl::Status RegisterStore::MayExerciseRights(
    std::string_view client, std::string_view institution) const {
  const auto institutions = Get();
  const auto found = institutions->find(institution);
  if (found == institutions->end()) {
    return PermissionDenied(
        "the register has no institution {}; the coordinating body adds it",
        IsInstitutionId(institution) ? institution : "of that name");
  }
  const auto& clients = found->second.clients();
  if (std::find(clients.begin(), clients.end(), client) == clients.end()) {
    return PermissionDenied("{} is not listed as a client of {}", client,
                            institution);
  }
  return absl::OkStatus();
}

absl::Status RegisterStore::MayDeliver(std::string_view client,
                                       std::string_view institution,
                                       const CivilDate& today) const {
  GARDEROBE_RETURN_IF_ERROR(MayExerciseRights(client, institution));
  const auto institutions = Get();
  const auto found = institutions->find(institution);
  if (found == institutions->end()) {
    return PermissionDenied("the register has just changed; try again");
  }
  const auto from = ParseDate(found->second.agreement_from());
  const auto to = ParseDate(found->second.agreement_to());
  if (!from || *from > today || (to && *to < today)) {
    return PermissionDenied("no agreement of {} covers {}", institution,
                            ToIso(today));
  }
  return absl::OkStatus();
}

}  // namespace garderobe
