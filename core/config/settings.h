// One table a program: each setting with its default, unit and meaning. The
// same table parses the TOML file, checks it and writes the commented example.
#ifndef GARDEROBE_CORE_CONFIG_SETTINGS_H_
#define GARDEROBE_CORE_CONFIG_SETTINGS_H_

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/base/status.h"

namespace garderobe {

class Settings {
 public:
  // What `target` holds when the table is made is the default. `name` is
  // "section.key"; `meaning` is one line and gives the unit. Targets outlive
  // the table. A `required` setting has no default.
  void Text(std::string name, std::string* target, std::string meaning,
            bool required = false);
  // An IP address and port, such as "127.0.0.1:7000" or "[::1]:7000". Without
  // `required` it may be empty.
  void Address(std::string name, std::string* target, std::string meaning,
               bool required = false);
  // One of a few words.
  void Choice(std::string name, std::string* target, std::string meaning,
              std::vector<std::string> words);
  // From `least` to `most`, both inclusive.
  void Number(std::string name, int64_t* target, std::string meaning,
              int64_t least, int64_t most);
  void Flag(std::string name, bool* target, std::string meaning);
  // A list of texts.
  void List(std::string name, std::vector<std::string>* target,
            std::string meaning);

  // Reads `path` into the targets. Relative paths in settings stay as they
  // are; daemons run with the configuration's folder as working directory.
  // InvalidArgument: not TOML (with line and column), an unknown key (with
  // the nearest known one), a wrong type, a value out of bounds, or a
  // required setting missing. NotFound: no such file.
  [[nodiscard]] absl::Status ReadFile(const std::string& path);
  [[nodiscard]] absl::Status ReadText(std::string_view toml,
                                      const std::string& source);

  // What the file that was read says now of one text setting, its default
  // where it says nothing. Changes no target. Errors as of ReadFile.
  [[nodiscard]] absl::StatusOr<std::string> TextNow(
      std::string_view name) const;

  // The commented example that documents every setting.
  std::string Example() const;

 private:
  struct Setting {
    std::string name;
    std::variant<std::string*, int64_t*, bool*, std::vector<std::string>*>
        target;
    std::string meaning;
    std::string default_toml;
    bool required = false;
    int64_t least = 0, most = 0;
    std::string default_text = {};  // of a text setting
    // Of a text setting: what it must be, or empty when it is.
    std::function<std::string(const std::string&)> fault = nullptr;
  };
  std::string NearestName(std::string_view name) const;
  // Checks all of `toml`; writes to the targets when `assign`, and what it
  // says of `wanted` to `text`.
  [[nodiscard]] absl::Status Walk(std::string_view toml,
                                  const std::string& source, bool assign,
                                  std::string_view wanted,
                                  std::string* text) const;
  std::vector<Setting> settings_;
  std::string path_;  // absolute; of the file that was read
};

}  // namespace garderobe

#endif  // GARDEROBE_CORE_CONFIG_SETTINGS_H_
