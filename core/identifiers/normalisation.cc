#include "core/identifiers/normalisation.h"

#include <unicode/utf8.h>

#include <utility>

#include "nlohmann/json.hpp"

namespace garderobe {
namespace {

using nlohmann::json;

void Take(const json& list, Normalisation::Words* words) {
  for (const json& word : list) words->insert(word.get<std::string>());
}

uint32_t OnlyCodePoint(const std::string& text) {
  int32_t at = 0;
  UChar32 c;
  U8_NEXT(text.data(), at, static_cast<int32_t>(text.size()), c);
  return static_cast<uint32_t>(c);
}

// The file is compiled in: a fault in it is one of the program, and ends it at
// its first use, in every test.
Normalisation Read() {
  const json file = json::parse(NormalisationText());
  Normalisation n;
  n.version = file.at("version");

  const json& name = file.at("name");
  Take(name.at("particles"), &n.particles);
  Take(name.at("titles"), &n.titles);
  Take(name.at("placeholders"), &n.name_placeholders);

  const json& email = file.at("email");
  Take(email.at("placeholders"), &n.email_placeholders);
  Take(email.at("placeholder_domains"), &n.email_placeholder_domains);
  Take(email.at("offices"), &n.offices);
  for (const json& one : email.at("providers")) {
    n.providers[one.at("domain")] = {one.at("as"), one.at("without_dots")};
  }

  const json& phone = file.at("phone");
  Take(phone.at("placeholders"), &n.phone_placeholders);
  Take(phone.at("remarks"), &n.phone_remarks);
  Take(phone.at("extensions"), &n.phone_extensions);

  const json& house = file.at("house_number");
  Take(house.at("prefixes"), &n.house_prefixes);
  Take(house.at("floors"), &n.floors);
  Take(house.at("boxes"), &n.boxes);
  Take(house.at("parts"), &n.house_parts);
  Take(house.at("ranges"), &n.ranges);
  for (const auto& [written, unified] : house.at("additions").items()) {
    n.additions[written] = unified;
  }

  const json& address = file.at("address");
  Take(address.at("placeholders"), &n.address_placeholders);
  n.post_boxes = address.at("post_boxes");
  for (const auto& [written, whole] : address.at("street_endings").items()) {
    n.street_endings.emplace_back(written, whole);
  }

  for (const auto& [code, words] : file.at("countries").items()) {
    for (const json& word : words) n.countries[word] = code;
  }
  for (const auto& [letter, ascii] : file.at("transliteration").items()) {
    n.transliteration[OnlyCodePoint(letter)] = ascii;
  }
  return n;
}

}  // namespace

const Normalisation& NormalisationRules() {
  static const Normalisation rules = Read();
  return rules;
}

}  // namespace garderobe
