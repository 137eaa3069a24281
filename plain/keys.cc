#include "plain/keys.h"

#include "core/base/hash.h"
#include "core/keys/key_file.h"

namespace garderobe::plain {
namespace {

constexpr std::string_view kPaddingRole = "plain-padding";

std::string Path(const std::string& directory, std::string_view role) {
  return fmt::format("{}/{}.key", directory, role);
}

}  // namespace

absl::Status PlainKeys::Generate(const std::string& directory) {
  for (const std::string_view role : {kAuthorRole, kPaddingRole}) {
    GARDEROBE_RETURN_IF_ERROR(
        WriteKeyFile(Path(directory, role), role, 1, KeyFileSecret::Random()));
  }
  return absl::OkStatus();
}

absl::StatusOr<PlainKeys> PlainKeys::Read(const std::string& directory) {
  GARDEROBE_ASSIGN_OR_RETURN(
      auto author,
      ReadSecret<AuthorSeed>(Path(directory, kAuthorRole), kAuthorRole));
  GARDEROBE_ASSIGN_OR_RETURN(
      auto padding,
      ReadSecret<PlainPaddingKey>(Path(directory, kPaddingRole), kPaddingRole));
  return PlainKeys{std::move(author), std::move(padding)};
}

client::PaddingKey PlainKeys::PaddingOf(std::string_view institution) const {
  std::string of;
  PutLengthPrefixed(of, institution);
  constexpr std::string_view kLabel("garderobe/plain-padding/v1\0", 27);
  return DeriveSecret<client::PaddingKey>(padding, {kLabel, of});
}

}  // namespace garderobe::plain
