#include "core/register/register_store.h"

#include <algorithm>
#include <exception>
#include <filesystem>
#include <optional>
#include <set>

#include "core/base/checked_file.h"
#include "core/base/checked_message.h"
#include "core/catalogue/codes.h"
#include "core/register/authors.h"
#include "core/register/widening.h"
#include "core/retention/retention_months.h"
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
constexpr int kKeyPinsMax = 8;
constexpr uint64_t kTokensPerMonthMax = 2'200'000'000;
constexpr uint32_t kIdentityRightsMax = 1'000'000;
// Article 6 of the GDPR; vital interests don't come up in a theatre.
constexpr std::string_view kLegalBases[] = {"consent", "contract",
                                            "legal-obligation", "public-task",
                                            "legitimate-interest"};

using PinBytes = google::protobuf::RepeatedPtrField<std::string>;

absl::Status CheckKeyPins(const std::string& place, const PinBytes& pins) {
  const bool fit = std::all_of(pins.begin(), pins.end(), [](const auto& pin) {
    return pin.size() == KeyPin::kBytes;
  });
  if (fit && pins.size() <= kKeyPinsMax) return absl::OkStatus();
  return InvalidArgument(
      "{}: at most {} SHA-256 digests of keys, 32 bytes each", place,
      kKeyPinsMax);
}

// What is no digest, in a file that was put there, pins nothing.
KeyPins PinsFrom(const PinBytes& pins) {
  KeyPins result;
  for (const std::string& pin : pins) {
    if (pin.size() == KeyPin::kBytes) result.push_back(KeyPin::From(pin));
  }
  return result;
}

std::string ToText(const KeyPins& pins) {
  std::string text;
  for (const KeyPin& pin : pins) text += (text.empty() ? "" : ",") + ToHex(pin);
  return text;
}

ClientKeys ClientKeysOf(const v1::Register& reg) {
  ClientKeys clients;
  for (const auto& client : reg.clients()) {
    clients.emplace(client.name(), PinsFrom(client.key_pins()));
  }
  return clients;
}

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
    if (institution.tokens_per_month() > kTokensPerMonthMax) {
      return InvalidArgument("{}.tokens_per_month: 1 to {}", place,
                             kTokensPerMonthMax);
    }
    if (institution.identity_rights_per_month() > kIdentityRightsMax) {
      return InvalidArgument("{}.identity_rights_per_month: 1 to {}", place,
                             kIdentityRightsMax);
    }
    if (!institution.access_key().empty() &&
        institution.access_key().size() != 32) {
      return InvalidArgument("{}.access_key: an X25519 key, 32 bytes", place);
    }
    GARDEROBE_RETURN_IF_ERROR(
        CheckAuthors(place + ".authors", institution.authors()));
    GARDEROBE_RETURN_IF_ERROR(CheckKeyPins(place + ".analyst_key_pins",
                                           institution.analyst_key_pins()));
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
  seen.clear();
  for (int i = 0; i < reg.clients_size(); ++i) {
    const auto& client = reg.clients(i);
    const std::string place = fmt::format("clients[{}]", i);
    if (!IsInstitutionId(client.name())) {
      return InvalidArgument("{}.name: 1 to 32 of a-z, 0-9 and -", place);
    }
    if (!seen.insert(client.name()).second) {
      return InvalidArgument("{}.name: {} is there twice", place,
                             client.name());
    }
    GARDEROBE_RETURN_IF_ERROR(
        CheckKeyPins(place + ".key_pins", client.key_pins()));
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
        "tokens_per_month={} plain={} analyst_keys={} author_keys={} "
        "retired_author_keys={}",
        institution.id(), old == before.end() ? "added" : "changed",
        OwnerOf(institution), fmt::join(institution.clients(), ","),
        institution.agreement_from(), institution.agreement_to(),
        institution.legal_basis(), RetentionMonths(institution),
        institution.benchmark(), TokensPerMonth(institution),
        institution.plain(), ToText(PinsFrom(institution.analyst_key_pins())),
        AuthorKeysText(institution, AuthorState::kInForce),
        AuthorKeysText(institution, AuthorState::kRetired));
  }
  for (const auto& [id, institution] : before) {
    if (kept.contains(id)) continue;
    spdlog::info("event=register-changed institution={} what=removed", id);
  }
}

// One line a client whose keys are others: each may deliver from now on.
void LogChanges(const ClientKeys& before, const ClientKeys& after) {
  for (const auto& [name, pins] : after) {
    const auto old = before.find(name);
    if (old != before.end() && old->second == pins) continue;
    spdlog::info("event=register-changed client={} what={} keys={}", name,
                 old == before.end() ? "added" : "changed", ToText(pins));
  }
  for (const auto& [name, pins] : before) {
    if (after.contains(name)) continue;
    spdlog::info("event=register-changed client={} what=removed", name);
  }
}

}  // namespace

v1::Register RegisterStore::ToProto() const {
  v1::Register reg;
  const MutexLock lock(&mutex_);
  for (const auto& [id, institution] : *institutions_) {
    *reg.add_institutions() = institution;
  }
  for (const auto& [name, pins] : clients_) {
    auto* client = reg.add_clients();
    client->set_name(name);
    for (const KeyPin& pin : pins) {
      client->add_key_pins(std::string(pin.view()));
    }
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
  clients_ = ClientKeysOf(reg);
}

ClientKeys RegisterStore::GetClients() const {
  const MutexLock lock(&mutex_);
  return clients_;
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

absl::Status RegisterStore::Replace(v1::Register reg, const CivilDate& today,
                                    const Approve& approve) {
  GARDEROBE_RETURN_IF_ERROR(CheckRegister(reg));
  // A later version would read them, and nobody has approved them.
  reg.DiscardUnknownFields();
  const MutexLock lock(&file_mutex_);
  GARDEROBE_ASSIGN_OR_RETURN(Institutions known, KnownAgreements());
  GARDEROBE_RETURN_IF_ERROR(CheckPastDates(known, reg, today));
  const std::vector<std::string> widened = WideningOf(ToProto(), reg);
  if (!widened.empty()) GARDEROBE_RETURN_IF_ERROR(approve(reg, widened));
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
  LogChanges(GetClients(), ClientKeysOf(reg));
  Take(reg);
  return absl::OkStatus();
}

KeyPins RegisterStore::ClientPins(std::string_view client) const {
  const MutexLock lock(&mutex_);
  const auto found = clients_.find(client);
  return found == clients_.end() ? KeyPins() : found->second;
}

KeyPins RegisterStore::AnalystPins(std::string_view institution) const {
  const auto institutions = Get();
  const auto found = institutions->find(institution);
  if (found == institutions->end()) return {};
  return PinsFrom(found->second.analyst_key_pins());
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
