// The normal form of an e-mail address (data.md): NFKC, trimmed, lower case,
// domain as IDNA A-label, +tag dropped, providers' own rules applied.
#ifndef GARDEROBE_CORE_IDENTIFIERS_EMAIL_H_
#define GARDEROBE_CORE_IDENTIFIERS_EMAIL_H_

#include <span>
#include <string>
#include <string_view>

#include "core/identifiers/identifier.h"

namespace garderobe {

// `own_domains` are the institution's, in lower case: its staff's and its
// box office's addresses say nothing about a visitor.
// Reasons: EMAIL_MALFORMED, EMAIL_PLACEHOLDER, EMAIL_OWN_DOMAIN. What is no
// address and says so, such as "geen e-mail", is a placeholder, and a slip in
// an own domain is of that domain.
Normalised NormaliseEmail(std::string_view raw,
                          std::span<const std::string> own_domains = {});

// Whether the part before `@` is an office's and nobody's own, such as info:
// what is like it has other owners.
bool IsOfficeMailbox(std::string_view local);

}  // namespace garderobe

#endif  // GARDEROBE_CORE_IDENTIFIERS_EMAIL_H_
