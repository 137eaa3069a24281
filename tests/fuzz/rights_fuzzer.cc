// What comes with a visitor's right, and what custodians sign: requests,
// receipts, answers, secrets of objections and approvals. Whatever they are,
// they are read or refused, and nobody is taken for an author.
#include "core/keys/access_answer.h"
#include "core/keys/approval.h"
#include "core/keys/receipt.h"
#include "core/keys/sign.h"
#include "core/rights/authorisation.h"
#include "core/rights/right_subject.h"
#include "core/sealing/objection.h"
#include "core/sealing/sealed_answer.h"
#include "garderobe/v1/rights.pb.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace garderobe;
  static const SealingSecretKey secret = SealingSecretKey::Random();
  static const SealingPublicKey key = PublicKeyOf(secret);
  static const SigningSeed seed = SigningSeed::Random();
  static const VerifyKey verify = VerifyKeyOf(seed);
  static const AuthorSeed author = AuthorSeed::Random();
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  v1::Register::Institution entry;
  entry.set_access_key(std::string(key.view()));
  entry.add_authors()->set_key(std::string(AuthorKeyOf(author).view()));

  v1::ExerciseAtVaultRequest at_vault;
  if (at_vault.ParseFromArray(data, static_cast<int>(size))) {
    const auto asked =
        ReadAuthorisation(at_vault.right(), SubjectType::kHandle,
                          at_vault.request_id(), at_vault.authorisation());
    if (asked.ok()) {
      GARDEROBE_CHECK(
          !CheckAuthorisation(entry, *asked, asked->request.day).ok());
      // What is read is written as it was.
      GARDEROBE_CHECK(ToProto(*asked).signature() ==
                      at_vault.authorisation().signature());
    }
  }
  v1::ExerciseRightRequest of_client;
  if (of_client.ParseFromArray(data, static_cast<int>(size))) {
    const auto subject = SubjectOf(of_client);
    if (subject.ok()) (void)CommitSubject(SubjectSalt(), *subject);
  }
  // Behind a signature that holds: the parsers of bodies.
  const SignedBody body = SignBody(seed, std::string(text));
  (void)VerifyReceipt(verify, body.body, body.signature);
  (void)VerifyApproval(verify, body.body, body.signature);
  // As they come, and behind a seal that holds.
  const std::string request_id(16, 'r');
  AccessAnswer answer;
  answer.party = "vault";
  answer.access_key = key;
  const auto sealed = SealAnswer(key.view(), text);
  GARDEROBE_CHECK(sealed.ok());
  for (const std::string_view one : {text, std::string_view(*sealed)}) {
    GARDEROBE_CHECK(!OpenAccessAnswer(secret, verify, answer, one).ok());
    (void)OpenObjectionSecret(secret, request_id, one);
  }
  return 0;
}
