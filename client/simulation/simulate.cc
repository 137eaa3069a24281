#include "client/simulation/simulate.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string_view>
#include <thread>
#include <vector>

#include "client/simulation/audience.h"
#include "core/geography/geography.h"
#include "spdlog/fmt/fmt.h"

namespace garderobe::client {
namespace {

namespace fs = std::filesystem;

// Proportions: chosen, not measured (docs/simulation.md).
constexpr double kCancelledShare = 0.02;
constexpr double kCorrectedShare = 0.004;  // lines that are delivered twice

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
      : options_(options),
        number_(number),
        audience_(country, options, number, lines),
        kind_(audience_.kind()),
        prefix_(audience_.prefix()),
        new_year_(audience_.new_year()),
        events_(std::max<uint64_t>(lines / 150, 3)) {
    Draws draws(options.seed, 3, number);
    const auto municipalities = MunicipalitiesOf("NL");
    municipality_ = municipalities[draws.Below(municipalities.size())].code;
  }
  const std::string& id() const { return audience_.id(); }
  std::string RegisterEntry() const {
    return fmt::format(
        "[[institution]]\nid = \"{}\"\nname = \"{} {}\"\nsubsector = \"{}\"\n"
        "municipality = \"{}\"\nowner = \"{}\"\n"
        "agreement_from = \"2020-01-01\"\n\n",
        id(), kind_.subsector, number_ + 1, kind_.subsector, municipality_,
        id());
  }

  // Month after month, and within it by person: in order of sale, near enough,
  // and nobody has to be remembered.
  void Write(Output& orders, Output& truth, SimulateReport& report,
             const std::function<void()>& progress) {
    orders.text() += kHeader;
    for (uint32_t month = 0; month < 12; ++month) {
      for (uint64_t i = 0; i < audience_.reach(); ++i) {
        const auto member = audience_.MemberAt(i);
        if (!member) continue;
        const auto [person, visits] = *member;
        // Of each of the two numbers: used in an earlier month, or already.
        bool known[2] = {false, false};
        for (uint64_t v = 0; v < visits; ++v) {
          const Audience::Visit visit = audience_.VisitOf(person, v);
          if (visit.month < month) known[visit.second] = true;
        }
        for (uint64_t v = 0; v < visits; ++v) {
          Audience::Visit visit = audience_.VisitOf(person, v);
          if (visit.month != month) continue;
          const BoxOffice::Customer customer{person, visit.second};
          WriteVisit(visit, customer, orders, report);
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
  void WriteTruth(const BoxOffice::Customer& customer, Output& truth,
                  SimulateReport& report) {
    std::string& text = truth.text();
    text += id();
    text.push_back(',');
    text += audience_.office().CustomerId(customer);
    text.push_back(',');
    AppendNumber(text, customer.person);
    text.push_back(',');
    AppendNumber(text, Country::HouseholdOf(customer.person));
    text.push_back('\n');
    ++report.customers;
    truth.FlushIfFull();
  }

  void WriteVisit(Audience::Visit& visit, const BoxOffice::Customer& customer,
                  Output& orders, SimulateReport& report) {
    Draws& draws = visit.draws;
    WriteOrder(draws, &customer, visit.sold_day, orders, report);
    // Sales without a customer stand between the others.
    double anonymous = kAnonymousSales / (1 - kAnonymousSales);
    while (draws.Chance(anonymous)) {
      WriteOrder(draws, nullptr, visit.sold_day, orders, report);
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
        audience_.office().AppendFields(*customer, sold_day, text);
      }
      text += ",O";
      text += prefix_;
      AppendNumber(text, order_);
      text += ",1,E";
      text += prefix_;
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
      text += customer == nullptr || audience_.office().Shares(*customer)
                  ? ",yes\n"
                  : ",no\n";
      ++report.lines;
      orders.FlushIfFull();
    }
  }

  const SimulateOptions& options_;
  const uint32_t number_;
  const Audience audience_;
  const InstitutionKind& kind_;
  const std::string prefix_;
  const int32_t new_year_;
  const uint64_t events_;
  std::string municipality_;
  uint64_t order_ = 0;
};

}  // namespace

absl::StatusOr<SimulateReport> Simulate(
    const SimulateOptions& options,
    const std::function<void(uint64_t)>& progress) {
  if (options.institutions < 1 || options.institutions > 100'000) {
    return InvalidArgument("--institutions: 1 to 100000");
  }
  if (FirstYear(options) > options.year ||
      FirstYear(options) < options.year - 60) {
    return InvalidArgument("--since: up to 60 years before --year");
  }
  std::error_code error;
  fs::create_directories(options.out, error);
  if (error) return Unavailable("cannot create {}", options.out);
  GARDEROBE_ASSIGN_OR_RETURN(const auto truth,
                             Output::Create(options.out + "/truth.csv"));
  GARDEROBE_ASSIGN_OR_RETURN(const auto reg,
                             Output::Create(options.out + "/register.toml"));
  truth->text() += "institution,customer_id,person,household\n";
  const uint64_t persons = PersonsOf(options);
  const Country country({.seed = options.seed,
                         .persons = persons,
                         .first_day = DayNumber({FirstYear(options), 1, 1}),
                         .moves = options.moves,
                         .new_emails = options.new_emails});
  const std::vector<uint64_t> lines = LinesOfInstitutions(options);
  std::vector<std::unique_ptr<Season>> seasons;
  for (uint32_t i = 0; i < options.institutions; ++i) {
    seasons.push_back(std::make_unique<Season>(country, options, i, lines[i]));
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
