#include "core/config/settings.h"

#include <algorithm>
#include <boost/asio/ip/address.hpp>
#include <filesystem>
#include <memory>
#include <optional>

#include "core/base/check.h"
#include "core/base/files.h"
#include "core/base/integer.h"
#include "core/base/nearest.h"
#include "core/config/toml.h"

namespace garderobe {
namespace {

bool IsAddress(std::string_view text) {
  const size_t colon = text.rfind(':');
  if (colon == text.npos) return false;
  std::string host(text.substr(0, colon));
  const auto port = ParseInteger<uint16_t>(text.substr(colon + 1));
  if (!port || *port == 0) return false;
  boost::system::error_code bad;
  if (host.starts_with('[') && host.ends_with(']')) {
    boost::asio::ip::make_address_v6(host.substr(1, host.size() - 2), bad);
  } else {
    boost::asio::ip::make_address_v4(host, bad);
  }
  return !bad;
}

std::string Quoted(std::string_view text) {
  std::string out = "\"";
  for (char c : text) {
    if (c == '"' || c == '\\') out.push_back('\\');
    out.push_back(c);
  }
  return out + "\"";
}

std::string At(const toml::node& node) {
  return fmt::format("line {}", node.source().begin.line);
}

}  // namespace

void Settings::Text(std::string name, std::string* target, std::string meaning,
                    bool required) {
  settings_.push_back(
      {std::move(name), target, std::move(meaning), Quoted(*target), required});
  settings_.back().default_text = *target;
}
void Settings::Address(std::string name, std::string* target,
                       std::string meaning, bool required) {
  Text(std::move(name), target, std::move(meaning), required);
  settings_.back().fault = [required](const std::string& text) {
    return (text.empty() && !required) || IsAddress(text)
               ? ""
               : "must be an IP address and port, such as 127.0.0.1:7000";
  };
}
void Settings::Choice(std::string name, std::string* target,
                      std::string meaning, std::vector<std::string> words) {
  Text(std::move(name), target, std::move(meaning));
  settings_.back().fault = [words = std::move(words)](const std::string& text) {
    if (std::find(words.begin(), words.end(), text) != words.end()) {
      return std::string();
    }
    std::string list;
    for (const std::string& word : words) {
      list += (list.empty() ? "" : ", ") + word;
    }
    return "must be one of " + list;
  };
}
void Settings::Number(std::string name, int64_t* target, std::string meaning,
                      int64_t least, int64_t most) {
  settings_.push_back({std::move(name), target, std::move(meaning),
                       std::to_string(*target), false, least, most});
}
void Settings::Flag(std::string name, bool* target, std::string meaning) {
  settings_.push_back({std::move(name), target, std::move(meaning),
                       *target ? "true" : "false"});
}
void Settings::List(std::string name, std::vector<std::string>* target,
                    std::string meaning) {
  std::string text = "[";
  for (const std::string& entry : *target) {
    text += (text.size() > 1 ? ", " : "") + Quoted(entry);
  }
  settings_.push_back(
      {std::move(name), target, std::move(meaning), text + "]"});
}

std::string Settings::NearestName(std::string_view name) const {
  std::vector<std::string> names;
  for (const Setting& setting : settings_) names.push_back(setting.name);
  return Nearest(name, names);
}

absl::Status Settings::ReadFile(const std::string& path) {
  GARDEROBE_ASSIGN_OR_RETURN(const std::string text, ReadWholeFile(path));
  path_ = std::filesystem::absolute(path).string();
  return ReadText(text, path);
}

absl::Status Settings::ReadText(std::string_view toml,
                                const std::string& source) {
  return Walk(toml, source, /*assign=*/true, "", nullptr);
}

absl::StatusOr<std::string> Settings::TextNow(std::string_view name) const {
  GARDEROBE_ASSIGN_OR_RETURN(const std::string text, ReadWholeFile(path_));
  const auto known =
      std::find_if(settings_.begin(), settings_.end(),
                   [&](const Setting& s) { return s.name == name; });
  GARDEROBE_CHECK(known != settings_.end());
  std::string value = known->default_text;
  GARDEROBE_RETURN_IF_ERROR(Walk(text, path_, /*assign=*/false, name, &value));
  return value;
}

absl::Status Settings::Walk(std::string_view toml, const std::string& source,
                            bool assign, std::string_view wanted,
                            std::string* wanted_text) const {
  GARDEROBE_ASSIGN_OR_RETURN(const toml::table table, ParseToml(toml, source));
  std::vector<bool> seen(settings_.size());
  auto read = [&](const std::string& name,
                  const toml::node& node) -> absl::Status {
    const auto found =
        std::find_if(settings_.begin(), settings_.end(),
                     [&](const Setting& s) { return s.name == name; });
    if (found == settings_.end()) {
      return InvalidArgument("{}: {}: unknown key {}; did you mean {}?", source,
                             At(node), name, NearestName(name));
    }
    seen[static_cast<size_t>(found - settings_.begin())] = true;
    const auto wrong_type = [&](std::string_view type) {
      return InvalidArgument("{}: {}: {} must be {}", source, At(node), name,
                             type);
    };
    if (auto* text = std::get_if<std::string*>(&found->target)) {
      if (!node.is_string()) return wrong_type("a text in quotes");
      if (found->fault) {
        const std::string fault = found->fault(**node.as_string());
        if (!fault.empty()) {
          return InvalidArgument("{}: {}: {} {}", source, At(node), name,
                                 fault);
        }
      }
      if (assign) **text = **node.as_string();
      if (name == wanted) *wanted_text = **node.as_string();
    } else if (auto* number = std::get_if<int64_t*>(&found->target)) {
      if (!node.is_integer()) return wrong_type("a whole number");
      const int64_t value = **node.as_integer();
      if (value < found->least || value > found->most) {
        return InvalidArgument("{}: {}: {} must be from {} to {}", source,
                               At(node), name, found->least, found->most);
      }
      if (assign) **number = value;
    } else if (auto* flag = std::get_if<bool*>(&found->target)) {
      if (!node.is_boolean()) return wrong_type("true or false");
      if (assign) **flag = **node.as_boolean();
    } else {
      if (!node.is_array()) return wrong_type("a list of texts");
      std::vector<std::string> list;
      for (const toml::node& entry : *node.as_array()) {
        if (!entry.is_string()) return wrong_type("a list of texts");
        list.push_back(**entry.as_string());
      }
      if (assign) {
        *std::get<std::vector<std::string>*>(found->target) = std::move(list);
      }
    }
    return absl::OkStatus();
  };
  for (const auto& [section, node] : table) {
    const std::string prefix(section.str());
    if (!node.is_table()) {
      GARDEROBE_RETURN_IF_ERROR(read(prefix, node));
      continue;
    }
    for (const auto& [key, value] : *node.as_table()) {
      GARDEROBE_RETURN_IF_ERROR(
          read(prefix + "." + std::string(key.str()), value));
    }
  }
  for (size_t i = 0; i < settings_.size(); ++i) {
    if (settings_[i].required && !seen[i]) {
      return InvalidArgument("{}: {} is missing ({})", source,
                             settings_[i].name, settings_[i].meaning);
    }
  }
  return absl::OkStatus();
}

std::string Settings::Example() const {
  // A section stands once, whatever order its settings were added in.
  std::vector<std::string> sections;
  auto section_of = [](const Setting& setting) {
    return setting.name.substr(0, setting.name.find('.'));
  };
  for (const Setting& setting : settings_) {
    const std::string in = section_of(setting);
    if (std::find(sections.begin(), sections.end(), in) == sections.end()) {
      sections.push_back(in);
    }
  }
  std::string out;
  for (const std::string& section : sections) {
    out += fmt::format("{}[{}]\n", out.empty() ? "" : "\n", section);
    for (const Setting& setting : settings_) {
      if (section_of(setting) != section) continue;
      out += fmt::format("# {}{}\n", setting.meaning,
                         setting.required ? " Required." : "");
      out += fmt::format("{}{} = {}\n", setting.required ? "" : "# ",
                         setting.name.substr(section.size() + 1),
                         setting.default_toml);
    }
  }
  return out;
}

}  // namespace garderobe
