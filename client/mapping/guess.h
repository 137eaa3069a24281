// Proposes a mapping for a file, from its headers and what its values look
// like, and says why.
#ifndef GARDEROBE_CLIENT_MAPPING_GUESS_H_
#define GARDEROBE_CLIENT_MAPPING_GUESS_H_

#include <string>
#include <vector>

#include "core/base/status.h"

namespace garderobe::client {

struct Guess {
  // A mapping, with a comment beside each column. Parses; may lack what is
  // needed, and `missing` says so then. Holds no value of a column that could
  // say who somebody is: only words of statuses, channels and genres.
  std::string yaml;
  std::string shipped;  // the name of the shipped mapping that fits, or empty
  std::vector<std::string> notes;    // what to look at
  std::vector<std::string> missing;  // needed columns that were not found
};

// Looks at the first 5,000 rows. Errors of OpenTable.
[[nodiscard]] absl::StatusOr<Guess> GuessMapping(const std::string& path);

}  // namespace garderobe::client

#endif  // GARDEROBE_CLIENT_MAPPING_GUESS_H_
