#include "core/identifiers/email.h"

#include <idn2.h>

#include <algorithm>
#include <optional>

#include "core/identifiers/normalisation.h"
#include "core/identifiers/text.h"

namespace garderobe {
namespace {

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
bool IsPlainlyOneOf(std::string_view local, const Normalisation::Words& list) {
  std::string plain;
  for (char c : local) {
    if (c != '.' && c != '-' && c != '_') plain.push_back(c);
  }
  return list.contains(plain);
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
    return NormalisationRules().email_placeholders.contains(word);
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

// "Jan <jan@x.nl>", "mailto:jan@x.nl", "jan@x.nl; piet@y.nl": the address, and
// of several the first.
std::string_view OneAddress(std::string_view text) {
  const size_t open = text.rfind('<');
  if (const size_t close = text.find('>', open == text.npos ? 0 : open);
      open != text.npos && close != text.npos) {
    text = TrimBlanks(text.substr(open + 1, close - open - 1));
  }
  if (text.starts_with("mailto:")) text.remove_prefix(7);
  const bool several = std::count(text.begin(), text.end(), '@') > 1;
  if (several) {
    const size_t end = text.find_first_of(",;/| \t");
    // Before the first separator stands an address, or none is to be had.
    if (end != text.npos && text.find('@') < end) text = text.substr(0, end);
  }
  while (text.ends_with(',') || text.ends_with(';')) {
    text = TrimBlanks(text.substr(0, text.size() - 1));
  }
  return text;
}

}  // namespace

Normalised NormaliseEmail(std::string_view raw,
                          std::span<const std::string> own_domains) {
  const auto malformed = [&] {
    return Normalised::Refused(WhyNoSlip(raw, own_domains));
  };
  // Joiners, which nobody sees either, make another domain (RFC 5892, A.1).
  const std::string_view behind =
      raw.substr(std::min(raw.find('@'), raw.size()));
  if (behind.find("\u200c") != behind.npos ||
      behind.find("\u200d") != behind.npos) {
    return malformed();
  }
  const auto folded = FoldCompatible(CleanText(raw));
  if (!folded) return malformed();
  const std::string_view text = OneAddress(TrimBlanks(*folded));
  const size_t at = text.find('@');
  if (at == text.npos) return malformed();
  std::string local(text.substr(0, at));
  auto domain = ToALabels(text.substr(at + 1));
  if (!domain || !IsLocalPart(local)) return malformed();
  if (const size_t plus = local.find('+'); plus != local.npos) {
    local.resize(plus);
  }
  const Normalisation& rules = NormalisationRules();
  if (const auto provider = rules.providers.find(*domain);
      provider != rules.providers.end()) {
    domain = provider->second.canonical_domain;
    if (provider->second.without_dots) std::erase(local, '.');
  }
  // What the tag or the dots leave must be an address, too.
  if (!IsLocalPart(local)) return malformed();
  if (IsPlainlyOneOf(local, rules.email_placeholders) ||
      rules.email_placeholder_domains.contains(*domain)) {
    return Normalised::Refused("EMAIL_PLACEHOLDER");
  }
  for (const std::string& given : own_domains) {
    const std::string own = FoldCompatible(given).value_or(given);
    if (*domain == own || domain->ends_with("." + own)) {
      return Normalised::Refused("EMAIL_OWN_DOMAIN");
    }
  }
  return {Kind::kEmail, local + "@" + *domain, {}};
}

bool IsOfficeMailbox(std::string_view local) {
  return IsPlainlyOneOf(local, NormalisationRules().offices);
}

}  // namespace garderobe
