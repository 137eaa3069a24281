// What linking by itself takes, and how that grows: relations of an invented
// population go through the vault's linker, without network and without group
// operations, which are timed beside it for comparison.
//
//   bench_linking --relations 2000000 [--folder DIR] > growth.csv
//
// --identifiers-only leaves the match keys out, for comparison.
//
// A person has four relations on average, as the targets have it, in random
// order; e-mail, mobile, birth date and address are shown as often as in the
// simulated country, and one relation in twenty shows one of them wrongly.
// Tokens are hashes: to the linker they are opaque, and a hash to the group
// would cost more than what is measured.
#include <sodium.h>
#include <sys/resource.h>

#include <CLI/CLI.hpp>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <random>

#include "bench/processor_time.h"
#include "vault/link/linker.h"

namespace garderobe {
namespace {

using namespace vault;
using Clock = std::chrono::steady_clock;

constexpr size_t kBatch = 500;
constexpr uint64_t kRelationsOfPerson = 4;
// Of client, TTP, vault and aggregator together (bench/operation_timer.cc).
constexpr double kRelationMultiplications = 22, kTokenMultiplications = 4;

// What a kind is made of (docs/identifiers.md).
enum Field : uint32_t {
  kMail = 1,
  kPhone = 2,
  kName = 4,
  kBirth = 8,
  kHouse = 16
};
struct Made {
  Kind kind;
  uint32_t of;
};
constexpr Made kMade[] = {
    {Kind::kEmail, kMail},
    {Kind::kMobile, kPhone},
    {Kind::kNameBirthdate, kName | kBirth},
    {Kind::kNameAddress, kName | kHouse},
    {Kind::kEmailInitial, kMail | kName},
    {Kind::kEmailFirst, kMail | kName},
    {Kind::kEmailNames, kMail | kName},
    {Kind::kEmailBirthyear, kMail | kBirth},
    {Kind::kEmailLocal, kMail},
    {Kind::kMobileInitial, kPhone | kName},
    {Kind::kMobileFirst, kPhone | kName},
    {Kind::kBirthdatePostcode, kBirth | kHouse},
    {Kind::kBirthdateStreet, kBirth | kHouse},
    {Kind::kSurnameBirthdate, kName | kBirth},
    {Kind::kNamesBirthdate, kName | kBirth},
    {Kind::kInitialsAddress, kName | kHouse},
    {Kind::kNamesAddress, kName | kHouse},
    {Kind::kNamesStreet, kName | kHouse},
};

class Population {
 public:
  Population(uint64_t persons, uint64_t seed, bool identifiers_only)
      : persons_(persons), identifiers_only_(identifiers_only), random_(seed) {}

  LinkRow Next() {
    const uint64_t person = random_() % persons_;
    uint32_t shows = kName;
    if (random_() % 100 < 96) shows |= kMail;
    if (random_() % 100 < 42) shows |= kPhone;
    if (random_() % 100 < 36) shows |= kBirth;
    if (random_() % 100 < 51) shows |= kHouse;
    const uint32_t wrong =
        random_() % 20 == 0 ? uint32_t{1} << random_() % 5 : 0;
    const uint64_t slip = random_();
    LinkRow row;
    row.handle = VaultHandle::From(Hash("handle", ++made_, 0).substr(0, 16));
    row.reference = Hash("reference", made_, 0) + Hash("reference", made_, 1);
    for (const Made& kind : kMade) {
      if ((kind.of & ~shows) != 0) continue;
      if (identifiers_only_ &&
          static_cast<size_t>(kind.kind) >= kIdentifierKindCount) {
        continue;
      }
      row.tokens.push_back(
          {kind.kind, Element::From(Hash(KindName(kind.kind), person,
                                         (kind.of & wrong) != 0 ? slip : 0))});
    }
    tokens_ += row.tokens.size();
    return row;
  }
  uint64_t tokens() const { return tokens_; }

 private:
  static std::string Hash(std::string_view what, uint64_t who, uint64_t slip) {
    std::string text(what);
    PutBigEndian(text, who);
    PutBigEndian(text, slip);
    std::string hash(Element::kBytes, '\0');
    crypto_generichash(reinterpret_cast<uint8_t*>(hash.data()), hash.size(),
                       AsBytes(text).data(), text.size(), nullptr, 0);
    return hash;
  }

  const uint64_t persons_;
  const bool identifiers_only_;
  std::mt19937_64 random_;
  uint64_t made_ = 0, tokens_ = 0;
};

// What one multiplication takes: a few at a time, as long as the measuring
// goes on, because a core's speed differs from second to second.
class Multiplications {
 public:
  Multiplications() {
    crypto_core_ristretto255_random(point_);
    crypto_core_ristretto255_scalar_random(scalar_);
  }
  void Time() {
    constexpr int kAtOnce = 20;
    const double begin = bench::ThreadSeconds();
    for (int i = 0; i < kAtOnce; ++i) {
      failed_ |= crypto_scalarmult_ristretto255(out_, scalar_, point_) != 0;
    }
    seconds_ += bench::ThreadSeconds() - begin;
    count_ += kAtOnce;
  }
  // The mean since the last call.
  double Microseconds() {
    const double mean = failed_ ? 0 : seconds_ * 1e6 / count_;
    seconds_ = count_ = 0;
    return mean;
  }

 private:
  uint8_t point_[32], scalar_[32], out_[32];
  double seconds_ = 0, count_ = 0;
  bool failed_ = false;
};

uint64_t ResidentBytes() {
  std::ifstream in("/proc/self/statm");
  uint64_t pages = 0, resident = 0;
  in >> pages >> resident;
  return resident * 4096;
}
uint64_t FolderBytes(const std::string& folder) {
  uint64_t bytes = 0;
  for (const auto& file :
       std::filesystem::recursive_directory_iterator(folder)) {
    if (file.is_regular_file()) bytes += file.file_size();
  }
  return bytes;
}
double ProcessorSeconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  auto seconds = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) / 1e6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

absl::Status Measure(uint64_t relations, uint64_t persons,
                     bool identifiers_only, const std::string& folder) {
  GARDEROBE_ASSIGN_OR_RETURN(auto linker,
                             Linker::Open(folder, Linker::Options()));
  Multiplications multiplications;
  Population population(persons, 7, identifiers_only);
  std::cout << "relations,persons,microseconds_a_relation,"
               "processor_microseconds,of_group_operations_percent,"
               "disk_bytes_a_relation,resident_mib\n";
  uint64_t next = std::min<uint64_t>(relations, 50'000);
  double wall = 0, processor = 0, whole = 0, whole_group = 0;
  uint64_t done = 0, since = 0, tokens = 0;
  while (done < relations) {
    std::vector<LinkRow> rows;
    for (size_t i = 0; i < kBatch; ++i) rows.push_back(population.Next());
    multiplications.Time();
    const auto begin = Clock::now();
    const double used = ProcessorSeconds();
    GARDEROBE_RETURN_IF_ERROR(linker->Link(rows).status());
    wall += std::chrono::duration<double>(Clock::now() - begin).count();
    processor += ProcessorSeconds() - used;
    done += rows.size();
    since += rows.size();
    if (done < next && done < relations) continue;
    const double group =
        multiplications.Microseconds() *
        (kRelationMultiplications +
         kTokenMultiplications *
             static_cast<double>(population.tokens() - tokens) /
             static_cast<double>(since));
    whole += processor;
    whole_group += group * static_cast<double>(since) / 1e6;
    const LinkCounts counts = linker->counts();
    const double each = wall * 1e6 / static_cast<double>(since);
    const double each_processor = processor * 1e6 / static_cast<double>(since);
    std::cout << fmt::format(
        "{},{},{:.1f},{:.1f},{:.1f},{},{}\n", counts.relations, counts.persons,
        each, each_processor, 100 * each_processor / group,
        FolderBytes(folder) / std::max<uint64_t>(counts.relations, 1),
        ResidentBytes() >> 20);
    std::cout.flush();
    wall = processor = 0;
    since = 0;
    tokens = population.tokens();
    next *= 2;
  }
  GARDEROBE_RETURN_IF_ERROR(linker->store().ForgetOrder());
  const LinkCounts counts = linker->counts();
  const auto stored = static_cast<double>(counts.relations);
  std::cerr << fmt::format(
      "in all {:.1f} processor microseconds a relation, {:.1f} % of group "
      "operations\n{:.2f} tokens a relation, {:.2f} of them not seen before\n"
      "written again, bytes of disk a relation: {}\n",
      whole * 1e6 / stored, 100 * whole / whole_group,
      static_cast<double>(population.tokens()) / stored,
      static_cast<double>(counts.tokens) / stored,
      FolderBytes(folder) / counts.relations);
  for (size_t family = 0; family < kFamilyNames.size(); ++family) {
    uint64_t bytes = 0;
    linker->store().db().GetIntProperty(
        linker->store().family(family),
        rocksdb::DB::Properties::kTotalSstFilesSize, &bytes);
    std::cerr << fmt::format("  {:9} {:6.1f}\n", kFamilyNames[family],
                             static_cast<double>(bytes) / stored);
  }
  return absl::OkStatus();
}

}  // namespace
}  // namespace garderobe

int main(int argc, char** argv) {
  CLI::App app("what linking takes, and how that grows");
  uint64_t relations = 400'000, persons = 0;
  std::string folder;
  bool identifiers_only = false;
  app.add_flag("--identifiers-only", identifiers_only, "without match keys");
  app.add_option("--relations", relations, "how many are linked");
  app.add_option("--persons", persons,
                 "how many there are; a quarter of the relations unless told");
  app.add_option("--folder", folder,
                 "an empty folder for the store; a temporary one unless told");
  CLI11_PARSE(app, argc, argv);
  if (sodium_init() < 0) return 1;
  const bool temporary = folder.empty();
  if (temporary) {
    std::string made =
        std::filesystem::temp_directory_path() / "garderobe-linking-XXXXXX";
    if (mkdtemp(made.data()) == nullptr) return 1;
    folder = made;
  }
  if (persons == 0) {
    persons = std::max<uint64_t>(relations / garderobe::kRelationsOfPerson, 1);
  }
  const absl::Status status =
      garderobe::Measure(relations, persons, identifiers_only, folder);
  if (temporary) std::filesystem::remove_all(folder);
  if (status.ok()) return 0;
  std::cerr << "bench_linking: " << garderobe::Message(status) << "\n";
  return 1;
}
