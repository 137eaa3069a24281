// Values of a mapping's YAML; every fault has the line where it stands.
#ifndef GARDEROBE_CLIENT_MAPPING_MAPPING_YAML_H_
#define GARDEROBE_CLIENT_MAPPING_MAPPING_YAML_H_

#include <yaml-cpp/yaml.h>

#include <string>
#include <string_view>
#include <vector>

namespace garderobe::client {

// Thrown while a mapping is parsed, and caught in ParseMapping: yaml-cpp throws
// anyway.
struct Fault {
  int line;
  std::string text;
};

[[noreturn]] void Fail(const YAML::Node& at, std::string text);

// One value; `what` names it in a fault.
std::string Scalar(const YAML::Node& node, std::string_view what);

// Whether `node` is a list of names with values, each once and `known`.
void OnlyKeys(const YAML::Node& node, std::string_view what,
              const std::vector<std::string>& known);

// Calls `read` with each item of a list, or with a node that is none.
template <typename Read>
void Each(const YAML::Node& node, Read read) {
  if (node.IsSequence()) {
    for (const auto& item : node) read(item);
  } else {
    read(node);
  }
}

}  // namespace garderobe::client

#endif  // GARDEROBE_CLIENT_MAPPING_MAPPING_YAML_H_
