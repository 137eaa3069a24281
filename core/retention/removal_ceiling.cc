#include "core/retention/removal_ceiling.h"

#include <algorithm>

#include "core/base/bytes.h"

namespace garderobe {

uint64_t RemovalCeiling::left() const {
  const uint64_t part =
      held / 100 * kPercentADay + held % 100 * kPercentADay / 100;
  const uint64_t allowed = std::max(part, kAtLeastADay) + released;
  return allowed > removed ? allowed - removed : 0;
}

std::string Encode(const RemovalCeiling& ceiling) {
  std::string bytes;
  PutBigEndian(bytes, static_cast<uint32_t>(ceiling.day));
  PutBigEndian(bytes, ceiling.held);
  PutBigEndian(bytes, ceiling.removed);
  PutBigEndian(bytes, ceiling.released);
  return bytes;
}

bool Decode(std::string_view bytes, RemovalCeiling* ceiling) {
  ByteReader reader(bytes);
  uint32_t day = 0;
  const bool ok = reader.GetInteger(&day) &&
                  reader.GetInteger(&ceiling->held) &&
                  reader.GetInteger(&ceiling->removed) &&
                  reader.GetInteger(&ceiling->released) && reader.empty();
  ceiling->day = static_cast<int32_t>(day);
  return ok;
}

}  // namespace garderobe
