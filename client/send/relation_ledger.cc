#include "client/send/relation_ledger.h"

#include <cstring>
#include <fstream>
#include <string_view>

#include "core/base/files.h"

namespace garderobe::client {
namespace {
constexpr std::string_view kMagic = "garderobe-relation-ledger-v3\n";
}

uint64_t RelationLedger::KeyOf(const Handle& handle) {
  const uint64_t key = GetBigEndian<uint64_t>(handle.data());
  return key == 0 ? 1 : key;  // 0 marks an empty place
}

bool RelationLedger::Has(const Handle& handle, uint64_t said) const {
  const uint64_t key = KeyOf(handle);
  for (size_t i = 0; i < kProbes; ++i) {
    const Entry& entry = entries_[(key + i) % kEntries];
    if (entry.key != key) continue;
    return (entry.digest & kDigestMask) == (said & kDigestMask) &&
           entry.digest >> 56 >= said >> 56;
  }
  return false;
}

void RelationLedger::Put(const Handle& handle, uint64_t said) {
  if (!Has(handle, said)) Place({KeyOf(handle), said});
}

bool RelationLedger::Forget(const Handle& handle) {
  const uint64_t key = KeyOf(handle);
  for (size_t i = 0; i < kProbes; ++i) {
    Entry& entry = entries_[(key + i) % kEntries];
    if (entry.key != key) continue;
    entry = Entry();
    return true;
  }
  return false;
}

void RelationLedger::Place(const Entry& entry) {
  Entry* place = &entries_[(entry.key + entry.digest % kProbes) % kEntries];
  for (size_t i = kProbes; i-- > 0;) {
    Entry& candidate = entries_[(entry.key + i) % kEntries];
    if (candidate.key == 0) place = &candidate;
  }
  for (size_t i = 0; i < kProbes; ++i) {
    Entry& candidate = entries_[(entry.key + i) % kEntries];
    if (candidate.key == entry.key) place = &candidate;
  }
  *place = entry;
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
    ledger.Place(entry);
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
