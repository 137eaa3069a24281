#include "client/orders/suspects.h"

#include <algorithm>

#include "client/orders/short_hash.h"
#include "spdlog/fmt/fmt.h"

namespace garderobe::client {
namespace {

// A desk that rings up all sales on one customer stands out in a file of some
// length. A group leader buys often, too, but not a tenth of everything.
constexpr uint64_t kLinesLeast = 50;
constexpr double kShareLeast = 0.1;

}  // namespace

void Suspects::AddLine(std::string_view customer) {
  ++all_;
  ++lines_[ShortHashOf(customer)];
}

void Suspects::AddName(std::string_view email, std::string_view surname) {
  if (email.empty() || surname.empty()) return;
  Names& names = names_[ShortHashOf(email)];
  const auto name = static_cast<uint32_t>(ShortHashOf(surname) | 1);
  if (names.first == 0) {
    names.first = name;
  } else if (names.first != name && names.second == 0) {
    names.second = name;
  } else if (names.first != name && names.second != name) {
    names.more = true;
  }
}

std::vector<Oddity> Suspects::Oddities() const {
  std::vector<Oddity> told;
  uint64_t most = 0;
  for (const auto& [customer, lines] : lines_) {
    most = std::max<uint64_t>(most, lines);
  }
  if (most >= kLinesLeast &&
      static_cast<double>(most) > kShareLeast * static_cast<double>(all_)) {
    const std::string share = fmt::format(
        "{:.0f}", 100 * static_cast<double>(most) / static_cast<double>(all_));
    told.push_back(
        {"one_customer",
         fmt::format(
             "one customer has {} of the {} lines that name one ({} %): if "
             "that is the desk and nobody in particular, leave the customer "
             "number of these lines empty",
             most, all_, share),
         {{"count", std::to_string(most)},
          {"lines", std::to_string(all_)},
          {"share", share}}});
  }
  const auto shared =
      std::count_if(names_.begin(), names_.end(),
                    [](const auto& n) { return n.second.more; });
  if (shared > 0) {
    told.push_back(
        {"shared_emails",
         fmt::format(
             "{} used by customers of three surnames or more: addresses "
             "of the house, or typed where there is none?",
             shared == 1 ? "1 e-mail address is"
                         : fmt::format("{} e-mail addresses are", shared)),
         {{"count", std::to_string(shared)}}});
  }
  return told;
}

}  // namespace garderobe::client
