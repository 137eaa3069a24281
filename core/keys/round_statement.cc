#include "core/keys/round_statement.h"

#include <sodium.h>

#include "core/keys/sign.h"
#include "core/sealing/sealed_answer.h"

namespace garderobe {
namespace {

constexpr std::string_view kRoundLabel("garderobe/round/v2\0", 19);
constexpr std::string_view kTagLabel("garderobe/round-tag/v2\0", 23);
constexpr std::string_view kWeightLabel("garderobe/round-weight/v2\0", 26);

std::string BodyOf(const RoundStatement& statement) {
  std::string body(kRoundLabel);
  PutBigEndian(body, statement.number);
  body.append(statement.confirmation.view());
  statement.references.AppendTo(body);
  PutBigEndian(body, static_cast<uint32_t>(statement.actions.size()));
  for (const auto& [digest, action] : statement.actions) {
    body.append(digest.view());
    body.push_back(static_cast<char>(action));
  }
  return body;
}

bool ReadActions(ByteReader& reader, RoundStatement* statement) {
  uint32_t entries;
  if (!reader.GetInteger(&entries)) return false;
  while (entries-- > 0) {
    std::string_view digest;
    uint8_t action;
    if (!reader.GetBytes(RoundTagDigest::kBytes, &digest) ||
        !reader.GetInteger(&action) ||
        action > static_cast<uint8_t>(RoundAction::kWithdraw) ||
        !statement->actions
             .emplace(RoundTagDigest::From(digest),
                      static_cast<RoundAction>(action))
             .second) {
      return false;
    }
  }
  return reader.empty();
}

}  // namespace

RoundTagDigest DigestOfTag(const Element& tag) {
  return Hash<RoundTagDigest>({kTagLabel, tag.view()});
}

PublicScalar WeightOfTag(const Element& tag) {
  std::string message(kWeightLabel);
  message.append(tag.view());
  uint8_t wide[crypto_hash_sha512_BYTES];
  crypto_hash_sha512(wide, AsBytes(message).data(), message.size());
  return ReducePublicScalar(wide);
}

std::string SealRoundStatement(const ReceiptSeed& vault,
                               const SealingPublicKey& aggregator,
                               const RoundStatement& statement) {
  const SignedBody signed_body = SignBody(vault, BodyOf(statement));
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
  std::string_view label, confirmation, references;
  if (!reader.GetBytes(kRoundLabel.size(), &label) || label != kRoundLabel ||
      !reader.GetInteger(&statement.number) ||
      !reader.GetBytes(RoundConfirmation::kBytes, &confirmation) ||
      !reader.GetBytes(Ciphertext::kBytes, &references) ||
      !ReadActions(reader, &statement)) {
    return refused();
  }
  statement.confirmation = RoundConfirmation::From(confirmation);
  statement.references = Ciphertext::From(references);
  // One form only: digests in another order are not what the vault signs.
  if (BodyOf(statement) != body) {
    return refused();
  }
  return statement;
}

bool AddWeighted(const PublicScalar& weight, const Element& element,
                 Element* sum) {
  Element term;
  return MultiplyOrIdentity(weight, element, &term) && Add(*sum, term, sum);
}

}  // namespace garderobe
