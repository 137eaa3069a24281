#include "bench/lab/prints.h"

#include <algorithm>
#include <functional>
#include <initializer_list>
#include <numeric>
#include <span>
#include <utility>

namespace garderobe::bench {
namespace {

constexpr uint32_t SetOf(std::initializer_list<Kind> kinds) {
  uint32_t set = 0;
  for (const Kind kind : kinds) set |= uint32_t{1} << static_cast<size_t>(kind);
  return set;
}
constexpr uint32_t kBorn = SetOf(
    {Kind::kNameBirthdate, Kind::kEmailBirthyear, Kind::kBirthdatePostcode,
     Kind::kNamesBirthdate, Kind::kSurnameBirthdate, Kind::kBirthdateStreet,
     Kind::kBirthdateCity});
// That two relations have one birth date.
constexpr uint32_t kOneBirthDate = SetOf(
    {Kind::kNameBirthdate, Kind::kBirthdatePostcode, Kind::kNamesBirthdate,
     Kind::kSurnameBirthdate, Kind::kBirthdateStreet});
constexpr uint32_t kLives = SetOf({Kind::kNameAddress, Kind::kInitialsAddress,
                                   Kind::kNamesAddress, Kind::kNamesStreet});
constexpr uint32_t kBornAndLives = SetOf({Kind::kBirthdatePostcode});

uint64_t Mix(uint64_t hash, uint64_t value) {
  hash ^= value + 0x9e3779b97f4a7c15 + (hash << 6) + (hash >> 2);
  hash = (hash ^ (hash >> 30)) * 0xbf58476d1ce4e5b9;
  hash = (hash ^ (hash >> 27)) * 0x94d049bb133111eb;
  return hash ^ (hash >> 31);
}
// Of a multiset.
uint64_t HashOf(std::vector<uint64_t> values) {
  std::sort(values.begin(), values.end());
  return std::accumulate(values.begin(), values.end(), values.size(), Mix);
}

using Numbers = std::vector<uint32_t>;
using Prints = std::vector<uint64_t>;  // by person

// Relations by person, or persons by company: members of each of `count`
// sets, one after another.
class Sets {
 public:
  Sets(const Numbers& set_of, size_t count)
      : begins_(count + 1), members_(set_of.size()) {
    for (const uint32_t set : set_of) ++begins_[set + 1];
    std::partial_sum(begins_.begin(), begins_.end(), begins_.begin());
    std::vector<size_t> next(begins_);
    for (size_t i = 0; i < set_of.size(); ++i) {
      members_[next[set_of[i]]++] = static_cast<uint32_t>(i);
    }
  }
  size_t size() const { return begins_.size() - 1; }
  std::span<const uint32_t> of(size_t set) const {
    return {members_.data() + begins_[set], begins_[set + 1] - begins_[set]};
  }

 private:
  std::vector<size_t> begins_;
  Numbers members_;
};

// What one side knows of a relation beside others of the same person.
struct Side {
  // Bits: 1 a birth date, 2 an address, 4 anything, 8 birth date and postcode.
  std::function<uint32_t(uint32_t relation)> shown;
  std::function<bool(uint32_t a, uint32_t b)> same_birth, same_home;
};

// Relations of the person that agree with `relation`, itself among them; where
// the kinds are padded, one is as good as none.
uint64_t Agreeing(std::span<const uint32_t> of_person, uint32_t relation,
                  const std::function<bool(uint32_t, uint32_t)>& same) {
  uint64_t count = 0;
  for (const uint32_t other : of_person) {
    count += other == relation || same(relation, other) ? 1 : 0;
  }
  return count > 1 ? count : 0;
}

struct OwnPrints {
  Prints count, shown, agreeing;
};
OwnPrints PrintsOf(const Sets& relations_of, const Side& side) {
  OwnPrints prints;
  for (size_t person = 0; person < relations_of.size(); ++person) {
    const auto own = relations_of.of(person);
    std::vector<uint64_t> shown, agreeing;
    for (const uint32_t relation : own) {
      shown.push_back(side.shown(relation));
      agreeing.push_back(shown.back() |
                         Agreeing(own, relation, side.same_birth) << 8 |
                         Agreeing(own, relation, side.same_home) << 32);
    }
    prints.count.push_back(own.size());
    prints.shown.push_back(HashOf(std::move(shown)));
    prints.agreeing.push_back(HashOf(std::move(agreeing)));
  }
  return prints;
}

// Everybody's own print together with those of their company.
Prints WithCompany(const Prints& own, const Sets& companies) {
  Prints prints(own.size());
  for (size_t company = 0; company < companies.size(); ++company) {
    std::vector<uint64_t> all;
    for (const uint32_t person : companies.of(company)) {
      all.push_back(own[person]);
    }
    const uint64_t together = HashOf(std::move(all));
    for (const uint32_t person : companies.of(company)) {
      prints[person] = Mix(own[person], together);
    }
  }
  return prints;
}

// Persons by what unites them; everybody is in one set.
class Union {
 public:
  explicit Union(size_t persons) : parent_(persons) {
    std::iota(parent_.begin(), parent_.end(), 0);
  }
  uint32_t Root(uint32_t x) {
    while (parent_[x] != x) x = parent_[x] = parent_[parent_[x]];
    return x;
  }
  void Unite(uint32_t a, uint32_t b) { parent_[Root(a)] = Root(b); }
  Sets Take() {
    Numbers set_of;
    for (uint32_t x = 0; x < parent_.size(); ++x) set_of.push_back(Root(x));
    return Sets(set_of, parent_.size());
  }

 private:
  Numbers parent_;
};

// Who holds a token of `kinds` together with whom, of those that the vault has
// not set aside.
Sets CompaniesAtVault(const LabRelations& relations, const Links& links,
                      uint32_t kinds) {
  constexpr size_t kHoldersMax = 60;  // as Linker
  Union united(links.persons);
  std::vector<std::pair<uint64_t, uint32_t>> held;
  for (size_t kind = 0; kind < kKindCount; ++kind) {
    if ((kinds >> kind & 1) == 0 || !HasSlot(kind)) continue;
    held.clear();
    for (size_t i = 0; i < relations.size(); ++i) {
      if (relations.tokens[kind][i] == 0) continue;
      held.emplace_back(relations.tokens[kind][i], links.person_of[i]);
    }
    std::sort(held.begin(), held.end());
    for (size_t at = 0; at < held.size();) {
      size_t end = at + 1;
      while (end < held.size() && held[end].first == held[at].first) ++end;
      if (end - at <= kHoldersMax) {
        for (size_t i = at + 1; i < end; ++i) {
          united.Unite(held[at].second, held[i].second);
        }
      }
      at = end;
    }
  }
  return united.Take();
}

// Who lives together: the household of the relation that shows one and has the
// latest visit (aggregator/people/homes.h).
Sets Households(const LabRelations& relations, const Links& links) {
  std::vector<std::pair<uint16_t, uint64_t>> home(links.persons, {0, 0});
  for (size_t i = 0; i < relations.size(); ++i) {
    if (relations.household[i] == 0) continue;
    auto& of_person = home[links.person_of[i]];
    of_person = std::max(of_person,
                         {relations.latest_visit[i], relations.household[i]});
  }
  std::vector<std::pair<uint64_t, uint32_t>> by_home;
  for (uint32_t person = 0; person < links.persons; ++person) {
    if (home[person].second != 0) {
      by_home.emplace_back(home[person].second, person);
    }
  }
  std::sort(by_home.begin(), by_home.end());
  Union united(links.persons);
  for (size_t i = 1; i < by_home.size(); ++i) {
    if (by_home[i].first == by_home[i - 1].first) {
      united.Unite(by_home[i].second, by_home[i - 1].second);
    }
  }
  return united.Take();
}

Joined Compare(const Prints& vault, const Prints& aggregator) {
  auto alone = [](const Prints& prints) {
    std::vector<std::pair<uint64_t, uint32_t>> all, single;
    for (uint32_t person = 0; person < prints.size(); ++person) {
      all.emplace_back(prints[person], person);
    }
    std::sort(all.begin(), all.end());
    for (size_t i = 0; i < all.size(); ++i) {
      const bool like_last = i > 0 && all[i - 1].first == all[i].first;
      const bool like_next =
          i + 1 < all.size() && all[i + 1].first == all[i].first;
      if (!like_last && !like_next) single.push_back(all[i]);
    }
    return single;
  };
  const auto ours = alone(vault), theirs = alone(aggregator);
  Joined joined;
  joined.persons = vault.size();
  joined.alone = ours.size();
  for (const auto& [print, person] : ours) {
    const auto same = std::lower_bound(theirs.begin(), theirs.end(),
                                       std::pair<uint64_t, uint32_t>(print, 0));
    if (same == theirs.end() || same->first != print) continue;
    ++joined.claimed;
    joined.right += same->second == person ? 1 : 0;
  }
  return joined;
}

Side VaultSide(const LabRelations& relations, uint32_t padding) {
  auto agree = [&relations](uint32_t kinds) {
    return [&relations, kinds](uint32_t a, uint32_t b) {
      for (size_t kind = 0; kind < kKindCount; ++kind) {
        if ((kinds >> kind & 1) != 0 && relations.Shows(kind, a) &&
            relations.tokens[kind][a] == relations.tokens[kind][b]) {
          return true;
        }
      }
      return false;
    };
  };
  return {.shown =
              [&relations, padding](uint32_t relation) {
                uint32_t kinds = 0;
                for (size_t kind = 0; kind < kKindCount; ++kind) {
                  if (relations.Shows(kind, relation)) {
                    kinds |= uint32_t{1} << kind;
                  }
                }
                kinds &= ~padding;
                return ((kinds & kBorn) != 0 ? 1u : 0) |
                       ((kinds & kLives) != 0 ? 2u : 0) |
                       (kinds != 0 || padding != 0 ? 4u : 0) |
                       ((kinds & kBornAndLives) != 0 ? 8u : 0);
              },
          .same_birth = agree(kOneBirthDate),
          .same_home = agree(kLives)};
}

// As much of what the aggregator knows as has a counterpart at the vault.
Side AggregatorSide(const LabRelations& relations, uint32_t padding) {
  const uint32_t visible = ((kBorn & ~padding) != 0 ? 1u : 0) |
                           ((kLives & ~padding) != 0 ? 2u : 0) | 4u |
                           ((kBornAndLives & ~padding) != 0 ? 8u : 0);
  return {.shown =
              [&relations, visible, padding](uint32_t relation) {
                const bool born = relations.birth_year[relation] != 0;
                const bool lives = relations.household[relation] != 0;
                bool anything = padding != 0;
                for (size_t kind = 0; kind < kKindCount; ++kind) {
                  anything |= relations.Shows(kind, relation);
                }
                return visible &
                       ((born ? 1u : 0) | (lives ? 2u : 0) |
                        (anything ? 4u : 0) |
                        (born && relations.pc4[relation] != 0 ? 8u : 0));
              },
          .same_birth =
              [&relations](uint32_t a, uint32_t b) {
                return relations.birth_year[a] != 0 &&
                       relations.birth_year[a] == relations.birth_year[b];
              },
          .same_home =
              [&relations](uint32_t a, uint32_t b) {
                return relations.household[a] != 0 &&
                       relations.household[a] == relations.household[b];
              }};
}

}  // namespace

JoinedBy Join(const LabRelations& relations, const Links& links,
              uint32_t padding) {
  const Sets relations_of(links.person_of, links.persons);
  const OwnPrints vault = PrintsOf(relations_of, VaultSide(relations, padding));
  const OwnPrints aggregator =
      PrintsOf(relations_of, AggregatorSide(relations, padding));
  const Sets households = Households(relations, links);
  const Prints at_home = WithCompany(aggregator.agreeing, households);
  auto company = [&](uint32_t kinds) {
    return WithCompany(vault.agreeing,
                       CompaniesAtVault(relations, links, kinds));
  };
  return {.count = Compare(vault.count, aggregator.count),
          .shown = Compare(vault.shown, aggregator.shown),
          .agreeing = Compare(vault.agreeing, aggregator.agreeing),
          .home = Compare(company(kLives), at_home),
          .company = Compare(company(kSlotKinds), at_home),
          .homes = Compare(WithCompany(vault.agreeing, households), at_home)};
}

}  // namespace garderobe::bench
