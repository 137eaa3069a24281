#include "aggregator/publisher.h"

#include <sodium.h>

#include <algorithm>
#include <span>

#include "absl/container/flat_hash_set.h"
#include "core/catalogue/cube_format.h"
#include "core/geography/geography.h"
#include "spdlog/spdlog.h"

namespace garderobe::aggregator {
namespace {

constexpr std::string_view kUnconfirmedPrefix = "unconfirmed/";
constexpr std::string_view kCubePrefix = "cube/";

std::string Key(std::string_view prefix, std::string_view period) {
  return std::string(prefix) + std::string(period);
}

// What one person did in one population.
struct PersonCounts {
  int64_t visits = 0;
  int64_t tickets = 0;
  uint16_t delivered = 0;  // day of the relation that gave the municipality
  int16_t municipality = -1;
  std::vector<uint32_t> households;  // most persons have one

  void Take(const PersonCounts& other) {
    visits += other.visits;
    tickets += other.tickets;
    // The address delivered last is the one that counts; of one day, any, but
    // always the same.
    if (other.municipality >= 0 &&
        std::pair(other.delivered, other.municipality) >=
            std::pair(delivered, municipality)) {
      delivered = other.delivered;
      municipality = other.municipality;
    }
    for (uint32_t household : other.households) AddHousehold(household);
  }
  void AddHousehold(uint32_t household) {
    if (std::find(households.begin(), households.end(), household) ==
        households.end()) {
      households.push_back(household);
    }
  }
};
using People = absl::flat_hash_map<uint32_t, PersonCounts>;

int16_t MunicipalityFor(uint16_t pc4) {
  const int index = MunicipalityOf(pc4);
  if (index < 0) return -1;
  const Municipality& m = Municipalities()[static_cast<size_t>(index)];
  return m.residents >= kResidentsMin ? static_cast<int16_t>(index)
                                      : int16_t{-1};
}

// Fingerprint hashes, each computed once.
class Hashes {
 public:
  // Both outlive it.
  Hashes(const Aggregator& aggregator, const Aggregator::Moment& moment)
      : aggregator_(aggregator), moment_(moment) {}
  [[nodiscard]] absl::StatusOr<unsigned __int128> Of(Who who, uint32_t number) {
    auto& cache = who == Who::kPerson ? persons_ : households_;
    const auto found = cache.find(number);
    if (found != cache.end()) return found->second;
    GARDEROBE_ASSIGN_OR_RETURN(const Element pseudonym,
                               aggregator_.PseudonymOf(who, number, moment_));
    return cache[number] = FingerprintHash(key_, pseudonym);
  }

 private:
  const Aggregator& aggregator_;
  const Aggregator::Moment& moment_;
  const FingerprintKey key_ = FingerprintKey::Random();  // Kf, this snapshot's
  absl::flat_hash_map<uint32_t, unsigned __int128> persons_, households_;
};

[[nodiscard]] absl::StatusOr<ExactPopulation> CountPopulation(
    std::string population, const People& people, int64_t cap, Hashes& hashes) {
  ExactPopulation exact;
  exact.population = std::move(population);
  // Which households are already in: of the whole, and of a municipality.
  absl::flat_hash_set<uint64_t> seen;
  auto add = [&](ExactCell& cell, int municipality, uint32_t person,
                 const PersonCounts& counts) -> absl::Status {
    GARDEROBE_ASSIGN_OR_RETURN(const auto hash,
                               hashes.Of(Who::kPerson, person));
    cell.persons.Add(hash);
    cell.visits += std::min(counts.visits, cap);
    cell.tickets += std::min(counts.tickets, cap);
    for (uint32_t household : counts.households) {
      const uint64_t key =
          static_cast<uint64_t>(municipality + 1) << 32 | household;
      if (!seen.insert(key).second) continue;
      GARDEROBE_ASSIGN_OR_RETURN(const auto household_hash,
                                 hashes.Of(Who::kHousehold, household));
      cell.households.Add(household_hash);
    }
    return absl::OkStatus();
  };
  for (const auto& [person, counts] : people) {
    GARDEROBE_RETURN_IF_ERROR(add(exact.whole, -1, person, counts));
    if (counts.municipality < 0) continue;
    const auto code =
        Municipalities()[static_cast<size_t>(counts.municipality)].code;
    GARDEROBE_RETURN_IF_ERROR(add(exact.municipalities[std::string(code)],
                                  counts.municipality, person, counts));
  }
  return exact;
}

ReleaseCounts CountsOf(const v1::Cube& cube) {
  ReleaseCounts counts;
  for (const auto& cell : cube.cells()) {
    ++(cell.mark() == "p" || cell.mark() == "n" ? counts.withheld
                                                : counts.released);
  }
  return counts;
}

// From what is released: the number of visits by customers is that of the
// reach cell, so that nothing here depends on a true count of people.
v1::Coverage CoverageOf(std::span<const v1::CubeCell> released,
                        const std::string& population, uint32_t institutions,
                        uint32_t plain, uint64_t anonymous) {
  v1::Coverage coverage;
  coverage.set_population(population);
  coverage.set_institutions(institutions);
  coverage.set_plain_institutions(plain);
  for (const v1::CubeCell& cell : released) {
    if (cell.measure() != "visits" || cell.mark() == "p" ||
        cell.mark() == "n" || !cell.cell().starts_with("v1;reach;")) {
      continue;
    }
    const auto visits = static_cast<uint64_t>(cell.value());
    const uint64_t all = visits + anonymous;
    coverage.set_visits_share_percent(
        all == 0 ? 0 : static_cast<uint32_t>((200 * visits + all) / (2 * all)));
  }
  return coverage;
}

std::string NewSnapshotId(const Period& period) {
  std::string message("garderobe/snapshot/v1\0", 22);
  PutLengthPrefixed(message, period.text());
  PutLengthPrefixed(message, kCatalogueVersion);
  uint8_t nonce[32];
  randombytes_buf(nonce, sizeof nonce);
  message += AsView(nonce);
  std::string id(32, '\0');
  crypto_generichash(reinterpret_cast<uint8_t*>(id.data()), id.size(),
                     AsBytes(message).data(), message.size(), nullptr, 0);
  return id;
}

// BLAKE2b-256(salt || Ks): told before anything is counted.
std::string Commit(const NoiseKey& key) {
  std::string message(32, '\0');
  randombytes_buf(message.data(), message.size());
  message.append(reinterpret_cast<const char*>(key.ExposeSecret()), 32);
  const ScopedWipe wipe(message);
  std::string commitment(32, '\0');
  crypto_generichash(reinterpret_cast<uint8_t*>(commitment.data()),
                     commitment.size(), AsBytes(message).data(), message.size(),
                     nullptr, 0);
  return commitment;
}

}  // namespace

absl::StatusOr<v1::Cube> Publisher::Count(const Period& period) {
  const NoiseKey key = NoiseKey::Random();  // Ks; gone when this returns
  v1::Cube cube;
  cube.set_period(period.text());
  cube.set_catalogue(std::string(kCatalogueVersion));
  cube.set_snapshot(NewSnapshotId(period));
  cube.set_noise_commitment(Commit(key));
  spdlog::info("event=noise-committed period={} snapshot={} commitment={}",
               period.text(), ToHex(AsBytes(cube.snapshot())),
               ToHex(AsBytes(cube.noise_commitment())));
  const Protector protector(period, cube.snapshot(), key);
  std::vector<v1::CubeCell> cells;
  People nation;
  uint64_t anonymous = 0;
  uint32_t delivering = 0, delivering_plain = 0;
  const int64_t first = int64_t{period.first_day()} * 1440;
  const int64_t end = int64_t{period.end_day()} * 1440;
  GARDEROBE_ASSIGN_OR_RETURN(const Aggregator::Moment moment,
                             aggregator_.Now());
  Hashes hashes(aggregator_, moment);
  const auto known = institutions_.Get();
  for (const auto& [name, institution] : *known) {
    struct OfRelation {
      int64_t visits = 0, tickets = 0;
    };
    absl::flat_hash_map<uint32_t, OfRelation> by_relation;
    // Not from what counts: that the only visit was cancelled must not show.
    GARDEROBE_ASSIGN_OR_RETURN(const bool delivered,
                               aggregator_.HasDelivered(name, first, end));
    uint64_t anonymous_here = 0;
    GARDEROBE_RETURN_IF_ERROR(aggregator_.ForEachVisit(
        name, [&](const VisitRow& row, const Event& event) {
          if (event.starts_at < first || event.starts_at >= end) return;
          if (row.relation == 0) {
            ++anonymous_here;
            return;
          }
          auto& of = by_relation[row.relation];
          ++of.visits;
          of.tickets += row.quantity;
        }));
    People people;
    GARDEROBE_RETURN_IF_ERROR(aggregator_.ForEachRelation(
        name, moment, [&](uint32_t number, const Relation& relation) {
          const auto found = by_relation.find(number);
          if (found == by_relation.end()) return;
          PersonCounts one{found->second.visits,
                           found->second.tickets,
                           relation.delivered,
                           MunicipalityFor(relation.pc4),
                           {}};
          one.AddHousehold(moment.homes.Of(relation.person));
          people[relation.person].Take(one);
          by_relation.erase(found);
        }));
    // A customer of whom no relation is there is nobody, too.
    for (const auto& [number, of] : by_relation) {
      anonymous_here += static_cast<uint64_t>(of.visits);
    }
    GARDEROBE_ASSIGN_OR_RETURN(
        ExactPopulation exact,
        CountPopulation("institution=" + name, people, VisitCap(period.level()),
                        hashes));
    exact.delivered = delivered;
    delivering += delivered;
    const uint32_t plain = delivered && institution.plain() ? 1 : 0;
    delivering_plain += plain;
    anonymous += anonymous_here;
    const size_t first_cell = cells.size();
    protector.Add(exact, cells);
    *cube.add_coverage() =
        CoverageOf(std::span(cells).subspan(first_cell), exact.population,
                   delivered, plain, anonymous_here);
    for (const auto& [person, of] : people) nation[person].Take(of);
  }
  GARDEROBE_ASSIGN_OR_RETURN(
      ExactPopulation national,
      CountPopulation("national", nation, VisitCap(period.level()), hashes));
  national.delivered = delivering > 0;
  const size_t first_cell = cells.size();
  protector.Add(national, cells);
  *cube.add_coverage() =
      CoverageOf(std::span(cells).subspan(first_cell), national.population,
                 delivering, delivering_plain, anonymous);

  std::sort(cells.begin(), cells.end(), [](const auto& a, const auto& b) {
    return std::tie(a.cell(), a.measure()) < std::tie(b.cell(), b.measure());
  });
  std::vector<std::string> lines;
  for (auto& cell : cells) {
    lines.push_back(
        CanonicalLine(cell.cell(), cell.measure(), cell.value(), cell.mark()));
    *cube.add_cells() = std::move(cell);
  }
  cube.set_root(MerkleRoot(lines));
  return cube;
}

absl::StatusOr<Publisher::Published> Publisher::Publish(
    const Period& period, const CivilDate& today) {
  const MutexLock lock(&mutex_);
  Published result;
  Store& store = aggregator_.store();
  const auto stored = store.Get(kCubes, Key(kCubePrefix, period.text()));
  if (stored.ok()) {
    if (!result.cube.ParseFromString(*stored)) {
      return DataLoss("the cube of {} is damaged", period.text());
    }
    result.counts = CountsOf(result.cube);
    result.already_published = true;
    return result;
  }
  const int64_t opens = int64_t{period.end_day()} + grace_days_;
  if (DayNumber(today) < opens) {
    return FailedPrecondition(
        "{} can be published from {}", period.text(),
        ToIso(FromDayNumber(static_cast<int32_t>(opens))));
  }
  if (institutions_.Get()->empty()) {
    return FailedPrecondition("the register of institutions is empty");
  }
  GARDEROBE_ASSIGN_OR_RETURN(result.cube, Count(period));
  result.counts = CountsOf(result.cube);
  const auto& coverage = result.cube.coverage();
  if (std::none_of(coverage.begin(), coverage.end(),
                   [](const auto& c) { return c.institutions() > 0; })) {
    return FailedPrecondition("nothing was delivered for {}", period.text());
  }
  rocksdb::WriteBatch batch;
  batch.Put(store.family(kCubes), Key(kCubePrefix, period.text()),
            result.cube.SerializeAsString());
  batch.Put(store.family(kCubes), Key(kUnconfirmedPrefix, period.text()), "");
  GARDEROBE_RETURN_IF_ERROR(store.WriteAndSync(batch));
  spdlog::info("event=published period={} snapshot={} root={}", period.text(),
               ToHex(AsBytes(result.cube.snapshot())),
               ToHex(AsBytes(result.cube.root())));
  return result;
}

absl::StatusOr<std::vector<v1::Cube>> Publisher::Unconfirmed() {
  Store& store = aggregator_.store();
  std::vector<v1::Cube> cubes;
  const auto it = store.NewIterator(kCubes);
  for (it->Seek(AsSlice(kUnconfirmedPrefix));
       it->Valid() && it->key().starts_with(AsSlice(kUnconfirmedPrefix));
       it->Next()) {
    const auto period = AsView(it->key()).substr(kUnconfirmedPrefix.size());
    GARDEROBE_ASSIGN_OR_RETURN(const std::string bytes,
                               store.Get(kCubes, Key(kCubePrefix, period)));
    if (!cubes.emplace_back().ParseFromString(bytes)) {
      return DataLoss("the cube of {} is damaged", period);
    }
  }
  GARDEROBE_RETURN_IF_ERROR(FromRocks(it->status()));
  return cubes;
}

absl::Status Publisher::Confirm(const std::string& period) {
  rocksdb::WriteBatch batch;
  batch.Delete(aggregator_.store().family(kCubes),
               Key(kUnconfirmedPrefix, period));
  return aggregator_.store().Write(batch);
}

absl::Status Publisher::Reconcile(const std::set<std::string>& held) {
  Store& store = aggregator_.store();
  rocksdb::WriteBatch batch;
  const auto it = store.NewIterator(kCubes);
  for (it->Seek(AsSlice(kCubePrefix));
       it->Valid() && it->key().starts_with(AsSlice(kCubePrefix)); it->Next()) {
    const std::string period(AsView(it->key()).substr(kCubePrefix.size()));
    if (!held.contains(period)) {
      batch.Put(store.family(kCubes), Key(kUnconfirmedPrefix, period), "");
    }
  }
  GARDEROBE_RETURN_IF_ERROR(FromRocks(it->status()));
  return store.Write(batch);
}

}  // namespace garderobe::aggregator
