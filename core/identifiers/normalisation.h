// The words and letters of normalisation: what core/identifiers/
// normalisation.json says, which clients in other languages read, too.
#ifndef GARDEROBE_CORE_IDENTIFIERS_NORMALISATION_H_
#define GARDEROBE_CORE_IDENTIFIERS_NORMALISATION_H_

#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"

namespace garderobe {

// Each member is the list of its name in the file; docs/identifiers.md says
// what each is for.
struct Normalisation {
  using Words = std::set<std::string, std::less<>>;
  template <typename Value>
  using ByWord = std::map<std::string, Value, std::less<>>;
  // How a provider reads the local part of its own addresses.
  struct Provider {
    std::string canonical_domain;
    bool without_dots = false;
  };

  int version = 0;

  Words particles, titles, name_placeholders;

  Words email_placeholders, email_placeholder_domains, offices;
  ByWord<Provider> providers;  // by domain

  Words phone_placeholders, phone_remarks, phone_extensions;

  Words house_prefixes, floors, boxes, house_parts, ranges;
  ByWord<std::string> additions;
  Words address_placeholders;
  std::vector<std::string> post_boxes;
  std::vector<std::pair<std::string, std::string>> street_endings;

  // By word, without blanks and signs: the country's code, ISO 3166 alpha-2;
  // ZZ for abroad.
  ByWord<std::string> countries;
  // By code point.
  absl::flat_hash_map<uint32_t, std::string> transliteration;
};

// Read once, and the same ever after.
const Normalisation& NormalisationRules();

// The file's text.
std::string_view NormalisationText();

}  // namespace garderobe

#endif  // GARDEROBE_CORE_IDENTIFIERS_NORMALISATION_H_
