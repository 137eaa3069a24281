#include "client/simulate.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <random>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "core/base/civil_time.h"
#include "core/geography/geography.h"

namespace garderobe::client {
namespace {

namespace fs = std::filesystem;

// Proportions of the simulated country: chosen, not measured
// (docs/simulation.md).
constexpr double kAnonymousShare = 0.18;  // sales without a customer
constexpr double kNoShareShare = 0.02;    // customers who choose not to share
constexpr double kSharedEmailShare = 0.012;  // persons with a relative's e-mail
constexpr double kEmailGivenShare = 0.97;
constexpr double kPhoneGivenShare = 0.62;
constexpr double kAddressGivenShare = 0.75;
constexpr double kMistypedShare = 0.006;     // of e-mails, per customer record
constexpr double kSecondRecordShare = 0.02;  // a second customer number
constexpr double kCancelledShare = 0.02;
constexpr double kCorrectedShare = 0.004;  // lines that are delivered twice

constexpr std::array<const char*, 40> kFirstNames = {
    "Jan",   "Anna",  "Piet", "Maria",  "Kees", "Johanna", "Willem", "Els",
    "Hans",  "Sara",  "Mo",   "Fatima", "Daan", "Sophie",  "Lars",   "Emma",
    "Tim",   "Julia", "Bram", "Noor",   "Sem",  "Lotte",   "Thijs",  "Eva",
    "Ruben", "Iris",  "Gijs", "Fleur",  "Koen", "Sanne",   "Joris",  "Marit",
    "Ali",   "Aylin", "Omar", "Yara",   "Hugo", "Roos",    "Teun",   "Zoë"};
constexpr std::array<const char*, 36> kLastNames = {
    "de Jong",        "Jansen",    "de Vries",
    "van den Berg",   "Bakker",    "van Dijk",
    "Visser",         "Janssen",   "Smit",
    "Meijer",         "de Boer",   "Mulder",
    "de Groot",       "Bos",       "Vos",
    "Peters",         "Hendriks",  "van Leeuwen",
    "Dekker",         "Brouwer",   "de Wit",
    "Dijkstra",       "Smits",     "de Graaf",
    "van der Meer",   "Kok",       "Jacobs",
    "Yilmaz",         "Vermeulen", "El Amrani",
    "van den Heuvel", "Koning",    "Huisman",
    "Schouten",       "Prins",     "Blom"};
constexpr std::array<const char*, 6> kMailDomains = {
    "post.example",  "brievenbus.example", "mail.example",
    "thuis.example", "kantoor.example",    "snelpost.example"};
struct InstitutionKind {
  const char* subsector;
  const char* genres[3];
  int price_cents;
};
constexpr std::array<InstitutionKind, 5> kKinds = {{
    {"museum", {"exhibition", "exhibition", "heritage"}, 1500},
    {"podium", {"theatre", "dance", "cabaret"}, 2750},
    {"film", {"film", "film", "film"}, 1150},
    {"festival", {"festival", "pop", "jazz"}, 4900},
    {"library", {"literature", "education", "youth"}, 0},
}};

using Random = std::mt19937_64;

// std::distributions differ between libraries; these do not.
uint64_t Below(Random& random, uint64_t bound) { return random() % bound; }
double Uniform(Random& random) {
  return static_cast<double>(random() >> 11) * 0x1.0p-53;
}
bool Chance(Random& random, double share) { return Uniform(random) < share; }

// Everything about a person follows from seed and number, so that a country
// of any size is kept in no memory.
Random RandomOf(uint64_t seed, uint64_t what, uint64_t number) {
  std::seed_seq sequence{
      static_cast<uint32_t>(seed), static_cast<uint32_t>(seed >> 32),
      static_cast<uint32_t>(what), static_cast<uint32_t>(number),
      static_cast<uint32_t>(number >> 32)};
  return Random(sequence);
}

struct Household {
  uint16_t pc4;
  std::string letters;
  int number;
  std::string addition;
  std::string landline;  // empty: none
  const char* last_name;
  int persons;
};

struct Person {
  std::string first_name, last_name, email, mobile;
  CivilDate birth_date;
};

class Country {
 public:
  Country(uint64_t seed, uint64_t persons) : seed_(seed), persons_(persons) {
    for (const Postcode& p : Postcodes()) {
      total_ += static_cast<uint64_t>(std::max(p.residents, 0));
      cumulative_.push_back(total_);
    }
  }
  uint64_t persons() const { return persons_; }
  // Households of 1 to 4 persons, by number: 10 persons make 4.5 households.
  static uint64_t HouseholdOf(uint64_t person) {
    static constexpr std::array<uint64_t, 10> kOf = {0, 1, 1, 2, 2,
                                                     2, 3, 3, 3, 3};
    return person / 10 * 4 + kOf[person % 10];
  }

  Household MakeHousehold(uint64_t number) const {
    Random random = RandomOf(seed_, 1, number);
    Household home;
    const uint64_t at = Below(random, total_);
    const auto index =
        std::upper_bound(cumulative_.begin(), cumulative_.end(), at) -
        cumulative_.begin();
    home.pc4 = Postcodes()[static_cast<size_t>(index)].pc4;
    constexpr std::string_view kLetters = "ABCDEGHJKLMNPRTVWXZ";
    home.letters = {kLetters[Below(random, kLetters.size())],
                    kLetters[Below(random, kLetters.size())]};
    home.number = 1 + static_cast<int>(Below(random, 240));
    if (Chance(random, 0.15)) {
      home.addition = std::string(1, static_cast<char>('A' + Below(random, 4)));
    }
    home.last_name = kLastNames[Below(random, kLastNames.size())];
    if (Chance(random, 0.35)) {
      home.landline = fmt::format("020{:07}", 2000000 + number % 7000000);
    }
    return home;
  }

  Person MakePerson(uint64_t number) const {
    Random random = RandomOf(seed_, 2, number);
    const Household home = MakeHousehold(HouseholdOf(number));
    Person person;
    person.first_name = kFirstNames[Below(random, kFirstNames.size())];
    person.last_name = Chance(random, 0.8)
                           ? home.last_name
                           : kLastNames[Below(random, kLastNames.size())];
    person.birth_date = FromDayNumber(
        DayNumber({1940, 1, 2}) + static_cast<int32_t>(Below(random, 26000)));
    std::string local;
    for (char c : person.first_name + "." + person.last_name) {
      if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
      if ((c >= 'a' && c <= 'z') || c == '.') local.push_back(c);
    }
    const char* domain = kMailDomains[Below(random, kMailDomains.size())];
    person.email = fmt::format("{}{}@{}", local, number, domain);
    person.mobile = fmt::format("06{:08}", 10000000 + number % 80000000);
    // A relative's e-mail: the first of the household gives it to another.
    if (number > 0 && HouseholdOf(number) == HouseholdOf(number - 1) &&
        Chance(random, kSharedEmailShare)) {
      person.email = MakePerson(number - 1).email;
      if (Chance(random, 0.5)) person.mobile.clear();
    }
    return person;
  }

 private:
  const uint64_t seed_;
  const uint64_t persons_;
  std::vector<uint64_t> cumulative_;
  uint64_t total_ = 0;
};

// What an institution's box office knows of one customer.
struct Record {
  std::string customer_id, email, phone, first_name, last_name, birth_date,
      postcode, house_number, addition;
  bool share = true;
};

Record MakeRecord(const Country& country, Random random, uint64_t person_number,
                  uint64_t customer) {
  const Person person = country.MakePerson(person_number);
  const Household home =
      country.MakeHousehold(Country::HouseholdOf(person_number));
  Record record;
  record.customer_id = fmt::format("K{:06}", customer);
  record.first_name = person.first_name;
  record.last_name = person.last_name;
  record.share = !Chance(random, kNoShareShare);
  const bool gives_phone = Chance(random, kPhoneGivenShare);
  if (Chance(random, kEmailGivenShare)) {
    record.email = person.email;
    if (Chance(random, kMistypedShare)) {
      const size_t at = Below(random, record.email.find('@') - 1);
      std::swap(record.email[at], record.email[at + 1]);
    }
    if (Chance(random, 0.05))
      record.email[0] = static_cast<char>(record.email[0] - 32);
  }
  if (gives_phone || record.email.empty()) {
    const bool landline =
        !home.landline.empty() && Chance(random, 0.15) && !record.email.empty();
    record.phone = landline ? home.landline : person.mobile;
    if (Chance(random, 0.3) && record.phone.size() > 2) {
      record.phone = "+31 " + record.phone.substr(1);
    }
  }
  if (Chance(random, 0.4)) record.birth_date = ToIso(person.birth_date);
  if (Chance(random, kAddressGivenShare)) {
    record.postcode = fmt::format("{}{}{}", home.pc4,
                                  Chance(random, 0.5) ? " " : "", home.letters);
    record.house_number = std::to_string(home.number);
    record.addition = home.addition;
  }
  return record;
}

std::string Quoted(const std::string& field) {
  if (field.find_first_of(",\"\n") == field.npos) return field;
  std::string out = "\"";
  for (char c : field) {
    if (c == '"') out.push_back('"');
    out.push_back(c);
  }
  return out + "\"";
}

using File = std::unique_ptr<std::FILE, int (*)(std::FILE*)>;

absl::StatusOr<File> Create(const std::string& path) {
  File file(std::fopen(path.c_str(), "wx"), &std::fclose);
  if (!file) {
    if (fs::exists(path)) {
      return AlreadyExists("{} exists; existing files are kept", path);
    }
    return Unavailable("cannot create {}", path);
  }
  return file;
}

constexpr char kHeader[] =
    "customer_id,email,phone,first_name,last_name,birth_date,postcode,"
    "house_number,house_number_addition,country,order_id,line_id,event_id,"
    "event_title,genre,starts_at,sold_at,quantity,price,channel,status,share\n";

void WriteLine(std::FILE* file, const Record* who, uint64_t order, int line,
               const std::string& event, const std::string& title,
               const char* genre, int32_t starts_at, int32_t sold_at,
               int quantity, int price_cents, const char* channel,
               const char* status) {
  auto time = [](int32_t minutes) {
    const int32_t day = minutes / 1440, of_day = minutes % 1440;
    return fmt::format("{}T{:02}:{:02}", ToIso(FromDayNumber(day)), of_day / 60,
                       of_day % 60);
  };
  std::string text;
  if (who == nullptr) {
    text = ",,,,,,,,,";
  } else {
    text = fmt::format("{},{},{},{},{},{},{},{},{},NL", who->customer_id,
                       who->email, who->phone, Quoted(who->first_name),
                       Quoted(who->last_name), who->birth_date, who->postcode,
                       who->house_number, who->addition);
  }
  text +=
      fmt::format(",O{},{},{},{},{},{},{},{},{}.{:02},{},{},{}\n", order, line,
                  event, Quoted(title), genre, time(starts_at), time(sold_at),
                  quantity, price_cents / 100, price_cents % 100, channel,
                  status, who == nullptr || who->share ? "yes" : "no");
  std::fputs(text.c_str(), file);
}

}  // namespace

absl::StatusOr<SimulateReport> Simulate(
    const SimulateOptions& options,
    const std::function<void(uint64_t)>& progress) {
  if (options.institutions < 1 || options.institutions > 100'000) {
    return InvalidArgument("--institutions: 1 to 100000");
  }
  std::error_code error;
  fs::create_directories(options.out, error);
  if (error) return Unavailable("cannot create {}", options.out);
  GARDEROBE_ASSIGN_OR_RETURN(const File truth,
                             Create(options.out + "/truth.csv"));
  GARDEROBE_ASSIGN_OR_RETURN(const File reg,
                             Create(options.out + "/register.toml"));
  std::fputs("institution,customer_id,person,household\n", truth.get());

  // One person for every 8 visits of the year.
  const Country country(options.seed,
                        std::max<uint64_t>(options.visits / 8, 20));
  SimulateReport report;
  std::unordered_set<uint64_t> customers_somewhere;
  // Institutions differ in size: the first is three times the last.
  double weight_total = 0;
  auto weight = [&](uint32_t i) {
    return 3.0 - 2.0 * i / std::max(1u, options.institutions - 1);
  };
  for (uint32_t i = 0; i < options.institutions; ++i) weight_total += weight(i);

  for (uint32_t i = 0; i < options.institutions; ++i) {
    const InstitutionKind& kind = kKinds[i % kKinds.size()];
    const std::string id = fmt::format("{}-{:02}", kind.subsector, i + 1);
    Random random = RandomOf(options.seed, 3, i);
    const auto& home = Municipalities()[Below(random, Municipalities().size())];
    std::fputs(
        fmt::format("[[institution]]\nid = \"{}\"\nname = \"{} {}\"\n"
                    "subsector = \"{}\"\nmunicipality = \"{}\"\n"
                    "owner = \"{}\"\nagreement_from = \"2020-01-01\"\n\n",
                    id, kind.subsector, i + 1, kind.subsector, home.code, id)
            .c_str(),
        reg.get());
    GARDEROBE_ASSIGN_OR_RETURN(const File file,
                               Create(options.out + "/" + id + ".csv"));
    std::fputs(kHeader, file.get());

    const auto lines = static_cast<uint64_t>(
        static_cast<double>(options.visits) * weight(i) / weight_total);
    // An audience: a stretch of the country that overlaps the neighbours'.
    const uint64_t audience = std::max<uint64_t>(
        lines / 4, std::min<uint64_t>(10, country.persons()));
    const uint64_t first = Below(random, country.persons());
    const uint64_t events = std::max<uint64_t>(lines / 150, 3);
    std::unordered_map<uint64_t, uint64_t> customer_of;  // person, record
    uint64_t next_customer = 1;
    const int32_t new_year = DayNumber({options.year, 1, 1});
    uint64_t order = 0;
    for (uint64_t line = 0; line < lines; ++line) {
      Record record;
      const Record* who = nullptr;
      if (!Chance(random, kAnonymousShare)) {
        // Squared: some come often, most come once.
        const double u = Uniform(random);
        const uint64_t person =
            (first +
             static_cast<uint64_t>(u * u * static_cast<double>(audience))) %
            country.persons();
        const uint64_t second = Chance(random, kSecondRecordShare) ? 1 : 0;
        const auto [entry, is_new] =
            customer_of.try_emplace(person * 2 + second, next_customer);
        if (is_new) {
          ++next_customer;
          ++report.customers;
          customers_somewhere.insert(person);
          std::fputs(fmt::format("{},K{:06},{},{}\n", id, entry->second, person,
                                 Country::HouseholdOf(person))
                         .c_str(),
                     truth.get());
        }
        record =
            MakeRecord(country, RandomOf(options.seed, 1000 + i, entry->second),
                       person, entry->second);
        who = &record;
      }
      const uint64_t event = Below(random, events);
      Random of_event = RandomOf(options.seed, 500'000 + i, event);
      const int32_t day = static_cast<int32_t>(Below(of_event, 365));
      const int32_t starts_at =
          (new_year + day) * 1440 +
          static_cast<int32_t>(10 + Below(of_event, 12)) * 60;
      const int32_t sold_at =
          starts_at - static_cast<int32_t>(Below(random, 60 * 24 * 60));
      const int quantity = 1 + static_cast<int>(Below(random, 3));
      const int price = Chance(random, 0.05) ? 0 : quantity * kind.price_cents;
      constexpr std::array<const char*, 4> kChannel = {"web", "web",
                                                       "box_office", "app"};
      const char* channel = kChannel[Below(random, kChannel.size())];
      const char* status =
          Chance(random, kCancelledShare)
              ? (Chance(random, 0.5) ? "cancelled" : "refunded")
              : "sold";
      if (line == 0 || Chance(random, 0.7)) ++order;
      const auto number = static_cast<int>(line % 1'000'000'000);
      auto write = [&](int tickets, const char* with_status) {
        WriteLine(file.get(), who, order, number, fmt::format("E{}", event),
                  fmt::format("{} {}", kind.genres[event % 3], event),
                  kind.genres[event % 3], starts_at, sold_at, tickets, price,
                  channel, with_status);
        ++report.lines;
      };
      if (Chance(random, kCorrectedShare)) write(quantity + 1, "sold");
      write(quantity, status);
      if (progress && report.lines % 65536 == 0) progress(report.lines);
    }
    if (std::ferror(file.get()) != 0 || std::fflush(file.get()) != 0) {
      return Unavailable("cannot write {}/{}.csv; is the disk full?",
                         options.out, id);
    }
  }
  report.persons = customers_somewhere.size();
  return report;
}

}  // namespace garderobe::client
