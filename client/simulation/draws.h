// Draws that follow from a seed and numbers alone: a country of any size is
// kept in no memory, and is the same on every machine.
#ifndef GARDEROBE_CLIENT_SIMULATION_DRAWS_H_
#define GARDEROBE_CLIENT_SIMULATION_DRAWS_H_

#include <cstdint>

namespace garderobe::client {

// SplitMix64 (Steele, Lea, Flood 2014): fast, good enough to simulate with,
// and no secret.
class Draws {
 public:
  Draws(uint64_t seed, uint64_t what, uint64_t number)
      : state_(Mix(Mix(seed ^ Mix(what)) + number)) {}

  uint64_t Next() { return Mix(state_ += 0x9e3779b97f4a7c15); }
  // 0 to bound - 1; bound is far below 2^64.
  uint64_t Below(uint64_t bound) {
    return static_cast<uint64_t>(
        (static_cast<unsigned __int128>(Next()) * bound) >> 64);
  }
  double Uniform() { return static_cast<double>(Next() >> 11) * 0x1.0p-53; }
  bool Chance(double share) { return Uniform() < share; }

 private:
  static uint64_t Mix(uint64_t x) {
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9;
    x = (x ^ (x >> 27)) * 0x94d049bb133111eb;
    return x ^ (x >> 31);
  }
  uint64_t state_;
};

}  // namespace garderobe::client

#endif  // GARDEROBE_CLIENT_SIMULATION_DRAWS_H_
