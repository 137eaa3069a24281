// What a published cube looks like to everybody: cell ids, canonical lines,
// rounding (answers.md, 1, 2 and 4). No counting happens here.
#ifndef GARDEROBE_CORE_CATALOGUE_CUBE_FORMAT_H_
#define GARDEROBE_CORE_CATALOGUE_CUBE_FORMAT_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/bytes.h"

namespace garderobe {

// `v1;<template>;<period>;<population>[;<dimension>=<value>]`. The population
// is "institution=<id>" or "national". Stored and hashed, never change.
std::string CellId(std::string_view template_name, std::string_view period,
                   std::string_view population,
                   std::string_view dimension = "");

// "institution:x" of a question as "institution=x" of a cell id.
std::string PopulationOfCell(std::string_view population);

// The line that a cell contributes to the tree. Stored, never change.
std::string CanonicalLine(std::string_view cell, std::string_view measure,
                          int64_t value, std::string_view mark);

// The ids of a population's members, ascending, as they are hashed: each is
// followed by a newline. SHA-256, 32 bytes. Stored, never change.
std::string MembersHash(const std::vector<std::string>& members);

// To 5 below 1,000, to 10 below 10,000, then 3 significant digits; halves up.
int64_t RoundForRelease(int64_t count);

}  // namespace garderobe

#endif  // GARDEROBE_CORE_CATALOGUE_CUBE_FORMAT_H_
