// What the order of rows and the look of their points may tell whom, as types.
//
// Two parties that both record what passes could join their rows by position,
// and by points that come out as they went in. So whatever goes towards the
// vault, and every list of references, is Shuffled and Rerandomised; what goes
// to the aggregator beside columns that a client sealed is InClientOrder, for
// the columns have that order (protocol.md, 4).
//
// Only the functions of this folder make these types. Each is a wrapper that
// is read through `value` and can't be made of a bare value elsewhere.
#ifndef GARDEROBE_CORE_CONVERSION_ORDER_H_
#define GARDEROBE_CORE_CONVERSION_ORDER_H_

#include <optional>
#include <utility>
#include <vector>

#include "core/base/check.h"
#include "core/base/random.h"

namespace garderobe {

// One thing whose every point was multiplied or blinded with a scalar that was
// drawn for it alone.
template <typename T>
class Rerandomised {
 public:
  const T& value() const& { return value_; }
  T&& value() && { return std::move(value_); }

 private:
  friend class Rerandomiser;
  explicit Rerandomised(T value) : value_(std::move(value)) {}
  T value_;
};

template <typename T>
struct ShuffledWithPlaces;

// A list in an order drawn uniformly from all of its orders.
template <typename T>
class Shuffled {
 public:
  const std::vector<T>& rows() const& { return rows_; }
  size_t size() const { return rows_.size(); }

 private:
  template <typename U>
  friend ShuffledWithPlaces<U> ShuffleRows(std::vector<U> rows);
  explicit Shuffled(std::vector<T> rows) : rows_(std::move(rows)) {}
  std::vector<T> rows_;
};

template <typename T>
struct ShuffledWithPlaces {
  Shuffled<T> shuffled;
  // Where each row of the result stood before: needed to bring answers back.
  std::vector<size_t> places;
};

// Fisher and Yates' shuffle, with randombytes_uniform.
template <typename T>
ShuffledWithPlaces<T> ShuffleRows(std::vector<T> rows) {
  std::vector<size_t> places = RandomOrder(rows.size());
  std::vector<T> shuffled;
  shuffled.reserve(rows.size());
  for (const size_t at : places) shuffled.push_back(std::move(rows[at]));
  return {Shuffled<T>(std::move(shuffled)), std::move(places)};
}

// A list in the order in which one client sent its rows.
template <typename T>
class InClientOrder {
 public:
  const std::vector<T>& rows() const& { return rows_; }
  size_t size() const { return rows_.size(); }

  // What became of each row, in the same order; as many as there are rows.
  template <typename U>
  InClientOrder<U> With(std::vector<U> results) const {
    GARDEROBE_CHECK(results.size() == rows_.size());
    return InClientOrder<U>(std::move(results));
  }

 private:
  template <typename U>
  friend class InClientOrder;
  template <typename U>
  friend class ClientOrder;
  explicit InClientOrder(std::vector<T> rows) : rows_(std::move(rows)) {}
  std::vector<T> rows_;
};

// Brings what comes back of one client's batch into the order that the batch
// had, whatever order it comes in. Not thread-safe.
template <typename T>
class ClientOrder {
 public:
  explicit ClientOrder(size_t rows) : answers_(rows), missing_(rows) {}

  // Takes what belongs to the row that stood at `place`, once for each.
  // Returns whether all are there.
  bool Put(size_t place, T answer) {
    GARDEROBE_CHECK(place < answers_.size() && !answers_[place]);
    answers_[place].emplace(std::move(answer));
    return --missing_ == 0;
  }
  // All of them. Once, after the last was put.
  InClientOrder<T> Take() {
    std::vector<T> rows;
    rows.reserve(answers_.size());
    for (auto& answer : answers_) rows.push_back(*std::move(answer));
    return InClientOrder<T>(std::move(rows));
  }

 private:
  std::vector<std::optional<T>> answers_;
  size_t missing_;
};

}  // namespace garderobe

#endif  // GARDEROBE_CORE_CONVERSION_ORDER_H_
