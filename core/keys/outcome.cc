#include "core/keys/outcome.h"

#include "core/keys/sign.h"

namespace garderobe {
namespace {

constexpr std::string_view kOutcomeLabel("garderobe/outcome/v2\0", 21);

std::string BodyOf(const Outcome& outcome) {
  std::string body(kOutcomeLabel);
  PutLengthPrefixed(body, outcome.institution);
  PutLengthPrefixed(body, outcome.client);
  PutLengthPrefixed(body, outcome.source);
  body.push_back(outcome.kind == SealedKind::kVisits ? 1 : 2);
  PutBigEndian(body, outcome.offset);
  PutBigEndian(body, outcome.count);
  PutBigEndian(body, outcome.accepted);
  PutBigEndian(body, outcome.replaced);
  PutBigEndian(body, outcome.count - outcome.accepted);
  body.append(outcome.sealed.view());
  return body;
}

}  // namespace

std::string SignOutcome(const ReceiptSeed& aggregator, const Outcome& outcome) {
  GARDEROBE_CHECK(outcome.accepted <= outcome.count);
  return SignBody(aggregator, BodyOf(outcome)).signature;
}

bool IsOutcomeBy(const VerifyKey& key, const Outcome& outcome,
                 std::string_view signature) {
  return outcome.accepted <= outcome.count &&
         IsSignedBy(key, BodyOf(outcome), signature);
}

}  // namespace garderobe
