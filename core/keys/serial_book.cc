#include "core/keys/serial_book.h"

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "core/base/bytes.h"
#include "core/base/checked_file.h"
#include "core/base/integer.h"
#include "core/keys/parameter_issue.h"

namespace garderobe {
namespace {
constexpr std::string_view kParameterKeysKind = "serials";
constexpr std::string_view kParameterKeysLabel("garderobe/parameter-keys/v1\0",
                                               28);

bool IsOfEpoch(std::string_view name) {
  return name == "U" || name == "Z" || name.starts_with("Y.") ||
         name.starts_with("C_");
}

// The words of a line, which blanks separate.
std::vector<std::string_view> WordsOf(std::string_view line) {
  std::vector<std::string_view> words;
  for (;;) {
    const size_t blank = line.find(' ');
    words.push_back(line.substr(0, blank));
    if (blank == line.npos) return words;
    line.remove_prefix(blank + 1);
  }
}
}  // namespace

Digest256 DigestOfKeys(const Parameters& parameters) {
  std::string keys(kParameterKeysLabel);
  for (const auto& [name, value] : parameters.values) {
    if (!IsOfEpoch(name)) continue;
    PutLengthPrefixed(keys, name);
    PutLengthPrefixed(keys, value);
  }
  return Hash(keys);
}

absl::StatusOr<std::unique_ptr<SerialBook>> SerialBook::Open(
    const std::string& path) {
  std::unique_ptr<SerialBook> book(new SerialBook(path));
  const auto file = ReadCheckedFile(path, kParameterKeysKind);
  if (file.status().code() == absl::StatusCode::kNotFound) return book;
  GARDEROBE_RETURN_IF_ERROR(file.status());
  const MutexLock lock(&book->mutex_);
  // A line a party: its name, serial, epoch, digest of its keys, the serial
  // before, and since when that is over.
  std::string_view text = *file;
  while (!text.empty()) {
    const size_t end = text.find('\n');
    const auto words = WordsOf(text.substr(0, end));
    if (end == text.npos || words.size() != 6) {
      return DataLoss("{} is damaged", path);
    }
    const auto serial = ParseInteger<uint32_t>(words[1]);
    const auto epoch = ParseInteger<uint32_t>(words[2]);
    const auto keys = FromHex(words[3]);
    const auto former = ParseInteger<uint32_t>(words[4]);
    const auto changed = ParseInteger<uint64_t>(words[5]);
    if (!serial || !epoch || !keys.ok() || !former || !changed ||
        keys->size() != Digest256::kBytes) {
      return DataLoss("{} is damaged", path);
    }
    book->taken_[std::string(words[0])] = {
        *serial, *epoch, Digest256::From(*keys), *former, *changed};
    text.remove_prefix(end + 1);
  }
  return book;
}

absl::Status SerialBook::Check(const Taken& known, const Taken& next,
                               const std::string& party) {
  if (next.serial < known.serial) {
    return FailedPrecondition(
        "the parameters of {} have serial {}, and {} was in force before: "
        "somebody plays back old ones",
        party, next.serial, known.serial);
  }
  if (next.epoch < known.epoch) {
    return FailedPrecondition(
        "the parameters of {} are of epoch {}, and {} was in force before: its "
        "scalars were rotated since",
        party, next.epoch, known.epoch);
  }
  if (next.epoch == known.epoch && next.keys != known.keys) {
    return FailedPrecondition(
        "the parameters of {} (serial {}) hold other keys than before in epoch "
        "{}: only a rotation changes them. Take nothing from it, and ask its "
        "operator",
        party, next.serial, next.epoch);
  }
  return absl::OkStatus();
}

bool SerialBook::WasInForce(const std::string& party, uint32_t serial,
                            uint64_t now) const {
  const MutexLock lock(&mutex_);
  const auto known = taken_.find(party);
  if (known == taken_.end() || serial == 0) return false;
  // A clock that was ahead when the serial changed gives no longer time.
  const Taken& taken = known->second;
  return taken.former == serial && now >= taken.changed &&
         now - taken.changed < kFormerSerialSeconds;
}

absl::Status SerialBook::Take(const Parameters& parameters, uint64_t now) {
  Taken next{parameters.issue.serial, parameters.issue.epoch,
             DigestOfKeys(parameters), 0, now};
  const MutexLock lock(&mutex_);
  const auto known = taken_.find(parameters.party);
  if (known != taken_.end()) {
    GARDEROBE_RETURN_IF_ERROR(Check(known->second, next, parameters.party));
    if (known->second.serial == next.serial &&
        known->second.epoch == next.epoch) {
      return absl::OkStatus();
    }
    next.former = known->second.serial;
  }
  auto taken = taken_;
  taken[parameters.party] = next;
  std::string text;
  for (const auto& [name, one] : taken) {
    text += fmt::format("{} {} {} {} {} {}\n", name, one.serial, one.epoch,
                        ToHex(one.keys.bytes()), one.former, one.changed);
  }
  GARDEROBE_RETURN_IF_ERROR(WriteCheckedFile(path_, kParameterKeysKind, text));
  taken_ = std::move(taken);
  return absl::OkStatus();
}

}  // namespace garderobe
