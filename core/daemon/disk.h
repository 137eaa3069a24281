// How much room there is on the disk.
#ifndef GARDEROBE_CORE_DAEMON_DISK_H_
#define GARDEROBE_CORE_DAEMON_DISK_H_

#include <cstdint>
#include <optional>
#include <string>

namespace garderobe {

// The bytes that can still be written where `path` is without being root.
// Nullopt: it can't be told.
std::optional<uint64_t> FreeBytes(const std::string& path);

}  // namespace garderobe

#endif  // GARDEROBE_CORE_DAEMON_DISK_H_
