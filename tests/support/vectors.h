// Reads the JSON files of tests/vectors, and of the larger public sets where
// they are present.
#ifndef GARDEROBE_TESTS_SUPPORT_VECTORS_H_
#define GARDEROBE_TESTS_SUPPORT_VECTORS_H_

#include <optional>
#include <string>

#include "core/base/bytes.h"
#include "nlohmann/json.hpp"

namespace garderobe {

// Aborts the test program when the file is missing: it is part of the sources.
nlohmann::json ReadVectors(const std::string& file);

// A file of the sources, by its path from their root.
std::string SourcePath(const std::string& path);

// A file of the public sets, or nothing when they are not on this machine.
std::optional<std::string> PublicDataPath(const std::string& file);
nlohmann::json ReadJson(const std::string& path);

// The bytes of a hexadecimal string of a vector file.
std::string Hex(const nlohmann::json& value);

}  // namespace garderobe

#endif  // GARDEROBE_TESTS_SUPPORT_VECTORS_H_
