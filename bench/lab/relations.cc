#include "bench/lab/relations.h"

#include <algorithm>
#include <atomic>
#include <memory>
#include <string>
#include <string_view>
#include <thread>

#include "client/orders/identity.h"
#include "client/simulation/audience.h"
#include "core/base/bytes.h"
#include "core/base/hash.h"

namespace garderobe::bench {
namespace {

using client::Audience;
using client::BoxOffice;

uint64_t Digest(std::string_view kind, std::string_view value) {
  const auto digest = Hash<Digest128>({kind, std::string_view("\0", 1), value});
  const auto number = GetBigEndian<uint64_t>(digest.view().data());
  return number == 0 ? 1 : number;
}

// `text` as BoxOffice::AppendFields writes it. No name of the simulated country
// has a comma or a quotation mark.
client::OrderLine LineOf(std::string_view text) {
  client::OrderLine line;
  for (std::string_view* field :
       {&line.customer_id, &line.email, &line.phone, &line.first_name,
        &line.last_name, &line.birth_date, &line.postcode, &line.house_number,
        &line.house_number_addition, &line.country, &line.pass}) {
    const size_t end = std::min(text.find(','), text.size());
    *field = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return line;
}

void Add(const BoxOffice::Customer& customer, uint16_t institution,
         std::string_view text, LabRelations& all) {
  static const client::IdentityReader identities({});
  const client::Customer read = identities.Read(LineOf(text), Handle());
  all.person.push_back(static_cast<uint32_t>(customer.person));
  all.institution.push_back(institution);
  all.birth_year.push_back(read.birth_year);
  all.pc4.push_back(read.pc4);
  const auto& address = read.identifiers[static_cast<size_t>(Kind::kAddress)];
  all.household.push_back(address.empty() ? 0 : Digest("address", address));
  for (size_t kind = 0; kind < kKindCount; ++kind) {
    if (!HasSlot(kind)) continue;
    const std::string& value = read.identifiers[kind];
    all.tokens[kind].push_back(
        value.empty() ? 0 : Digest(KindName(static_cast<Kind>(kind)), value));
  }
}

LabRelations OfInstitution(const Audience& audience, uint16_t number,
                           int32_t new_year) {
  LabRelations all;
  for (uint64_t place = 0; place < audience.reach(); ++place) {
    const auto member = audience.MemberAt(place);
    if (!member) continue;
    std::array<std::vector<int32_t>, 2> sales;  // by customer number
    for (uint64_t v = 0; v < member->visits; ++v) {
      const auto visit = audience.VisitOf(member->person, v);
      sales[visit.second ? 1 : 0].push_back(visit.sold_day);
    }
    for (const bool second : {false, true}) {
      const BoxOffice::Customer customer{member->person, second};
      auto& days = sales[second ? 1 : 0];
      if (days.empty() || !audience.office().Shares(customer)) continue;
      std::sort(days.begin(), days.end());
      std::string shown, now;
      int32_t quarter = -1;
      for (const int32_t day : days) {
        now.clear();
        audience.office().AppendFields(customer, day, now);
        const int32_t of_year = day - new_year;
        if (now == shown && of_year / 91 == quarter) continue;
        quarter = of_year / 91;
        shown = now;
        all.sendings.push_back({static_cast<uint32_t>(all.size()),
                                static_cast<uint16_t>(of_year)});
      }
      all.latest_visit.push_back(static_cast<uint16_t>(days.back() - new_year));
      Add(customer, number, shown, all);
    }
  }
  return all;
}

template <typename T>
void Append(std::vector<T>& to, std::vector<T>& from) {
  to.insert(to.end(), from.begin(), from.end());
  std::vector<T>().swap(from);
}

}  // namespace

double LabRelations::TokensEach(uint32_t padding) const {
  uint64_t count = 0;
  for (size_t kind = 0; kind < kKindCount; ++kind) {
    if (!HasSlot(kind)) continue;
    const bool is_padded = (padding >> kind & 1) != 0;
    for (const uint64_t token : tokens[kind]) {
      count += token != 0 || is_padded ? 1 : 0;
    }
  }
  return static_cast<double>(count) / static_cast<double>(size());
}

LabRelations MakeRelations(const client::SimulateOptions& options) {
  const int32_t new_year = DayNumber({options.year, 1, 1});
  const client::Country country({.seed = options.seed,
                                 .persons = client::PersonsOf(options),
                                 .first_day = new_year,
                                 .moves = options.moves,
                                 .new_emails = options.new_emails});
  const std::vector<uint64_t> lines = client::LinesOfInstitutions(options);
  std::vector<LabRelations> parts(lines.size());
  {
    std::atomic<size_t> next{0};
    std::vector<std::jthread> threads;
    for (unsigned t = 0; t < std::max(1u, std::thread::hardware_concurrency());
         ++t) {
      threads.emplace_back([&] {
        for (size_t i; (i = next++) < lines.size();) {
          const Audience audience(country, options, static_cast<uint32_t>(i),
                                  lines[i]);
          parts[i] =
              OfInstitution(audience, static_cast<uint16_t>(i), new_year);
        }
      });
    }
  }
  LabRelations all;
  all.institutions = options.institutions;
  for (LabRelations& part : parts) {
    const auto before = static_cast<uint32_t>(all.size());
    for (auto& sending : part.sendings) sending.relation += before;
    Append(all.sendings, part.sendings);
    Append(all.person, part.person);
    Append(all.institution, part.institution);
    Append(all.latest_visit, part.latest_visit);
    Append(all.birth_year, part.birth_year);
    Append(all.pc4, part.pc4);
    Append(all.household, part.household);
    for (size_t kind = 0; kind < kKindCount; ++kind) {
      Append(all.tokens[kind], part.tokens[kind]);
    }
  }
  std::stable_sort(all.sendings.begin(), all.sendings.end(),
                   [](const auto& a, const auto& b) { return a.day < b.day; });
  return all;
}

}  // namespace garderobe::bench
