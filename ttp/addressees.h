// Relations at the aggregator, as a list in a message: institutions once, an
// index and a handle a relation.
#ifndef GARDEROBE_TTP_ADDRESSEES_H_
#define GARDEROBE_TTP_ADDRESSEES_H_

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "core/register/register_store.h"
#include "ttp/reference.h"

namespace garderobe::ttp {

// Which institution a tag is of. Immutable.
class InstitutionTags {
 public:
  explicit InstitutionTags(const Institutions& institutions) {
    for (const auto& [id, entry] : institutions) by_tag_[TagOf(id)] = id;
  }
  // Nothing: it is not in the register.
  std::optional<std::string> Find(const InstitutionTag& tag) const {
    const auto found = by_tag_.find(tag);
    if (found == by_tag_.end()) return std::nullopt;
    return found->second;
  }

 private:
  std::map<InstitutionTag, std::string> by_tag_;
};

// Adds to a request with `institutions`, `institution` and `handles`. Not
// thread-safe; `request` outlives it.
template <typename Request>
class Addressees {
 public:
  explicit Addressees(Request& request) : request_(request) {}
  void Add(const std::string& institution, const AggregatorHandle& handle) {
    const auto [entry, is_new] =
        indexes_.try_emplace(institution, request_.institutions_size());
    if (is_new) request_.add_institutions(institution);
    request_.add_institution(static_cast<uint32_t>(entry->second));
    request_.mutable_handles()->append(handle.view());
  }

 private:
  Request& request_;
  std::map<std::string, int> indexes_;
};

}  // namespace garderobe::ttp

#endif  // GARDEROBE_TTP_ADDRESSEES_H_
