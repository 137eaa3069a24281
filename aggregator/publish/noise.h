// Noise for published counts: a discrete two-sided geometric distribution,
// drawn from a keyed hash of cell, snapshot and people (answers.md, 4).
// Integers only, so that any build gives the same cube.
#ifndef GARDEROBE_AGGREGATOR_PUBLISH_NOISE_H_
#define GARDEROBE_AGGREGATOR_PUBLISH_NOISE_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/bytes.h"
#include "core/base/secret_bytes.h"
#include "core/catalogue/catalogue.h"
#include "core/group/element.h"

namespace garderobe::aggregator {

// The distribution of core/catalogue/catalogue.h, to be drawn from. Immutable.
class NoiseTable {
 public:
  explicit NoiseTable(const NoiseParameters& noise);
  // The noise for 64 uniform bits.
  int32_t Draw(uint64_t uniform) const;
  const std::vector<uint64_t>& thresholds() const { return thresholds_; }
  int32_t d() const { return d_; }

 private:
  int32_t d_;
  std::vector<uint64_t> thresholds_;  // T[0..2d-1], ascending
};

const NoiseTable& PersonsTable();
const NoiseTable& QuarterVisitsTable();
const NoiseTable& YearVisitsTable();

using FingerprintKey = SecretBytes<32, struct FingerprintKeyRole>;  // Kf
using NoiseKey = SecretBytes<32, struct NoiseKeyRole>;              // Ks

// Who is in a cell, as 16 bytes that do not depend on the order, and the
// number of them.
class Fingerprint {
 public:
  void Add(unsigned __int128 hash) {
    sum_ += hash;
    ++count_;
  }
  uint64_t count() const { return count_; }
  // 16 bytes of the sum and 8 of the count, big-endian.
  std::string Bytes() const;

 private:
  unsigned __int128 sum_ = 0;
  uint64_t count_ = 0;
};

// The hash of one pseudonym under Kf.
unsigned __int128 FingerprintHash(const FingerprintKey& key,
                                  const Element& pseudonym);

// The noise of one measure of one cell of one snapshot (32 bytes).
int32_t DrawNoise(const NoiseTable& table, const NoiseKey& key,
                  std::string_view snapshot, std::string_view cell,
                  std::string_view measure, const Fingerprint& fingerprint);

}  // namespace garderobe::aggregator

#endif  // GARDEROBE_AGGREGATOR_PUBLISH_NOISE_H_
