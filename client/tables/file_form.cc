#include "client/tables/file_form.h"

#include <algorithm>
#include <string>

namespace garderobe::client {
namespace {

// "EncryptedPackage" in UTF-16, as the container of a protected spreadsheet
// names what it holds.
bool IsProtected(std::string_view head) {
  std::string name;
  for (char c : std::string_view("EncryptedPackage")) {
    name += c;
    name += '\0';
  }
  return head.find(name) != head.npos;
}

bool IsHtml(std::string_view head) {
  std::string begin(head.substr(0, 512));
  std::transform(begin.begin(), begin.end(), begin.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  });
  const size_t first = begin.find_first_not_of(" \t\r\n\xef\xbb\xbf");
  if (first == begin.npos || begin[first] != '<') return false;
  return begin.find("<html") != begin.npos ||
         begin.find("<table") != begin.npos ||
         begin.find("<!doctype html") != begin.npos ||
         begin.find("schemas-microsoft-com:office") != begin.npos;
}

}  // namespace

absl::Status CheckIsText(std::string_view head) {
  if (head.empty()) return InvalidArgument("the file is empty");
  if (head.starts_with("\xd0\xcf\x11\xe0")) {
    if (IsProtected(head)) {
      return InvalidArgument(
          "found a spreadsheet that is protected by a password; save it "
          "without one");
    }
    return InvalidArgument(
        "found an old spreadsheet (XLS); expected XLSX or CSV: save it as one "
        "of these");
  }
  if (IsHtml(head)) {
    return InvalidArgument(
        "found a web page (HTML), whatever the file is called; expected XLSX "
        "or CSV: open it in a spreadsheet program and save it as one of these");
  }
  if (head.substr(0, 4096).find('\0') != head.npos) {
    return InvalidArgument("found binary data; expected CSV or XLSX");
  }
  return absl::OkStatus();
}

}  // namespace garderobe::client
