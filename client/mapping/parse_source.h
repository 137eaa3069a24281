// Where a value comes from, of a mapping's YAML. Faults as in mapping_yaml.h.
#ifndef GARDEROBE_CLIENT_MAPPING_PARSE_SOURCE_H_
#define GARDEROBE_CLIENT_MAPPING_PARSE_SOURCE_H_

#include <vector>

#include "client/mapping/mapping.h"
#include "client/mapping/mapping_yaml.h"

namespace garderobe::client {

std::vector<HeaderRef> ReadHeaders(const YAML::Node& node);

Source::Case ReadCase(const YAML::Node& node);

// Reads one list of columns. Together they say no more than a mapping may.
class SourceReader {
 public:
  Source Read(const YAML::Node& node) { return ReadAt(node, 0); }

 private:
  Source ReadAt(const YAML::Node& node, int depth);

  // More is an alias that repeats itself.
  int budget_ = 10'000;
};

}  // namespace garderobe::client

#endif  // GARDEROBE_CLIENT_MAPPING_PARSE_SOURCE_H_
