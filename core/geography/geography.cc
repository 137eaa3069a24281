#include "core/geography/geography.h"

#include <array>
#include <map>
#include <optional>
#include <vector>

#include "core/base/check.h"
#include "core/base/integer.h"
#include "core/geography/tables.h"

namespace garderobe {
namespace {

// Takes the text up to `end` off the front; what is built in is well formed.
std::string_view Take(std::string_view* text, char end) {
  const size_t at = text->find(end);
  const std::string_view field = text->substr(0, at);
  text->remove_prefix(at + 1);
  return field;
}
int Number(std::string_view text) {
  const auto value = ParseInteger<int>(text);
  GARDEROBE_CHECK(value.has_value());
  return *value;
}

struct Tables {
  std::vector<Municipality> municipalities;
  std::vector<Postcode> postcodes;
  std::array<int16_t, 10000> by_pc4;

  Tables() {
    by_pc4.fill(-1);
    std::map<std::string_view, int16_t> index;
    std::string_view text = kMunicipalitiesCsv;
    Take(&text, '\n');
    while (!text.empty()) {
      Municipality m;
      m.code = Take(&text, ',');
      m.residents = Number(Take(&text, ','));
      m.name = Take(&text, '\n');
      index[m.code] = static_cast<int16_t>(municipalities.size());
      municipalities.push_back(m);
    }
    text = kPostcodesCsv;
    Take(&text, '\n');
    while (!text.empty()) {
      Postcode p;
      p.pc4 = static_cast<uint16_t>(Number(Take(&text, ',')));
      p.municipality = index.at(Take(&text, ','));
      p.residents = Number(Take(&text, '\n'));
      by_pc4[p.pc4] = p.municipality;
      postcodes.push_back(p);
    }
  }
};

const Tables& Get() {
  static const Tables* const tables = new Tables();
  return *tables;
}

}  // namespace

std::span<const Municipality> Municipalities() { return Get().municipalities; }
std::span<const Postcode> Postcodes() { return Get().postcodes; }
int MunicipalityOf(uint32_t pc4) {
  return pc4 < 10000 ? Get().by_pc4[pc4] : -1;
}

}  // namespace garderobe
