// How long the group operations of one relation take by themselves, through the
// whole protocol: bare libsodium calls, one thread, processor time.
//
// Two tables in the source say how often each party calls what, for a relation
// that shows an address. When a party's code changes, its lines there change
// with it. Not counted, though libsodium does it too: the hashing before
// from_hash, handles, sealing, scalars that the vault derives, what the rounds
// carry, and the points that the vault draws at random for somebody whom it
// sees for the first time.
#ifndef GARDEROBE_BENCH_OPERATION_TIMER_H_
#define GARDEROBE_BENCH_OPERATION_TIMER_H_

#include <array>
#include <cstddef>
#include <string_view>
#include <vector>

namespace garderobe::bench {

struct Counts {
  int from_hash = 0;      // crypto_core_ristretto255_from_hash
  int random_scalar = 0;  // crypto_core_ristretto255_scalar_random
  int base = 0;           // crypto_scalarmult_ristretto255_base
  int multiply = 0;       // crypto_scalarmult_ristretto255
  int add = 0;            // crypto_core_ristretto255_add
  int subtract = 0;       // crypto_core_ristretto255_sub
};

// What its group operations cost a party, seconds.
struct PartyTimes {
  const char* name;
  double relation_seconds = 0;  // without any token
  double token_seconds = 0;     // that each token adds
};

// Not thread-safe. sodium_init was called before.
class OperationTimer {
 public:
  OperationTimer();
  // Calls each operation some times: 6 ms for all of them.
  void Round();
  // The median over all rounds of one call of `name`, as "multiplication"; 0
  // for a name that is none.
  double Microseconds(std::string_view name) const;
  std::vector<PartyTimes> Parties() const;

  struct Operation {
    const char* name;
    int Counts::*count;
    int (*call)(size_t i);
    std::vector<double> seconds;  // a call, in each round
  };
  const std::array<Operation, 6>& operations() const { return operations_; }

 private:
  std::array<Operation, 6> operations_;
};

}  // namespace garderobe::bench

#endif  // GARDEROBE_BENCH_OPERATION_TIMER_H_
