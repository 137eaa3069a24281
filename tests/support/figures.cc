#include "tests/support/figures.h"

#include <cstdio>
#include <cstdlib>
#include <fstream>

#include "core/base/files.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"

namespace garderobe {

void Note(const Figure& figure) {
  std::printf("%s %s: %.10g", figure.program.c_str(), figure.name.c_str(),
              figure.value);
  if (figure.of != 0) std::printf(" of %.10g", figure.of);
  std::printf("\n");
  const char* const folder = std::getenv("GARDEROBE_FIGURES");
  if (folder == nullptr || *folder == '\0') return;
  const std::string path = std::string(folder) + "/" + figure.program + ".json";
  nlohmann::json all = nlohmann::json::object();
  if (const auto before = ReadWholeFile(path); before.ok()) {
    all = nlohmann::json::parse(*before, nullptr, /*allow_exceptions=*/false);
    if (!all.is_object()) all = nlohmann::json::object();
  }
  nlohmann::json& of = all[figure.name];
  of = {{"value", figure.value}};
  if (figure.of != 0) of["of"] = figure.of;
  std::ofstream out(path, std::ios::trunc);
  out << all.dump(2) << "\n";
  out.close();
  EXPECT_TRUE(out.good()) << path << " can't be written";
}

}  // namespace garderobe
