#include "core/custody/approval_book.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string_view>

#include "core/base/checked_file.h"
#include "core/base/integer.h"

namespace garderobe {
namespace {

constexpr std::string_view kKind = "approvals";
constexpr std::string_view kForgotten = "forgotten_until";

// The two words of the next line, which is taken off `text`; false: there is
// no such line.
bool TakeLine(std::string_view* text, std::string_view* first,
              std::string_view* second) {
  const size_t end = text->find('\n');
  const size_t blank = text->find(' ');
  if (end == text->npos || blank == text->npos || blank > end) return false;
  *first = text->substr(0, blank);
  *second = text->substr(blank + 1, end - blank - 1);
  text->remove_prefix(end + 1);
  return true;
}

}  // namespace

Digest128 ApprovalId(const VerifyKey& key, const ApprovalSerial& serial) {
  return Hash<Digest128>({key.view(), serial.view()});
}

absl::StatusOr<ApprovalBook> ApprovalBook::Open(std::string path) {
  ApprovalBook book(std::move(path));
  const auto file = ReadCheckedFile(book.path_, kKind);
  if (file.status().code() == absl::StatusCode::kNotFound) return book;
  GARDEROBE_RETURN_IF_ERROR(file.status());
  const auto damaged = [&book] {
    return DataLoss("{} is damaged", book.path_);
  };
  std::string_view text = *file, first, second;
  if (!TakeLine(&text, &first, &second) || first != kForgotten) {
    return damaged();
  }
  const auto forgotten = ParseInteger<uint64_t>(second);
  if (!forgotten) return damaged();
  book.forgotten_until_ = *forgotten;
  while (!text.empty()) {
    if (!TakeLine(&text, &first, &second)) return damaged();
    const auto id = FromHex(first);
    const auto expiry = ParseInteger<uint64_t>(second);
    if (!id.ok() || id->size() != Digest128::kBytes || !expiry) {
      return damaged();
    }
    book.expiries_[Digest128::From(*id)] = *expiry;
  }
  return book;
}

bool ApprovalBook::WasUsed(const Entry& entry) const {
  return entry.expiry <= forgotten_until_ || expiries_.contains(entry.id);
}

absl::Status ApprovalBook::Use(const std::vector<Entry>& used, uint64_t now) {
  auto expiries = expiries_;
  uint64_t forgotten_until = forgotten_until_;
  for (const Entry& entry : used) expiries[entry.id] = entry.expiry;
  if (expiries.size() > kEntriesMax) {
    std::erase_if(expiries, [&](const auto& entry) {
      if (entry.second > now) return false;
      forgotten_until = std::max(forgotten_until, entry.second);
      return true;
    });
  }
  if (expiries.size() > kEntriesMax) {
    return ResourceExhausted(
        "{} approvals of one day are remembered, and more are not",
        kEntriesMax);
  }
  std::string text = fmt::format("{} {}\n", kForgotten, forgotten_until);
  for (const auto& [id, expiry] : expiries) {
    text += fmt::format("{} {}\n", ToHex(id.bytes()), expiry);
  }
  GARDEROBE_RETURN_IF_ERROR(WriteCheckedFile(path_, kKind, text));
  expiries_ = std::move(expiries);
  forgotten_until_ = forgotten_until;
  return absl::OkStatus();
}

}  // namespace garderobe
