#include "core/sealing/handles.h"

namespace garderobe {
namespace {
// The terminating zero of the labels is the 00 of protocol.md.
constexpr std::string_view kHandleLabel("garderobe/handle/v1\0", 20);
constexpr std::string_view kVisitLabel("garderobe/visit/v1\0", 19);
constexpr std::string_view kObjectionLabel("garderobe/objection/v1\0", 23);

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

ObjectionSecret MakeObjectionSecret(const InstitutionHandleKey& key,
                                    std::string_view subject) {
  std::string message;
  message.reserve(kObjectionLabel.size() + subject.size());
  message += kObjectionLabel;
  message += subject;
  const ScopedWipe wipe(message);
  ObjectionSecret secret;
  KeyedHash(key, message, secret.mutable_data());
  return secret;
}

ObjectionMark MarkOf(const ObjectionSecret& secret) {
  ObjectionMark mark;
  crypto_generichash(mark.mutable_data(), ObjectionMark::kBytes, secret.data(),
                     ObjectionSecret::kBytes, nullptr, 0);
  return mark;
}

}  // namespace garderobe
