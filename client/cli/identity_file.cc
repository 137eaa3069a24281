#include "client/cli/identity_file.h"

#include <fstream>
#include <iostream>
#include <set>
#include <string_view>
#include <vector>

#include "core/base/status.h"
#include "nlohmann/json.hpp"

namespace garderobe::client {
namespace {

using nlohmann::json;

absl::StatusOr<std::string> ReadAll(const std::string& path) {
  constexpr size_t kBytesMax = 1 << 16;
  std::string text(kBytesMax + 1, '\0');
  std::ifstream file;
  if (path != "-") file.open(path, std::ios::binary);
  std::istream& in = path == "-" ? std::cin : file;
  if (!in) return NotFound("cannot open {}", path);
  in.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<size_t>(in.gcount()));
  if (text.size() > kBytesMax) {
    return InvalidArgument("{} is larger than 64 KiB", path);
  }
  return text;
}

}  // namespace

absl::StatusOr<IdentityFields> ReadIdentity(const std::string& path) {
  GARDEROBE_ASSIGN_OR_RETURN(const std::string text, ReadAll(path));
  static const std::set<std::string> kNames = {"email",
                                               "phone",
                                               "pass",
                                               "first_name",
                                               "last_name",
                                               "birth_date",
                                               "country",
                                               "postcode",
                                               "street",
                                               "house_number",
                                               "house_number_addition",
                                               "city"};
  const json fields = json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (!fields.is_object()) {
    return InvalidArgument(
        "--identity is a JSON object, such as {{\"email\": ..., "
        "\"last_name\": ...}}");
  }
  IdentityFields values;
  for (const auto& [name, value] : fields.items()) {
    if (!kNames.contains(name) || !value.is_string()) {
      return InvalidArgument(
          "--identity: {} is none of email, phone, pass, first_name, "
          "last_name, birth_date, country, postcode, street, house_number, "
          "house_number_addition and city, with a text",
          kNames.contains(name) ? name : "a name");
    }
    values[name] = value.get<std::string>();
  }
  return values;
}

RawPerson PersonOf(const IdentityFields& fields) {
  const auto field = [&fields](const char* name) -> std::string_view {
    const auto found = fields.find(name);
    return found == fields.end() ? std::string_view() : found->second;
  };
  return {field("email"),
          field("phone"),
          field("pass"),
          field("first_name"),
          field("last_name"),
          field("birth_date"),
          field("country"),
          field("postcode"),
          field("street"),
          field("house_number"),
          field("house_number_addition"),
          field("city")};
}

}  // namespace garderobe::client
