#include "core/catalogue/cube_root.h"

#include <algorithm>
#include <vector>

#include "core/base/bytes.h"
#include "core/base/merkle.h"
#include "core/catalogue/cube_format.h"
#include "fmt/format.h"

namespace garderobe {

namespace {

std::string PercentOrDash(bool has, uint32_t percent) {
  return has ? std::to_string(percent) : "-";
}

}  // namespace

std::string CoverageLine(const v1::Cube& cube, const v1::Coverage& coverage) {
  return fmt::format(
      "{} institutions={} plain={} members={} left_out={} visits_share={} "
      "persons_without_home={} persons_address_only={} members_hash={}\n",
      CellId("coverage", cube.period(), coverage.population()),
      coverage.institutions(), coverage.plain_institutions(),
      coverage.members(), coverage.left_out(),
      PercentOrDash(coverage.has_visits_share_percent(),
                    coverage.visits_share_percent()),
      PercentOrDash(coverage.has_persons_without_home_percent(),
                    coverage.persons_without_home_percent()),
      PercentOrDash(coverage.has_persons_address_only_percent(),
                    coverage.persons_address_only_percent()),
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
