#include "client/simulation/audience.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <string_view>

#include "spdlog/fmt/fmt.h"

namespace garderobe::client {
namespace {

// Proportions: chosen, but for the first two, which are those of the scale
// model (docs/simulation.md).
constexpr double kVisitsPerPerson = 17.9;    // 179 million by 10 million
constexpr double kRelationsPerPerson = 4;    // 40 million by 10 million
constexpr double kSecondNumberShare = 0.02;  // a second customer number
constexpr double kMemberShare = 0.5;  // of those whom an audience reaches
constexpr double kComesShare =
    0.6;  // of the customers, in one of several years

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

}  // namespace

const InstitutionKind& KindOf(const SimulateOptions& options, uint32_t number) {
  return kKinds[options.institutions < kManyInstitutions
                    ? number % kKinds.size()
                    : kMix[number % kMix.size()]];
}

uint64_t PersonsOf(const SimulateOptions& options) {
  if (options.persons != 0) return options.persons;
  return std::max<uint64_t>(
      static_cast<uint64_t>(static_cast<double>(options.visits) /
                            kVisitsPerPerson),
      42);
}

std::vector<uint64_t> LinesOfInstitutions(const SimulateOptions& options) {
  std::vector<double> weights;
  double all = 0;
  for (uint32_t i = 0; i < options.institutions; ++i) {
    weights.push_back((3.0 - 2.0 * i / std::max(1u, options.institutions - 1)) *
                      KindOf(options, i).visits_weight);
    all += weights.back();
  }
  std::vector<uint64_t> lines;
  for (const double weight : weights) {
    lines.push_back(static_cast<uint64_t>(static_cast<double>(options.visits) *
                                          weight / all));
  }
  return lines;
}

Audience::Audience(const Country& country, const SimulateOptions& options,
                   uint32_t number, uint64_t lines)
    : country_(country),
      seed_(options.seed),
      kind_(KindOf(options, number)),
      number_(number),
      id_(fmt::format("{}-{:02}", kind_.subsector, number + 1)),
      office_(country, kind_, options.seed, number, id_),
      new_year_(DayNumber({FirstYear(options), 1, 1}) +
                365 * (options.year - FirstYear(options))),
      later_(options.since == 0 ? std::nullopt
                                : std::optional(static_cast<uint64_t>(
                                      options.year - options.since))) {
  Draws draws(options.seed, 3, number);
  const double relations =
      static_cast<double>(lines) / kVisitsPerPerson * kRelationsPerPerson;
  reach_ = std::min(country.persons(),
                    static_cast<uint64_t>(relations / kMemberShare) + 20);
  draws.Next();  // where the institution is, SimulateOptions' municipality
  first_ = draws.Below(country.persons());
  // So many that the lines come out.
  const double members = static_cast<double>(reach_) * kMemberShare *
                         (1 - Country::kChildrenShare * (1 - kind_.children));
  visits_mean_ = std::max(
      1.0, static_cast<double>(lines) * (1 - kAnonymousSales) / members);
}

std::optional<Audience::Member> Audience::MemberAt(uint64_t place) const {
  const uint64_t person = (first_ + place) % country_.persons();
  Draws draws(seed_ ^ number_, 6, person);
  if (!draws.Chance(kMemberShare)) return std::nullopt;
  // Children go with their parents, on their parents' number; only libraries
  // give most of them one of their own.
  if (Country::IsChild(person) && !draws.Chance(kind_.children)) {
    return std::nullopt;
  }
  if (later_ &&
      !Draws(seed_ ^ number_, 11, person << 8 | *later_).Chance(kComesShare)) {
    return std::nullopt;
  }
  // At least one; a tail of people who come often.
  const double u = draws.Uniform();
  const double extra = -std::log(1 - u) * (visits_mean_ - 0.5);
  return Member{person,
                std::min<uint64_t>(1 + static_cast<uint64_t>(extra), 4000)};
}

std::string Audience::prefix() const {
  return later_.value_or(0) == 0 ? "" : fmt::format("{}-", *later_ + 1);
}

Audience::Visit Audience::VisitOf(uint64_t person, uint64_t number) const {
  Draws draws(seed_ ^ number_ ^ later_.value_or(0) << 40, 7,
              person << 16 | number);
  const auto month = static_cast<uint32_t>(draws.Below(12));
  const bool second = draws.Chance(kSecondNumberShare);
  const int32_t sold_day = new_year_ + static_cast<int32_t>(month) * 30 +
                           static_cast<int32_t>(draws.Below(30));
  return {draws, month, sold_day, second};
}

}  // namespace garderobe::client
