// What somebody may have meant: the name that differs least from the one that
// was written.
#ifndef GARDEROBE_CORE_BASE_NEAREST_H_
#define GARDEROBE_CORE_BASE_NEAREST_H_

#include <string>
#include <string_view>
#include <vector>

namespace garderobe {

// Levenshtein's: letters put in, left out or replaced.
size_t EditDistance(std::string_view a, std::string_view b);

// Empty when there are no names.
std::string Nearest(std::string_view written,
                    const std::vector<std::string>& names);

}  // namespace garderobe

#endif  // GARDEROBE_CORE_BASE_NEAREST_H_
