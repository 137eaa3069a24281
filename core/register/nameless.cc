#include "core/register/nameless.h"

#include <map>

#include "core/base/bytes.h"
#include "core/base/hash.h"

namespace garderobe {
namespace {

constexpr std::string_view kLabel("garderobe/nameless/v1\0", 22);

v1::Register::Institution EntryOf(const v1::Register::Institution& known) {
  v1::Register::Institution entry;
  entry.set_id(NamelessId(known.access_key()));
  entry.set_access_key(known.access_key());
  entry.set_subsector("other");  // a register's entry has one
  *entry.mutable_authors() = known.authors();
  entry.set_identity_rights_per_month(known.identity_rights_per_month());
  return entry;
}

}  // namespace

std::string NamelessId(std::string_view access_key) {
  uint8_t digest[16];
  std::string message(kLabel);
  message.append(access_key);
  HashInto(digest, sizeof digest, AsBytes(message));
  return ToHex(digest);
}

absl::StatusOr<v1::Register> WithoutNames(const v1::Register& reg) {
  std::map<std::string, const v1::Register::Institution*> entries;
  for (const auto& institution : reg.institutions()) {
    if (institution.access_key().empty()) continue;
    const auto [known, is_new] =
        entries.emplace(NamelessId(institution.access_key()), &institution);
    if (!is_new) {
      return InvalidArgument(
          "{} and {} have the same access_key: each institution has its own "
          "handle key, and with it its own access key",
          known->second->id(), institution.id());
    }
  }
  v1::Register nameless;
  for (const auto& [id, institution] : entries) {
    *nameless.add_institutions() = EntryOf(*institution);
  }
  return nameless;
}

absl::Status CheckWithoutNames(const v1::Register& reg) {
  if (reg.clients_size() > 0) {
    return InvalidArgument("clients: the vault's register has no names");
  }
  for (int i = 0; i < reg.institutions_size(); ++i) {
    const auto& institution = reg.institutions(i);
    if (institution.access_key().empty() ||
        institution.SerializeAsString() !=
            EntryOf(institution).SerializeAsString()) {
      return InvalidArgument(
          "institution {}: the vault's register has access keys, authors and "
          "quotas, and no names",
          i);
    }
  }
  return absl::OkStatus();
}

}  // namespace garderobe
