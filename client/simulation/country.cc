#include "client/simulation/country.h"

#include <algorithm>
#include <array>
#include <span>

#include "core/geography/geography.h"
#include "spdlog/fmt/fmt.h"

namespace garderobe::client {
namespace {

// Proportions: chosen, not measured (docs/simulation.md).
constexpr double kPartnersEmailShare = 0.05;
constexpr double kPartnersMobileShare = 0.01;
constexpr double kLandlineShare = 0.3;
constexpr double kOtherSurnameShare = 0.35;  // of the second grown-up
constexpr double kTwinShare = 0.03;          // of second children
constexpr double kPassShare = 0.12;
constexpr double kCommonSurnameShare = 0.45;

constexpr std::string_view kMen[] = {
    "Jan",         "Johannes", "Cornelis", "Hendrik", "Willem",  "Pieter",
    "Peter",       "Hans",     "Gerrit",   "Kees",    "Henk",    "Erik",
    "Marcel",      "Rob",      "Mark",     "Martijn", "Jeroen",  "Bas",
    "Tim",         "Thomas",   "Daan",     "Sem",     "Lucas",   "Levi",
    "Finn",        "Milan",    "Bram",     "Luuk",    "Mees",    "Noah",
    "Ruben",       "Stijn",    "Jesse",    "Lars",    "Thijs",   "Gijs",
    "Koen",        "Joris",    "Mohamed",  "Ali",     "Omar",    "Youssef",
    "Ahmed",       "Mehmet",   "Wei",      "Ravi",    "Marco",   "Andr\xc3\xa9",
    "Ren\xc3\xa9", "Frits",    "Ad",       "Theo",    "Wim",     "Ton",
    "Bert",        "Arie",     "Sjoerd",   "Wouter",  "Maarten", "Floris"};
constexpr std::string_view kWomen[] = {
    "Maria",   "Johanna",    "Anna",    "Elisabeth", "Cornelia", "Wilhelmina",
    "Ans",     "Els",        "Ria",     "Marijke",   "Ingrid",   "Monique",
    "Petra",   "Linda",      "Esther",  "Sandra",    "Marieke",  "Sanne",
    "Lisa",    "Kim",        "Emma",    "Julia",     "Mila",     "Tess",
    "Sophie",  "Zo\xc3\xab", "Sara",    "Nora",      "Yara",     "Eva",
    "Liv",     "Lotte",      "Noor",    "Fleur",     "Iris",     "Roos",
    "Isa",     "Anouk",      "Femke",   "Maud",      "Fatima",   "Aylin",
    "Khadija", "Samira",     "Mei",     "Priya",     "Giulia",   "Marit",
    "Hanneke", "Trudy",      "Willeke", "Joke",      "Truus",    "Greet",
    "Corrie",  "Bep",        "Fenna",   "Jannie",    "Sietske",  "Nynke"};
constexpr std::string_view kSurnames[] = {"de Jong",
                                          "Jansen",
                                          "de Vries",
                                          "van den Berg",
                                          "van Dijk",
                                          "Bakker",
                                          "Janssen",
                                          "Visser",
                                          "Smit",
                                          "Meijer",
                                          "de Boer",
                                          "Mulder",
                                          "de Groot",
                                          "Bos",
                                          "Vos",
                                          "Peters",
                                          "Hendriks",
                                          "van Leeuwen",
                                          "Dekker",
                                          "Brouwer",
                                          "de Wit",
                                          "Dijkstra",
                                          "Smits",
                                          "de Graaf",
                                          "van der Meer",
                                          "van der Linden",
                                          "Kok",
                                          "Jacobs",
                                          "de Haan",
                                          "Vermeulen",
                                          "van den Heuvel",
                                          "van der Veen",
                                          "van den Broek",
                                          "de Bruijn",
                                          "de Bruin",
                                          "van der Heijden",
                                          "Schouten",
                                          "van Beek",
                                          "Willems",
                                          "van Vliet",
                                          "van de Ven",
                                          "Hoekstra",
                                          "Maas",
                                          "Verhoeven",
                                          "Koster",
                                          "van Dam",
                                          "Prins",
                                          "Blom",
                                          "Huisman",
                                          "Peeters",
                                          "de Jonge",
                                          "Kuipers",
                                          "van Veen",
                                          "Post",
                                          "Kuiper",
                                          "Veenstra",
                                          "Kramer",
                                          "van den Brink",
                                          "Scholten",
                                          "van Wijk",
                                          "Postma",
                                          "Martens",
                                          "Vink",
                                          "de Ruiter",
                                          "Timmermans",
                                          "Groen",
                                          "Gerritsen",
                                          "Jonker",
                                          "van Loon",
                                          "Boer",
                                          "van der Velde",
                                          "Willemsen",
                                          "Smeets",
                                          "de Lange",
                                          "de Vos",
                                          "Bosch",
                                          "van Dongen",
                                          "Schipper",
                                          "de Koning",
                                          "van der Laan",
                                          "Koning",
                                          "Driessen",
                                          "van Doorn",
                                          "Hermans",
                                          "Evers",
                                          "van den Bosch",
                                          "van der Meulen",
                                          "Hofman",
                                          "Bosman",
                                          "Wolters",
                                          "Sanders",
                                          "Mol",
                                          "Kuijpers",
                                          "Molenaar",
                                          "van de Pol",
                                          "Yilmaz",
                                          "Kaya",
                                          "El Amrani",
                                          "Bouali",
                                          "Chen",
                                          "Singh",
                                          "Nguyen",
                                          "Kowalski",
                                          "Rossi",
                                          "Fern\xc3\xa1ndez"};
// The long tail is put together.
constexpr std::string_view kStems[] = {
    "Haver", "Linden", "Water",  "Ooster", "Wester", "Noorder", "Hoog",
    "Laag",  "Brink",  "Veld",   "Berken", "Eiken",  "Beuken",  "Elzen",
    "Heide", "Duin",   "Zand",   "Klein",  "Groot",  "Nieuw",   "Oude",
    "Zwart", "Wit",    "Rood",   "Meu",    "Raven",  "Valken",  "Zwaan",
    "Krane", "Wolve",  "Schaap", "Rosse",  "Steen",  "Kerk",    "Klooster",
    "Molen", "Dijk",   "Sluis",  "Brug",   "Poort"};
constexpr std::string_view kEndings[] = {
    "kamp", "huis", "veld",   "berg", "man",   "stra", "ma",   "dijk",  "horst",
    "laar", "beek", "meijer", "hof",  "broek", "wijk", "daal", "bos",   "land",
    "inga", "sma",  "kate",   "boom", "schot", "haar", "zijl", "voort", "burg"};
constexpr std::string_view kMailDomains[] = {
    "post.example",   "brievenbus.example", "mail.example",
    "thuis.example",  "kantoor.example",    "snelpost.example",
    "bureau.example", "netpost.example"};

template <size_t N>
constexpr size_t SizeOf(const std::string_view (&)[N]) {
  return N;
}
// The earlier in the list, the more often.
template <size_t N>
std::string_view Common(const std::string_view (&list)[N], Draws& draws) {
  const double u = draws.Uniform();
  return list[static_cast<size_t>(u * u * static_cast<double>(N))];
}

void AppendLetters(std::string& out, std::string_view name) {
  for (char c : name) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
    if (c >= 'a' && c <= 'z') out.push_back(c);
  }
}

constexpr std::array<uint8_t, 21> kHouseholdOf = {
    0, 1, 2, 3, 4, 4, 5, 5, 6, 6, 7, 7, 7, 8, 8, 8, 8, 9, 9, 9, 9};
constexpr std::array<uint8_t, 21> kPlaceOf = {0, 0, 0, 0, 0, 1, 0, 1, 0, 1, 0,
                                              1, 2, 0, 1, 2, 3, 0, 1, 2, 3};

}  // namespace

Country::Country(const Options& options) : options_(options) {
  uint64_t total = 0;
  for (const Postcode& p : PostcodesOf("NL")) {
    total += static_cast<uint64_t>(std::max(p.residents, 0));
    residents_.push_back(total);
  }
}

uint64_t Country::HouseholdOf(uint64_t person) {
  return person / 21 * 10 + kHouseholdOf[person % 21];
}
uint64_t Country::PlaceOf(uint64_t person) { return kPlaceOf[person % 21]; }

Dwelling Country::MakeDwelling(Draws& draws) const {
  Dwelling dwelling;
  const uint64_t at = draws.Below(residents_.back());
  const auto index =
      std::upper_bound(residents_.begin(), residents_.end(), at) -
      residents_.begin();
  dwelling.pc4 = PostcodesOf("NL")[static_cast<size_t>(index)].digits;
  constexpr std::string_view kLetters = "ABCDEGHJKLMNPRTVWXZ";
  dwelling.letters[0] = kLetters[draws.Below(kLetters.size())];
  dwelling.letters[1] = kLetters[draws.Below(kLetters.size())];
  const double u = draws.Uniform();
  dwelling.number = 1 + static_cast<int>(u * u * 300);
  if (draws.Chance(0.15)) {
    dwelling.addition = static_cast<char>('A' + draws.Below(4));
  }
  return dwelling;
}

std::string Country::Surname(Draws& draws) const {
  if (draws.Chance(kCommonSurnameShare)) {
    return std::string(Common(kSurnames, draws));
  }
  std::string name;
  if (draws.Chance(0.2)) name = draws.Chance(0.5) ? "van " : "ten ";
  name += kStems[draws.Below(SizeOf(kStems))];
  name += kEndings[draws.Below(SizeOf(kEndings))];
  return name;
}

int32_t Country::DayOf(Draws& draws, double chance, uint64_t year) const {
  if (!draws.Chance(chance)) return INT32_MAX;
  return options_.first_day + static_cast<int32_t>(365 * year) +
         static_cast<int32_t>(draws.Below(365));
}

Household Country::MakeHousehold(uint64_t number, int32_t day) const {
  Draws draws(options_.seed, 1, number);
  Household home;
  home.dwelling = MakeDwelling(draws);
  home.surname = Surname(draws);
  if (draws.Chance(kLandlineShare)) {
    home.landline = 202'000'000 + number % 7'000'000;
  }
  if (day >= DayOf(draws, options_.moves, 0)) {
    home.dwelling = MakeDwelling(draws);
  }
  for (uint64_t year = 1; year <= YearsUntil(day); ++year) {
    Draws of_year(options_.seed, 9, number << 8 | year);
    if (day >= DayOf(of_year, options_.moves, year)) {
      home.dwelling = MakeDwelling(of_year);
    }
  }
  return home;
}

std::string Country::Email(Draws& draws, std::string_view first,
                           std::string_view last, uint64_t number) const {
  std::string email;
  switch (draws.Below(4)) {
    case 0:
      AppendLetters(email, first);
      email.push_back('.');
      AppendLetters(email, last);
      break;
    case 1:
      AppendLetters(email, first.substr(0, 1));
      email.push_back('.');
      AppendLetters(email, last);
      break;
    case 2:
      AppendLetters(email, last);
      AppendLetters(email, first.substr(0, 2));
      break;
    default:
      AppendLetters(email, first);
  }
  // Unlike all others: base 36 of the number.
  do {
    email.push_back("0123456789abcdefghijklmnopqrstuvwxyz"[number % 36]);
    number /= 36;
  } while (number > 0);
  email.push_back('@');
  email += Common(kMailDomains, draws);
  return email;
}

Person Country::MakePerson(uint64_t number, const Household& home,
                           int32_t day) const {
  Draws draws(options_.seed, 2, number);
  const uint64_t place = PlaceOf(number);
  Person person;
  person.first_name =
      draws.Chance(0.5) ? Common(kMen, draws) : Common(kWomen, draws);
  person.surname = home.surname;
  if (place == 1 && draws.Chance(kOtherSurnameShare)) {
    person.surname = Surname(draws);
  }
  // Years before the first one.
  const auto born = [&](int32_t least, int32_t most) {
    return options_.first_day - least * 365 -
           static_cast<int32_t>(
               draws.Below(static_cast<uint64_t>(most - least) * 365));
  };
  person.birth_day = place <= 1 ? born(18, 86) : born(6, 20);
  if (place == 3 && Draws(options_.seed, 4, number).Chance(kTwinShare)) {
    person.birth_day = MakePerson(number - 1, home, day).birth_day;
  }
  person.mobile = 610'000'000 + number % 89'000'000;
  person.email = Email(draws, person.first_name, person.surname, number);
  // Each on another number, so that nobody else has it.
  const auto other = [&](Draws& from, uint64_t year) {
    return Email(from, person.first_name, person.surname,
                 number + options_.persons * (year + 1));
  };
  if (const int32_t on = DayOf(draws, options_.new_emails, 0);
      on != INT32_MAX) {
    std::string changed = other(draws, 0);
    if (day >= on) person.email = std::move(changed);
  }
  for (uint64_t year = 1; year <= YearsUntil(day); ++year) {
    Draws of_year(options_.seed, 10, number << 8 | year);
    if (day >= DayOf(of_year, options_.new_emails, year)) {
      person.email = other(of_year, year);
    }
  }
  if (draws.Chance(kPassShare)) {
    person.pass = fmt::format("museumkaart:{:010}", 3'000'000'000 + number);
  }
  // Children use a parent's e-mail and mobile; some grown-ups their partner's.
  const auto new_year =
      options_.first_day + static_cast<int32_t>(365 * YearsUntil(day));
  const bool child = place >= 2 && person.birth_day > new_year - 15 * 365;
  const bool shares_email =
      child || (place == 1 && draws.Chance(kPartnersEmailShare));
  const bool shares_mobile =
      child || (place == 1 && draws.Chance(kPartnersMobileShare));
  if (shares_email || shares_mobile) {
    const Person first = MakePerson(number - place, home, day);
    if (shares_email) person.email = first.email;
    if (shares_mobile) person.mobile = first.mobile;
  }
  return person;
}

}  // namespace garderobe::client
