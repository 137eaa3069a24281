// What a file is that is no delimited text, and what to do about it.
#ifndef GARDEROBE_CLIENT_TABLES_FILE_FORM_H_
#define GARDEROBE_CLIENT_TABLES_FILE_FORM_H_

#include <string_view>

#include "core/base/status.h"

namespace garderobe::client {

// By the beginning of a file, in UTF-8 where it was in UTF-16. InvalidArgument:
// empty, an old or protected spreadsheet, a web page, or binary; one sentence
// says what was found and what helps.
[[nodiscard]] absl::Status CheckIsText(std::string_view head);

}  // namespace garderobe::client

#endif  // GARDEROBE_CLIENT_TABLES_FILE_FORM_H_
