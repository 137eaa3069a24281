// What a client under test did otherwise: a closed list, each with the place
// where it is written and a sentence.
#ifndef GARDEROBE_CLIENT_CONFORMANCE_RULE_H_
#define GARDEROBE_CLIENT_CONFORMANCE_RULE_H_

#include <string_view>
#include <vector>

namespace garderobe::client::conformance {

// Kept for good: constants in the file that finds what they say.
struct Rule {
  std::string_view name;      // small letters with `-`
  std::string_view section;   // of docs/, such as "identifiers.md, Identifiers"
  std::string_view sentence;  // what the client did; holds no value
};

// All of them, by file and there in their order. docs/clients.md, 11, lists
// the same.
std::vector<const Rule*> AllRules();

}  // namespace garderobe::client::conformance

#endif  // GARDEROBE_CLIENT_CONFORMANCE_RULE_H_
