#include "aggregator/publish/publisher.h"

#include <sodium.h>

#include <algorithm>
#include <cstdint>
#include <exception>
#include <memory>
#include <optional>
#include <string_view>
#include <tuple>

#include "aggregator/ledger/removed_before.h"
#include "aggregator/publish/population_count.h"
#include "core/base/hash.h"
#include "core/catalogue/cube_format.h"
#include "core/catalogue/cube_root.h"
#include "spdlog/spdlog.h"

namespace garderobe::aggregator {
namespace {

constexpr std::string_view kUnconfirmedPrefix = "unconfirmed/";
constexpr std::string_view kCubePrefix = "cube/";
constexpr std::string_view kPopulationPrefix = "population/";

std::string Key(std::string_view prefix, std::string_view period) {
  return std::string(prefix) + std::string(period);
}

std::string PopulationKey(int year) {
  return Key(kPopulationPrefix, std::to_string(year));
}

// What the members of the nation did, put together.
struct Nation {
  PersonCountMap people;
  Protector::CoverageCounts visits;
  std::vector<Delivered> delivered;
  uint32_t plain = 0;  // of those that delivered

  void Take(const v1::Register::Institution& institution,
            const InstitutionCount& count) {
    if (!count.delivered) return;
    delivered.push_back({OwnerOf(institution), count.visits,
                         static_cast<uint64_t>(count.visits_of_people)});
    plain += institution.plain();
    visits.all += static_cast<int64_t>(count.visits);
    visits.with_customer += count.visits_of_people;
    for (const auto& [person, counts] : count.people) {
      people[person].Take(counts);
    }
  }
};

ReleaseCounts CountsOf(const v1::Cube& cube) {
  ReleaseCounts counts;
  for (const auto& cell : cube.cells()) {
    ++(cell.mark() == "p" || cell.mark() == "n" ? counts.withheld
                                                : counts.released);
  }
  return counts;
}

std::string NewSnapshotId(const Period& period) {
  std::string message("garderobe/snapshot/v1\0", 22);
  PutLengthPrefixed(message, period.text());
  PutLengthPrefixed(message, kCatalogueVersion);
  uint8_t nonce[32];
  randombytes_buf(nonce, sizeof nonce);
  message += AsView(nonce);
  return AsString(Hash(message).bytes());
}

// BLAKE2b-256(salt || Ks): told before anything is counted.
std::string Commit(const NoiseKey& key) {
  uint8_t salt[32];
  const ScopedWipe wipe(salt, sizeof salt);
  randombytes_buf(salt, sizeof salt);
  Hasher hasher(Digest256::kBytes);
  hasher.Add(salt).Add({key.ExposeSecret(), NoiseKey::kBytes});
  Digest256 commitment;
  hasher.Finish(commitment.mutable_data());
  return AsString(commitment.bytes());
}

}  // namespace

absl::StatusOr<v1::Cube> Publisher::Count(const Period& period,
                                          const Institutions& institutions,
                                          const Counted& who) {
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
  GARDEROBE_ASSIGN_OR_RETURN(const Moment moment, aggregator_.moments().Take());
  Hashes hashes(aggregator_.moments(), moment);
  const int64_t cap = VisitCap(period.level());
  std::vector<v1::CubeCell> cells;
  Nation nation;
  for (const auto& [name, institution] : institutions) {
    if (!IsInForceWithin(institution,
                         {period.first_day(), period.end_day() - 1})) {
      continue;
    }
    GARDEROBE_ASSIGN_OR_RETURN(
        const InstitutionCount count,
        CountInstitution(aggregator_.moments(), name, period, moment));
    GARDEROBE_ASSIGN_OR_RETURN(
        ExactPopulation exact,
        CountPopulation("institution=" + name, count.people, cap, hashes));
    exact.delivered = count.delivered;
    if (count.delivered && who.kept_from.at(name) > period.first_day()) {
      // Part of it may be gone: what is left would be another set of people.
      protector.Withhold(exact.population, cells);
    } else {
      protector.Add(exact, cells);
    }
    // Nothing of one institution that its own deliveries do not tell: a share
    // of its visits would show when a stranger objects.
    v1::Coverage* const coverage = cube.add_coverage();
    coverage->set_population(exact.population);
    coverage->set_institutions(count.delivered);
    coverage->set_plain_institutions(count.delivered && institution.plain());
    coverage->set_members(1);
    coverage->set_members_hash(MembersHash({name}));
    if (std::binary_search(who.members.begin(), who.members.end(), name)) {
      nation.Take(institution, count);
    }
  }
  GARDEROBE_ASSIGN_OR_RETURN(
      ExactPopulation exact,
      CountPopulation("national", nation.people, cap, hashes));
  exact.delivered = !nation.delivered.empty();
  const std::string_view why_withheld = WhyWithheld(nation.delivered);
  v1::Coverage* const coverage = cube.add_coverage();
  if (!exact.delivered) {
    protector.Add(exact, cells);
  } else if (!why_withheld.empty()) {
    spdlog::info("event=nation-withheld period={} reason={}", period.text(),
                 why_withheld);
    protector.Withhold(exact.population, cells);
  } else {
    protector.Add(exact, cells);
    const auto share = protector.VisitsShare(exact, nation.visits);
    if (share) coverage->set_visits_share_percent(*share);
    const auto homeless = protector.PersonsShare(exact, "persons_without_home",
                                                 exact.without_home);
    if (homeless) coverage->set_persons_without_home_percent(*homeless);
    const auto address_only = protector.PersonsShare(
        exact, "persons_address_only", exact.address_only);
    if (address_only) coverage->set_persons_address_only_percent(*address_only);
  }
  coverage->set_population(exact.population);
  coverage->set_institutions(static_cast<uint32_t>(nation.delivered.size()));
  coverage->set_plain_institutions(nation.plain);
  coverage->set_members(static_cast<uint32_t>(who.members.size()));
  coverage->set_left_out(who.left_out);
  coverage->set_members_hash(MembersHash(who.members));

  std::sort(cells.begin(), cells.end(), [](const auto& a, const auto& b) {
    return std::tie(a.cell(), a.measure()) < std::tie(b.cell(), b.measure());
  });
  for (auto& cell : cells) *cube.add_cells() = std::move(cell);
  cube.set_root(CubeRoot(cube));
  return cube;
}

absl::StatusOr<Population> Publisher::PopulationOf(
    int year, const Institutions& institutions) const {
  const auto stored = aggregator_.store().Get(kCubes, PopulationKey(year));
  if (stored.status().code() == absl::StatusCode::kNotFound) {
    return PopulationOfYear(institutions, year, grace_days_);
  }
  GARDEROBE_RETURN_IF_ERROR(stored.status());
  Population population;
  if (!Decode(*stored, &population)) {
    return DataLoss("the population of {} is damaged", year);
  }
  return population;
}

absl::Status Publisher::CheckOverlap(
    const Period& period, const std::vector<std::string>& members) const {
  const std::string hash = MembersHash(members);
  const std::string prefix = Key(kCubePrefix, std::to_string(period.year()));
  const auto it = aggregator_.store().NewIterator(kCubes);
  for (it->Seek(prefix); it->Valid() && it->key().starts_with(prefix);
       it->Next()) {
    v1::Cube cube;
    if (!cube.ParseFromString(it->value().ToString())) {
      return DataLoss("a published cube is damaged");
    }
    GARDEROBE_ASSIGN_OR_RETURN(const Period other,
                               Period::Parse(cube.period()));
    if (other.end_day() <= period.first_day() ||
        period.end_day() <= other.first_day()) {
      continue;
    }
    for (const v1::Coverage& coverage : cube.coverage()) {
      if (coverage.population() != "national" ||
          coverage.members_hash() == hash) {
        continue;
      }
      return FailedPrecondition(
          "{} is published of {} institutions, and {} would be of {}: the "
          "difference of the two would tell of those that have left since. "
          "Publish periods that share no day with it, or put back what the "
          "register said",
          cube.period(), coverage.members(), period.text(), members.size());
    }
  }
  return FromRocks(it->status());
}

absl::StatusOr<Publisher::Counted> Publisher::WhoCounts(
    const Period& period, const Population& population,
    const Institutions& institutions, const CivilDate& today) const {
  if (population.is_first_year && period.level() != Period::Level::kYear) {
    return FailedPrecondition(
        "no agreement was in force on {0}-01-01: of the first year only the "
        "year as a whole is published; publish {0} when it is over",
        period.year());
  }
  Counted who;
  who.members = StillMembers(population, institutions, period.year());
  who.left_out = population.left_out;
  for (const auto& [name, institution] : institutions) {
    GARDEROBE_ASSIGN_OR_RETURN(const int32_t removed_before,
                               RemovedBefore(aggregator_.store(), name));
    who.kept_from[name] = KeptFrom(institution, today, removed_before);
  }
  GARDEROBE_RETURN_IF_ERROR(CheckRetention(period, who.members, who.kept_from));
  GARDEROBE_RETURN_IF_ERROR(CheckOverlap(period, who.members));
  return who;
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
  const auto institutions = institutions_.Get();
  if (institutions->empty()) {
    return FailedPrecondition("the register of institutions is empty");
  }
  GARDEROBE_ASSIGN_OR_RETURN(const Population population,
                             PopulationOf(period.year(), *institutions));
  GARDEROBE_ASSIGN_OR_RETURN(
      const Counted who, WhoCounts(period, population, *institutions, today));
  GARDEROBE_ASSIGN_OR_RETURN(result.cube, Count(period, *institutions, who));
  result.counts = CountsOf(result.cube);
  const auto& coverage = result.cube.coverage();
  if (std::none_of(coverage.begin(), coverage.end(),
                   [](const auto& c) { return c.institutions() > 0; })) {
    return FailedPrecondition("nothing was delivered for {}", period.text());
  }
  rocksdb::WriteBatch batch;
  // From the year's first publication on, nothing that the register says
  // later adds anybody to it.
  batch.Put(store.family(kCubes), PopulationKey(period.year()),
            Encode(population));
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
