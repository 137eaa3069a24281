// From the bytes of a normalised identifier to a group element
// (protocol.md, 1; RFC 9380 section 5.3.1 and
// ristretto255_XMD:SHA-512_R255MAP_RO_).
#ifndef GARDEROBE_CORE_GROUP_HASH_TO_GROUP_H_
#define GARDEROBE_CORE_GROUP_HASH_TO_GROUP_H_

#include <array>
#include <span>
#include <string_view>

#include "core/group/element.h"

namespace garderobe {

// expand_message_xmd with SHA-512. `dst` is 1 to 255 bytes; at most
// 255 * 64 bytes are asked for.
void ExpandMessageXmd(ByteSpan message, std::string_view dst,
                      std::span<uint8_t> uniform_bytes);

// M of protocol.md, 1. `kind` is one of its kinds in small letters; `value` is
// in normal form.
Element HashToGroup(std::string_view kind, std::string_view value);

}  // namespace garderobe

#endif  // GARDEROBE_CORE_GROUP_HASH_TO_GROUP_H_
