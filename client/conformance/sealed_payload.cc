#include "client/conformance/sealed_payload.h"

#include <sodium.h>
#include <zstd.h>

#include <algorithm>
#include <memory>
#include <optional>

namespace garderobe::client::conformance {
namespace {

constexpr std::string_view kSectionVisits = "clients.md, 5";
constexpr Rule kSealedKey{"sealed-key", kSectionVisits,
                          "the batch is not sealed to the aggregator's key "
                          "`seal`, or is cut short"};
constexpr Rule kSealedPlace{"sealed-place", kSectionVisits,
                            "the associated data are others: kind, "
                            "institution, source, offset and count of the "
                            "batch"};
constexpr Rule kPayloadForm{"payload-form", kSectionVisits,
                            "the payload does not begin with 02, two digests, "
                            "signature and length"};
constexpr Rule kPayloadStep{"payload-step", kSectionVisits,
                            "the payload is not filled up to 1, 1.25, 1.5 or "
                            "1.75 times a power of two, at least 2,048"};
constexpr Rule kPayloadZeros{"payload-zeros", kSectionVisits,
                             "what fills the payload up is not all zeros"};
constexpr Rule kFrameSize{"frame-size", kSectionVisits,
                          "the zstd frame does not state its content size"};
constexpr Rule kFrameDamaged{"frame-damaged", kSectionVisits,
                             "the columns are no zstd frame of the length "
                             "that is stated"};
constexpr Rule kColumnsLarge{"columns-large", "clients.md, 10",
                             "the columns are larger than their rows can "
                             "need"};
constexpr Rule kHandlesDigest{"handles-digest", kSectionVisits,
                              "the digest of handles is not BLAKE2b-256 of the "
                              "batch's handles"};
constexpr Rule kPointsDigest{"points-digest", "clients.md, 6",
                             "the digest of points is not BLAKE2b-256 of "
                             "kinds, A, B and D as they are sent"};
constexpr Rule kPointsOfVisits{"points-of-visits", kSectionVisits,
                               "visits have 32 zero bytes in place of the "
                               "digest of points"};
constexpr Rule kAuthorKeyMissing{"author-unknown", "clients.md, 1",
                                 "the register has no author key of the "
                                 "institution"};
constexpr Rule kAuthorSignature{"author-signature", kSectionVisits,
                                "the signature is not one of the author over "
                                "`signed`"};

constexpr size_t kWrappedBytes = 32 + crypto_box_SEALBYTES;
constexpr size_t kNonceSize = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES;
constexpr size_t kTagSize = crypto_aead_xchacha20poly1305_ietf_ABYTES;

const uint8_t* BytesAt(std::string_view text) { return AsBytes(text).data(); }

std::optional<std::string> OpenWith(std::string_view batch_key,
                                    std::string_view sealed,
                                    std::string_view associated) {
  const std::string_view nonce = sealed.substr(kWrappedBytes, kNonceSize);
  const std::string_view box = sealed.substr(kWrappedBytes + kNonceSize);
  std::string plain(box.size() - kTagSize, '\0');
  if (crypto_aead_xchacha20poly1305_ietf_decrypt(
          reinterpret_cast<uint8_t*>(plain.data()), nullptr, nullptr,
          BytesAt(box), box.size(), BytesAt(associated), associated.size(),
          BytesAt(nonce), BytesAt(batch_key)) != 0) {
    return std::nullopt;
  }
  return plain;
}

struct Named {
  std::string bytes;
  const char* name;
};

// Associated data as somebody may have read the document.
std::vector<Named> OtherPlaces(const BatchPlace& place) {
  const auto with = [&](auto change) {
    BatchPlace other = place;
    change(other);
    return AssociatedData(other);
  };
  const std::string right = AssociatedData(place);
  std::string second = right;
  second[second.find("/v1") + 2] = '2';
  const size_t label = right.find('\0') + 1;
  std::string plain = right.substr(0, label);
  plain.append(place.institution);
  plain.append(place.source);
  PutBigEndian(plain, place.offset);
  PutBigEndian(plain, place.count);
  std::string unlabelled = right;
  unlabelled.erase(label - 1, 1);
  return {
      {"", "there are none"},
      {with([](BatchPlace& p) {
         p.kind = p.kind == SealedKind::kVisits ? SealedKind::kRelations
                                                : SealedKind::kVisits;
       }),
       "the label is that of the other stream"},
      {second, "the label ends in v2"},
      {unlabelled, "the zero byte behind the label is left out"},
      {plain, "the lengths before institution and source are left out"},
      {right.substr(0, right.size() - 4), "the count is left out"},
      {with([](BatchPlace& p) { p.offset = 0; }), "the offset is 0"},
      {with([](BatchPlace& p) { p.count = 0; }), "the count is 0"},
      {with([](BatchPlace& p) { p.source = {}; }), "the source is empty"},
  };
}

std::optional<std::string> Unseal(const SealingSecretKey& aggregator,
                                  const SealedBatch& batch,
                                  SealedPayload* result,
                                  std::vector<BatchFault>* faults) {
  const std::string_view sealed = batch.sealed;
  std::string key(32, '\0');
  const ScopedWipe wipe(key);
  if (sealed.size() < kSealedOverheadBytes ||
      crypto_box_seal_open(reinterpret_cast<uint8_t*>(key.data()),
                           BytesAt(sealed), kWrappedBytes,
                           PublicKeyOf(aggregator).data(),
                           aggregator.ExposeSecret()) != 0) {
    faults->push_back({&kSealedKey});
    return std::nullopt;
  }
  result->box_key = std::string(sealed.substr(0, 32));
  result->batch_key_digest = AsString(Hash(key).bytes());
  if (auto plain = OpenWith(key, sealed, AssociatedData(batch.place))) {
    return plain;
  }
  for (const Named& other : OtherPlaces(batch.place)) {
    auto plain = OpenWith(key, sealed, other.bytes);
    if (!plain) continue;
    faults->push_back({&kSealedPlace, other.name});
    return plain;
  }
  faults->push_back({&kSealedPlace});
  return std::nullopt;
}

// The content of a frame that may not say how long it is; nothing when it is
// none, or longer than `bytes_max`.
std::optional<std::string> Unpack(std::string_view frame, size_t bytes_max) {
  const std::unique_ptr<ZSTD_DCtx, decltype(&ZSTD_freeDCtx)> context(
      ZSTD_createDCtx(), &ZSTD_freeDCtx);
  std::string content;
  std::string piece(ZSTD_DStreamOutSize(), '\0');
  ZSTD_inBuffer in{frame.data(), frame.size(), 0};
  for (;;) {
    ZSTD_outBuffer out{piece.data(), piece.size(), 0};
    const size_t left = ZSTD_decompressStream(context.get(), &out, &in);
    if (ZSTD_isError(left)) return std::nullopt;
    content.append(piece, 0, out.pos);
    if (content.size() > bytes_max) return std::nullopt;
    if (left == 0) break;
    if (in.pos == in.size && out.pos < out.size) return std::nullopt;
  }
  if (in.pos != in.size) return std::nullopt;
  return content;
}

// The payload's parts, as far as they are there.
struct PayloadParts {
  std::string_view handles, points, signature, frame;
  std::string columns;
};

std::optional<PayloadParts> Split(std::string_view payload,
                                  size_t columns_bytes_max,
                                  std::vector<BatchFault>* faults) {
  ByteReader reader(payload);
  PayloadParts parts;
  uint8_t version = 0;
  uint32_t frame_bytes = 0;
  if (!reader.GetInteger(&version) || version != 2 ||
      !reader.GetBytes(Digest256::kBytes, &parts.handles) ||
      !reader.GetBytes(Digest256::kBytes, &parts.points) ||
      !reader.GetBytes(AuthorSignature::kBytes, &parts.signature) ||
      !reader.GetInteger(&frame_bytes) ||
      !reader.GetBytes(frame_bytes, &parts.frame)) {
    faults->push_back({&kPayloadForm});
    return std::nullopt;
  }
  const size_t bytes =
      1 + 2 * Digest256::kBytes + AuthorSignature::kBytes + 4 + frame_bytes;
  if (payload.size() != PaddedPayloadBytes(bytes)) {
    faults->push_back(
        {&kPayloadStep, fmt::format("{} bytes in place of {}", payload.size(),
                                    PaddedPayloadBytes(bytes))});
  }
  if (payload.substr(bytes).find_first_not_of('\0') != payload.npos) {
    faults->push_back({&kPayloadZeros});
  }
  const unsigned long long size =
      ZSTD_getFrameContentSize(parts.frame.data(), parts.frame.size());
  if (size == ZSTD_CONTENTSIZE_UNKNOWN) faults->push_back({&kFrameSize});
  auto columns = Unpack(parts.frame, kPayloadBytesMax);
  if (!columns) {
    faults->push_back({&kFrameDamaged});
    return std::nullopt;
  }
  if (columns->size() > columns_bytes_max) faults->push_back({&kColumnsLarge});
  parts.columns = *std::move(columns);
  return parts;
}

// What somebody may have signed instead.
std::vector<Named> OtherMessages(const SealedBatch& batch,
                                 const PayloadParts& parts) {
  const bool visits = batch.place.kind == SealedKind::kVisits;
  const std::string label =
      visits ? "garderobe/visits/" : "garderobe/relations/";
  const std::string zero(1, '\0');
  const std::string place = AssociatedData(batch.place);
  std::string serial8, serial4;
  PutBigEndian(serial8, uint64_t{batch.serial});
  PutBigEndian(serial4, batch.serial);
  const std::string digests =
      std::string(parts.handles) + std::string(parts.points);
  const std::string columns = AsString(Hash(parts.columns).bytes());
  const std::string frame = AsString(Hash(parts.frame).bytes());
  const std::string begin = label + "v2" + zero;
  return {
      {begin + place + serial8 + digests + frame,
       "over the digest of the compressed columns"},
      {begin + place + serial4 + digests + columns, "with a serial of 4 bytes"},
      {begin + place + digests + columns, "without the serial"},
      {label + "v1" + zero + place + serial8 + digests + columns,
       "with a label that ends in v1"},
      {label + "v2" + place + serial8 + digests + columns,
       "without the zero byte behind the label"},
      {place + serial8 + digests + columns, "without its label"},
      {begin + serial8 + digests + columns, "without the associated data"},
      {begin + place + serial8 + digests + parts.columns,
       "over the columns in place of their digest"},
      {begin + place + serial8 + columns, "without the digests"},
  };
}

void CheckAuthor(std::span<const AuthorKey> authors, const SealedBatch& batch,
                 const PayloadParts& parts, std::vector<BatchFault>* faults) {
  if (authors.empty()) {
    faults->push_back({&kAuthorKeyMissing});
    return;
  }
  AuthoredPayload payload;
  payload.parts = {Digest256::From(parts.handles),
                   Digest256::From(parts.points)};
  payload.signature = AuthorSignature::From(parts.signature);
  payload.columns_digest = Hash(parts.columns);
  for (const AuthorKey& key : authors) {
    if (IsAuthoredBy(key, batch.place, batch.serial, payload)) return;
  }
  for (const Named& other : OtherMessages(batch, parts)) {
    for (const AuthorKey& key : authors) {
      if (crypto_sign_verify_detached(payload.signature.data(),
                                      BytesAt(other.bytes), other.bytes.size(),
                                      key.data()) != 0) {
        continue;
      }
      faults->push_back({&kAuthorSignature, other.name});
      return;
    }
  }
  faults->push_back({&kAuthorSignature});
}

}  // namespace

SealedPayload ReadSealed(const SealingSecretKey& aggregator,
                         std::span<const AuthorKey> authors,
                         const SealedBatch& batch,
                         std::vector<BatchFault>* faults) {
  SealedPayload result;
  const auto payload = Unseal(aggregator, batch, &result, faults);
  if (!payload) return result;
  auto parts = Split(*payload, batch.columns_bytes_max, faults);
  if (!parts) return result;
  if (parts->handles != batch.parts.handles.view()) {
    faults->push_back({&kHandlesDigest});
  }
  if (parts->points != batch.parts.points.view()) {
    faults->push_back({batch.place.kind == SealedKind::kVisits
                           ? &kPointsOfVisits
                           : &kPointsDigest});
  }
  CheckAuthor(authors, batch, *parts, faults);
  result.columns = std::move(parts->columns);
  result.is_open = true;
  return result;
}

std::vector<const Rule*> SealedPayloadRules() {
  return {&kSealedKey,      &kSealedPlace,    &kPayloadForm,
          &kPayloadStep,    &kPayloadZeros,   &kFrameSize,
          &kFrameDamaged,   &kColumnsLarge,   &kHandlesDigest,
          &kPointsDigest,   &kPointsOfVisits, &kAuthorKeyMissing,
          &kAuthorSignature};
}

}  // namespace garderobe::client::conformance
