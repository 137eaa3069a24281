#include "core/proof/key_proof.h"

#include <string>
#include <vector>

#include "core/proof/schnorr.h"
#include "core/proof/transcript.h"

namespace garderobe {
namespace {

std::string Context(const KeyProofSubject& subject) {
  std::string context;
  PutLengthPrefixed(context, subject.party);
  PutLengthPrefixed(context, subject.name);
  PutBigEndian(context, subject.serial);
  context.append(subject.point.view());
  return context;
}

PublicScalar Challenge(const KeyProofSubject& subject, const Element& point_t) {
  return Transcript("garderobe/key-proof/v2")
      .Add(Context(subject))
      .Add(point_t)
      .Challenge();
}

KeyProof Prove(const KeyProofSubject& subject, const WipedScalar& secret,
               const WipedScalar& nonce) {
  Element T;
  GARDEROBE_CHECK(MultiplyOrIdentity(nonce, BasePoint(), &T));
  const PublicScalar c = Challenge(subject, T);
  std::string bytes(c.view());
  bytes.append(Respond(nonce, c, secret).view());
  return KeyProof::From(bytes);
}

}  // namespace

KeyProof ProveKeyWiped(const KeyProofSubject& subject,
                       const WipedScalar& secret) {
  const std::string context = Context(subject);
  return Prove(subject, secret,
               HedgedNonces({&secret, 1}, AsBytes(context)).front());
}

KeyProof ProveKeyWithNonceForTesting(const KeyProofSubject& subject,
                                     const WipedScalar& secret,
                                     const WipedScalar& nonce) {
  return Prove(subject, secret, nonce);
}

absl::Status VerifyKeyProof(const KeyProofSubject& subject,
                            std::string_view proof) {
  if (proof.size() != kKeyProofBytes) {
    return InvalidArgument("a proof of possession has 64 bytes");
  }
  GARDEROBE_RETURN_IF_ERROR(DecodeElement(subject.point.bytes()).status());
  GARDEROBE_ASSIGN_OR_RETURN(const PublicScalar c,
                             DecodePublicScalar(AsBytes(proof.substr(0, 32))));
  GARDEROBE_ASSIGN_OR_RETURN(const PublicScalar response,
                             DecodePublicScalar(AsBytes(proof.substr(32))));
  Element answered, challenged, T;
  GARDEROBE_CHECK(MultiplyOrIdentity(response, BasePoint(), &answered) &&
                  MultiplyOrIdentity(c, subject.point, &challenged) &&
                  Subtract(answered, challenged, &T));
  if (Challenge(subject, T) != c) {
    return FailedPrecondition("the proof of possession does not hold");
  }
  return absl::OkStatus();
}

}  // namespace garderobe
