// What is sealed to the aggregator, and who vouches for it: columns with the
// signature of the institution or vendor that made them (protocol.md, 5). The
// TTP, which passes them on, can neither make nor change nor re-file one.
//
// The payload, before it is sealed; on the wire, never change:
//   02 || handles (32) || points (32) || signature (64) ||
//   length (4) || zstd frame of the columns || zeros
// with BLAKE2b-256 of the batch's handles and of its points (PointsDigest). The
// zeros fill it up to PaddedPayloadBytes.
//
// The signature is Ed25519 over
//   "garderobe/visits/v2" 00 (or "garderobe/relations/v2" 00) ||
//   AssociatedData(place) || serial (8) || handles (32) || points (32) ||
//   BLAKE2b-256(columns, uncompressed)
//
// The aggregator sees neither handles nor points as the author hashed them:
// that these are what was signed shows when a batch is challenged.
#ifndef GARDEROBE_CORE_SEALING_AUTHOR_PAYLOAD_H_
#define GARDEROBE_CORE_SEALING_AUTHOR_PAYLOAD_H_

#include <span>
#include <string>
#include <string_view>

#include "core/base/hash.h"
#include "core/base/secret_bytes.h"
#include "core/base/status.h"
#include "core/sealing/batch_sealer.h"

namespace garderobe {

struct AuthorKeyTag;
struct AuthorSignatureTag;
using AuthorKey = FixedBytes<32, AuthorKeyTag>;  // Ed25519, public
using AuthorSignature = FixedBytes<64, AuthorSignatureTag>;
// The seed of an Ed25519 key pair.
using AuthorSeed = SecretBytes<32, struct AuthorSeedRole>;

inline constexpr std::string_view kAuthorRole = "author-signing";  // key file

// What is said of a payload without the form of one.
inline constexpr std::string_view kNotAuthored =
    "the sealed payload is not one that an author signed: its first byte is 2, "
    "its length one of the padded ones with zeros at the end, and its zstd "
    "frame says how long its content is";

// The public half.
AuthorKey AuthorKeyOf(const AuthorSeed& seed);
// Whether the 32 bytes are a point that a signature can be verified with.
bool IsAuthorKey(std::string_view bytes);

// BLAKE2b-256 of kinds || A || B || D: kinds with 4 bytes a row, big-endian,
// then the columns of the batch as they are sent.
Digest256 PointsDigest(std::span<const uint32_t> kinds,
                       std::string_view points_a, std::string_view points_b,
                       std::string_view points_home);

// What stands beside the columns and is signed with them.
struct AuthoredParts {
  Digest256 handles;
  Digest256 points;  // zeros for visits
};

// `serial` is of the aggregator's parameters that the batch is sealed to.
std::string EncodeAuthored(const AuthorSeed& author, const BatchPlace& place,
                           uint32_t serial, const AuthoredParts& parts,
                           std::string_view columns);

struct AuthoredPayload {
  AuthoredParts parts;
  AuthorSignature signature;
  std::string columns;       // uncompressed
  Digest256 columns_digest;  // of these
};

// Reads a payload and decompresses at most `columns_bytes_max` bytes. Verifies
// nothing. InvalidArgument, one fixed text: it does not have the form above to
// the last byte, or the columns are larger.
[[nodiscard]] absl::StatusOr<AuthoredPayload> DecodeAuthored(
    std::string_view payload, size_t columns_bytes_max);

// Verifies that the owner of `key` signed it for this place and serial.
[[nodiscard]] bool IsAuthoredBy(const AuthorKey& key, const BatchPlace& place,
                                uint32_t serial,
                                const AuthoredPayload& payload);

// The next of 1, 1.25, 1.5 and 1.75 times a power of two, at least 2 KiB: how
// many rows of which length a batch has shows only as coarsely as that.
// `bytes` is at most 2^62.
size_t PaddedPayloadBytes(size_t bytes);

}  // namespace garderobe

#endif  // GARDEROBE_CORE_SEALING_AUTHOR_PAYLOAD_H_
