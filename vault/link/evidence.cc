#include "vault/link/evidence.h"

#include <initializer_list>

namespace garderobe::vault {
namespace {

enum class Verdict { kMissing, kEqual, kDifferent };

class Pair {
 public:
  Pair(const Evidence& a, const Evidence& b) : a_(a), b_(b) {}
  Verdict operator[](Kind kind) const {
    const uint64_t a = a_[static_cast<size_t>(kind)];
    const uint64_t b = b_[static_cast<size_t>(kind)];
    if (a == 0 || b == 0) return Verdict::kMissing;
    return a == b ? Verdict::kEqual : Verdict::kDifferent;
  }
  bool any_equal(std::initializer_list<Kind> kinds) const {
    for (Kind kind : kinds) {
      if ((*this)[kind] == Verdict::kEqual) return true;
    }
    return false;
  }
  bool any_compared(std::initializer_list<Kind> kinds) const {
    for (Kind kind : kinds) {
      if ((*this)[kind] != Verdict::kMissing) return true;
    }
    return false;
  }

 private:
  const Evidence& a_;
  const Evidence& b_;
};

// The level of a value that does not agree: both have one, or one has none.
Level WithoutValue(Verdict value) {
  return value == Verdict::kMissing ? Level::kMissing : Level::kDiffers;
}

// The level of a value that agrees and that two people may share. `first` and
// `initial` say whether it agrees together with the first name, and with its
// initial.
Level WithFirstName(Verdict first, Verdict initial) {
  if (first == Verdict::kEqual) return Level::kSame;
  if (initial == Verdict::kDifferent) return Level::kOtherName;
  if (initial == Verdict::kMissing) return Level::kUnnamed;
  // One letter is little among those who share an address.
  return first == Verdict::kDifferent ? Level::kInitial : Level::kBare;
}

Level Email(const Pair& pair) {
  const Verdict value = pair[Kind::kEmail];
  const Verdict first = pair[Kind::kEmailFirst];
  const bool names = pair[Kind::kEmailNames] == Verdict::kEqual;
  if (value == Verdict::kEqual) {
    // Both names before the initial: they may have changed places.
    if (names && first == Verdict::kDifferent) return Level::kSpelling;
    return WithFirstName(first, pair[Kind::kEmailInitial]);
  }
  if (first == Verdict::kEqual ||
      (names && pair.any_equal({Kind::kEmailInitial, Kind::kEmailLocal}))) {
    return Level::kNear;
  }
  if (names || pair.any_equal({Kind::kEmailInitial, Kind::kEmailBirthyear,
                               Kind::kEmailLocal})) {
    return Level::kNearBare;
  }
  return WithoutValue(value);
}

Level Mobile(const Pair& pair) {
  const Verdict value = pair[Kind::kMobile];
  if (value != Verdict::kEqual) return WithoutValue(value);
  return WithFirstName(pair[Kind::kMobileFirst], pair[Kind::kMobileInitial]);
}

Level Born(const Pair& pair) {
  const auto dated = {Kind::kSurnameBirthdate, Kind::kBirthdatePostcode,
                      Kind::kBirthdateStreet, Kind::kBirthdateCity};
  if (pair.any_equal({Kind::kNameBirthdate})) return Level::kSame;
  if (pair.any_equal({Kind::kNamesBirthdate})) return Level::kNear;
  const bool names_compared =
      pair.any_compared({Kind::kNameBirthdate, Kind::kNamesBirthdate});
  if (pair.any_equal(dated)) {
    // The day is the same; of the names nothing is known, or they differ.
    return names_compared ? Level::kOtherName : Level::kBare;
  }
  // Other dates, or other people of one birthday: with names on both sides
  // one of the keys would have told.
  return names_compared ? Level::kDiffers : Level::kMissing;
}

Level Home(const Pair& pair) {
  if (pair.any_equal({Kind::kNamesAddress})) return Level::kSame;
  if (pair.any_equal({Kind::kNameAddress})) return Level::kBare;
  if (pair.any_equal({Kind::kInitialsAddress, Kind::kNamesStreet})) {
    return Level::kNear;
  }
  if (pair.any_equal({Kind::kNamesArea})) return Level::kNearBare;
  // Other homes, or other people of one home: which of these can't be told, for
  // without a name nothing is known of an address here (protocol.md, 3).
  return pair.any_compared(
             {Kind::kNamesAddress, Kind::kNameAddress, Kind::kNamesArea})
             ? Level::kDiffers
             : Level::kMissing;
}

Level Plain(Verdict verdict) {
  if (verdict == Verdict::kMissing) return Level::kMissing;
  return verdict == Verdict::kEqual ? Level::kSame : Level::kDiffers;
}

}  // namespace

bool ShareToken(const Evidence& a, const Evidence& b) {
  for (size_t kind = 0; kind < kKindCount; ++kind) {
    if (a[kind] != 0 && a[kind] == b[kind]) return true;
  }
  return false;
}

Pattern Compare(const Evidence& a, const Evidence& b) {
  const Pair pair(a, b);
  Pattern pattern;
  pattern.Set(Comparison::kEmail, Email(pair));
  pattern.Set(Comparison::kMobile, Mobile(pair));
  pattern.Set(Comparison::kBorn, Born(pair));
  pattern.Set(Comparison::kHome, Home(pair));
  pattern.Set(Comparison::kPass, Plain(pair[Kind::kPass]));
  return pattern;
}

}  // namespace garderobe::vault
