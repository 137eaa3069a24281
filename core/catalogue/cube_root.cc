#include "core/catalogue/cube_root.h"

#include <algorithm>
#include <vector>

#include "core/base/bytes.h"
#include "core/base/merkle.h"
#include "core/catalogue/cube_format.h"
#include "fmt/format.h"

namespace garderobe {

std::string CoverageLine(const v1::Cube& cube, const v1::Coverage& coverage) {
  return fmt::format(
      "{} institutions={} plain={} members={} left_out={} visits_share={} "
      "members_hash={}\n",
      CellId("coverage", cube.period(), coverage.population()),
      coverage.institutions(), coverage.plain_institutions(),
      coverage.members(), coverage.left_out(),
      coverage.has_visits_share_percent()
          ? std::to_string(coverage.visits_share_percent())
          : "-",
      ToHex(AsBytes(coverage.members_hash())));
}

std::string CubeRoot(const v1::Cube& cube) {
  std::vector<std::string> lines;
  for (const auto& cell : cube.cells()) {
    lines.push_back(
        CanonicalLine(cell.cell(), cell.measure(), cell.value(), cell.mark()));
  }
  for (const auto& coverage : cube.coverage()) {
    lines.push_back(CoverageLine(cube, coverage));
  }
  return MerkleRoot(lines);
}

}  // namespace garderobe
