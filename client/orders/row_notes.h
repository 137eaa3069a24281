// What was odd in the rows of a file, counted, and told in sentences that hold
// no personal data.
#ifndef GARDEROBE_CLIENT_ORDERS_ROW_NOTES_H_
#define GARDEROBE_CLIENT_ORDERS_ROW_NOTES_H_

#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "client/mapping/mapping.h"
#include "client/tables/oddity.h"

namespace garderobe::client {

// Not thread-safe.
class RowNotes {
 public:
  // `value` at `target` says nothing, and is taken as empty.
  void Nothing(size_t target, std::string_view value);
  // A line is passed over, whose product is of `kind`.
  void NoVisit(const std::string& kind) { ++no_visits_[kind]; }
  // A product that may be a visit, or not.
  void AskedProduct(std::string_view product);
  // A word of a closed list that the list does not have. Kept only where it
  // looks like a word, and like nothing that could say who somebody is.
  void UnknownWord(Column column, std::string_view word);
  // A text that was UTF-8 and read as Windows-1252 by whoever wrote the file.
  void Undone() { ++undone_; }
  // A name with signs that names don't have.
  void StrangeName() { ++strange_names_; }
  // A title of an event that is one of a person, and a place that is a seat.
  void TitleOfPerson(std::string_view title);
  void SeatAsPlace() { ++seats_; }
  void ShortenedEvent() { ++shortened_; }

  std::vector<Oddity> Oddities() const;

 private:
  struct Count {
    uint64_t count = 0;
    std::string example;
  };
  using Words = std::map<std::string, uint64_t, std::less<>>;

  void TellWords(std::vector<Oddity>* told) const;

  std::array<Count, kTargetCount> nothing_;
  Words no_visits_, asked_;
  std::map<Column, Words> unknown_;
  Count titles_;
  uint64_t undone_ = 0, strange_names_ = 0, seats_ = 0, shortened_ = 0;
};

// "1 line", "3 lines".
std::string Counted(uint64_t count, std::string_view what);

}  // namespace garderobe::client

#endif  // GARDEROBE_CLIENT_ORDERS_ROW_NOTES_H_
