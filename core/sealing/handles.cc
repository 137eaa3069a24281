#include "core/sealing/handles.h"

namespace garderobe {
namespace {
// The terminating zero of the labels is the 00 of protocol.md.
constexpr std::string_view kHandleLabel("garderobe/handle/v1\0", 20);
constexpr std::string_view kVisitLabel("garderobe/visit/v1\0", 19);

void KeyedHash(const InstitutionHandleKey& key, std::string_view message,
               uint8_t* out) {
  crypto_generichash(out, 16, AsBytes(message).data(), message.size(),
                     key.ExposeSecret(), InstitutionHandleKey::kBytes);
}
}  // namespace

Handle MakeHandle(const InstitutionHandleKey& key,
                  std::string_view customer_id) {
  std::string message;
  message.reserve(kHandleLabel.size() + customer_id.size());
  message += kHandleLabel;
  message += customer_id;
  const ScopedWipe wipe(message);
  Handle handle;
  KeyedHash(key, message, handle.mutable_data());
  return handle;
}

VisitId MakeVisitId(const InstitutionHandleKey& key, std::string_view order_id,
                    std::string_view line_id) {
  std::string message;
  message.reserve(kVisitLabel.size() + order_id.size() + line_id.size() + 4);
  message += kVisitLabel;
  PutLengthPrefixed(message, order_id);
  PutLengthPrefixed(message, line_id);
  VisitId id;
  KeyedHash(key, message, id.mutable_data());
  return id;
}

}  // namespace garderobe
