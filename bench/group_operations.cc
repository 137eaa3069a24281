// bench_group_operations: what the group operations of one relation cost by
// themselves. Prints for each party what a relation costs it, and what each
// token of the relation adds: an identifier or a match key. How often each
// party calls what stands in bench/operation_timer.cc.
//
// With --beside it runs until standard input ends, little at a time, beside
// what it is compared with: a processor's speed is not the same from one
// second to the next, least of all on a shared machine.
#include <poll.h>
#include <sodium.h>
#include <unistd.h>

#include <iostream>
#include <string>

#include "bench/operation_timer.h"
#include "nlohmann/json.hpp"

namespace garderobe::bench {
namespace {

constexpr int kRounds = 200;   // when it runs by itself
constexpr int kPauseMs = 150;  // after a round, beside something else

// Whether standard input has ended, after at most kPauseMs.
bool InputEnds() {
  pollfd input{STDIN_FILENO, POLLIN, 0};
  if (poll(&input, 1, kPauseMs) <= 0) return false;
  char ignored[64];
  return read(STDIN_FILENO, ignored, sizeof ignored) <= 0;
}

int Main(bool beside) {
  if (sodium_init() < 0) return 1;
  OperationTimer timer;
  int rounds = 0;
  do {
    timer.Round();
    ++rounds;
  } while (beside ? !InputEnds() : rounds < kRounds);
  nlohmann::json microseconds, parties;
  for (const auto& operation : timer.operations()) {
    microseconds[operation.name] = timer.Microseconds(operation.name);
  }
  for (const PartyTimes& party : timer.Parties()) {
    parties[party.name] = {{"relation_seconds", party.relation_seconds},
                           {"token_seconds", party.token_seconds}};
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
