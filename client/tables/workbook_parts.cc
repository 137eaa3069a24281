#include "client/tables/workbook_parts.h"

#include <functional>
#include <map>
#include <memory>
#include <optional>

#include "core/base/integer.h"

namespace garderobe::client {
namespace {

// Excel's own limit is the number of cells; this is what memory bears.
constexpr size_t kStringBytesMax = size_t{512} << 20;

// What is no number is 0, the format that says nothing.
size_t FormatIdOf(std::string_view text) {
  return ParseInteger<size_t>(text).value_or(0);
}

bool IsTrue(std::string_view text) { return text == "1" || text == "true"; }

// A relation's target as a part: relative to the folder of its source.
std::string PartOf(std::string_view folder, std::string_view target) {
  if (target.starts_with('/')) return std::string(target.substr(1));
  std::string path(folder);
  while (target.starts_with("../")) {
    target.remove_prefix(3);
    path.resize(path.empty() ? 0 : path.size() - 1);
    path.resize(path.rfind('/') == path.npos ? 0 : path.rfind('/') + 1);
  }
  return path + std::string(target);
}

struct Relation {
  std::string id, type, part;
};

absl::StatusOr<std::vector<Relation>> ReadRelations(PackedDocument& document,
                                                    const std::string& part,
                                                    std::string_view folder) {
  std::vector<Relation> relations;
  XmlEvents events;
  events.begin = [&](std::string_view name, const Attributes& a) {
    if (name != "Relationship") return;
    const std::string_view type = a.Get("Type");
    relations.push_back({std::string(a.Get("Id")),
                         std::string(type.substr(type.rfind('/') + 1)),
                         PartOf(folder, a.Get("Target"))});
  };
  events.end = [](auto) {};
  events.text = [](auto) {};
  GARDEROBE_ASSIGN_OR_RETURN(auto xml, XmlPart::Open(document, part, events));
  GARDEROBE_RETURN_IF_ERROR(xml->ParseAll());
  return relations;
}

absl::Status ReadStrings(PackedDocument& document, const std::string& part,
                         std::vector<std::string>* strings) {
  std::string text;
  size_t bytes = 0;
  bool in_text = false, phonetic = false;
  XmlEvents events;
  events.begin = [&](std::string_view name, const Attributes&) {
    if (name == "si") text.clear();
    if (name == "rPh") phonetic = true;  // how it is pronounced
    if (name == "t") in_text = !phonetic;
  };
  events.end = [&](std::string_view name) {
    if (name == "t") in_text = false;
    if (name == "rPh") phonetic = false;
    if (name == "si") strings->push_back(text);
  };
  events.text = [&](std::string_view more) {
    if (!in_text || bytes > kStringBytesMax) return;
    text += more;
    bytes += more.size();
  };
  GARDEROBE_ASSIGN_OR_RETURN(auto xml, XmlPart::Open(document, part, events));
  GARDEROBE_RETURN_IF_ERROR(xml->ParseAll());
  if (bytes > kStringBytesMax) {
    return InvalidArgument("the spreadsheet holds more than 512 MiB of text");
  }
  return absl::OkStatus();
}

// The built-in formats of dates and times (18.8.30).
bool IsBuiltInDate(size_t id) {
  return (id >= 14 && id <= 22) || (id >= 27 && id <= 36) ||
         (id >= 45 && id <= 47);
}

absl::Status ReadStyles(PackedDocument& document, const std::string& part,
                        std::vector<bool>* is_date) {
  std::map<size_t, bool> own;
  bool in_cells = false;
  XmlEvents events;
  events.begin = [&](std::string_view name, const Attributes& a) {
    if (name == "numFmt") {
      own[FormatIdOf(a.Get("numFmtId"))] = IsDateFormat(a.Get("formatCode"));
    }
    if (name == "cellXfs") in_cells = true;
    if (name == "xf" && in_cells) {
      const size_t id = FormatIdOf(a.Get("numFmtId"));
      const auto found = own.find(id);
      is_date->push_back(found != own.end() ? found->second
                                            : IsBuiltInDate(id));
    }
  };
  events.end = [&](std::string_view name) {
    if (name == "cellXfs") in_cells = false;
  };
  events.text = [](auto) {};
  GARDEROBE_ASSIGN_OR_RETURN(auto xml, XmlPart::Open(document, part, events));
  return xml->ParseAll();
}

}  // namespace

bool IsDateFormat(std::string_view code) {
  char inside = '\0';
  for (size_t i = 0; i < code.size(); ++i) {
    const char c = code[i];
    if (inside != '\0') {
      if (c == inside) inside = '\0';
      continue;
    }
    if (c == '\\' || c == '_' || c == '*') {
      ++i;  // the next character stands for itself
    } else if (c == '"') {
      inside = '"';
    } else if (c == '[') {
      // [h]:mm is a time, [Red] is not: its letters are looked at below.
      if (i + 2 < code.size() && code[i + 2] != ']' &&
          code[i + 2] != code[i + 1]) {
        inside = ']';
      }
    } else if (std::string_view("dDmMyYhHsSjJ").find(c) !=
               std::string_view::npos) {
      return true;
    }
  }
  return false;
}

absl::StatusOr<WorkbookParts> WorkbookParts::Read(PackedDocument& document) {
  if (!document.Has("_rels/.rels")) {
    return InvalidArgument("found a packed file that is no XLSX spreadsheet");
  }
  GARDEROBE_ASSIGN_OR_RETURN(auto root,
                             ReadRelations(document, "_rels/.rels", ""));
  std::string book;
  for (const Relation& r : root) {
    if (r.type == "officeDocument") book = r.part;
  }
  const size_t slash = book.rfind('/');
  const std::string folder =
      slash == book.npos ? "" : book.substr(0, slash + 1);
  const std::string file = book.substr(folder.size());
  if (!document.Has(folder + "_rels/" + file + ".rels")) {
    return InvalidArgument("found a packed file that is no XLSX spreadsheet");
  }
  GARDEROBE_ASSIGN_OR_RETURN(
      auto relations,
      ReadRelations(document, folder + "_rels/" + file + ".rels", folder));
  WorkbookParts parts;
  XmlEvents events;
  events.begin = [&](std::string_view name, const Attributes& a) {
    if (name == "workbookPr") parts.from_1904 = IsTrue(a.Get("date1904"));
    if (name != "sheet") return;
    for (const Relation& r : relations) {
      if (r.id == a.Get("id") && r.type == "worksheet") {
        parts.sheets.push_back({std::string(a.Get("name")), r.part});
      }
    }
  };
  events.end = [](auto) {};
  events.text = [](auto) {};
  GARDEROBE_ASSIGN_OR_RETURN(auto xml, XmlPart::Open(document, book, events));
  GARDEROBE_RETURN_IF_ERROR(xml->ParseAll());
  if (parts.sheets.empty()) {
    return InvalidArgument("the spreadsheet has no sheet of cells");
  }
  for (const Relation& r : relations) {
    if (r.type == "sharedStrings" && document.Has(r.part)) {
      GARDEROBE_RETURN_IF_ERROR(ReadStrings(document, r.part, &parts.strings));
    }
    if (r.type == "styles" && document.Has(r.part)) {
      GARDEROBE_RETURN_IF_ERROR(ReadStyles(document, r.part, &parts.is_date));
    }
  }
  return parts;
}

}  // namespace garderobe::client
