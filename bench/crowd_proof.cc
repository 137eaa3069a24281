// What an audited crowd costs: how much memory it takes to keep, how long its
// proof takes to make at the TTP and to verify at the auditor, and how much is
// shown. Rows pass through the converter, as those of clients do.
//
//   bench_crowd_proof [--rows N] [--kinds K]
//
// Times are processor time of one thread; the proof uses no more.
#include <malloc.h>

#include <CLI/CLI.hpp>
#include <iostream>

#include "bench/processor_time.h"
#include "core/audit/crowd_pages.h"
#include "nlohmann/json.hpp"
#include "ttp/conversion_fixture.h"
#include "ttp/crowd_prover.h"

namespace garderobe {
namespace {

using namespace ttp;

// Random points in place of identifiers: conversion looks at nothing else.
v1::RelationBatch BatchOf(size_t rows, uint32_t kinds) {
  v1::RelationBatch batch;
  batch.set_count(static_cast<uint32_t>(rows));
  for (size_t i = 0; i < rows; ++i) {
    batch.mutable_handles()->append(RandomElement().view().substr(0, 16));
    batch.add_kinds(kinds);
    batch.mutable_points_a()->append(RandomElement().view());
    batch.mutable_points_home()->append(RandomElement().view());
    for (int point = std::popcount(kinds); point > 0; --point) {
      batch.mutable_points_b()->append(RandomElement().view());
    }
  }
  return batch;
}

uint32_t FirstKinds(size_t count) {
  uint32_t kinds = 0;
  for (size_t kind = 0; kind < kKindCount && count > 0; ++kind) {
    if (!HasSlot(kind)) continue;
    kinds |= uint32_t{1} << kind;
    --count;
  }
  return kinds;
}

size_t HeapBytes() { return mallinfo2().uordblks; }

absl::Status Measure(size_t rows, size_t kinds) {
  const TtpKeys keys = RandomTtpKeys();
  const OtherParties others;
  boost::asio::thread_pool workers(1);
  const Converter converter(keys, 0, workers, /*keeps_traces=*/true);
  GARDEROBE_ASSIGN_OR_RETURN(const TtpParameters own,
                             TtpParameters::From(keys.Public(0)));
  const CrowdKeys published =
      CrowdKeys::From(own, others.vault, others.aggregator);
  GARDEROBE_ASSIGN_OR_RETURN(
      std::vector<ConvertedRelation> converted,
      converter.Convert("bench", BatchOf(rows, FirstKinds(kinds)),
                        others.keys()));
  // The traces count as well, which were made above: measured by copying them.
  const size_t before = HeapBytes();
  auto kept = std::make_shared<KeptCrowd>();
  for (const ConvertedRelation& one : converted) {
    kept->outputs.push_back(one.for_vault.value());
    kept->traces.push_back(std::make_unique<const RowTrace>(RowTrace{
        one.trace->row, one.trace->serials, WipedScalar::CopyOf(one.trace->q),
        WipedScalar::CopyOf(one.trace->q_home)}));
  }
  const size_t bytes = HeapBytes() - before;
  const double begin = bench::ThreadSeconds();
  GARDEROBE_ASSIGN_OR_RETURN(const ShownCrowd shown,
                             ProveKeptCrowd(keys, published, *kept));
  const double proved = bench::ThreadSeconds();
  GARDEROBE_RETURN_IF_ERROR(VerifyCrowdRows(shown, published));
  GARDEROBE_RETURN_IF_ERROR(VerifyCrowdHomes(shown, published));
  const double verified = bench::ThreadSeconds();
  size_t wire = HeadOf(shown).ByteSizeLong();
  for (size_t page = 0; page < CrowdPages(rows); ++page) {
    wire += PageOf(shown, page).ByteSizeLong();
  }
  std::cout << nlohmann::json{{"rows", rows},
                              {"kinds", kinds},
                              {"proved_seconds", proved - begin},
                              {"verified_seconds", verified - proved},
                              {"rows_proof_bytes", shown.proofs.rows.size()},
                              {"homes_proof_bytes", shown.proofs.homes.size()},
                              {"shown_bytes", wire},
                              {"kept_bytes", bytes},
                              {"kept_bytes_per_row", bytes / rows}}
                   .dump()
            << "\n";
  return absl::OkStatus();
}

}  // namespace
}  // namespace garderobe

int main(int argc, char** argv) {
  size_t rows = 500, kinds = 9;
  CLI::App app("what an audited crowd costs", "bench_crowd_proof");
  app.add_option("--rows", rows, "of the crowd")
      ->check(CLI::Range(size_t{1}, garderobe::kCrowdRowsMax));
  app.add_option("--kinds", kinds, "of each row")->check(CLI::Range(0, 19));
  CLI11_PARSE(app, argc, argv);
  const absl::Status status = garderobe::Measure(rows, kinds);
  if (status.ok()) return 0;
  std::cerr << status << "\n";
  return 1;
}
