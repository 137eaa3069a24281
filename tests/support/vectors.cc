#include "tests/support/vectors.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>

namespace garderobe {

nlohmann::json ReadJson(const std::string& path) {
  std::ifstream file(path);
  if (!file) {
    std::fprintf(stderr, "cannot read %s\n", path.c_str());
    std::abort();
  }
  return nlohmann::json::parse(file);
}

std::string SourcePath(const std::string& path) {
  return std::string(GARDEROBE_SOURCE_DIR) + "/" + path;
}

nlohmann::json ReadVectors(const std::string& file) {
  return ReadJson(SourcePath("tests/vectors/" + file));
}

std::optional<std::string> PublicDataPath(const std::string& file) {
  const char* chosen = std::getenv("GARDEROBE_TEST_DATA");
  const std::string path =
      (chosen != nullptr
           ? std::string(chosen)
           : std::string(GARDEROBE_SOURCE_DIR) + "/../shared/data") +
      "/" + file;
  if (!std::filesystem::exists(path)) return std::nullopt;
  return path;
}

std::string Hex(const nlohmann::json& value) {
  auto bytes = FromHex(value.get<std::string>());
  GARDEROBE_CHECK(bytes.ok());
  return *std::move(bytes);
}

}  // namespace garderobe
