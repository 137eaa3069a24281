#include "core/keys/right_request.h"

#include <sodium.h>

#include <string>

#include "core/keys/sign.h"

namespace garderobe {
namespace {

constexpr std::string_view kRightRequestLabel("garderobe/right-request/v2\0",
                                              27);

std::string BodyOf(const RightRequest& request) {
  std::string body(kRightRequestLabel);
  body.append(request.subject.view());
  body.push_back(static_cast<char>(request.right));
  body.push_back(static_cast<char>(request.type));
  body.append(request.request_id.view());
  PutBigEndian(body, static_cast<uint32_t>(request.day));
  body.append(request.access_key.view());
  body.append(request.objection.view());
  return body;
}

}  // namespace

Digest256 ObjectionDigest(std::string_view mark,
                          std::string_view sealed_secret) {
  return Hash({mark, sealed_secret});
}

AuthorSignature SignRight(const AuthorSeed& author,
                          const RightRequest& request) {
  return AuthorSignature::From(SignBody(author, BodyOf(request)).signature);
}

bool IsAskedBy(const AuthorKey& key, const RightRequest& request,
               const AuthorSignature& signature) {
  const std::string body = BodyOf(request);
  return crypto_sign_verify_detached(signature.data(), AsBytes(body).data(),
                                     body.size(), key.data()) == 0;
}

}  // namespace garderobe
