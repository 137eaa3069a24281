#include "core/sealing/author_payload.h"

#include <sodium.h>
#include <zstd.h>

#include <bit>
#include <memory>

namespace garderobe {
namespace {

constexpr uint8_t kVersion = 2;
constexpr size_t kHeaderBytes =
    1 + 2 * Digest256::kBytes + AuthorSignature::kBytes + 4;
constexpr size_t kPaddedBytesMin = 2048;
constexpr std::string_view kVisits("garderobe/visits/v2\0", 20);
constexpr std::string_view kRelations("garderobe/relations/v2\0", 23);

absl::Status Malformed() { return InvalidArgument("{}", kNotAuthored); }

// A context is 100s of KiB: one a thread, not one a batch.
ZSTD_CCtx* CompressionContext() {
  thread_local std::unique_ptr<ZSTD_CCtx, decltype(&ZSTD_freeCCtx)> context(
      ZSTD_createCCtx(), &ZSTD_freeCCtx);
  return context.get();
}

std::string Compress(std::string_view columns) {
  std::string frame(ZSTD_compressBound(columns.size()), '\0');
  const size_t size =
      ZSTD_compressCCtx(CompressionContext(), frame.data(), frame.size(),
                        columns.data(), columns.size(), 1);
  GARDEROBE_CHECK(!ZSTD_isError(size));
  frame.resize(size);
  return frame;
}

absl::StatusOr<std::string> Decompress(std::string_view frame,
                                       size_t bytes_max) {
  const unsigned long long size =
      ZSTD_getFrameContentSize(frame.data(), frame.size());
  if (size > bytes_max) return Malformed();  // errors are huge too
  std::string columns(size, '\0');
  const size_t got = ZSTD_decompress(columns.data(), columns.size(),
                                     frame.data(), frame.size());
  if (ZSTD_isError(got) || got != size) return Malformed();
  return columns;
}

std::string SignedMessage(const BatchPlace& place, uint32_t serial,
                          const AuthoredParts& parts,
                          const Digest256& columns) {
  std::string message(place.kind == SealedKind::kVisits ? kVisits : kRelations);
  message += AssociatedData(place);
  PutBigEndian(message, uint64_t{serial});
  message.append(parts.handles.view());
  message.append(parts.points.view());
  message.append(columns.view());
  return message;
}

}  // namespace

AuthorKey AuthorKeyOf(const AuthorSeed& seed) {
  AuthorKey key;
  uint8_t secret[crypto_sign_SECRETKEYBYTES];
  const ScopedWipe wipe(secret, sizeof secret);
  crypto_sign_seed_keypair(key.mutable_data(), secret, seed.ExposeSecret());
  return key;
}

bool IsAuthorKey(std::string_view bytes) {
  return bytes.size() == AuthorKey::kBytes &&
         crypto_core_ed25519_is_valid_point(AsBytes(bytes).data()) == 1;
}

Digest256 PointsDigest(std::span<const uint32_t> kinds,
                       std::string_view points_a, std::string_view points_b,
                       std::string_view points_home) {
  std::string numbers;
  numbers.reserve(kinds.size() * sizeof(uint32_t));
  for (const uint32_t one : kinds) PutBigEndian(numbers, one);
  return Hash({numbers, points_a, points_b, points_home});
}

std::string EncodeAuthored(const AuthorSeed& author, const BatchPlace& place,
                           uint32_t serial, const AuthoredParts& parts,
                           std::string_view columns) {
  const std::string message =
      SignedMessage(place, serial, parts, Hash(columns));
  AuthorSignature signature;
  uint8_t public_key[crypto_sign_PUBLICKEYBYTES],
      secret[crypto_sign_SECRETKEYBYTES];
  const ScopedWipe wipe(secret, sizeof secret);
  crypto_sign_seed_keypair(public_key, secret, author.ExposeSecret());
  crypto_sign_detached(signature.mutable_data(), nullptr,
                       AsBytes(message).data(), message.size(), secret);

  const std::string frame = Compress(columns);
  std::string payload;
  payload.reserve(PaddedPayloadBytes(kHeaderBytes + frame.size()));
  payload.push_back(static_cast<char>(kVersion));
  payload.append(parts.handles.view());
  payload.append(parts.points.view());
  payload.append(signature.view());
  PutBigEndian(payload, static_cast<uint32_t>(frame.size()));
  payload += frame;
  payload.resize(PaddedPayloadBytes(payload.size()), '\0');
  return payload;
}

absl::StatusOr<AuthoredPayload> DecodeAuthored(std::string_view payload,
                                               size_t columns_bytes_max) {
  ByteReader reader(payload);
  uint8_t version = 0;
  uint32_t frame_bytes = 0;
  std::string_view handles, points, signature, frame;
  if (!reader.GetInteger(&version) || version != kVersion ||
      !reader.GetBytes(Digest256::kBytes, &handles) ||
      !reader.GetBytes(Digest256::kBytes, &points) ||
      !reader.GetBytes(AuthorSignature::kBytes, &signature) ||
      !reader.GetInteger(&frame_bytes) ||
      !reader.GetBytes(frame_bytes, &frame)) {
    return Malformed();
  }
  const size_t bytes = kHeaderBytes + frame.size();
  const std::string_view zeros = payload.substr(bytes);
  if (payload.size() != PaddedPayloadBytes(bytes) ||
      zeros.find_first_not_of('\0') != zeros.npos) {
    return Malformed();
  }
  AuthoredPayload result;
  result.parts = {Digest256::From(handles), Digest256::From(points)};
  result.signature = AuthorSignature::From(signature);
  GARDEROBE_ASSIGN_OR_RETURN(result.columns,
                             Decompress(frame, columns_bytes_max));
  result.columns_digest = Hash(result.columns);
  return result;
}

bool IsAuthoredBy(const AuthorKey& key, const BatchPlace& place,
                  uint32_t serial, const AuthoredPayload& payload) {
  const std::string message =
      SignedMessage(place, serial, payload.parts, payload.columns_digest);
  return crypto_sign_verify_detached(payload.signature.data(),
                                     AsBytes(message).data(), message.size(),
                                     key.data()) == 0;
}

size_t PaddedPayloadBytes(size_t bytes) {
  if (bytes <= kPaddedBytesMin) return kPaddedBytesMin;
  // Quarters of the largest power of two that is not above it.
  const size_t step = std::bit_floor(bytes) / 4;
  return (bytes + step - 1) / step * step;
}

}  // namespace garderobe
