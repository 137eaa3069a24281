// A broken invariant stops the process: stopping beats continuing wrongly.
// Kept in release builds. Never put data into the condition's text.
#ifndef GARDEROBE_CORE_BASE_CHECK_H_
#define GARDEROBE_CORE_BASE_CHECK_H_

#include <cstdio>
#include <cstdlib>

#define GARDEROBE_CHECK(condition)                                    \
  do {                                                                \
    if (!(condition)) {                                               \
      std::fprintf(stderr, "%s:%d: invariant broken: %s\n", __FILE__, \
                   __LINE__, #condition);                             \
      std::abort();                                                   \
    }                                                                 \
  } while (false)

#endif  // GARDEROBE_CORE_BASE_CHECK_H_
