// Relations that were delivered long ago, for tests of retention: no daemon
// believes another day than today's.
#ifndef GARDEROBE_TESTS_SUPPORT_AGED_RELATIONS_H_
#define GARDEROBE_TESTS_SUPPORT_AGED_RELATIONS_H_

#include "core/base/civil_time.h"
#include "tests/support/local_deployment.h"

namespace garderobe {

// Ends the daemons, writes into the aggregator's store that every relation in
// it was last delivered on `day`, and starts them again. How many that were.
size_t DeliverOn(const LocalDeployment& deployment, const CivilDate& day);

}  // namespace garderobe

#endif  // GARDEROBE_TESTS_SUPPORT_AGED_RELATIONS_H_
