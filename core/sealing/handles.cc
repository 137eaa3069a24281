#include "core/sealing/handles.h"

namespace garderobe {
namespace {
// The terminating zero of the labels is the 00 of protocol.md.
constexpr std::string_view kHandleLabel("garderobe/handle/v1\0", 20);
constexpr std::string_view kVisitLabel("garderobe/visit/v1\0", 19);
constexpr std::string_view kObjectionLabel("garderobe/objection/v1\0", 23);
}  // namespace

Handle MakeHandle(const InstitutionHandleKey& key,
                  std::string_view customer_id) {
  std::string message;
  message.reserve(kHandleLabel.size() + customer_id.size());
  message += kHandleLabel;
  message += customer_id;
  const ScopedWipe wipe(message);
  return Hash<Handle>(message, key);
}

VisitId MakeVisitId(const InstitutionHandleKey& key, std::string_view order_id,
                    std::string_view line_id) {
  std::string message;
  message.reserve(kVisitLabel.size() + order_id.size() + line_id.size() + 4);
  message += kVisitLabel;
  PutLengthPrefixed(message, order_id);
  PutLengthPrefixed(message, line_id);
  return Hash<VisitId>(message, key);
}

ObjectionSecret MakeObjectionSecret(const InstitutionHandleKey& key,
                                    std::string_view subject) {
  std::string message;
  message.reserve(kObjectionLabel.size() + subject.size());
  message += kObjectionLabel;
  message += subject;
  const ScopedWipe wipe(message);
  return Hash<ObjectionSecret>(message, key);
}

ObjectionMark MarkOf(const ObjectionSecret& secret) {
  return Hash<ObjectionMark>(secret.view());
}

}  // namespace garderobe
