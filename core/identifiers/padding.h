// Which kinds every row has to have, by the setting protocol.padding of ttpd
// (protocol.md, 3).
#ifndef GARDEROBE_CORE_IDENTIFIERS_PADDING_H_
#define GARDEROBE_CORE_IDENTIFIERS_PADDING_H_

#include <cstdint>
#include <string_view>

#include "core/identifiers/identifier.h"

namespace garderobe {

// The set of kinds that are made of a birth date: they say whether one is
// known, as the sealed attributes do.
inline constexpr uint32_t kBirthKinds = [] {
  uint32_t kinds = 0;
  for (const Kind kind :
       {Kind::kNameBirthdate, Kind::kEmailBirthyear, Kind::kBirthdatePostcode,
        Kind::kNamesBirthdate, Kind::kSurnameBirthdate, Kind::kBirthdateStreet,
        Kind::kBirthdateCity}) {
    kinds |= uint32_t{1} << static_cast<unsigned>(kind);
  }
  return kinds;
}();

// `setting` is none, birth or all.
constexpr uint32_t PaddedKinds(std::string_view setting) {
  if (setting == "all") return kSlotKinds;
  return setting == "birth" ? kBirthKinds : 0;
}

}  // namespace garderobe

#endif  // GARDEROBE_CORE_IDENTIFIERS_PADDING_H_
