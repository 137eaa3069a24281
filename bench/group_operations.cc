// bench_group_operations: what the group operations of one relation with three
// identifiers cost by themselves, through the whole protocol and without
// verified conversion: bare libsodium calls, one thread, processor time.
//
// One table says how often each party calls what. When a party's code changes,
// its line here changes with it. Not counted, though libsodium does it too:
// the hashing before from_hash, handles, sealing, and the points that the
// vault draws at random for somebody whom it sees for the first time.
//
// With --beside it runs until standard input ends, little at a time, beside
// what it is compared with: a processor's speed is not the same from one
// second to the next, least of all on a shared machine.
#include <poll.h>
#include <sodium.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <iostream>
#include <map>
#include <string>
#include <vector>

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
  std::vector<double> seconds;  // a call, in each round
};

constexpr size_t kInputs = 64;
constexpr size_t kCallsPerRound = 32;  // some 6 ms for all operations
constexpr int kRounds = 200;           // when it runs by itself
constexpr int kPauseMs = 150;          // after a round, beside something else

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
      {"from_hash",
       &Counts::from_hash,
       [](size_t i) {
         return crypto_core_ristretto255_from_hash(result, hashes[i % kInputs]);
       },
       {}},
      {"random_scalar",
       &Counts::random_scalar,
       [](size_t) {
         crypto_core_ristretto255_scalar_random(result);
         return 0;
       },
       {}},
      {"base_multiplication",
       &Counts::base,
       [](size_t i) {
         return crypto_scalarmult_ristretto255_base(result, Scalar(i));
       },
       {}},
      {"multiplication",
       &Counts::multiply,
       [](size_t i) {
         return crypto_scalarmult_ristretto255(result, Scalar(i), Point(i));
       },
       {}},
      {"addition",
       &Counts::add,
       [](size_t i) {
         return crypto_core_ristretto255_add(result, Point(i), Point(i + 1));
       },
       {}},
      {"subtraction",
       &Counts::subtract,
       [](size_t i) {
         return crypto_core_ristretto255_sub(result, Point(i), Point(i + 1));
       },
       {}},
  }};
}

double ProcessorSeconds() {
  timespec now;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) +
         1e-9 * static_cast<double>(now.tv_nsec);
}

void Call(const Operation& operation, size_t i) {
  if (operation.call(i) == 0) return;
  std::fprintf(stderr, "%s failed\n", operation.name);
  std::exit(1);
}

void Measure(Operation& operation) {
  Call(operation, kInputs - 1);  // brings code and tables into the cache
  const double begin = ProcessorSeconds();
  for (size_t i = 0; i < kCallsPerRound; ++i) Call(operation, i);
  operation.seconds.push_back((ProcessorSeconds() - begin) / kCallsPerRound);
}

// Rounds that the machine's host interrupts are no part of it: what it takes
// away counts as processor time of whoever happens to run.
double Median(std::vector<double> values) {
  const auto middle =
      values.begin() + static_cast<ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

// Whether standard input has ended, after at most kPauseMs.
bool InputEnds() {
  pollfd input{STDIN_FILENO, POLLIN, 0};
  if (poll(&input, 1, kPauseMs) <= 0) return false;
  char ignored[64];
  return read(STDIN_FILENO, ignored, sizeof ignored) <= 0;
}

int Main(bool beside) {
  if (sodium_init() < 0) return 1;
  MakeInputs();
  auto operations = Operations();
  int rounds = 0;
  do {
    // In turns, so that a slow moment of the machine falls on all of them.
    for (Operation& operation : operations) Measure(operation);
    ++rounds;
  } while (beside ? !InputEnds() : rounds < kRounds);
  nlohmann::json told;
  std::map<std::string, double> by_party;
  double seconds_per_relation = 0;
  for (const Operation& operation : operations) {
    const double seconds = Median(operation.seconds);
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

int main(int argc, char** argv) {
  const bool beside = argc == 2 && std::string(argv[1]) == "--beside";
  if (argc != 1 && !beside) {
    std::cerr << "usage: bench_group_operations [--beside]\n";
    return 2;
  }
  return garderobe::bench::Main(beside);
}
