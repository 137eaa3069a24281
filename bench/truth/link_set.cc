// How well a set with a known truth is linked: its files go through the
// client's normalisation and the vault's linker.
//
//   bench_link_set --truth truth.csv [OPTIONS] orders.csv...
//
// Prints CSV: one line with the weights for --population, one with those that
// are estimated on the set. --keys: the same without each of the match keys in
// turn. --wrong: instead, how the pairs agree that were linked wrongly, or
// missed. --label: instead, the weights that the truth gives, as TOML.
#include <sodium.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iostream>

#include "bench/truth/delivered.h"
#include "bench/truth/judged.h"
#include "vault/link/estimate.h"

namespace garderobe::bench {
namespace {

using namespace vault;

struct Options {
  std::vector<std::string> files, without;
  std::string truth, model, found;
  uint64_t population = kPopulationDefault;
  bool keys = false, wrong = false, label = false;
};

std::string Words(Pattern pattern) {
  std::string words;
  for (size_t c = 0; c < kComparisonCount; ++c) {
    const auto comparison = static_cast<Comparison>(c);
    if (pattern.level(comparison) == Level::kMissing) continue;
    if (!words.empty()) words.push_back(' ');
    words += fmt::format("{}={}", ComparisonName(comparison),
                         LevelName(pattern.level(comparison)));
  }
  return words;
}

void PrintWrong(const Judged& judged, const MatchModel& model) {
  struct Line {
    Pattern pattern;
    Judged::Pairs pairs;
    uint64_t wrong;
  };
  std::vector<Line> lines;
  for (const auto& [bits, pairs] : judged.PairsByPattern()) {
    lines.push_back({Pattern::From(bits), pairs,
                     pairs[Judged::kPerson][0] + pairs[Judged::kHousehold][1] +
                         pairs[Judged::kStrangers][1]});
  }
  std::stable_sort(lines.begin(), lines.end(),
                   [](auto& a, auto& b) { return a.wrong > b.wrong; });
  std::cout << "bits,identity_bits,person_missed,person_linked,"
               "household_apart,household_linked,strangers_apart,"
               "strangers_linked,agreement\n";
  std::cout << fmt::format("# {} persons, {} at least\n",
                           judged.quality().persons, judged.PersonsAtLeast());
  const auto nothing = judged.ShareNothing();
  std::cout << fmt::format(",,{},{},,,,,nothing shared\n", nothing[0],
                           nothing[1]);
  for (const Line& line : lines) {
    if (line.wrong == 0) break;
    std::cout << fmt::format(
        "{:.1f},{:.1f},{},{},{},{},{},{},{}\n", model.MatchBits(line.pattern),
        model.IdentityBits(line.pattern), line.pairs[0][0], line.pairs[0][1],
        line.pairs[1][0], line.pairs[1][1], line.pairs[2][0], line.pairs[2][1],
        Words(line.pattern));
  }
}

// Both weights, one after the other: another model links again what is stored.
absl::Status Try(const Options& options, const Delivered& data,
                 std::string_view name, uint32_t kinds,
                 const std::string& folder) {
  std::filesystem::remove_all(folder);
  MatchParameters weights = MatchParameters::ForPopulation(options.population);
  if (!options.model.empty()) {
    GARDEROBE_ASSIGN_OR_RETURN(weights, MatchParameters::Read(options.model));
  }
  double tokens = 0;
  for (const LinkRow& row : data.rows) {
    for (const Token& token : row.tokens) {
      tokens += kinds >> static_cast<unsigned>(token.kind) & 1;
    }
  }
  for (const bool estimated : {false, true}) {
    GARDEROBE_ASSIGN_OR_RETURN(const auto linker,
                               Linker::Open(folder, {.model = weights}));
    GARDEROBE_RETURN_IF_ERROR(estimated ? linker->RelinkAll()
                                        : LinkAll(data, kinds, *linker));
    GARDEROBE_ASSIGN_OR_RETURN(const Judged judged,
                               Judged::Of(linker->store(), data));
    if (options.label) {
      std::cout << judged.Weights(weights).ToToml();
      return absl::OkStatus();
    }
    if (options.wrong) {
      std::cout << (estimated ? "\n# estimated\n" : "# given\n");
      PrintWrong(judged, MatchModel(weights));
    } else {
      if (!options.found.empty()) {
        std::ofstream out(options.found +
                          (estimated ? ".estimated" : ".given"));
        judged.WriteFound(out);
      }
      const Quality q = judged.quality();
      std::cout << fmt::format(
          "{},{},{:.2f},{},{},{},{:.4f},{:.4f},{:.4f},{:.4f}\n", name,
          estimated ? "estimated" : "given",
          tokens / static_cast<double>(data.rows.size()), q.relations,
          q.persons, q.found, q.persons_ratio(), q.precision, q.recall, q.f1());
      std::cout.flush();
    }
    if (estimated) break;
    const auto counts = CountPatterns(linker->store(), 1'000'000);
    if (absl::IsFailedPrecondition(counts.status())) {
      std::cerr << Message(counts.status()) << "\n";
      break;  // only the weights that were given
    }
    GARDEROBE_RETURN_IF_ERROR(counts.status());
    weights = EstimateParameters(*counts, weights).parameters;
  }
  return absl::OkStatus();
}

absl::StatusOr<uint32_t> KindsWithout(const std::vector<std::string>& names) {
  uint32_t left = kAllKinds;
  for (const std::string& name : names) {
    size_t kind = 0;
    while (kind < kKindCount && KindName(static_cast<Kind>(kind)) != name) {
      ++kind;
    }
    if (kind == kKindCount) return InvalidArgument("there is no kind {}", name);
    left &= ~(uint32_t{1} << kind);
  }
  return left;
}

absl::Status Run(const Options& options, const std::string& folder) {
  Delivered data;
  for (const std::string& file : options.files) {
    GARDEROBE_RETURN_IF_ERROR(ReadOrders(file, &data));
  }
  GARDEROBE_RETURN_IF_ERROR(ReadTruth(options.truth, &data));
  GARDEROBE_ASSIGN_OR_RETURN(const uint32_t kinds,
                             KindsWithout(options.without));
  if (!options.wrong && !options.label) {
    std::cout << "without,weights,tokens,relations,persons,found,"
                 "persons_ratio,precision,recall,f1\n";
  }
  const std::string name =
      options.without.empty()
          ? "nothing"
          : fmt::format("{}", fmt::join(options.without, " "));
  GARDEROBE_RETURN_IF_ERROR(Try(options, data, name, kinds, folder));
  if (!options.keys) return absl::OkStatus();
  for (size_t kind = kIdentifierKindCount; kind < kKindCount; ++kind) {
    GARDEROBE_RETURN_IF_ERROR(Try(options, data,
                                  KindName(static_cast<Kind>(kind)),
                                  kinds & ~(uint32_t{1} << kind), folder));
  }
  return Try(options, data, "all match keys",
             (uint32_t{1} << kIdentifierKindCount) - 1, folder);
}

}  // namespace
}  // namespace garderobe::bench

int main(int argc, char** argv) {
  CLI::App app("how well a set with a known truth is linked");
  garderobe::bench::Options options;
  app.add_option("files", options.files, "orders, in the default columns")
      ->required();
  app.add_option("--truth", options.truth, "who is who")->required();
  app.add_option("--population", options.population,
                 "people that the given weights are for");
  app.add_option("--model", options.model,
                 "a file of weights, instead of those for a population");
  app.add_option("--without", options.without, "kinds to leave out together")
      ->delimiter(',');
  app.add_flag("--keys", options.keys, "also without each match key in turn");
  app.add_flag("--wrong", options.wrong,
               "how wrong and missed pairs agree, instead");
  app.add_option("--found", options.found,
                 "also write who was found to be whom to FILE.given and "
                 "FILE.estimated");
  app.add_flag("--label", options.label,
               "the weights that the truth gives, instead");
  CLI11_PARSE(app, argc, argv);
  if (sodium_init() < 0) return 1;
  std::string folder =
      std::filesystem::temp_directory_path() / "garderobe-link-set-XXXXXX";
  if (mkdtemp(folder.data()) == nullptr) return 1;
  const absl::Status status = garderobe::bench::Run(options, folder + "/store");
  std::filesystem::remove_all(folder);
  if (status.ok()) return 0;
  std::cerr << "bench_link_set: " << garderobe::Message(status) << "\n";
  return 1;
}
