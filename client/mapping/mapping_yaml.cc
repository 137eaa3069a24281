#include "client/mapping/mapping_yaml.h"

#include <algorithm>
#include <set>
#include <utility>

#include "core/base/nearest.h"
#include "spdlog/fmt/fmt.h"

namespace garderobe::client {

void Fail(const YAML::Node& at, std::string text) {
  throw Fault{at.Mark().line + 1, std::move(text)};
}

std::string Scalar(const YAML::Node& node, std::string_view what) {
  if (!node.IsScalar()) Fail(node, fmt::format("{} is one value", what));
  return node.Scalar();
}

void OnlyKeys(const YAML::Node& node, std::string_view what,
              const std::vector<std::string>& known) {
  if (!node.IsMap()) {
    Fail(node, fmt::format("{} is a list of names with values", what));
  }
  std::set<std::string> seen;
  for (const auto& entry : node) {
    const std::string key = Scalar(entry.first, "a name");
    if (std::find(known.begin(), known.end(), key) == known.end()) {
      Fail(entry.first, fmt::format("{} has no {}; nearest: {}", what, key,
                                    Nearest(key, known)));
    }
    if (!seen.insert(key).second) {
      Fail(entry.first, fmt::format("{} stands twice", key));
    }
  }
}

}  // namespace garderobe::client
