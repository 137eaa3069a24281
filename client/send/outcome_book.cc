#include "client/send/outcome_book.h"

#include <algorithm>
#include <fstream>

#include "core/base/files.h"

namespace garderobe::client {

OutcomeBook::OutcomeBook(std::string path) : path_(std::move(path)) {
  if (const auto text = ReadWholeFile(path_); text.ok()) {
    lines_ = static_cast<size_t>(std::count(text->begin(), text->end(), '\n'));
  }
}

absl::Status OutcomeBook::Add(const Outcome& outcome, uint32_t serial,
                              std::string_view signature) {
  if (lines_ >= 2 * kKept) GARDEROBE_RETURN_IF_ERROR(ForgetTheOldest());
  std::ofstream file(path_, std::ios::app);
  file << fmt::format(
      "{} {} {} {} {} {} {} {}\n",
      outcome.kind == SealedKind::kVisits ? "visits" : "relations",
      outcome.offset, outcome.count, outcome.accepted, outcome.replaced, serial,
      ToHex(outcome.sealed.bytes()), ToHex(AsBytes(signature)));
  if (!file.flush()) return Unavailable("cannot write {}", path_);
  ++lines_;
  return absl::OkStatus();
}

absl::Status OutcomeBook::ForgetTheOldest() {
  GARDEROBE_ASSIGN_OR_RETURN(const std::string text, ReadWholeFile(path_));
  size_t at = 0;
  for (size_t line = kKept; line < lines_; ++line) {
    at = std::min(text.find('\n', at), text.size() - 1) + 1;
  }
  GARDEROBE_RETURN_IF_ERROR(ReplaceFile(path_, text.substr(at), 0600));
  lines_ = kKept;
  return absl::OkStatus();
}

}  // namespace garderobe::client
