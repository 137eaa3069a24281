// The register as the vault has it: keys of those who may exercise rights, and
// no names. Of which institution a relation is stays unknown there
// (protocol.md, 6).
#ifndef GARDEROBE_CORE_REGISTER_NAMELESS_H_
#define GARDEROBE_CORE_REGISTER_NAMELESS_H_

#include <string>
#include <string_view>

#include "core/base/status.h"
#include "garderobe/v1/common.pb.h"

namespace garderobe {

// What an entry is called: 32 hexadecimal digits of
// BLAKE2b-128("garderobe/nameless/v1" 00 || access key).
std::string NamelessId(std::string_view access_key);

// One entry for each access key, in the order of their ids: authors and quota,
// nothing else. Institutions without an access key are left out, for without
// one they exercise no rights. InvalidArgument: two institutions have the same
// access key; names both.
[[nodiscard]] absl::StatusOr<v1::Register> WithoutNames(
    const v1::Register& reg);

// InvalidArgument: `reg` is not of that form. A name at the vault would tell
// whose relations it holds.
[[nodiscard]] absl::Status CheckWithoutNames(const v1::Register& reg);

}  // namespace garderobe

#endif  // GARDEROBE_CORE_REGISTER_NAMELESS_H_
