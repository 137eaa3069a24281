#include "client/send/journal.h"

#include <fcntl.h>
#include <sodium.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <map>
#include <memory>
#include <sstream>
#include <utility>

#include "core/base/bytes.h"
#include "core/base/files.h"
#include "nlohmann/json.hpp"

namespace garderobe::client {
namespace {

// 16 hex digits; 0 for anything else.
uint64_t RunIn(const std::string& text) {
  uint64_t run = 0;
  const char* const end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, run, 16);
  return error == std::errc() && rest == end ? run : 0;
}

}  // namespace

absl::StatusOr<Journal> Journal::Open(const std::string& folder,
                                      const std::string& name, int patience_s) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  const std::string path = folder + "/" + name + ".json";
  const int lock =
      open((path + ".lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (lock < 0) return Unavailable("cannot write in {}", folder);
  for (int tenths = 0; flock(lock, LOCK_EX | LOCK_NB) != 0; ++tenths) {
    if (tenths >= patience_s * 10) {
      close(lock);
      return Unavailable(
          "another delivery of this feed is under way; wait for it, or give "
          "this one another --source");
    }
    usleep(100'000);
  }
  Journal journal(path, lock);
  if (const auto text = ReadWholeFile(path); text.ok()) {
    // A journal that can't be read is as good as none.
    const auto json = nlohmann::json::parse(*text, nullptr, false);
    auto text_of = [&](const char* key) {
      const auto found = json.find(key);
      return found != json.end() && found->is_string()
                 ? found->get<std::string>()
                 : std::string();
    };
    if (json.is_object()) {
      journal.place = text_of("place");
      const auto base = json.find("base_offset");
      if (base != json.end() && base->is_number_unsigned()) {
        journal.base_offset = base->get<uint64_t>();
        journal.file_digest = text_of("file_digest");
        journal.run = RunIn(text_of("run"));
      }
    }
  }
  if (journal.place.size() != 8) {
    uint8_t place[4];
    randombytes_buf(place, sizeof place);
    journal.place = ToHex(place);
    GARDEROBE_RETURN_IF_ERROR(journal.Save());
  }
  return journal;
}

Journal::Journal(Journal&& other) noexcept
    : file_digest(std::move(other.file_digest)),
      base_offset(other.base_offset),
      run(other.run),
      place(std::move(other.place)),
      path_(other.path_),
      lock_(std::exchange(other.lock_, -1)) {}

Journal::~Journal() {
  if (lock_ >= 0) close(lock_);
}

absl::Status Journal::Save() const {
  const nlohmann::json json = {{"file_digest", file_digest},
                               {"base_offset", base_offset},
                               {"run", fmt::format("{:016x}", run)},
                               {"place", place}};
  return ReplaceFile(path_, json.dump() + "\n", 0600);
}

void Journal::NoteRefusal(const Refusal& refusal) const {
  std::ofstream(path_ + ".refused", std::ios::app)
      << refusal.line << ' ' << refusal.reason << ' ' << refusal.column << '\n';
}

std::vector<Refusal> Journal::Refusals() const {
  std::vector<Refusal> refusals;
  std::ifstream file(path_ + ".refused");
  for (std::string text; std::getline(file, text);) {
    std::istringstream fields(text);
    Refusal refusal;
    if (!(fields >> refusal.line >> refusal.reason)) continue;
    fields >> refusal.column;  // may be empty
    refusals.push_back(std::move(refusal));
  }
  return refusals;
}

void Journal::ForgetRefusals() const { unlink((path_ + ".refused").c_str()); }

}  // namespace garderobe::client
