#include "aggregator/publish/noise.h"

#include <sodium.h>

#include <algorithm>
#include <boost/multiprecision/cpp_int.hpp>
#include <span>

#include "core/base/hash.h"

namespace garderobe::aggregator {
namespace {
constexpr std::string_view kFingerprintLabel("garderobe/fingerprint/v1\0", 25);
constexpr std::string_view kNoiseLabel("garderobe/noise/v1\0", 19);
}  // namespace

NoiseTable::NoiseTable(const NoiseParameters& noise)
    : d_(static_cast<int32_t>(noise.d)) {
  const auto& [a, b, d] = noise;
  using boost::multiprecision::cpp_int;
  // w(x) = a^abs(x) * b^(d - abs(x)), exact.
  std::vector<cpp_int> weight(d + 1);
  for (uint32_t x = 0; x <= d; ++x) {
    weight[x] = boost::multiprecision::pow(cpp_int(a), x) *
                boost::multiprecision::pow(cpp_int(b), d - x);
  }
  cpp_int total = weight[0];
  for (uint32_t x = 1; x <= d; ++x) total += 2 * weight[x];
  cpp_int sum = 0;
  for (int32_t x = -d_; x < d_; ++x) {
    sum += weight[static_cast<size_t>(std::abs(x))];
    const cpp_int threshold = (sum << 64) / total;
    thresholds_.push_back(static_cast<uint64_t>(threshold));
  }
}

int32_t NoiseTable::Draw(uint64_t uniform) const {
  const auto above =
      std::upper_bound(thresholds_.begin(), thresholds_.end(), uniform);
  return -d_ + static_cast<int32_t>(above - thresholds_.begin());
}

const NoiseTable& PersonsTable() {
  static const NoiseTable* const table = new NoiseTable(kPersonsNoise);
  return *table;
}
const NoiseTable& QuarterVisitsTable() {
  static const NoiseTable* const table = new NoiseTable(kQuarterVisitsNoise);
  return *table;
}
const NoiseTable& YearVisitsTable() {
  static const NoiseTable* const table = new NoiseTable(kYearVisitsNoise);
  return *table;
}

std::string Fingerprint::Bytes() const {
  std::string bytes;
  PutBigEndian(bytes, static_cast<uint64_t>(sum_ >> 64));
  PutBigEndian(bytes, static_cast<uint64_t>(sum_));
  PutBigEndian(bytes, count_);
  return bytes;
}

unsigned __int128 FingerprintHash(const FingerprintKey& key,
                                  const Element& pseudonym) {
  std::string message(kFingerprintLabel);
  message += pseudonym.view();
  const auto hash = Hash<Digest128>(message, key);
  unsigned __int128 value = 0;
  for (uint8_t byte : hash.bytes()) value = value << 8 | byte;
  return value;
}

int32_t DrawNoise(const NoiseTable& table, const NoiseKey& key,
                  std::string_view snapshot, std::string_view cell,
                  std::string_view measure, const Fingerprint& fingerprint) {
  GARDEROBE_CHECK(snapshot.size() == 32);
  std::string message(kNoiseLabel);
  message += snapshot;
  PutLengthPrefixed(message, cell);
  PutLengthPrefixed(message, measure);
  message += fingerprint.Bytes();
  uint8_t seed[32];
  const ScopedWipe wipe(seed, sizeof seed);
  HashInto(seed, sizeof seed, AsBytes(message),
           {key.ExposeSecret(), NoiseKey::kBytes});
  return table.Draw(GetBigEndian<uint64_t>(seed));
}

}  // namespace garderobe::aggregator
