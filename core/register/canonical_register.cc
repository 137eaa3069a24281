#include "core/register/canonical_register.h"

#include <algorithm>
#include <string_view>
#include <vector>

#include "core/base/bytes.h"

namespace garderobe {
namespace {

using Texts = google::protobuf::RepeatedPtrField<std::string>;

void PutText(std::string& out, std::string_view text) {
  PutBigEndian(out, static_cast<uint32_t>(text.size()));
  out.append(text);
}

// Entries that are bytes already, ascending.
void PutSorted(std::string& out, std::vector<std::string> entries) {
  std::sort(entries.begin(), entries.end());
  PutBigEndian(out, static_cast<uint32_t>(entries.size()));
  for (const std::string& entry : entries) out.append(entry);
}

// The length stands in front, so the entries are sorted without it.
void PutTexts(std::string& out, const Texts& texts) {
  std::vector<std::string> sorted(texts.begin(), texts.end());
  std::sort(sorted.begin(), sorted.end());
  PutBigEndian(out, static_cast<uint32_t>(sorted.size()));
  for (const std::string& text : sorted) PutText(out, text);
}

void PutInstitution(std::string& out, const v1::Register::Institution& i) {
  PutText(out, i.id());
  PutText(out, i.name());
  PutText(out, i.subsector());
  PutText(out, i.municipality());
  PutText(out, i.owner());
  PutTexts(out, i.clients());
  PutText(out, i.agreement_from());
  PutText(out, i.agreement_to());
  PutText(out, i.legal_basis());
  PutBigEndian(out, i.retention_months());
  out.push_back(i.benchmark() ? 1 : 0);
  PutText(out, i.access_key());
  out.push_back(i.plain() ? 1 : 0);
  PutBigEndian(out, i.tokens_per_month());
  PutTexts(out, i.analyst_key_pins());
  std::vector<std::string> authors;
  for (const auto& author : i.authors()) {
    std::string& entry = authors.emplace_back();
    PutText(entry, author.key());
    entry.push_back(author.retired() ? 1 : 0);
  }
  PutSorted(out, std::move(authors));
  PutBigEndian(out, i.identity_rights_per_month());
}

// Pointers to what `list` holds, ascending by `key`.
template <typename List, typename Key>
auto SortedBy(const List& list, Key key) {
  std::vector<const typename List::value_type*> sorted;
  for (const auto& entry : list) sorted.push_back(&entry);
  std::sort(sorted.begin(), sorted.end(),
            [&](const auto* a, const auto* b) { return key(*a) < key(*b); });
  return sorted;
}

}  // namespace

std::string CanonicalBytes(const v1::Register& reg) {
  std::string out;
  PutBigEndian(out, static_cast<uint32_t>(reg.institutions_size()));
  for (const auto* institution :
       SortedBy(reg.institutions(), [](const auto& i) { return i.id(); })) {
    PutInstitution(out, *institution);
  }
  PutBigEndian(out, static_cast<uint32_t>(reg.clients_size()));
  for (const auto* client :
       SortedBy(reg.clients(), [](const auto& c) { return c.name(); })) {
    PutText(out, client->name());
    PutTexts(out, client->key_pins());
  }
  return out;
}

}  // namespace garderobe
