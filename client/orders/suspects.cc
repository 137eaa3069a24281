#include "client/orders/suspects.h"

#include <sodium.h>

#include <algorithm>
#include <array>

#include "core/base/hash.h"
#include "spdlog/fmt/fmt.h"

namespace garderobe::client {
namespace {

// A desk that rings up all sales on one customer stands out in a file of some
// length. A group leader buys often, too, but not a tenth of everything.
constexpr uint64_t kLinesLeast = 50;
constexpr double kShareLeast = 0.1;

// Keyed by what this process drew: nobody needs it elsewhere.
uint64_t HashOf(std::string_view text) {
  static const auto key = [] {
    std::array<uint8_t, crypto_shorthash_KEYBYTES> drawn;
    randombytes_buf(drawn.data(), drawn.size());
    return drawn;
  }();
  uint8_t hash[crypto_shorthash_BYTES];
  crypto_shorthash(hash, AsBytes(text).data(), text.size(), key.data());
  return GetBigEndian<uint64_t>(hash);
}

}  // namespace

void Suspects::Add(const Handle& customer, std::string_view email,
                   std::string_view surname) {
  ++all_;
  ++lines_[customer];
  if (email.empty() || surname.empty()) return;
  Names& names = names_[HashOf(email)];
  const auto name = static_cast<uint32_t>(HashOf(surname) | 1);
  if (names.first == 0) {
    names.first = name;
  } else if (names.first != name && names.second == 0) {
    names.second = name;
  } else if (names.first != name && names.second != name) {
    names.more = true;
  }
}

std::vector<std::string> Suspects::Sentences() const {
  std::vector<std::string> told;
  uint64_t most = 0;
  for (const auto& [customer, lines] : lines_) {
    most = std::max<uint64_t>(most, lines);
  }
  if (most >= kLinesLeast &&
      static_cast<double>(most) > kShareLeast * static_cast<double>(all_)) {
    told.push_back(fmt::format(
        "one customer has {} of the {} lines that name one ({:.0f} %): if that "
        "is the desk and nobody in particular, leave the customer number of "
        "these lines empty",
        most, all_,
        100 * static_cast<double>(most) / static_cast<double>(all_)));
  }
  const auto shared =
      std::count_if(names_.begin(), names_.end(),
                    [](const auto& n) { return n.second.more; });
  if (shared > 0) {
    told.push_back(fmt::format(
        "{} used by customers of three surnames or more: addresses of the "
        "house, or typed where there is none?",
        shared == 1 ? "1 e-mail address is"
                    : fmt::format("{} e-mail addresses are", shared)));
  }
  return told;
}

}  // namespace garderobe::client
