// What is wrong with batches as a whole, and what is used twice that has to be
// drawn anew.
#ifndef GARDEROBE_CLIENT_CONFORMANCE_BATCH_COMPARISON_H_
#define GARDEROBE_CLIENT_CONFORMANCE_BATCH_COMPARISON_H_

#include <vector>

#include "client/conformance/differences.h"
#include "client/conformance/expected.h"
#include "client/conformance/party_keys.h"
#include "client/conformance/recorder.h"

namespace garderobe::client::conformance {

void CompareBatches(const Recorded& recorded, Differences* differences);
// A client that uses randomness twice is unsafe, whatever else it does right.
void CompareRandomness(const PartyKeys& keys, const Expected& expected,
                       const Recorded& recorded, Differences* differences);

std::vector<const Rule*> RandomnessRules();

}  // namespace garderobe::client::conformance

#endif  // GARDEROBE_CLIENT_CONFORMANCE_BATCH_COMPARISON_H_
