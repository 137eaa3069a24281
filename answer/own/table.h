// A table of own figures while it is made: rows by key, numbers added up.
#ifndef GARDEROBE_ANSWER_OWN_TABLE_H_
#define GARDEROBE_ANSWER_OWN_TABLE_H_

#include <cstdint>
#include <initializer_list>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "garderobe/v1/answer.pb.h"

namespace garderobe::answer {

// Not thread-safe.
class OwnTable {
 public:
  OwnTable(std::string_view by, std::vector<std::string_view> measures)
      : by_(by), measures_(std::move(measures)) {}

  // Adds to the row of `key`, from the measure `first` on. Rows ascend by
  // `rank`, then by key.
  void Add(int64_t rank, const std::string& key,
           std::initializer_list<int64_t> numbers, size_t first = 0) {
    std::vector<int64_t>& sums = rows_[{rank, key}].sums;
    sums.resize(measures_.size());
    for (const int64_t number : numbers) sums[first++] += number;
  }
  void SetLabel(int64_t rank, const std::string& key,
                const std::string& label) {
    rows_[{rank, key}].label = label;
  }

  v1::QueryOwnResponse Response() const {
    v1::QueryOwnResponse response;
    response.set_by(std::string(by_));
    for (const std::string_view measure : measures_) {
      response.add_measure(std::string(measure));
    }
    for (const auto& [place, row] : rows_) {
      auto* told = response.add_rows();
      told->set_key(place.second);
      told->set_label(row.label);
      for (const int64_t sum : row.sums) told->add_value()->set_number(sum);
    }
    return response;
  }

 private:
  struct Row {
    std::vector<int64_t> sums;
    std::string label;
  };
  const std::string_view by_;
  const std::vector<std::string_view> measures_;
  std::map<std::pair<int64_t, std::string>, Row> rows_;
};

}  // namespace garderobe::answer

#endif  // GARDEROBE_ANSWER_OWN_TABLE_H_
