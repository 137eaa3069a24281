// Counts, with the truth in hand, how relations of one person, of one family
// and of strangers agree: the weights that vaultd starts with. Plays all
// parties, as bench_linked_customers does.
//
//   bench_label_weights DEPLOYMENT < truth.csv
//
// truth.csv: institution,customer_id,person,household, with a header. Prints a
// file for linking.model. Pairs that share a token are counted; of the others,
// all strangers, it is known how many there are.
#include <iostream>
#include <map>
#include <optional>
#include <set>
#include <unordered_map>

#include "bench/vault_names.h"
#include "vault/link/match_model.h"
#include "vault/link/records.h"

namespace garderobe {
namespace {

using namespace vault;

struct Who {
  std::string person, household;
};

class Truth {
 public:
  explicit Truth(std::string deployment) : deployment_(std::move(deployment)) {}

  absl::Status Read(std::istream& in) {
    std::string line, institution;
    std::getline(in, line);
    std::optional<bench::VaultNames> names;
    while (std::getline(in, line)) {
      std::string fields[4];
      size_t field = 0;
      for (char c : line) {
        if (c == ',' && field < 3) {
          ++field;
        } else {
          fields[field].push_back(c);
        }
      }
      if (fields[0] != institution) {
        institution = fields[0];
        GARDEROBE_ASSIGN_OR_RETURN(
            auto read, bench::VaultNames::Of(deployment_, institution));
        names.emplace(std::move(read));
      }
      const VaultHandle handle = names->HandleOf(fields[1]);
      who_[GetBigEndian<RelationId>(handle.view().data())] = {fields[2],
                                                              fields[3]};
    }
    return absl::OkStatus();
  }
  // 0 one person, 1 one family, 2 strangers.
  size_t ClassOf(RelationId a, RelationId b) const {
    const Who &x = who_.at(a), &y = who_.at(b);
    return x.person == y.person ? 0 : x.household == y.household ? 1 : 2;
  }
  // Ordered pairs of one person, and of one family besides.
  std::pair<double, double> Pairs() const {
    std::map<std::string, double> persons, households;
    for (const auto& [id, who] : who_) {
      ++persons[who.person];
      ++households[who.household];
    }
    double same = 0, home = 0;
    for (const auto& [name, n] : persons) same += n * (n - 1);
    for (const auto& [name, n] : households) home += n * (n - 1);
    return {same, home - same};
  }
  size_t size() const { return who_.size(); }
  bool knows(RelationId id) const { return who_.contains(id); }

 private:
  const std::string deployment_;
  std::unordered_map<RelationId, Who> who_;
};

absl::Status Run(const std::string& deployment) {
  Truth truth(deployment);
  GARDEROBE_RETURN_IF_ERROR(truth.Read(std::cin));
  GARDEROBE_ASSIGN_OR_RETURN(const auto store,
                             Store::OpenToRead(deployment + "/vault/data/store",
                                               kFamilyNames, kStoreOptions));
  std::unordered_map<RelationId, Evidence> relations;
  std::unordered_map<Fingerprint, std::vector<RelationId>> holders;
  const auto it = store->NewIterator(kRelations);
  for (it->SeekToFirst(); it->Valid(); it->Next()) {
    RelationRecord record;
    if (!Decode(AsView(it->value()), &record)) return Damaged();
    const auto id = GetBigEndian<RelationId>(it->key().data());
    if (!truth.knows(id)) continue;
    relations[id] = record.evidence();
    for (const HeldToken& held : record.tokens) {
      if (!held.set_aside) holders[held.fingerprint].push_back(id);
    }
  }
  double counts[3][kComparisonCount][kLevelCount] = {};
  double comparable[kComparisonCount] = {};
  const Evidence* some = nullptr;
  for (const auto& [id, evidence] : relations) {
    some = &evidence;
    // Against oneself everything is equal, and what is missing shows.
    const Pattern own = Compare(evidence, evidence);
    for (size_t c = 0; c < kComparisonCount; ++c) {
      comparable[c] += own.level(static_cast<Comparison>(c)) != Level::kMissing;
    }
    std::set<RelationId> others;
    for (uint64_t fingerprint : evidence) {
      if (fingerprint == 0) continue;
      for (RelationId other : holders[fingerprint]) others.insert(other);
    }
    others.erase(id);
    for (RelationId other : others) {
      const Pattern pattern = Compare(evidence, relations[other]);
      const size_t of = truth.ClassOf(id, other);
      for (size_t c = 0; c < kComparisonCount; ++c) {
        ++counts[of][c][static_cast<size_t>(
            pattern.level(static_cast<Comparison>(c)))];
      }
    }
  }
  if (some == nullptr) return FailedPrecondition("there is nothing");
  const auto n = static_cast<double>(relations.size());
  MatchParameters p = MatchParameters::Default();
  const MatchParameters guess = p;
  const auto [same, family] = truth.Pairs();
  p.prior_same = same / (n * (n - 1));
  p.prior_family = family / (n * (n - 1));
  LevelProbabilities* const tables[] = {&p.same, &p.family};
  const LevelProbabilities* const guesses[] = {&guess.same, &guess.family};
  for (size_t of = 0; of < 2; ++of) {
    for (size_t c = 0; c < kComparisonCount; ++c) {
      double total = 5;
      for (size_t l = 1; l < kLevelCount; ++l) total += counts[of][c][l];
      for (size_t l = 1; l < kLevelCount; ++l) {
        (*tables[of])[c][l] =
            (counts[of][c][l] + 5 * (*guesses[of])[c][l]) / total;
      }
    }
  }
  for (size_t c = 0; c < kComparisonCount; ++c) {
    const double share = comparable[c] / n;
    const double pairs = std::max(1.0, n * (n - 1) * share * share);
    for (size_t l = 1; l + 1 < kLevelCount; ++l) {
      p.stranger[c][l] = (counts[2][c][l] + 0.5) / pairs;
    }
    p.stranger[c][static_cast<size_t>(Level::kDiffers)] = 1;
  }
  std::cerr << fmt::format(
      "{} relations; one person {:.2f} others, one family "
      "{:.2f}\n",
      relations.size(), same / n, family / n);
  for (size_t c = 0; c < kComparisonCount; ++c) {
    for (size_t l = 1; l < kLevelCount; ++l) {
      std::cerr << fmt::format(
          "{:9} {:10} same {:9.0f} family {:9.0f} strangers {:9.0f}\n",
          ComparisonName(static_cast<Comparison>(c)),
          LevelName(static_cast<Level>(l)), counts[0][c][l], counts[1][c][l],
          counts[2][c][l]);
    }
  }
  std::cout << p.ToToml();
  return absl::OkStatus();
}

}  // namespace
}  // namespace garderobe

int main(int argc, char** argv) {
  if (argc != 2) {
    std::cerr << "bench_label_weights DEPLOYMENT < truth.csv\n";
    return 2;
  }
  const absl::Status status = garderobe::Run(argv[1]);
  if (!status.ok()) std::cerr << garderobe::Message(status) << "\n";
  return status.ok() ? 0 : 1;
}
