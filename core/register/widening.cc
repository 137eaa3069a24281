#include "core/register/widening.h"

#include <algorithm>
#include <map>
#include <string_view>

#include "core/base/bytes.h"
#include "core/register/register_store.h"

namespace garderobe {
namespace {

using Institution = v1::Register::Institution;
using Texts = google::protobuf::RepeatedPtrField<std::string>;
using Sentences = std::vector<std::string>;

uint32_t IdentityRights(const Institution& institution) {
  constexpr uint32_t kDefault = 100;
  return institution.identity_rights_per_month() == 0
             ? kDefault
             : institution.identity_rights_per_month();
}

bool Has(const Texts& list, std::string_view text) {
  return std::find(list.begin(), list.end(), text) != list.end();
}

// The beginning of a key or pin, which is enough to compare it by.
std::string Short(std::string_view key) {
  return ToHex(AsBytes(key.substr(0, 8)));
}

void AddPins(const std::string& of, const Texts& before, const Texts& after,
             Sentences* sentences) {
  for (const std::string& pin : after) {
    if (Has(before, pin)) continue;
    sentences->push_back(fmt::format("{}: the key {} counts", of, Short(pin)));
  }
}

// Dates are compared as texts; an agreement without a beginning is none, and
// one without an end goes on.
void AddDates(const Institution& before, const Institution& after,
              Sentences* sentences) {
  if (after.agreement_from().empty()) return;
  const std::string& id = after.id();
  if (before.agreement_from().empty()) {
    sentences->push_back(fmt::format(
        "{}: has an agreement, from {} to {}", id, after.agreement_from(),
        after.agreement_to().empty() ? "further notice"
                                     : after.agreement_to()));
    return;
  }
  if (after.agreement_from() < before.agreement_from()) {
    sentences->push_back(
        fmt::format("{}: the agreement begins on {} instead of {}", id,
                    after.agreement_from(), before.agreement_from()));
  }
  if (!before.agreement_to().empty() &&
      (after.agreement_to().empty() ||
       after.agreement_to() > before.agreement_to())) {
    sentences->push_back(
        after.agreement_to().empty()
            ? fmt::format("{}: the agreement goes on after {}", id,
                          before.agreement_to())
            : fmt::format("{}: the agreement ends on {} instead of {}", id,
                          after.agreement_to(), before.agreement_to()));
  }
}

void AddAuthors(const Institution& before, const Institution& after,
                Sentences* sentences) {
  std::map<std::string_view, bool> retired;  // by key
  for (const auto& author : before.authors()) {
    retired[author.key()] = author.retired();
  }
  for (const auto& author : after.authors()) {
    const auto found = retired.find(author.key());
    if (found == retired.end()) {
      // Also a retired one: what it signed is taken for the institution's.
      sentences->push_back(fmt::format(
          "{}: the author key {} is new{}", after.id(), Short(author.key()),
          author.retired() ? ", and retired" : ""));
    } else if (found->second && !author.retired()) {
      sentences->push_back(fmt::format("{}: the author key {} signs again",
                                       after.id(), Short(author.key())));
    }
  }
}

template <typename Number>
void AddRaised(const std::string& id, std::string_view what, Number before,
               Number after, Sentences* sentences) {
  if (after <= before) return;
  sentences->push_back(
      fmt::format("{}: {} {} instead of {}", id, after, what, before));
}

void AddInstitution(const Institution& before, const Institution& after,
                    Sentences* sentences) {
  const std::string& id = after.id();
  AddRaised(id, "tokens a month", TokensPerMonth(before), TokensPerMonth(after),
            sentences);
  AddRaised(id, "rights by identity a month", IdentityRights(before),
            IdentityRights(after), sentences);
  AddRaised(id, "months of retention", RetentionMonths(before),
            RetentionMonths(after), sentences);
  AddDates(before, after, sentences);
  if (after.plain() && !before.plain()) {
    sentences->push_back(fmt::format("{}: may deliver in plain mode", id));
  }
  if (!after.access_key().empty() &&
      after.access_key() != before.access_key()) {
    sentences->push_back(
        fmt::format("{}: answers are sealed to the access key "
                    "{}",
                    id, Short(after.access_key())));
  }
  AddAuthors(before, after, sentences);
  for (const std::string& client : after.clients()) {
    if (Has(before.clients(), client)) continue;
    sentences->push_back(
        fmt::format("{}: the client {} delivers for it", id, client));
  }
  AddPins(fmt::format("analyst of {}", id), before.analyst_key_pins(),
          after.analyst_key_pins(), sentences);
}

}  // namespace

std::vector<std::string> WideningOf(const v1::Register& before,
                                    const v1::Register& after) {
  std::map<std::string_view, const Institution*> institutions;
  for (const auto& institution : before.institutions()) {
    institutions[institution.id()] = &institution;
  }
  std::map<std::string_view, const v1::Register::Client*> clients;
  for (const auto& client : before.clients()) clients[client.name()] = &client;
  std::vector<std::string> sentences;
  for (const auto& institution : after.institutions()) {
    const auto found = institutions.find(institution.id());
    if (found == institutions.end()) {
      sentences.push_back(
          fmt::format("{}: is a new institution, with {} tokens and {} rights "
                      "by identity a month",
                      institution.id(), TokensPerMonth(institution),
                      IdentityRights(institution)));
      // With what it brings, held against an institution that may do nothing
      // beyond the figures above.
      Institution nothing;
      nothing.set_tokens_per_month(institution.tokens_per_month());
      nothing.set_identity_rights_per_month(
          institution.identity_rights_per_month());
      nothing.set_retention_months(institution.retention_months());
      AddInstitution(nothing, institution, &sentences);
      continue;
    }
    AddInstitution(*found->second, institution, &sentences);
  }
  static const v1::Register::Client kNobody;
  for (const auto& client : after.clients()) {
    const auto found = clients.find(client.name());
    AddPins(fmt::format("client {}", client.name()),
            (found == clients.end() ? kNobody : *found->second).key_pins(),
            client.key_pins(), &sentences);
  }
  return sentences;
}

}  // namespace garderobe
