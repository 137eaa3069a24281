#include "bench/operation_timer.h"

#include <sodium.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>

#include "bench/processor_time.h"

namespace garderobe::bench {
namespace {

constexpr int kAnswers = 2;  // ciphertexts a relation: person and household

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

constexpr size_t kInputs = 64;
constexpr size_t kCallsPerRound = 32;  // some 6 ms for all operations

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

std::array<OperationTimer::Operation, 6> Operations() {
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

void Call(const OperationTimer::Operation& operation, size_t i) {
  if (operation.call(i) == 0) return;
  std::fprintf(stderr, "%s failed\n", operation.name);
  std::exit(1);
}

void Measure(OperationTimer::Operation& operation) {
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

}  // namespace

OperationTimer::OperationTimer() : operations_(Operations()) { MakeInputs(); }

void OperationTimer::Round() {
  // In turns, so that a slow moment of the machine falls on all of them.
  for (Operation& operation : operations_) Measure(operation);
}

double OperationTimer::Microseconds(std::string_view name) const {
  for (const Operation& operation : operations_) {
    if (operation.name == name) return 1e6 * Median(operation.seconds);
  }
  return 0;
}

std::vector<PartyTimes> OperationTimer::Parties() const {
  std::vector<PartyTimes> all;
  for (const Party& party : kParties) {
    PartyTimes& times = all.emplace_back(PartyTimes{party.name});
    for (const Operation& operation : operations_) {
      const double seconds = Median(operation.seconds);
      times.relation_seconds += party.relation.*operation.count * seconds;
      times.token_seconds += party.token.*operation.count * seconds;
    }
  }
  return all;
}

}  // namespace garderobe::bench
