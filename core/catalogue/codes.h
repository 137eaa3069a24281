// Closed code lists for everything that a question can filter on
// (data.md, Visits). Numbers are sealed and stored: never change, only add.
#ifndef GARDEROBE_CORE_CATALOGUE_CODES_H_
#define GARDEROBE_CORE_CATALOGUE_CODES_H_

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace garderobe {

inline constexpr std::array<std::string_view, 7> kChannels = {
    "other", "web", "box_office", "phone", "app", "partner", "pass"};

enum class VisitStatus : uint8_t {
  kSold = 0,
  kCancelled = 1,
  kRefunded = 2,
  kAttended = 3,
  kNoShow = 4,
};
inline constexpr std::array<std::string_view, 5> kStatuses = {
    "sold", "cancelled", "refunded", "attended", "no_show"};
// Cancelled and refunded lines are kept, and not counted.
constexpr bool Counts(VisitStatus status) {
  return status != VisitStatus::kCancelled && status != VisitStatus::kRefunded;
}

// Genres of catalogue 1. "other" is what no mapping knows.
inline constexpr std::array<std::string_view, 18> kGenres = {
    "other",    "theatre",    "cabaret",  "musical",    "dance",
    "opera",    "classical",  "pop",      "jazz",       "world",
    "youth",    "circus",     "film",     "exhibition", "festival",
    "heritage", "literature", "education"};

// The first level of a genre in levels: "music" of "music.jazz".
constexpr std::string_view MainGenre(std::string_view genre) {
  return genre.substr(0, genre.find('.'));
}

inline constexpr std::array<std::string_view, 4> kGenders = {
    "unknown", "female", "male", "other"};
inline constexpr std::array<std::string_view, 3> kNewsletter = {"unknown",
                                                                "yes", "no"};

inline constexpr std::array<std::string_view, 6> kSubsectors = {
    "museum", "podium", "festival", "film", "library", "other"};

// The code of a word in one of the lists; nothing when it is not there.
std::optional<uint8_t> CodeOf(std::span<const std::string_view> list,
                              std::string_view word);

}  // namespace garderobe

#endif  // GARDEROBE_CORE_CATALOGUE_CODES_H_
