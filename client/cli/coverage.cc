#include "client/cli/coverage.h"

#include <cstdint>

#include "core/base/bytes.h"
#include "fmt/format.h"

namespace garderobe::client {
namespace {

using nlohmann::json;

json ShareOf(bool is_told, uint32_t percent) {
  return is_told ? json(percent / 100.0) : json(nullptr);
}

}  // namespace

nlohmann::json CoverageJson(const v1::Coverage& c) {
  return {{"institutions", c.institutions()},
          {"members", c.members()},
          {"left_out", c.left_out()},
          {"members_hash", ToHex(AsBytes(c.members_hash()))},
          {"visits_share",
           ShareOf(c.has_visits_share_percent(), c.visits_share_percent())},
          {"persons_without_home", ShareOf(c.has_persons_without_home_percent(),
                                           c.persons_without_home_percent())},
          {"persons_address_only", ShareOf(c.has_persons_address_only_percent(),
                                           c.persons_address_only_percent())}};
}

std::string CoverageText(const v1::Coverage& coverage) {
  std::string who =
      coverage.institutions() == 1
          ? "1 institution"
          : fmt::format("{} institutions", coverage.institutions());
  if (coverage.plain_institutions() > 0) {
    who += fmt::format(" ({} in plain mode)", coverage.plain_institutions());
  }
  if (coverage.left_out() > 0) {
    who +=
        fmt::format(" ({} kept too short and left out)", coverage.left_out());
  }
  if (coverage.has_visits_share_percent()) {
    who += fmt::format(", about {} % of the visits carry a customer",
                       coverage.visits_share_percent());
  }
  if (coverage.has_persons_without_home_percent()) {
    who += fmt::format(
        "; of the persons about {} % are in no household, for they show no "
        "address, and about {} % show an address only, so that one who moves "
        "counts twice",
        coverage.persons_without_home_percent(),
        coverage.persons_address_only_percent());
  }
  return who;
}

}  // namespace garderobe::client
