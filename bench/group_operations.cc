// bench_group_operations: what the group operations of one relation cost by
// themselves, through the whole protocol and without verified conversion: bare
// libsodium calls, one thread, processor time. Prints for each party what a
// relation costs it, and what each token of the relation adds: an identifier
// or a match key.
//
// Two tables say how often each party calls what, for a relation that shows an
// address. When a party's code changes, its lines here change with it. Not
// counted, though libsodium does it too: the hashing before from_hash, handles,
// sealing, scalars that the vault derives, what the rounds carry, and the
// points that the vault draws at random for somebody whom it sees for the first
// time.
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
#include <iostream>
#include <string>
#include <vector>

#include "bench/processor_time.h"
#include "nlohmann/json.hpp"

namespace garderobe::bench {
namespace {

constexpr int kAnswers = 2;  // ciphertexts a relation: person and household

struct Counts {
  int from_hash = 0;      // crypto_core_ristretto255_from_hash
  int random_scalar = 0;  // crypto_core_ristretto255_scalar_random
  int base = 0;           // crypto_scalarmult_ristretto255_base
  int multiply = 0;       // crypto_scalarmult_ristretto255
  int add = 0;            // crypto_core_ristretto255_add
  int subtract = 0;       // crypto_core_ristretto255_sub
};
struct Party {
  const char* name;
  Counts relation, token;
};

constexpr std::array<Party, 5> kParties = {{
    // core/identifiers/encrypt.cc, EncryptIdentifiers: r, A = r*G; D = M + r*Y
    // of the address, M from a hash; for each token M from a hash, r*Y,
    // B = M + r*Y.
    {"client",
     {.from_hash = 1, .random_scalar = 1, .base = 1, .multiply = 1, .add = 1},
     {.from_hash = 1, .multiply = 1, .add = 1}},
    // core/conversion/convert.cc, ConvertRow: q, q', q2. A' = s*A + q*G, v*A;
    // A_h = h*A + q'*G, (h*u)*A, h*D + q'*(Y[home] + Z) and the difference;
    // R = a*M, M from a hash, and its encryption (q2*G, R + q2*Z). For each
    // token s*B + q*Y, less v*A.
    {"ttp, to the vault",
     {.from_hash = 1,
      .random_scalar = 3,
      .base = 3,
      .multiply = 8,
      .add = 4,
      .subtract = 1},
     {.multiply = 2, .add = 1, .subtract = 1}},
    // core/conversion/open.h, OpenToken: for each token X = B' - y*A'.
    // RaiseHome: w*A_h + r2*G, w*D_h, (w*y)*A_h, r2*Z, a sum and a difference.
    // vault/vault.cc, LinkRelations: (r1*G, P + r1*Z). r1 and r2 are derived.
    {"vault",
     {.base = 2, .multiply = 5, .add = 3, .subtract = 1},
     {.multiply = 1, .subtract = 1}},
    // core/conversion/convert.cc, ConvertAnswer: for each ciphertext q,
    // t*A + q*G, t*B + q*Z.
    {"ttp, to the aggregator",
     {.random_scalar = kAnswers,
      .base = kAnswers,
      .multiply = 3 * kAnswers,
      .add = 2 * kAnswers},
     {}},
    // aggregator/aggregator.cc, Decrypt: for each ciphertext B - z*A.
    {"aggregator", {.multiply = kAnswers, .subtract = kAnswers}, {}},
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

void Call(const Operation& operation, size_t i) {
  if (operation.call(i) == 0) return;
  std::fprintf(stderr, "%s failed\n", operation.name);
  std::exit(1);
}

void Measure(Operation& operation) {
  Call(operation, kInputs - 1);  // brings code and tables into the cache
  const double begin = ThreadSeconds();
  for (size_t i = 0; i < kCallsPerRound; ++i) Call(operation, i);
  operation.seconds.push_back((ThreadSeconds() - begin) / kCallsPerRound);
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
  nlohmann::json microseconds, parties;
  for (const Operation& operation : operations) {
    microseconds[operation.name] = 1e6 * Median(operation.seconds);
  }
  for (const Party& party : kParties) {
    double relation = 0, token = 0;
    for (const Operation& operation : operations) {
      const double seconds = Median(operation.seconds);
      relation += party.relation.*operation.count * seconds;
      token += party.token.*operation.count * seconds;
    }
    parties[party.name] = {{"relation_seconds", relation},
                           {"token_seconds", token}};
  }
  std::cout << nlohmann::json{{"parties", parties},
                              {"operations", microseconds}}
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
