#include "bench/lab/links.h"

#include <algorithm>
#include <filesystem>
#include <iterator>
#include <utility>

#include "bench/processor_time.h"
#include "core/base/hash.h"
#include "core/base/random.h"
#include "vault/link/linker.h"

namespace garderobe::bench {
namespace {

using vault::LinkRow;
using vault::RelationId;

constexpr size_t kRowsAtOnce = 500;

// Tokens and handles that agree exactly when what they are made of does.
Digest256 Expand(std::string_view what, uint64_t a, uint64_t b) {
  std::string numbers;
  PutBigEndian(numbers, a);
  PutBigEndian(numbers, b);
  return Hash({what, numbers});
}

LinkRow RowOf(const LabRelations& relations, size_t relation,
              uint32_t padding) {
  LinkRow row;
  row.handle =
      VaultHandle::From(Expand("handle", relation, 0).view().substr(0, 16));
  row.reference = std::string(Expand("reference", relation, 0).view()) +
                  std::string(Expand("reference", relation, 1).view());
  for (size_t kind = 0; kind < kKindCount; ++kind) {
    const bool shows = relations.Shows(kind, relation);
    if (!shows && (padding >> kind & 1) == 0) continue;
    const Digest256 token =
        shows ? Expand("token", kind, relations.tokens[kind][relation])
              : Expand("dummy", kind, relation);
    row.tokens.push_back(
        {static_cast<Kind>(kind), Element::From(token.view())});
  }
  return row;
}

uint64_t FolderBytes(const std::string& folder) {
  uint64_t bytes = 0;
  for (const auto& file :
       std::filesystem::recursive_directory_iterator(folder)) {
    if (file.is_regular_file()) bytes += file.file_size();
  }
  return bytes;
}

double Pairs(double n) { return n * (n - 1) / 2; }

// Pairs of equal numbers.
double EqualPairs(std::vector<uint64_t> numbers) {
  std::sort(numbers.begin(), numbers.end());
  double pairs = 0;
  for (auto at = numbers.begin(); at != numbers.end();) {
    const auto end = std::upper_bound(at, numbers.end(), *at);
    pairs += Pairs(static_cast<double>(std::distance(at, end)));
    at = end;
  }
  return pairs;
}

void Judge(const LabRelations& relations, Links& links) {
  std::vector<uint64_t> truth, found, both;
  for (size_t i = 0; i < relations.size(); ++i) {
    truth.push_back(relations.person[i]);
    found.push_back(links.person_of[i]);
    both.push_back(truth.back() << 32 | found.back());
  }
  const double right = EqualPairs(std::move(both));
  links.precision = right / std::max(1.0, EqualPairs(std::move(found)));
  links.recall = right / std::max(1.0, EqualPairs(std::move(truth)));
}

absl::Status ReadPersons(const Store& store,
                         std::vector<std::pair<RelationId, uint32_t>> by_id,
                         Links& links) {
  std::sort(by_id.begin(), by_id.end());
  links.person_of.assign(by_id.size(), 0);
  const auto it = store.NewIterator(vault::kGroups);
  size_t seen = 0;
  for (it->SeekToFirst(); it->Valid(); it->Next()) {
    vault::GroupRecord group;
    if (!Decode(AsView(it->value()), &group)) return vault::Damaged();
    for (const vault::Person& person : group.persons) {
      for (const RelationId id : person.relations) {
        const auto place = std::lower_bound(
            by_id.begin(), by_id.end(), std::pair<RelationId, uint32_t>(id, 0));
        if (place == by_id.end() || place->first != id) {
          return Internal("the linker knows a relation that was not linked");
        }
        links.person_of[place->second] = links.persons;
        ++seen;
      }
      ++links.persons;
    }
  }
  GARDEROBE_RETURN_IF_ERROR(FromRocks(it->status()));
  if (seen != by_id.size()) {
    return Internal("{} of {} relations are somebody's", seen, by_id.size());
  }
  return absl::OkStatus();
}

absl::StatusOr<Links> LinkIn(const LabRelations& relations, uint32_t padding,
                             const std::string& folder) {
  Links links;
  links.by_vault = true;
  GARDEROBE_ASSIGN_OR_RETURN(
      auto linker, vault::Linker::Open(folder, vault::Linker::Options()));
  std::vector<std::pair<RelationId, uint32_t>> by_id;
  std::vector<LinkRow> rows;
  for (const size_t relation : RandomOrder(relations.size())) {
    rows.push_back(RowOf(relations, relation, padding));
    by_id.emplace_back(
        GetBigEndian<RelationId>(rows.back().handle.view().data()),
        static_cast<uint32_t>(relation));
    if (rows.size() < kRowsAtOnce && by_id.size() < relations.size()) continue;
    const double begin = ThreadSeconds();
    GARDEROBE_RETURN_IF_ERROR(linker->Link(rows).status());
    links.processor_seconds += ThreadSeconds() - begin;
    rows.clear();
  }
  GARDEROBE_RETURN_IF_ERROR(linker->store().ForgetOrder());
  links.store_bytes = FolderBytes(folder);
  GARDEROBE_RETURN_IF_ERROR(
      ReadPersons(linker->store(), std::move(by_id), links));
  Judge(relations, links);
  return links;
}

}  // namespace

Links TrueLinks(const LabRelations& relations) {
  Links links;
  std::vector<uint32_t> seen = relations.person;
  std::sort(seen.begin(), seen.end());
  seen.erase(std::unique(seen.begin(), seen.end()), seen.end());
  links.persons = static_cast<uint32_t>(seen.size());
  for (const uint32_t person : relations.person) {
    links.person_of.push_back(static_cast<uint32_t>(
        std::lower_bound(seen.begin(), seen.end(), person) - seen.begin()));
  }
  return links;
}

absl::StatusOr<Links> LinkByVault(const LabRelations& relations,
                                  uint32_t padding, const std::string& folder) {
  auto links = LinkIn(relations, padding, folder);
  std::error_code ignored;
  std::filesystem::remove_all(folder, ignored);
  return links;
}

}  // namespace garderobe::bench
