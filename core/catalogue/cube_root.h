// The root of a published cube: over its cells and over what stands behind
// them (docs/answers.md, 6). The publisher sets it, answerd checks it.
#ifndef GARDEROBE_CORE_CATALOGUE_CUBE_ROOT_H_
#define GARDEROBE_CORE_CATALOGUE_CUBE_ROOT_H_

#include <string>

#include "garderobe/v1/answer.pb.h"

namespace garderobe {

// The line that a population's coverage contributes to the tree. Stored, never
// change.
std::string CoverageLine(const v1::Cube& cube, const v1::Coverage& coverage);

// RFC 6962 tree hash over the lines of the cells and then of the coverage, in
// the cube's order; 32 bytes.
std::string CubeRoot(const v1::Cube& cube);

}  // namespace garderobe

#endif  // GARDEROBE_CORE_CATALOGUE_CUBE_ROOT_H_
