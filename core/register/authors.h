// Who signs what is sealed for an institution, as the register has it
// (protocol.md, 5).
#ifndef GARDEROBE_CORE_REGISTER_AUTHORS_H_
#define GARDEROBE_CORE_REGISTER_AUTHORS_H_

#include <string>
#include <vector>

#include "core/base/status.h"
#include "core/sealing/author_payload.h"
#include "garderobe/v1/common.pb.h"

namespace garderobe {

inline constexpr int kAuthorsMax = 16;  // of an institution

// InvalidArgument: more than kAuthorsMax, one is no Ed25519 key, or one is
// there twice; begins with `place`.
[[nodiscard]] absl::Status CheckAuthors(
    const std::string& place,
    const google::protobuf::RepeatedPtrField<v1::Register::Author>& authors);

enum class AuthorState { kInForce, kRetired };

// The institution's keys of this state. What is not 32 bytes, in a file that
// was put there, is left out.
std::vector<AuthorKey> AuthorKeysOf(
    const v1::Register::Institution& institution, AuthorState state);
// The same for a log: hexadecimal, with commas between.
std::string AuthorKeysText(const v1::Register::Institution& institution,
                           AuthorState state);

}  // namespace garderobe

#endif  // GARDEROBE_CORE_REGISTER_AUTHORS_H_
