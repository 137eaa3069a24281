#include "core/store/log_scan.h"

#include <algorithm>
#include <boost/crc.hpp>
#include <fstream>
#include <string_view>
#include <vector>

namespace garderobe {
namespace {

// RocksDB's format, which it has kept from LevelDB: blocks of 32 KiB, filled by
// records of a header and a payload. The header is a masked CRC-32C of type and
// payload in 4 bytes, the payload's length in 2 (both little-endian), and the
// type. Fewer than 7 bytes at a block's end are filled with zeros. These logs
// are neither recycled nor compressed, so there are no other types.
constexpr size_t kBlockBytes = 32768;
constexpr size_t kHeaderBytes = 7;
enum Type : uint8_t { kFull = 1, kFirst, kMiddle, kLast };

uint32_t MaskedCrc(std::string_view bytes) {
  boost::crc_optimal<32, 0x1EDC6F41, 0xFFFFFFFF, 0xFFFFFFFF, true, true> crc;
  crc.process_bytes(bytes.data(), bytes.size());
  const uint32_t sum = crc.checksum();
  return ((sum >> 15) | (sum << 17)) + 0xa282ead8;
}

uint8_t ByteAt(std::string_view text, size_t at) {
  return static_cast<uint8_t>(text[at]);
}

uint64_t LittleEndian(std::string_view bytes) {
  uint64_t number = 0;
  for (size_t i = bytes.size(); i-- > 0;)
    number = number << 8 | ByteAt(bytes, i);
  return number;
}

// The length with its header of the intact record at the beginning of `rest`,
// which ends where its block does; 0: there is none.
size_t RecordBytes(std::string_view rest) {
  if (rest.size() < kHeaderBytes) return 0;
  const uint8_t type = ByteAt(rest, 6);
  if (type < kFull || type > kLast) return 0;
  const size_t length = ByteAt(rest, 4) | size_t{ByteAt(rest, 5)} << 8;
  if (kHeaderBytes + length > rest.size()) return 0;
  const bool intact =
      MaskedCrc(rest.substr(6, 1 + length)) == LittleEndian(rest.substr(0, 4));
  return intact ? kHeaderBytes + length : 0;
}

// Whether an intact record begins anywhere in `rest`.
bool AnyRecordIn(std::string_view rest) {
  for (size_t at = 0; at < rest.size(); ++at) {
    // A record without payload says too little to be told from chance.
    if (RecordBytes(rest.substr(at)) > kHeaderBytes) return true;
  }
  return false;
}

class Scanner {
 public:
  // One block after the other; the last may be shorter.
  void Take(std::string_view block) {
    if (damaged_) {
      SearchOn(block);
    } else {
      Check(block);
    }
    scan_.file_bytes += block.size();
  }
  LogScan Finish() const { return scan_; }

 private:
  void Check(std::string_view block) {
    size_t at = 0;
    // Between two records, and at a block's end, nothing more is to come.
    while (at < block.size()) {
      const std::string_view rest = block.substr(at);
      if (block.size() == kBlockBytes && rest.size() < kHeaderBytes) break;
      const size_t size = RecordBytes(rest);
      const uint8_t type = size == 0 ? 0 : ByteAt(rest, 6);
      const bool continues = type == kMiddle || type == kLast;
      if (size == 0 || continues != within_) {
        damaged_ = true;
        SearchOn(size == 0 ? rest.substr(1) : rest);
        return;
      }
      at += size;
      within_ = type == kFirst || type == kMiddle;
      if (!within_) scan_.intact_bytes = scan_.file_bytes + at;
    }
    // Zeros that fill a block belong to the record before them.
    if (!within_ && block.size() == kBlockBytes) {
      scan_.intact_bytes = scan_.file_bytes + kBlockBytes;
    }
  }

  // Searches the first blocks after the damage byte by byte, since the damage
  // may have shifted record borders; later blocks at their start only.
  void SearchOn(std::string_view rest) {
    constexpr int kBlocksThroughout = 3;
    if (scan_.goes_on) return;
    scan_.goes_on = blocks_searched_++ < kBlocksThroughout
                        ? AnyRecordIn(rest)
                        : RecordBytes(rest) > kHeaderBytes;
  }

  LogScan scan_;
  bool within_ = false;  // a record of which more is to come
  bool damaged_ = false;
  int blocks_searched_ = 0;
};

}  // namespace

absl::StatusOr<LogScan> ScanLog(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return Unavailable("cannot read {}", path);
  Scanner scanner;
  std::vector<char> block(kBlockBytes);
  while (file) {
    file.read(block.data(), static_cast<std::streamsize>(block.size()));
    const auto got = static_cast<size_t>(file.gcount());
    if (got > 0) scanner.Take({block.data(), got});
  }
  if (file.bad()) return Unavailable("cannot read {}", path);
  return scanner.Finish();
}

}  // namespace garderobe
