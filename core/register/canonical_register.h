// The bytes of a register that custodians sign a digest of (protocol.md, 7):
// one form for each register, whatever order its lists came in.
#ifndef GARDEROBE_CORE_REGISTER_CANONICAL_REGISTER_H_
#define GARDEROBE_CORE_REGISTER_CANONICAL_REGISTER_H_

#include <string>

#include "garderobe/v1/common.pb.h"

namespace garderobe {

// count (4) || institutions, ascending by id || count (4) || clients, ascending
// by name. Texts and keys have lengths of 4 bytes; lists a count of 4 bytes,
// and their entries ascend.
//   institution = LP4(id) || LP4(name) || LP4(subsector) || LP4(municipality)
//       || LP4(owner) || clients || LP4(agreement_from) || LP4(agreement_to)
//       || LP4(legal_basis) || retention_months (4) || benchmark (1)
//       || LP4(access_key) || plain (1) || tokens_per_month (8)
//       || analyst_key_pins || authors, each LP4(key) || retired (1)
//       || identity_rights_per_month (4)
//   client = LP4(name) || key_pins
// A field that is left out stands as 0 or an empty text. Signed, never change:
// a new field of the register gets a new label in core/custody/requests.h.
std::string CanonicalBytes(const v1::Register& reg);

}  // namespace garderobe

#endif  // GARDEROBE_CORE_REGISTER_CANONICAL_REGISTER_H_
