// What a test has measured, for SECURITY.md (tests/adversary/figures.py).
#ifndef GARDEROBE_TESTS_SUPPORT_FIGURES_H_
#define GARDEROBE_TESTS_SUPPORT_FIGURES_H_

#include <string>

namespace garderobe {

struct Figure {
  std::string program;  // the test's, as "join_test"
  std::string name;     // of the figure within it, as "by_batches.right"
  double value = 0;
  double of = 0;  // how many there are; 0: the value is no part of anything
};

// Prints the figure. Where the environment variable GARDEROBE_FIGURES names a
// folder, it is written into <folder>/<program>.json, too; there a later run of
// a test replaces what an earlier one has written of it.
void Note(const Figure& figure);

}  // namespace garderobe

#endif  // GARDEROBE_TESTS_SUPPORT_FIGURES_H_
