#include "core/keys/serial_book.h"

#include "core/base/checked_file.h"
#include "core/base/integer.h"

namespace garderobe {
namespace {
constexpr std::string_view kKind = "serials";
}  // namespace

absl::StatusOr<std::unique_ptr<SerialBook>> SerialBook::Open(
    const std::string& path) {
  std::unique_ptr<SerialBook> book(new SerialBook(path));
  const auto file = ReadCheckedFile(path, kKind);
  if (file.status().code() == absl::StatusCode::kNotFound) return book;
  GARDEROBE_RETURN_IF_ERROR(file.status());
  const MutexLock lock(&book->mutex_);
  // A line a party: its name, a blank, the serial.
  std::string_view text = *file;
  while (!text.empty()) {
    const size_t end = text.find('\n');
    const size_t blank = text.find(' ');
    if (end == text.npos || blank == text.npos || blank > end) {
      return DataLoss("{} is damaged", path);
    }
    const auto serial =
        ParseInteger<uint32_t>(text.substr(blank + 1, end - blank - 1));
    if (!serial) return DataLoss("{} is damaged", path);
    book->serials_[std::string(text.substr(0, blank))] = *serial;
    text.remove_prefix(end + 1);
  }
  return book;
}

absl::Status SerialBook::Take(const std::string& party, uint32_t serial) {
  const MutexLock lock(&mutex_);
  const auto known = serials_.find(party);
  const uint32_t highest = known == serials_.end() ? 0 : known->second;
  if (serial == highest) return absl::OkStatus();
  if (serial < highest) {
    return FailedPrecondition(
        "the parameters of {} have serial {}, and {} was in force before: "
        "somebody plays back old ones",
        party, serial, highest);
  }
  auto serials = serials_;
  serials[party] = serial;
  std::string text;
  for (const auto& [name, number] : serials) {
    text += fmt::format("{} {}\n", name, number);
  }
  GARDEROBE_RETURN_IF_ERROR(WriteCheckedFile(path_, kKind, text));
  serials_ = std::move(serials);
  return absl::OkStatus();
}

}  // namespace garderobe
