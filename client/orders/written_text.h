// Texts that programs damaged on their way into a file, as they were meant.
#ifndef GARDEROBE_CLIENT_ORDERS_WRITTEN_TEXT_H_
#define GARDEROBE_CLIENT_ORDERS_WRITTEN_TEXT_H_

#include <optional>
#include <string>
#include <string_view>

namespace garderobe::client {

// "RenÃ©e" as "Renée": UTF-8 that somebody read as Windows-1252 and wrote as
// UTF-8. Returns nullopt for a text that is none: what comes out must be UTF-8
// again, which a text that was meant so never is. `text` is UTF-8.
std::optional<std::string> UndoMisreading(std::string_view text);

// With entities of HTML as the characters that they stand for: &eacute; and
// &#8211;. What is no entity stays.
std::string DecodeEntities(std::string_view text);

// Whether a name holds what names don't: digits, signs, a capital of Latin-1
// or beyond in the middle of a word ("RenŽe"). `name` is UTF-8.
bool HasStrangeSigns(std::string_view name);

}  // namespace garderobe::client

#endif  // GARDEROBE_CLIENT_ORDERS_WRITTEN_TEXT_H_
