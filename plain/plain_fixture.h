// A batch of two customers, for tests.
#ifndef GARDEROBE_PLAIN_PLAIN_FIXTURE_H_
#define GARDEROBE_PLAIN_PLAIN_FIXTURE_H_

#include <string>

#include "client/relation_batch_fixture.h"
#include "garderobe/v1/plain.pb.h"

namespace garderobe::plain {

using client::KnownParties;

inline v1::PlainBatch TwoCustomers() {
  v1::PlainBatch batch;
  batch.set_count(2);
  batch.set_handles(std::string(16, 'a') + std::string(16, 'b'));
  batch.add_rows()->set_email("anna@example.nl");
  batch.add_rows()->set_email("box@museum.nl");
  batch.add_own_domains("museum.nl");
  return batch;
}

}  // namespace garderobe::plain

#endif  // GARDEROBE_PLAIN_PLAIN_FIXTURE_H_
