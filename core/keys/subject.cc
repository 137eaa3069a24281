#include "core/keys/subject.h"

#include <string>

namespace garderobe {
namespace {

constexpr std::string_view kSubjectLabel("garderobe/subject/v2\0", 21);

}  // namespace

SubjectCommitment CommitSubject(const SubjectSalt& salt,
                                const RightSubject& subject) {
  std::string message(kSubjectLabel);
  message.append(salt.view());
  message.push_back(static_cast<char>(subject.right));
  PutLengthPrefixed(message, subject.institution);
  message.push_back(static_cast<char>(subject.type()));
  if (subject.type() == SubjectType::kHandle) {
    PutLengthPrefixed(message, subject.handle.view());
  } else {
    std::string identity;
    PutBigEndian(identity, subject.kinds);
    identity.append(subject.point_a.view());
    for (const Element& point : subject.points_b) identity.append(point.view());
    identity.append(subject.point_home.view());
    PutLengthPrefixed(message, identity);
  }
  return Hash<SubjectCommitment>(message);
}

Digest256 DigestOfConverted(const Element& point_a,
                            const std::vector<Element>& points_b) {
  Hasher hasher(Digest256::kBytes);
  hasher.Add(point_a.view());
  for (const Element& point : points_b) hasher.Add(point.view());
  Digest256 digest;
  hasher.Finish(digest.mutable_data());
  return digest;
}

}  // namespace garderobe
