// Processor time of the calling thread: what else runs on the machine does not
// count.
#ifndef GARDEROBE_BENCH_PROCESSOR_TIME_H_
#define GARDEROBE_BENCH_PROCESSOR_TIME_H_

#include <ctime>

namespace garderobe::bench {

// Seconds of user and system time so far. Thread-safe.
inline double ThreadSeconds() {
  timespec time{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) +
         1e-9 * static_cast<double>(time.tv_nsec);
}

}  // namespace garderobe::bench

#endif  // GARDEROBE_BENCH_PROCESSOR_TIME_H_
