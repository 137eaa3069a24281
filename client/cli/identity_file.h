// What a visitor gave of themselves, as a file of `--identity` has it.
#ifndef GARDEROBE_CLIENT_CLI_IDENTITY_FILE_H_
#define GARDEROBE_CLIENT_CLI_IDENTITY_FILE_H_

#include <map>
#include <string>

#include "absl/status/statusor.h"
#include "core/identifiers/person.h"

namespace garderobe::client {

// By the names of columns; a field that was not given is not there.
using IdentityFields = std::map<std::string, std::string>;

// Reads a JSON object of texts from a file, or from standard input where `path`
// is "-". InvalidArgument, without the values: larger than 64 KiB, no object, a
// name that is none of the columns of a person. NotFound: no such file.
absl::StatusOr<IdentityFields> ReadIdentity(const std::string& path);

// Points into `fields`, which has to live as long.
RawPerson PersonOf(const IdentityFields& fields);

}  // namespace garderobe::client

#endif  // GARDEROBE_CLIENT_CLI_IDENTITY_FILE_H_
