// Signs a request for a right as an institution's client does.
#ifndef GARDEROBE_TESTS_SUPPORT_SIGN_RIGHT_H_
#define GARDEROBE_TESTS_SUPPORT_SIGN_RIGHT_H_

#include "core/base/civil_time.h"
#include "core/rights/authorisation.h"
#include "core/rights/right_subject.h"
#include "core/sealing/sealed_answer.h"

namespace garderobe {

// With what an institution asks.
struct AskingKeys {
  InstitutionHandleKey handle;
  AuthorSeed author;

  SealingPublicKey access_key() const {
    return PublicKeyOf(AccessKeyOf(handle));
  }
};

// Whatever is malformed in the request is signed as it is.
inline SignedRight SignedFor(const v1::ExerciseRightRequest& request,
                             const AskingKeys& keys) {
  SignedRight asked;
  const auto subject = SubjectOf(request);
  if (subject.ok()) asked.request.type = subject->type();
  if (subject.ok() && request.salt().size() == SubjectSalt::kBytes) {
    asked.request.subject =
        CommitSubject(SubjectSalt::From(request.salt()), *subject);
  }
  asked.request.right = static_cast<VisitorRight>(request.right());
  if (request.request_id().size() == RequestId::kBytes) {
    asked.request.request_id = RequestId::From(request.request_id());
  }
  asked.request.day = DayNumber(Today());
  asked.request.access_key = keys.access_key();
  asked.request.objection = ObjectionDigest(request.objection_mark(),
                                            request.sealed_objection_secret());
  asked.signature = SignRight(keys.author, asked.request);
  return asked;
}

inline void Sign(v1::ExerciseRightRequest& request, const AskingKeys& keys) {
  *request.mutable_authorisation() = ToProto(SignedFor(request, keys));
}

}  // namespace garderobe

#endif  // GARDEROBE_TESTS_SUPPORT_SIGN_RIGHT_H_
