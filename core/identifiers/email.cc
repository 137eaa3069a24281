#include "core/identifiers/email.h"

#include <idn2.h>

#include <algorithm>
#include <optional>

#include "core/identifiers/text.h"

namespace garderobe {
namespace {

// How providers read the local part of their own addresses.
struct Provider {
  std::string_view domain;
  std::string_view canonical_domain;
  bool dots_ignored;
};
constexpr Provider kProviders[] = {
    {"gmail.com", "gmail.com", true},
    {"googlemail.com", "gmail.com", true},
};

// Local parts that nobody reads.
constexpr std::string_view kEmailPlaceholders[] = {
    "noreply",   "donotreply", "nietbeantwoorden",
    "test",      "testing",    "geen",
    "geenemail", "geenmail",   "nomail",
    "noemail",   "none",       "onbekend",
    "unknown",   "anoniem",    "anonymous",
    "nvt",       "xxx",        "kassa",
    "balie"};

// Local parts that every other office has.
constexpr std::string_view kOffices[] = {
    "accueil",        "admin",         "administratie",  "administratif",
    "administration", "bestuur",       "bibliotheek",    "billetterie",
    "boeking",        "boekingen",     "boekhouding",    "bureau",
    "contact",        "directie",      "direction",      "email",
    "evenementen",    "events",        "facturatie",     "facturen",
    "factuur",        "finance",       "financien",      "groepen",
    "hallo",          "hello",         "info",           "informatie",
    "information",    "inkoop",        "invoice",        "jobs",
    "kaartverkoop",   "kantoor",       "klantenservice", "mail",
    "marketing",      "museum",        "office",         "penningmeester",
    "postmaster",     "receptie",      "reception",      "reservatie",
    "reservaties",    "reservation",   "reservations",   "reserveren",
    "reservering",    "reserveringen", "sales",          "school",
    "secretariaat",   "secretariat",   "service",        "shop",
    "support",        "theater",       "ticket",         "ticketing",
    "tickets",        "verkoop",       "voorzitter",     "webmaster",
    "webshop",        "welkom",        "winkel"};

bool IsDomain(std::string_view domain) {
  if (domain.size() > 253 || domain.find('.') == domain.npos) return false;
  size_t label = 0;
  for (size_t i = 0; i <= domain.size(); ++i) {
    if (i == domain.size() || domain[i] == '.') {
      if (label == 0 || label > 63 || domain[i - 1] == '-') return false;
      label = 0;
      continue;
    }
    const char c = domain[i];
    const bool letter = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
    if (!letter && (c != '-' || label == 0)) return false;
    ++label;
  }
  // A top-level domain is never a number: that would be an IP address.
  const std::string_view top = domain.substr(domain.rfind('.') + 1);
  return top.size() >= 2 && !std::all_of(top.begin(), top.end(), [](char c) {
           return c >= '0' && c <= '9';
         });
}

std::optional<std::string> ToALabels(std::string_view domain) {
  if (domain.ends_with('.')) domain.remove_suffix(1);
  if (IsAscii(domain)) {
    if (!IsDomain(domain)) return std::nullopt;
    if (domain.find("xn--") != domain.npos) {
      char* unicode = nullptr;
      const int decoded =
          idn2_to_unicode_8z8z(std::string(domain).c_str(), &unicode, 0);
      idn2_free(unicode);
      if (decoded != IDN2_OK) return std::nullopt;
    }
    return std::string(domain);
  }
  char* ascii = nullptr;
  const int rc = idn2_to_ascii_8z(std::string(domain).c_str(), &ascii,
                                  IDN2_NFC_INPUT | IDN2_NONTRANSITIONAL);
  if (rc != IDN2_OK) return std::nullopt;
  std::string result(ascii);
  idn2_free(ascii);
  if (!IsDomain(result)) return std::nullopt;
  return result;
}

// Without what separates words: `no-reply` is `noreply`.
bool IsPlainlyOneOf(std::string_view local,
                    std::span<const std::string_view> list) {
  std::string plain;
  for (char c : local) {
    if (c != '.' && c != '-' && c != '_') plain.push_back(c);
  }
  return std::find(list.begin(), list.end(), plain) != list.end();
}

bool IsLocalPart(std::string_view local) {
  if (local.empty() || local.size() > 64 || local.front() == '.' ||
      local.back() == '.' || local.find("..") != local.npos) {
    return false;
  }
  return std::all_of(local.begin(), local.end(), [](char c) {
    return static_cast<uint8_t>(c) > 0x20 && c != 0x7f &&
           std::string_view("\"(),:;<>@[\\]").find(c) == std::string_view::npos;
  });
}

std::string LettersAndDigits(std::string_view text) {
  std::string plain = FoldToAscii(text);
  std::erase_if(plain, [](char c) {
    return !((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'));
  });
  return plain;
}

// Returns the reason to refuse text that is no address. Placeholders are told
// from typing errors, because match keys are made of the latter.
std::string_view WhyNoSlip(std::string_view raw,
                           std::span<const std::string> own_domains) {
  const std::string text = FoldToAscii(raw);
  auto is_placeholder = [](std::string_view word) {
    return std::find(std::begin(kEmailPlaceholders),
                     std::end(kEmailPlaceholders),
                     word) != std::end(kEmailPlaceholders);
  };
  const std::string local = LettersAndDigits(text.substr(0, text.find('@')));
  if (is_placeholder(local)) return "EMAIL_PLACEHOLDER";
  std::string word;
  for (char c : text + " ") {
    if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')) {
      word.push_back(c);
      continue;
    }
    if (is_placeholder(word)) return "EMAIL_PLACEHOLDER";
    word.clear();
  }
  const std::string all = LettersAndDigits(text);
  for (const std::string& own : own_domains) {
    const std::string domain = LettersAndDigits(own);
    if (!domain.empty() && all.ends_with(domain)) return "EMAIL_OWN_DOMAIN";
  }
  return "EMAIL_MALFORMED";
}

}  // namespace

Normalised NormaliseEmail(std::string_view raw,
                          std::span<const std::string> own_domains) {
  const auto malformed = [&] {
    return Normalised::Refused(WhyNoSlip(raw, own_domains));
  };
  const auto folded = FoldCompatible(TrimBlanks(raw));
  if (!folded) return malformed();
  const std::string_view text = TrimBlanks(*folded);
  const size_t at = text.find('@');
  if (at == text.npos) return malformed();
  std::string local(text.substr(0, at));
  auto domain = ToALabels(text.substr(at + 1));
  if (!domain || !IsLocalPart(local)) return malformed();
  if (const size_t plus = local.find('+'); plus != local.npos) {
    local.resize(plus);
  }
  for (const Provider& provider : kProviders) {
    if (*domain != provider.domain) continue;
    domain = provider.canonical_domain;
    if (provider.dots_ignored) std::erase(local, '.');
  }
  // What the tag or the dots leave must be an address, too.
  if (!IsLocalPart(local)) return malformed();
  if (IsPlainlyOneOf(local, kEmailPlaceholders))
    return Normalised::Refused("EMAIL_PLACEHOLDER");
  for (const std::string& given : own_domains) {
    const std::string own = FoldCompatible(given).value_or(given);
    if (*domain == own || domain->ends_with("." + own)) {
      return Normalised::Refused("EMAIL_OWN_DOMAIN");
    }
  }
  return {Kind::kEmail, local + "@" + *domain, {}};
}

bool IsOfficeMailbox(std::string_view local) {
  return IsPlainlyOneOf(local, kOffices);
}

std::span<const std::string_view> OfficeMailboxes() { return kOffices; }

}  // namespace garderobe
