// bench_group_operations: what the group operations of one relation with three
// identifiers cost by themselves, through the whole protocol and without
// verified conversion: bare libsodium calls, one thread, processor time.
//
// One table says how often each party calls what. When a party's code changes,
// its line here changes with it. Not counted, though libsodium does it too:
// the hashing before from_hash, handles, sealing, and the points that the
// vault draws at random for somebody whom it sees for the first time.
#include <sodium.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <iostream>
#include <map>
#include <string>

#include "nlohmann/json.hpp"

namespace garderobe::bench {
namespace {

constexpr int kKinds = 3;    // identifiers of the relation
constexpr int kAnswers = 2;  // ciphertexts a relation: person and household

struct Counts {
  const char* party;
  int from_hash = 0;      // crypto_core_ristretto255_from_hash
  int random_scalar = 0;  // crypto_core_ristretto255_scalar_random
  int base = 0;           // crypto_scalarmult_ristretto255_base
  int multiply = 0;       // crypto_scalarmult_ristretto255
  int add = 0;            // crypto_core_ristretto255_add
  int subtract = 0;       // crypto_core_ristretto255_sub
};

constexpr std::array<Counts, 5> kParties = {{
    // client/batches.cc, BuildRelationBatch: r, A = r*G; for each kind
    // M from a hash, r*Y, B = M + r*Y.
    {"client", kKinds, 1, 1, kKinds, kKinds, 0},
    // ttp/converter.cc, Convert: q; A' = s*A + q*G; for each kind
    // B' = s*B + q*Y (core/group/elgamal.h, ShuffleA and ShuffleB).
    {"ttp, to the vault", 0, 1, 1, 1 + 2 * kKinds, 1 + kKinds, 0},
    // vault/vault.cc, OpenRows: for each kind X = B' - y*A' (Decrypt). Then
    // LinkRelations, for person and household each: r, r*G, r*Z, P + r*Z
    // (EncryptFresh).
    {"vault", 0, kAnswers, kAnswers, kKinds + kAnswers, kAnswers, kKinds},
    // ttp/converter.cc, ConvertPseudonyms: for each ciphertext q,
    // t*A + q*G, t*B + q*Z (ShuffleFresh).
    {"ttp, to the aggregator", 0, kAnswers, kAnswers, 3 * kAnswers,
     2 * kAnswers, 0},
    // aggregator/aggregator.cc, Decrypt: for each ciphertext B - z*A.
    {"aggregator", 0, 0, 0, kAnswers, 0, kAnswers},
}};

struct Operation {
  const char* name;
  int Counts::*count;
  int (*call)(size_t i);
  double seconds = 0;  // of all rounds
};

constexpr size_t kInputs = 64;
constexpr int kRounds = 100;
constexpr int kCallsPerRound = 64;

// Inputs are made before anything is measured.
uint8_t scalars[kInputs][32], points[kInputs][32], hashes[kInputs][64];
uint8_t result[32];

void MakeInputs() {
  for (size_t i = 0; i < kInputs; ++i) {
    crypto_core_ristretto255_scalar_random(scalars[i]);
    crypto_core_ristretto255_random(points[i]);
    randombytes_buf(hashes[i], sizeof hashes[i]);
  }
}

const uint8_t* Scalar(size_t i) { return scalars[i % kInputs]; }
const uint8_t* Point(size_t i) { return points[i % kInputs]; }

std::array<Operation, 6> Operations() {
  return {{
      {"from_hash", &Counts::from_hash,
       [](size_t i) {
         return crypto_core_ristretto255_from_hash(result,
                                                   hashes[i % kInputs]);
       }},
      {"random_scalar", &Counts::random_scalar,
       [](size_t) {
         crypto_core_ristretto255_scalar_random(result);
         return 0;
       }},
      {"base_multiplication", &Counts::base,
       [](size_t i) {
         return crypto_scalarmult_ristretto255_base(result, Scalar(i));
       }},
      {"multiplication", &Counts::multiply,
       [](size_t i) {
         return crypto_scalarmult_ristretto255(result, Scalar(i), Point(i));
       }},
      {"addition", &Counts::add,
       [](size_t i) {
         return crypto_core_ristretto255_add(result, Point(i), Point(i + 1));
       }},
      {"subtraction", &Counts::subtract,
       [](size_t i) {
         return crypto_core_ristretto255_sub(result, Point(i), Point(i + 1));
       }},
  }};
}

double ProcessorSeconds() {
  timespec now;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) +
         1e-9 * static_cast<double>(now.tv_nsec);
}

void Measure(Operation& operation) {
  const double begin = ProcessorSeconds();
  for (size_t i = 0; i < kCallsPerRound; ++i) {
    if (operation.call(i) != 0) {
      std::fprintf(stderr, "%s failed\n", operation.name);
      std::exit(1);
    }
  }
  operation.seconds += ProcessorSeconds() - begin;
}

int Main() {
  if (sodium_init() < 0) return 1;
  MakeInputs();
  auto operations = Operations();
  // In turns, so that a slow moment of the machine falls on all of them.
  for (int round = 0; round < kRounds; ++round) {
    for (Operation& operation : operations) Measure(operation);
  }
  nlohmann::json told;
  std::map<std::string, double> by_party;
  double seconds_per_relation = 0;
  for (const Operation& operation : operations) {
    const double seconds = operation.seconds / (kRounds * kCallsPerRound);
    int count = 0;
    for (const Counts& party : kParties) {
      count += party.*operation.count;
      by_party[party.party] += party.*operation.count * seconds;
    }
    told[operation.name] = {{"per_relation", count},
                            {"microseconds", 1e6 * seconds}};
    seconds_per_relation += count * seconds;
  }
  std::cout << nlohmann::json{{"seconds_per_relation", seconds_per_relation},
                              {"seconds_by_party", by_party},
                              {"operations", told}}
                   .dump()
            << "\n";
  return 0;
}

}  // namespace
}  // namespace garderobe::bench

int main() { return garderobe::bench::Main(); }
