#include "core/identifiers/email.h"

#include <idn2.h>
#include <unicode/locid.h>
#include <unicode/normalizer2.h>
#include <unicode/unistr.h>

#include <algorithm>
#include <optional>

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

// Local parts that nobody reads. Compared without dots, dashes, underscores.
constexpr std::string_view kPlaceholders[] = {
    "noreply",   "donotreply", "nietbeantwoorden",
    "test",      "testing",    "geen",
    "geenemail", "geenmail",   "nomail",
    "noemail",   "none",       "onbekend",
    "unknown",   "anoniem",    "anonymous",
    "nvt",       "xxx",        "kassa",
    "balie"};

bool IsAscii(std::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return static_cast<uint8_t>(c) < 0x80; });
}

// NFKC and lower case; nothing when the bytes are not UTF-8.
std::optional<std::string> Fold(std::string_view raw) {
  if (IsAscii(raw)) {
    std::string folded(raw);
    for (char& c : folded) {
      if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
    }
    return folded;
  }
  UErrorCode error = U_ZERO_ERROR;
  const icu::Normalizer2* nfkc = icu::Normalizer2::getNFKCInstance(error);
  icu::UnicodeString text = icu::UnicodeString::fromUTF8(
      icu::StringPiece(raw.data(), static_cast<int32_t>(raw.size())));
  text = nfkc->normalize(text, error);
  if (U_FAILURE(error) || text.indexOf(static_cast<UChar>(0xfffd)) >= 0) {
    return std::nullopt;
  }
  text.toLower(icu::Locale::getRoot());
  std::string folded;
  text.toUTF8String(folded);
  return folded;
}

std::string_view Trim(std::string_view text) {
  constexpr std::string_view kBlank = " \t\r\n\v\f";
  const size_t first = text.find_first_not_of(kBlank);
  if (first == text.npos) return {};
  return text.substr(first, text.find_last_not_of(kBlank) - first + 1);
}

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

bool IsPlaceholder(std::string_view local) {
  std::string plain;
  for (char c : local) {
    if (c != '.' && c != '-' && c != '_') plain.push_back(c);
  }
  return std::find(std::begin(kPlaceholders), std::end(kPlaceholders), plain) !=
         std::end(kPlaceholders);
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

}  // namespace

Normalised NormaliseEmail(std::string_view raw,
                          std::span<const std::string> own_domains) {
  const auto malformed = [] { return Normalised::Refused("EMAIL_MALFORMED"); };
  const auto folded = Fold(Trim(raw));
  if (!folded) return malformed();
  const std::string_view text = Trim(*folded);
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
  if (IsPlaceholder(local)) return Normalised::Refused("EMAIL_PLACEHOLDER");
  for (const std::string& given : own_domains) {
    const std::string own = Fold(given).value_or(given);
    if (*domain == own || domain->ends_with("." + own)) {
      return Normalised::Refused("EMAIL_OWN_DOMAIN");
    }
  }
  return {Kind::kEmail, local + "@" + *domain, {}};
}

}  // namespace garderobe
