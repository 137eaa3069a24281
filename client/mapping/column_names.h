// What box offices call a column, for proposing a mapping.
#ifndef GARDEROBE_CLIENT_MAPPING_COLUMN_NAMES_H_
#define GARDEROBE_CLIENT_MAPPING_COLUMN_NAMES_H_

#include <string>
#include <vector>

#include "client/mapping/mapping.h"

namespace garderobe::client {

struct ColumnNames {
  size_t target;
  std::vector<std::string> names;  // as PlainWord
};

// Of every target: the names in `mappings`, and more.
std::vector<ColumnNames> AllColumnNames(const std::vector<Mapping>& mappings);

// 1: one of the names; 0.95: but for "number", "nr", "id" and the like, if
// `numbers`; half: contains one of five letters or more; 0: no.
double HeaderScore(const ColumnNames& names, const std::string& header,
                   bool numbers);

}  // namespace garderobe::client

#endif  // GARDEROBE_CLIENT_MAPPING_COLUMN_NAMES_H_
