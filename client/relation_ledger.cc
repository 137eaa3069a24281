#include "client/relation_ledger.h"

#include <cstring>
#include <fstream>

#include "core/base/files.h"

namespace garderobe::client {
namespace {
constexpr std::string_view kMagic = "garderobe-relation-ledger-v1\n";
}

uint64_t RelationLedger::KeyOf(const Handle& handle) {
  const uint64_t key = GetBigEndian<uint64_t>(handle.data());
  return key == 0 ? 1 : key;  // 0 marks an empty place
}

bool RelationLedger::Has(const Handle& handle, uint64_t digest) const {
  const uint64_t key = KeyOf(handle);
  const Entry& entry = entries_[key % kEntries];
  return entry.key == key && entry.digest == digest;
}

void RelationLedger::Put(const Handle& handle, uint64_t digest) {
  const uint64_t key = KeyOf(handle);
  entries_[key % kEntries] = {key, digest};
}

RelationLedger RelationLedger::Load(const std::string& path) {
  RelationLedger ledger;
  std::ifstream file(path, std::ios::binary);
  std::string magic(kMagic.size(), '\0');
  if (!file.read(magic.data(), static_cast<std::streamsize>(magic.size())) ||
      magic != kMagic) {
    return ledger;
  }
  Entry entry;
  while (file.read(reinterpret_cast<char*>(&entry), sizeof entry)) {
    ledger.entries_[entry.key % kEntries] = entry;
  }
  return ledger;
}

absl::Status RelationLedger::Save(const std::string& path) const {
  std::string bytes(kMagic);
  for (const Entry& entry : entries_) {
    if (entry.key == 0) continue;
    bytes.append(reinterpret_cast<const char*>(&entry), sizeof entry);
  }
  return ReplaceFile(path, bytes, 0600);
}

}  // namespace garderobe::client
