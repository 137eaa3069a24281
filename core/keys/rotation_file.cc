#include "core/keys/rotation_file.h"

#include <algorithm>
#include <string_view>

#include "core/base/checked_file.h"
#include "core/keys/sign.h"

namespace garderobe {
namespace {

constexpr std::string_view kRotationLabel("garderobe/rotation/v1\0", 22);
constexpr std::string_view kKind = "rotation", kParametersKind = "parameters";

std::string ParametersPath(const std::string& folder, uint32_t epoch,
                           const std::string& party) {
  return fmt::format("{}/rotation-{}-{}-parameters", folder, epoch, party);
}

// Splits what a signature follows.
bool SplitSigned(std::string_view bytes, std::string_view* body,
                 std::string_view* signature) {
  if (bytes.size() < crypto_sign_BYTES) return false;
  *body = bytes.substr(0, bytes.size() - crypto_sign_BYTES);
  *signature = bytes.substr(body->size());
  return true;
}

absl::StatusOr<std::string> Seal(const std::vector<RotationFactor>& factors,
                                 const SealingPublicKey& recipient) {
  std::string plain;
  plain.reserve(32 * factors.size());
  for (const RotationFactor& factor : factors) {
    plain.append(AsView({factor.ExposeSecret(), 32}));
  }
  const ScopedWipe wipe(plain);
  std::string sealed(plain.size() + crypto_box_SEALBYTES, '\0');
  if (crypto_box_seal(reinterpret_cast<uint8_t*>(sealed.data()),
                      AsBytes(plain).data(), plain.size(),
                      recipient.data()) != 0) {
    return InvalidArgument("the recipient's key can't be sealed to");
  }
  return sealed;
}

absl::StatusOr<std::vector<RotationFactor>> Open(
    std::string_view sealed, size_t count, const SealingSecretKey& recipient) {
  std::string plain(32 * count, '\0');
  const ScopedWipe wipe(plain);
  const SealingPublicKey key = PublicKeyOf(recipient);
  if (sealed.size() != plain.size() + crypto_box_SEALBYTES ||
      crypto_box_seal_open(reinterpret_cast<uint8_t*>(plain.data()),
                           AsBytes(sealed).data(), sealed.size(), key.data(),
                           recipient.ExposeSecret()) != 0) {
    return InvalidArgument("the rotation is not sealed to this key");
  }
  std::vector<RotationFactor> factors;
  for (size_t i = 0; i < count; ++i) {
    GARDEROBE_ASSIGN_OR_RETURN(
        RotationFactor factor,
        RotationFactor::Decode(AsBytes(plain).subspan(32 * i, 32)));
    factors.push_back(std::move(factor));
  }
  return factors;
}

}  // namespace

std::string RotationPath(const std::string& folder,
                         const RotationRoute& route) {
  return fmt::format("{}/rotation-{}-{}-to-{}", folder, route.epoch, route.from,
                     route.to);
}

absl::Status WriteRotation(const std::string& folder,
                           const RotationRoute& route,
                           const std::vector<RotationFactor>& factors,
                           const SigningSeed& signer,
                           const SealingPublicKey& recipient) {
  GARDEROBE_ASSIGN_OR_RETURN(const std::string sealed,
                             Seal(factors, recipient));
  std::string body(kRotationLabel);
  PutLengthPrefixed(body, route.from);
  PutLengthPrefixed(body, route.to);
  PutBigEndian(body, route.epoch);
  PutLengthPrefixed(body, sealed);
  const SignedBody signed_body = SignBody(signer, std::move(body));
  return WriteCheckedFile(RotationPath(folder, route), kKind,
                          signed_body.body + signed_body.signature);
}

absl::StatusOr<std::vector<RotationFactor>> ReadRotation(
    const std::string& folder, const RotationRoute& route, size_t count,
    const VerifyKey& signer, const SealingSecretKey& recipient) {
  const std::string path = RotationPath(folder, route);
  const auto file = ReadCheckedFile(path, kKind);
  if (file.status().code() == absl::StatusCode::kNotFound) {
    return NotFound(
        "{} is missing: with it the {} lets the {} go on from epoch {}", path,
        route.from, route.to, route.epoch - 1);
  }
  GARDEROBE_RETURN_IF_ERROR(file.status());
  std::string_view body, signature;
  if (!SplitSigned(*file, &body, &signature) ||
      !IsSignedBy(signer, body, signature) ||
      !body.starts_with(kRotationLabel)) {
    return FailedPrecondition(
        "{} is not signed by the key that is pinned of the {}", path,
        route.from);
  }
  ByteReader reader(body.substr(kRotationLabel.size()));
  std::string_view from, to, sealed;
  uint32_t epoch;
  if (!reader.GetLengthPrefixed(&from) || !reader.GetLengthPrefixed(&to) ||
      !reader.GetInteger(&epoch) || !reader.GetLengthPrefixed(&sealed) ||
      !reader.empty()) {
    return FailedPrecondition("{} is not a rotation of this version", path);
  }
  if (from != route.from || to != route.to || epoch != route.epoch) {
    return FailedPrecondition(
        "{} is from {} to {} and leads to epoch {}; from {} to {} and to epoch "
        "{} is needed",
        path, from, to, epoch, route.from, route.to, route.epoch);
  }
  auto factors = Open(sealed, count, recipient);
  if (!factors.ok()) return Annotate(factors.status(), path);
  return factors;
}

absl::Status WriteRotationParameters(const std::string& folder, uint32_t epoch,
                                     const std::string& party,
                                     const SignedBody& parameters) {
  std::string text;
  PutLengthPrefixed(text, parameters.body);
  return WriteCheckedFile(ParametersPath(folder, epoch, party), kParametersKind,
                          text + parameters.signature);
}

absl::StatusOr<Parameters> ReadRotationParameters(const std::string& folder,
                                                  uint32_t epoch,
                                                  const std::string& party,
                                                  const VerifyKey& signer,
                                                  const CivilDate& today) {
  const std::string path = ParametersPath(folder, epoch, party);
  GARDEROBE_ASSIGN_OR_RETURN(const std::string file,
                             ReadCheckedFile(path, kParametersKind));
  std::string_view front, signature, body;
  if (!SplitSigned(file, &front, &signature)) {
    return DataLoss("{} is damaged", path);
  }
  ByteReader reader(front);
  if (!reader.GetLengthPrefixed(&body) || !reader.empty()) {
    return DataLoss("{} is damaged", path);
  }
  auto parameters = VerifyParameters(signer, party, body, signature, today);
  if (!parameters.ok()) return Annotate(parameters.status(), path);
  return parameters;
}

}  // namespace garderobe
