#include "core/keys/round_statement.h"

#include <array>

#include "core/group/hash_to_group.h"
#include "core/keys/sign.h"
#include "core/sealing/sealed_answer.h"

namespace garderobe {
namespace {

constexpr std::string_view kLabel("garderobe/round/v2\0", 19);

}  // namespace

std::string SealRoundStatement(const ReceiptSeed& vault,
                               const SealingPublicKey& aggregator,
                               const RoundStatement& statement) {
  std::string body(kLabel);
  PutBigEndian(body, statement.number);
  PutBigEndian(body, statement.entries);
  statement.sum.AppendTo(body);
  const SignedBody signed_body = SignBody(vault, std::move(body));
  auto sealed =
      SealAnswer(aggregator.view(), signed_body.body + signed_body.signature);
  // The key is the aggregator's, whose signature was verified.
  GARDEROBE_CHECK(sealed.ok());
  return *std::move(sealed);
}

absl::StatusOr<RoundStatement> OpenRoundStatement(
    const SealingSecretKey& secret, const VerifyKey& vault,
    std::string_view sealed) {
  const auto refused = [] {
    return FailedPrecondition("the round does not come from the vault");
  };
  const auto opened = OpenAnswer(secret, sealed);
  if (!opened.ok() || opened->size() < crypto_sign_BYTES) return refused();
  const std::string_view body =
      std::string_view(*opened).substr(0, opened->size() - crypto_sign_BYTES);
  if (!IsSignedBy(vault, body, std::string_view(*opened).substr(body.size()))) {
    return refused();
  }
  RoundStatement statement;
  ByteReader reader(body);
  std::string_view label, sum;
  if (!reader.GetBytes(kLabel.size(), &label) || label != kLabel ||
      !reader.GetInteger(&statement.number) ||
      !reader.GetInteger(&statement.entries) ||
      !reader.GetBytes(Ciphertext::kBytes, &sum) || !reader.empty()) {
    return refused();
  }
  statement.sum = Ciphertext::From(sum);
  return statement;
}

const Element& PointOf(RoundAction action) {
  static const std::array<Element, kRoundActionCount> points = {
      HashToGroup("action", "none"), HashToGroup("action", "link"),
      HashToGroup("action", "erase"), HashToGroup("action", "withdraw")};
  return points[static_cast<size_t>(action)];
}

RoundAction ActionOf(const Element& point) {
  for (size_t i = 1; i < kRoundActionCount; ++i) {
    const auto action = static_cast<RoundAction>(i);
    if (PointOf(action) == point) return action;
  }
  return RoundAction::kNone;
}

}  // namespace garderobe
