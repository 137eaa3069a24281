// A proposed mapping as YAML, with the reason beside each column.
#ifndef GARDEROBE_CLIENT_MAPPING_PROPOSAL_H_
#define GARDEROBE_CLIENT_MAPPING_PROPOSAL_H_

#include <vector>

#include "client/mapping/column_match.h"
#include "client/mapping/guess.h"

namespace garderobe::client {

struct ProposedTable {
  uint64_t header_line = 0;
  char delimiter = ',';
  size_t rows = 0;      // looked at
  bool totals = false;  // there are rows of totals
};

Guess WriteProposal(const ProposedTable& table,
                    const std::vector<ColumnProfile>& columns,
                    const ColumnMatch& match);

}  // namespace garderobe::client

#endif  // GARDEROBE_CLIENT_MAPPING_PROPOSAL_H_
