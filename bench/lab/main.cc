// What vault and aggregator can join in a whole country, in one process and
// without group operations: tokens are hashes of what the client's own
// normalisation makes of a simulated country's customers.
//
//   bench_join [--persons 150000] [--link none,birth,all] [--crowds]
//              [--folder DIR] > join.json
//
// For each padding: how many persons stand alone in what both parties store,
// and what the group operations cost; for those of --link how well the vault
// still links, and how large its store is. Persons are whom the vault finds
// without padding; where --link lacks `none`, who they are. With --crowds, who
// is alone in the crowds in which their relations came. docs/performance.md
// tells what it has measured.
#include <sodium.h>
#include <sys/resource.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <filesystem>
#include <iostream>

#include "bench/lab/crowds.h"
#include "bench/lab/links.h"
#include "bench/lab/prints.h"
#include "bench/lab/relations.h"
#include "bench/operation_timer.h"
#include "core/identifiers/padding.h"
#include "nlohmann/json.hpp"

namespace garderobe::bench {
namespace {

// The scale model (docs/simulation.md).
constexpr double kVisitsPerPerson = 17.9, kPersonsPerInstitution = 1e7 / 2928;
constexpr uint32_t kInstitutionsMin = 8;
constexpr double kRelationsOfCountry = 40e6;
// Multiplications a relation that a proof of every batch would take, towards
// the vault (protocol.md, 8, Not built): least and most.
constexpr double kProofTtp[] = {19, 45}, kProofVault[] = {8.5, 52};
constexpr int kTimerRounds = 60;

struct Options {
  client::SimulateOptions country;
  std::vector<std::string> link{"none", "birth", "all"};
  bool crowds = false;
  std::string folder;
};

void Tell(const std::string& what) { std::cerr << what << std::endl; }

nlohmann::json JsonOf(const Joined& joined) {
  return {{"alone", joined.alone},
          {"claimed", joined.claimed},
          {"right", joined.right}};
}

double CoreHours(double seconds_a_relation) {
  return seconds_a_relation * kRelationsOfCountry / 3600;
}

// What one padding costs in group operations, for the whole country.
nlohmann::json CostOf(const OperationTimer& timer, double tokens_each) {
  nlohmann::json cost;
  double all = 0;
  for (const PartyTimes& party : timer.Parties()) {
    const double hours =
        CoreHours(party.relation_seconds + party.token_seconds * tokens_each);
    cost["core_hours"][party.name] = hours;
    all += hours;
  }
  cost["core_hours"]["together"] = all;
  cost["multiplications_a_relation"] = 22 + 4 * tokens_each;
  return cost;
}

nlohmann::json ProofCost(const OperationTimer& timer) {
  const double each = 1e-6 * timer.Microseconds("multiplication");
  return {
      {"ttp", {CoreHours(kProofTtp[0] * each), CoreHours(kProofTtp[1] * each)}},
      {"vault",
       {CoreHours(kProofVault[0] * each), CoreHours(kProofVault[1] * each)}}};
}

nlohmann::json CrowdsOf(const LabRelations& relations, const Links& links) {
  nlohmann::json all = nlohmann::json::array();
  for (const bool first_only : {true, false}) {
    for (const uint32_t wait : {60u, 1440u}) {
      for (const size_t rows : {size_t{500}, size_t{4000}}) {
        const Crowds crowds = PlayCrowds(
            relations, links, {.rows = rows, .wait_minutes = wait}, first_only);
        all.push_back({{"first_only", first_only},
                       {"wait_minutes", wait},
                       {"gather_rows", rows},
                       {"crowds", crowds.crowds},
                       {"rows", crowds.rows},
                       {"crowds_of_one_person", crowds.alone_in_crowd},
                       {"persons", crowds.persons},
                       {"in_several", crowds.several},
                       {"in_several_alone", crowds.several_alone},
                       {"in_one_alone", crowds.single_alone}});
        Tell(all.back().dump());
      }
    }
  }
  return all;
}

void AddLinking(const LabRelations& relations, const Links& links,
                nlohmann::json& of) {
  of["persons_linked"] = links.persons;
  of["precision"] = links.precision;
  of["recall"] = links.recall;
  of["store_bytes_a_relation"] = static_cast<double>(links.store_bytes) /
                                 static_cast<double>(relations.size());
  of["linking_seconds"] = links.processor_seconds;
}

nlohmann::json JoinsOf(const JoinedBy& joined) {
  return {
      {"count", JsonOf(joined.count)},       {"shown", JsonOf(joined.shown)},
      {"agreeing", JsonOf(joined.agreeing)}, {"home", JsonOf(joined.home)},
      {"company", JsonOf(joined.company)},   {"homes", JsonOf(joined.homes)}};
}

absl::StatusOr<nlohmann::json> Play(const Options& options,
                                    const OperationTimer& timer) {
  Tell("making the country");
  const LabRelations relations = MakeRelations(options.country);
  nlohmann::json result{
      {"persons_of_country", options.country.persons},
      {"institutions", options.country.institutions},
      {"seed", options.country.seed},
      {"relations", relations.size()},
      {"sendings", relations.sendings.size()},
      {"multiplication_microseconds", timer.Microseconds("multiplication")},
      {"proof_of_every_batch_core_hours", ProofCost(timer)}};
  auto by_name = [&](const std::string& name) {
    return LinkByVault(relations, PaddedKinds(name),
                       options.folder + "/" + name);
  };
  const auto& link = options.link;
  Links links = TrueLinks(relations);
  if (std::find(link.begin(), link.end(), "none") != link.end()) {
    Tell(fmt::format("linking {} relations", relations.size()));
    GARDEROBE_ASSIGN_OR_RETURN(links, by_name("none"));
    AddLinking(relations, links, result["padding"]["none"]);
  }
  result["persons"] = links.persons;
  result["persons_by"] = links.by_vault ? "vault" : "truth";
  for (const std::string name : {"none", "birth", "all"}) {
    const uint32_t padding = PaddedKinds(name);
    nlohmann::json& of = result["padding"][name];
    of["tokens_a_relation"] = relations.TokensEach(padding);
    of.update(CostOf(timer, relations.TokensEach(padding)));
    of["joined"] = JoinsOf(Join(relations, links, padding));
    Tell(fmt::format("padding {}: {}", name, of.dump()));
  }
  if (options.crowds) result["crowds"] = CrowdsOf(relations, links);
  for (const std::string& name : link) {
    if (name == "none") continue;
    Tell(fmt::format("linking with padding {}", name));
    GARDEROBE_ASSIGN_OR_RETURN(const Links padded, by_name(name));
    AddLinking(relations, padded, result["padding"][name]);
    Tell(result["padding"][name].dump());
  }
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  result["peak_mib"] = usage.ru_maxrss >> 10;
  return result;
}

int Main(int argc, char** argv) {
  Options options;
  CLI::App app("what vault and aggregator can join in a whole country");
  options.country.persons = 150'000;
  options.country.institutions = 0;
  app.add_option("--persons", options.country.persons, "of the country")
      ->check(CLI::Range(1000, 20'000'000));
  app.add_option("--institutions", options.country.institutions,
                 "0: as in the scale model, at least 8")
      ->check(CLI::Range(0, 60'000));
  app.add_option("--seed", options.country.seed, "of the country");
  app.add_option("--link", options.link,
                 "paddings with which the vault's linker is played")
      ->delimiter(',')
      ->check(CLI::IsMember({"none", "birth", "all"}));
  app.add_flag("--crowds", options.crowds, "play the TTP's crowds, too");
  app.add_option("--folder", options.folder,
                 "where stores are made; a temporary folder unless told");
  CLI11_PARSE(app, argc, argv);
  if (sodium_init() < 0) return 1;
  auto& country = options.country;
  country.visits = static_cast<uint64_t>(static_cast<double>(country.persons) *
                                         kVisitsPerPerson);
  if (country.institutions == 0) {
    country.institutions =
        std::max(kInstitutionsMin,
                 static_cast<uint32_t>(static_cast<double>(country.persons) /
                                       kPersonsPerInstitution));
  }
  std::string made =
      (options.folder.empty() ? std::filesystem::temp_directory_path()
                              : std::filesystem::path(options.folder)) /
      "garderobe-join-XXXXXX";
  if (mkdtemp(made.data()) == nullptr) {
    std::cerr << "bench_join: no folder for the stores can be made there\n";
    return 1;
  }
  options.folder = made;
  OperationTimer timer;
  for (int i = 0; i < kTimerRounds; ++i) timer.Round();
  const auto result = Play(options, timer);
  std::error_code ignored;
  std::filesystem::remove_all(made, ignored);
  if (!result.ok()) {
    std::cerr << "bench_join: " << Message(result.status()) << "\n";
    return 1;
  }
  std::cout << result->dump(2) << "\n";
  return 0;
}

}  // namespace
}  // namespace garderobe::bench

int main(int argc, char** argv) { return garderobe::bench::Main(argc, argv); }
