#include "core/sealing/objection.h"

#include "core/sealing/sealed_answer.h"

namespace garderobe {

absl::StatusOr<std::string> SealObjectionSecret(const SealingPublicKey& vault,
                                                std::string_view request_id,
                                                const ObjectionSecret& secret) {
  std::string plain(request_id);
  plain.append(secret.view());
  return SealAnswer(vault.view(), plain);
}

absl::StatusOr<ObjectionSecret> OpenObjectionSecret(
    const SealingSecretKey& vault, std::string_view request_id,
    std::string_view sealed) {
  const auto plain = OpenAnswer(vault, sealed);
  if (!plain.ok() ||
      plain->size() != request_id.size() + ObjectionSecret::kBytes ||
      !plain->starts_with(request_id)) {
    return InvalidArgument(
        "sealed_objection_secret: not sealed to the vault for this request");
  }
  return ObjectionSecret::From(
      std::string_view(*plain).substr(request_id.size()));
}

}  // namespace garderobe
