// What two relations' tokens say about whether they are one person's: for each
// of five comparisons how far they agree (Fellegi and Sunter 1969, with several
// levels of agreement). Tokens are equal or not, nothing else is visible.
#ifndef GARDEROBE_VAULT_LINK_EVIDENCE_H_
#define GARDEROBE_VAULT_LINK_EVIDENCE_H_

#include <array>
#include <cstdint>

#include "core/identifiers/identifier.h"

namespace garderobe::vault {

// The beginning of a token, by kind; 0: there is none, or it says nothing about
// one person (RelationRecord::evidence).
using Evidence = std::array<uint64_t, kKindCount>;

enum class Comparison : uint8_t { kEmail, kMobile, kBorn, kHome, kPass };
inline constexpr size_t kComparisonCount = 5;

// Numbers stand in the file of the model: never change, only add. A comparison
// has the levels that its tokens can tell.
enum class Level : uint8_t {
  kMissing = 0,    // one of the two has nothing to compare
  kSame = 1,       // the full agreement, the name included
  kBare = 2,       // the value agrees, of the name a letter
  kOtherName = 3,  // the value agrees, the names do not
  kNear = 4,       // only match keys agree that few people share
  kDiffers = 5,
  kSpelling = 6,  // the value agrees, the first names do not and sound alike
  kInitial = 7,   // the value and the initial agree, the first names do not
  kNearBare = 8,  // only a match key agrees that more people share
  kUnnamed = 9,   // the value agrees, one of the two has no name
};
inline constexpr size_t kLevelCount = 10;

// A level for each comparison, four bits each.
class Pattern {
 public:
  Level level(Comparison c) const {
    return static_cast<Level>(bits_ >> Shift(c) & 15);
  }
  void Set(Comparison c, Level level) {
    bits_ |= static_cast<uint32_t>(level) << Shift(c);
  }
  uint32_t bits() const { return bits_; }
  static Pattern From(uint32_t bits) {
    Pattern pattern;
    pattern.bits_ = bits;
    return pattern;
  }
  // The two can't be one person, and one of them is wrong: the same pass with
  // two birth dates. Nothing is linked on it.
  bool contradictory() const {
    return level(Comparison::kPass) == Level::kSame &&
           level(Comparison::kBorn) == Level::kDiffers;
  }

 private:
  static constexpr unsigned Shift(Comparison c) {
    return 4 * static_cast<unsigned>(c);
  }
  uint32_t bits_ = 0;
};

Pattern Compare(const Evidence& a, const Evidence& b);

// Whether they share a token that says who, not only where: others are never
// looked for, and so must not be linked when they happen to meet.
bool ShareToken(const Evidence& a, const Evidence& b);

}  // namespace garderobe::vault

#endif  // GARDEROBE_VAULT_LINK_EVIDENCE_H_
