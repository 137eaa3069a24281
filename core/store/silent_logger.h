// What RocksDB tells of itself, dropped: for a store that is opened to read,
// whose own LOG would take the place of the one that the owner writes.
#ifndef GARDEROBE_CORE_STORE_SILENT_LOGGER_H_
#define GARDEROBE_CORE_STORE_SILENT_LOGGER_H_

#include <rocksdb/env.h>

#include <cstdarg>

namespace garderobe {

class SilentLogger : public rocksdb::Logger {
 public:
  using rocksdb::Logger::Logv;
  void Logv(const char*, va_list) override {}
};

}  // namespace garderobe

#endif  // GARDEROBE_CORE_STORE_SILENT_LOGGER_H_
