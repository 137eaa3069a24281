// The lines "name: value" of the small text files beside a party's keys.
#ifndef GARDEROBE_CORE_KEYS_TEXT_FIELDS_H_
#define GARDEROBE_CORE_KEYS_TEXT_FIELDS_H_

#include <string_view>

namespace garderobe {

// Takes the next line off `text` and returns its value; an empty view when the
// line has another name or no value.
inline std::string_view TakeField(std::string_view* text,
                                  std::string_view name) {
  const size_t end = text->find('\n');
  std::string_view line = text->substr(0, end);
  text->remove_prefix(end == text->npos ? text->size() : end + 1);
  if (!line.starts_with(name)) return {};
  line.remove_prefix(name.size());
  return line.starts_with(": ") ? line.substr(2) : std::string_view();
}

}  // namespace garderobe

#endif  // GARDEROBE_CORE_KEYS_TEXT_FIELDS_H_
