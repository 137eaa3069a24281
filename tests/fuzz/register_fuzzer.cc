// Any register that a coordinator sends: taken, or refused by entry.
//
// Configuration files are not fuzzed: toml++ 3.3 stops the process by an
// assertion on some malformed arrays. They are an operator's own.
#include "core/register/register_store.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace garderobe;
  v1::Register reg;
  if (reg.ParseFromArray(data, static_cast<int>(size))) {
    (void)CheckRegister(reg);
  }
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  (void)IsInstitutionId(text);
  (void)IsSourceName(text);
  return 0;
}
