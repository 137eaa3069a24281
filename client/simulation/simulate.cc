#include "client/simulation/simulate.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "client/simulation/box_office.h"
#include "core/geography/geography.h"
#include "spdlog/fmt/fmt.h"

namespace garderobe::client {
namespace {

namespace fs = std::filesystem;

// Proportions: chosen, but for the first two, which are those of the scale
// model (docs/simulation.md).
constexpr double kVisitsPerPerson = 17.9;    // 179 million by 10 million
constexpr double kRelationsPerPerson = 4;    // 40 million by 10 million
constexpr double kAnonymousShare = 0.18;     // sales without a customer
constexpr double kSecondNumberShare = 0.02;  // a second customer number
constexpr double kCancelledShare = 0.02;
constexpr double kCorrectedShare = 0.004;  // lines that are delivered twice
constexpr double kMemberShare = 0.5;       // of those whom an audience reaches

// clang-format off
constexpr std::array<InstitutionKind, 5> kKinds = {{
    // genres, price, weight; shares: e-mail, phone, address, birth date, pass,
    // children
    {"museum", {"exhibition", "exhibition", "heritage"}, 1500, 1.0,
     .95, .25, .45, .10, .35, .05},
    {"podium", {"theatre", "dance", "cabaret"}, 2750, 1.0,
     .98, .60, .75, .30, 0, .05},
    {"film", {"film", "film", "film"}, 1150, 3.3,
     .98, .30, .05, .10, 0, .10},
    {"festival", {"festival", "pop", "jazz"}, 4900, 0.5,
     .99, .40, .30, .50, 0, .15},
    {"library", {"literature", "education", "youth"}, 0, 1.5,
     .95, .60, 1.0, 1.0, 0, .90},
}};
// clang-format on
// Of many institutions there are as many of each kind as in the scale model.
constexpr std::array<uint8_t, 14> kMix = {0, 1, 2, 3, 4, 3, 0,
                                          4, 3, 3, 4, 0, 3, 4};
constexpr uint32_t kManyInstitutions = 50;

constexpr char kHeader[] =
    "customer_id,email,phone,first_name,last_name,birth_date,postcode,"
    "house_number,house_number_addition,country,pass,order_id,line_id,event_id,"
    "event_title,genre,starts_at,sold_at,quantity,price,channel,status,share\n";
constexpr size_t kBufferBytes = size_t{1} << 20;

// A file that is written from one thread, in large pieces.
class Output {
 public:
  [[nodiscard]] static absl::StatusOr<std::unique_ptr<Output>> Create(
      const std::string& path) {
    std::FILE* file = std::fopen(path.c_str(), "wx");
    if (file == nullptr) {
      if (fs::exists(path)) {
        return AlreadyExists("{} exists; existing files are kept", path);
      }
      return Unavailable("cannot create {}", path);
    }
    return std::unique_ptr<Output>(new Output(path, file));
  }
  ~Output() {
    if (file_ != nullptr) std::fclose(file_);
  }
  std::string& text() { return text_; }
  void FlushIfFull() {
    if (text_.size() >= kBufferBytes) Flush();
  }
  [[nodiscard]] absl::Status Close() {
    Flush();
    const bool closed = std::fclose(file_) == 0;
    file_ = nullptr;
    if (failed_ || !closed) {
      return Unavailable("cannot write {}; is the disk full?", path_);
    }
    return absl::OkStatus();
  }
  const std::string& path() const { return path_; }

 private:
  Output(std::string path, std::FILE* file)
      : path_(std::move(path)), file_(file) {
    std::setvbuf(file_, nullptr, _IONBF, 0);
    text_.reserve(kBufferBytes + 4096);
  }
  void Flush() {
    failed_ |=
        std::fwrite(text_.data(), 1, text_.size(), file_) != text_.size();
    text_.clear();
  }
  const std::string path_;
  std::FILE* file_;
  std::string text_;
  bool failed_ = false;
};

// One institution's year.
class Season {
 public:
  Season(const Country& country, const SimulateOptions& options,
         uint32_t number, uint64_t lines)
      : country_(country),
        options_(options),
        kind_(kKinds[KindOf(options, number)]),
        number_(number),
        id_(fmt::format("{}-{:02}", kind_.subsector, number + 1)),
        office_(country, kind_, options.seed, number, id_),
        new_year_(DayNumber({options.year, 1, 1})),
        events_(std::max<uint64_t>(lines / 150, 3)) {
    Draws draws(options.seed, 3, number);
    const auto& municipality =
        Municipalities()[draws.Below(Municipalities().size())];
    municipality_ = municipality.code;
    const double relations =
        static_cast<double>(lines) / kVisitsPerPerson * kRelationsPerPerson;
    reach_ = std::min(country.persons(),
                      static_cast<uint64_t>(relations / kMemberShare) + 20);
    first_ = draws.Below(country.persons());
    // So many that the lines come out.
    const double members = static_cast<double>(reach_) * kMemberShare *
                           (1 - Country::kChildrenShare * (1 - kind_.children));
    visits_mean_ = std::max(
        1.0, static_cast<double>(lines) * (1 - kAnonymousShare) / members);
  }
  static size_t KindOf(const SimulateOptions& options, uint32_t number) {
    return options.institutions < kManyInstitutions
               ? number % kKinds.size()
               : kMix[number % kMix.size()];
  }
  const std::string& id() const { return id_; }
  std::string RegisterEntry() const {
    return fmt::format(
        "[[institution]]\nid = \"{}\"\nname = \"{} {}\"\nsubsector = \"{}\"\n"
        "municipality = \"{}\"\nowner = \"{}\"\n"
        "agreement_from = \"2020-01-01\"\n\n",
        id_, kind_.subsector, number_ + 1, kind_.subsector, municipality_, id_);
  }

  // Month after month, and within it by person: in order of sale, near enough,
  // and nobody has to be remembered.
  void Write(Output& orders, Output& truth, SimulateReport& report,
             const std::function<void()>& progress) {
    orders.text() += kHeader;
    for (uint32_t month = 0; month < 12; ++month) {
      for (uint64_t i = 0; i < reach_; ++i) {
        const uint64_t person = (first_ + i) % country_.persons();
        Draws draws(options_.seed ^ number_, 6, person);
        if (!draws.Chance(kMemberShare)) continue;
        // Children go with their parents, on their parents' number; only
        // libraries give most of them one of their own.
        if (Country::IsChild(person) && !draws.Chance(kind_.children)) continue;
        const uint64_t visits = VisitsOf(draws);
        // Of each of the two numbers: used in an earlier month, or already.
        bool known[2] = {false, false};
        for (uint64_t v = 0; v < visits; ++v) {
          const Visit visit = VisitOf(person, v);
          if (visit.month < month) known[visit.second] = true;
        }
        for (uint64_t v = 0; v < visits; ++v) {
          Visit visit = VisitOf(person, v);
          if (visit.month != month) continue;
          const BoxOffice::Customer customer{person, visit.second};
          WriteVisit(visit.draws, customer, month, orders, report);
          if (!known[visit.second]) WriteTruth(customer, truth, report);
          known[visit.second] = true;
        }
      }
      orders.FlushIfFull();
      truth.FlushIfFull();
      progress();
    }
  }

 private:
  struct Visit {
    Draws draws;  // for what else there is to it
    uint64_t month;
    bool second;
  };
  Visit VisitOf(uint64_t person, uint64_t number) const {
    Draws draws(options_.seed ^ number_, 7, person << 16 | number);
    const uint64_t month = draws.Below(12);
    const bool second = draws.Chance(kSecondNumberShare);
    return {draws, month, second};
  }

  // At least one; a tail of people who come often.
  uint64_t VisitsOf(Draws& draws) const {
    const double u = draws.Uniform();
    const double extra = -std::log(1 - u) * (visits_mean_ - 0.5);
    return std::min<uint64_t>(1 + static_cast<uint64_t>(extra), 4000);
  }

  void WriteTruth(const BoxOffice::Customer& customer, Output& truth,
                  SimulateReport& report) {
    std::string& text = truth.text();
    text += id_;
    text.push_back(',');
    text += office_.CustomerId(customer);
    text.push_back(',');
    AppendNumber(text, customer.person);
    text.push_back(',');
    AppendNumber(text, Country::HouseholdOf(customer.person));
    text.push_back('\n');
    ++report.customers;
    truth.FlushIfFull();
  }

  void WriteVisit(Draws& draws, const BoxOffice::Customer& customer,
                  uint32_t month, Output& orders, SimulateReport& report) {
    const int32_t sold_day = new_year_ + static_cast<int32_t>(month) * 30 +
                             static_cast<int32_t>(draws.Below(30));
    WriteOrder(draws, &customer, sold_day, orders, report);
    // Sales without a customer stand between the others.
    double anonymous = kAnonymousShare / (1 - kAnonymousShare);
    while (draws.Chance(anonymous)) {
      WriteOrder(draws, nullptr, sold_day, orders, report);
      anonymous /= 8;
    }
  }

  void WriteOrder(Draws& draws, const BoxOffice::Customer* customer,
                  int32_t sold_day, Output& orders, SimulateReport& report) {
    const uint64_t event = draws.Below(events_);
    Draws of_event(options_.seed ^ number_, 8, event);
    const int32_t event_day = std::max(
        sold_day, new_year_ + static_cast<int32_t>(of_event.Below(365)));
    const uint64_t starts_hour = 10 + of_event.Below(12);
    const uint64_t sold_minute = draws.Below(1440);
    const int quantity = 1 + static_cast<int>(draws.Below(3));
    const uint64_t price = draws.Chance(0.05)
                               ? 0
                               : static_cast<uint64_t>(quantity) *
                                     static_cast<uint64_t>(kind_.price_cents);
    constexpr std::array<std::string_view, 4> kChannels = {"web", "web",
                                                           "box_office", "app"};
    const std::string_view channel = kChannels[draws.Below(4)];
    const bool cancelled = draws.Chance(kCancelledShare);
    const std::string_view status = !cancelled          ? "sold"
                                    : draws.Chance(0.5) ? "cancelled"
                                                        : "refunded";
    const bool corrected = draws.Chance(kCorrectedShare);
    ++order_;
    for (int pass = corrected ? 0 : 1; pass < 2; ++pass) {
      std::string& text = orders.text();
      if (customer == nullptr) {
        text += ",,,,,,,,,,";
      } else {
        office_.AppendFields(*customer, sold_day, text);
      }
      text += ",O";
      AppendNumber(text, order_);
      text += ",1,E";
      AppendNumber(text, event);
      text.push_back(',');
      const std::string_view genre = kind_.genres[event % 3];
      text += genre;
      text.push_back(' ');
      AppendNumber(text, event);
      text.push_back(',');
      text += genre;
      text.push_back(',');
      AppendDate(text, event_day);
      text.push_back('T');
      AppendNumber(text, starts_hour, 2);
      text += ":00,";
      AppendDate(text, sold_day);
      text.push_back('T');
      AppendNumber(text, sold_minute / 60, 2);
      text.push_back(':');
      AppendNumber(text, sold_minute % 60, 2);
      text.push_back(',');
      AppendNumber(text, static_cast<uint64_t>(quantity + (pass == 0 ? 1 : 0)));
      text.push_back(',');
      AppendNumber(text, price / 100);
      text.push_back('.');
      AppendNumber(text, price % 100, 2);
      text.push_back(',');
      text += channel;
      text.push_back(',');
      text += pass == 0 ? "sold" : status;
      text +=
          customer == nullptr || office_.Shares(*customer) ? ",yes\n" : ",no\n";
      ++report.lines;
      orders.FlushIfFull();
    }
  }

  const Country& country_;
  const SimulateOptions& options_;
  const InstitutionKind& kind_;
  const uint32_t number_;
  const std::string id_;
  const BoxOffice office_;
  const int32_t new_year_;
  const uint64_t events_;
  std::string municipality_;
  uint64_t reach_ = 0, first_ = 0, order_ = 0;
  double visits_mean_ = 1;
};

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
  GARDEROBE_ASSIGN_OR_RETURN(const auto truth,
                             Output::Create(options.out + "/truth.csv"));
  GARDEROBE_ASSIGN_OR_RETURN(const auto reg,
                             Output::Create(options.out + "/register.toml"));
  truth->text() += "institution,customer_id,person,household\n";
  const uint64_t persons =
      options.persons != 0
          ? options.persons
          : std::max<uint64_t>(
                static_cast<uint64_t>(static_cast<double>(options.visits) /
                                      kVisitsPerPerson),
                42);
  const Country country(options.seed, persons, DayNumber({options.year, 1, 1}));
  // Of one kind the first is three times the last.
  auto weight = [&](uint32_t i) {
    return (3.0 - 2.0 * i / std::max(1u, options.institutions - 1)) *
           kKinds[Season::KindOf(options, i)].visits_weight;
  };
  double weights = 0;
  for (uint32_t i = 0; i < options.institutions; ++i) weights += weight(i);
  std::vector<std::unique_ptr<Season>> seasons;
  for (uint32_t i = 0; i < options.institutions; ++i) {
    seasons.push_back(std::make_unique<Season>(
        country, options, i,
        static_cast<uint64_t>(static_cast<double>(options.visits) * weight(i) /
                              weights)));
    reg->text() += seasons.back()->RegisterEntry();
  }

  // Each institution's truth stands in a file of its own until all is written.
  auto truth_path = [&](uint32_t i) {
    return options.out + "/." + seasons[i]->id() + ".truth";
  };
  std::atomic<uint32_t> next{0};
  std::mutex mutex;  // guards what follows, and the calls of progress
  SimulateReport whole;
  absl::Status failed;
  auto work = [&] {
    for (uint32_t i; (i = next++) < seasons.size();) {
      auto write = [&]() -> absl::Status {
        GARDEROBE_ASSIGN_OR_RETURN(
            const auto orders,
            Output::Create(options.out + "/" + seasons[i]->id() + ".csv"));
        GARDEROBE_ASSIGN_OR_RETURN(const auto known,
                                   Output::Create(truth_path(i)));
        SimulateReport told, report;
        seasons[i]->Write(*orders, *known, report, [&] {
          const std::lock_guard lock(mutex);
          whole.lines += report.lines - told.lines;
          told = report;
          if (progress) progress(whole.lines);
        });
        const std::lock_guard lock(mutex);
        whole.customers += report.customers;
        GARDEROBE_RETURN_IF_ERROR(known->Close());
        return orders->Close();
      };
      const absl::Status status = write();
      if (status.ok()) continue;
      const std::lock_guard lock(mutex);
      if (failed.ok()) failed = status;
      next = static_cast<uint32_t>(seasons.size());
    }
  };
  {
    std::vector<std::jthread> threads;
    for (unsigned t = 0; t < std::max(1u, std::thread::hardware_concurrency());
         ++t) {
      threads.emplace_back(work);
    }
  }
  for (uint32_t i = 0; i < seasons.size(); ++i) {
    std::FILE* part = std::fopen(truth_path(i).c_str(), "r");
    if (part == nullptr) continue;
    char bytes[1 << 16];
    for (size_t got; (got = std::fread(bytes, 1, sizeof bytes, part)) > 0;) {
      truth->text().append(bytes, got);
      truth->FlushIfFull();
    }
    std::fclose(part);
    fs::remove(truth_path(i), error);
  }
  GARDEROBE_RETURN_IF_ERROR(failed);
  GARDEROBE_RETURN_IF_ERROR(reg->Close());
  GARDEROBE_RETURN_IF_ERROR(truth->Close());
  whole.persons = persons;
  return whole;
}

}  // namespace garderobe::client
