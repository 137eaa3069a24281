#include "core/register/authors.h"

#include <algorithm>
#include <set>
#include <string_view>

#include "core/base/bytes.h"

namespace garderobe {

absl::Status CheckAuthors(
    const std::string& place,
    const google::protobuf::RepeatedPtrField<v1::Register::Author>& authors) {
  if (authors.size() > kAuthorsMax) {
    return InvalidArgument("{}: at most {} keys", place, kAuthorsMax);
  }
  std::set<std::string_view> seen;
  for (const auto& author : authors) {
    if (!IsAuthorKey(author.key())) {
      return InvalidArgument(
          "{}: an Ed25519 key, 32 bytes, as `garderobe author-key` prints it",
          place);
    }
    if (!seen.insert(author.key()).second) {
      return InvalidArgument("{}: the same key twice", place);
    }
  }
  return absl::OkStatus();
}

std::vector<AuthorKey> AuthorKeysOf(
    const v1::Register::Institution& institution, AuthorState state) {
  std::vector<AuthorKey> keys;
  for (const auto& author : institution.authors()) {
    if (author.retired() != (state == AuthorState::kRetired)) continue;
    if (author.key().size() != AuthorKey::kBytes) continue;
    keys.push_back(AuthorKey::From(author.key()));
  }
  return keys;
}

std::string AuthorKeysText(const v1::Register::Institution& institution,
                           AuthorState state) {
  std::string text;
  for (const AuthorKey& key : AuthorKeysOf(institution, state)) {
    text += (text.empty() ? "" : ",") + ToHex(key.bytes());
  }
  return text;
}

}  // namespace garderobe
