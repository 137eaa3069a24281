// Relations at the aggregator, as a list in a message: institutions once, an
// index and a handle a relation.
#ifndef GARDEROBE_TTP_ADDRESSEES_H_
#define GARDEROBE_TTP_ADDRESSEES_H_

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/random.h"
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

// Relations that one party named and the other is to hear of. They leave in an
// order of their own: the vault and the aggregator that both record what they
// send and get could otherwise join their rows by position. Not thread-safe.
class Addressees {
 public:
  void Add(std::string institution, const AggregatorHandle& handle) {
    list_.push_back({std::move(institution), handle});
  }

  // Appends all to a request with `institutions`, `institution` and `handles`,
  // in random order. Returns that order: the i-th that was appended is the
  // result[i]-th that was added.
  template <typename Request>
  std::vector<size_t> ShuffleInto(Request& request) const {
    std::vector<size_t> order = RandomOrder(list_.size());
    std::map<std::string_view, int> indexes;
    for (const size_t at : order) {
      const auto& [institution, handle] = list_[at];
      const auto [entry, is_new] =
          indexes.try_emplace(institution, request.institutions_size());
      if (is_new) request.add_institutions(institution);
      request.add_institution(static_cast<uint32_t>(entry->second));
      request.mutable_handles()->append(handle.view());
    }
    return order;
  }

 private:
  struct Addressee {
    std::string institution;
    AggregatorHandle handle;
  };
  std::vector<Addressee> list_;
};

}  // namespace garderobe::ttp

#endif  // GARDEROBE_TTP_ADDRESSEES_H_
