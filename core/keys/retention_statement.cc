#include "core/keys/retention_statement.h"

#include "core/keys/sign.h"

namespace garderobe {
namespace {
constexpr std::string_view kRetentionLabel("garderobe/retention/v2\0", 23);
}  // namespace

SignedBody SignRetention(const ReceiptSeed& seed,
                         const RetentionStatement& statement) {
  std::string body(kRetentionLabel);
  PutLengthPrefixed(body, statement.institution);
  PutBigEndian(body, statement.months);
  PutBigEndian(body, static_cast<uint32_t>(statement.cutoff));
  PutBigEndian(body, statement.visits_removed);
  PutBigEndian(body, statement.relations_removed);
  PutBigEndian(body, statement.visits_held_back);
  PutBigEndian(body, statement.relations_held_back);
  PutBigEndian(body, statement.visits_left);
  PutBigEndian(body, static_cast<uint32_t>(statement.oldest));
  PutBigEndian(body, statement.unix_seconds);
  return SignBody(seed, std::move(body));
}

absl::StatusOr<RetentionStatement> VerifyRetention(const VerifyKey& key,
                                                   std::string_view body,
                                                   std::string_view signature) {
  RetentionStatement statement;
  ByteReader reader(body);
  std::string_view label, institution;
  uint32_t cutoff = 0, oldest = 0;
  if (!IsSignedBy(key, body, signature) ||
      !reader.GetBytes(kRetentionLabel.size(), &label) ||
      label != kRetentionLabel || !reader.GetLengthPrefixed(&institution) ||
      !reader.GetInteger(&statement.months) || !reader.GetInteger(&cutoff) ||
      !reader.GetInteger(&statement.visits_removed) ||
      !reader.GetInteger(&statement.relations_removed) ||
      !reader.GetInteger(&statement.visits_held_back) ||
      !reader.GetInteger(&statement.relations_held_back) ||
      !reader.GetInteger(&statement.visits_left) ||
      !reader.GetInteger(&oldest) ||
      !reader.GetInteger(&statement.unix_seconds) || !reader.empty()) {
    return FailedPrecondition(
        "the statement on retention is not signed by the aggregator");
  }
  statement.institution = institution;
  statement.cutoff = static_cast<int32_t>(cutoff);
  statement.oldest = static_cast<int32_t>(oldest);
  return statement;
}

}  // namespace garderobe
