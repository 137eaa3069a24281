#include "client/conformance/relation_comparison.h"

#include <algorithm>
#include <array>
#include <boost/asio/thread_pool.hpp>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

#include "absl/container/flat_hash_set.h"
#include "client/conformance/id_variants.h"
#include "client/conformance/token_search.h"
#include "client/relation_batch.h"
#include "core/base/columns.h"
#include "core/base/parallel.h"
#include "core/conversion/point_columns.h"
#include "core/group/elgamal.h"
#include "core/group/hash_to_group.h"

namespace garderobe::client::conformance {
namespace {

constexpr std::string_view kOfRelations = "clients.md, 6";
constexpr Rule kRelationMissing{"relation-missing", kOfRelations,
                                "a customer who shares, and of whom a visit is "
                                "stored, never came"};
constexpr Rule kRelationUnknown{"relation-unknown", "clients.md, 4",
                                "a relation came under a handle that no "
                                "customer of the file has"};
constexpr Rule kRelationTwice{"relation-twice", kOfRelations,
                              "a customer came more than once"};
constexpr Rule kRelationShare{"relation-share", "delivering.md, Columns",
                              "a relation came of a customer who does not "
                              "agree to share"};
constexpr Rule kRelationVisits{"relation-without-visits", kOfRelations,
                               "a relation came of a customer of whom no visit "
                               "is stored"};
constexpr Rule kKindLeftOut{"kind-left-out", kOfRelations,
                            "a kind is left out that the customer has the "
                            "fields for"};
constexpr Rule kKindUnexpected{"kind-unexpected", "identifiers.md, All kinds",
                               "a kind came that the customer has not the "
                               "fields for"};
constexpr Rule kTokenOther{"token", "identifiers.md",
                           "the token is another, and none of the rules that "
                           "are tried explains it"};
constexpr Rule kTokenClosed{"token-closed", "protocol.md, 3",
                            "the point does not open: it is not B = M + r(Y + "
                            "U) with the r of A"};
constexpr Rule kHomeLeftOut{"home-left-out", kOfRelations,
                            "the D of a row that has an address is that of one "
                            "without"};
constexpr Rule kPc4{"pc4", kOfRelations,
                    "the digits of the Dutch postcode differ"};
constexpr Rule kBirthYear{"birth-year", kOfRelations,
                          "the year of birth differs"};
constexpr Rule kShown{"shown", kOfRelations,
                      "`shown` is not 1 for an address plus 2 for an "
                      "identifier of a person"};

constexpr size_t kRowsAtOnce = 512;
// The most searches of a kind. One costs some 10 ms; what is a client's habit
// shows sooner.
constexpr size_t kSearchesMax = 60;
constexpr auto kHomeKind = static_cast<size_t>(Kind::kAddress);

// A row that came of a customer who was to come.
struct RelationRow {
  const OpenedRelations* batch = nullptr;
  size_t row = 0;
  std::vector<Element> points_b;
  const Expected::Customer* customer = nullptr;
  bool has_other_handle = false;
  // Filled by Open.
  std::optional<Expected::Identity> identity = {};
  // By kind; zeros: it is not there, or does not open.
  std::array<Element, kKindCount> opened = {};
  uint32_t present = 0, same = 0, closed = 0;
};

class RelationComparison {
 public:
  RelationComparison(const PartyKeys& keys, const Expected& expected,
                     const std::vector<OpenedRelations>& delivered,
                     const std::function<void(uint64_t)>& progress,
                     Differences* differences)
      : keys_(keys),
        expected_(expected),
        batches_(delivered),
        progress_(progress),
        differences_(*differences),
        workers_(std::max(1U, std::thread::hardware_concurrency())) {}

  ~RelationComparison() { workers_.join(); }

  absl::Status Run() {
    GARDEROBE_RETURN_IF_ERROR(ExplainUnknown());
    std::vector<RelationRow> rows;
    uint64_t compared = 0;
    for (const OpenedRelations& batch : batches_) {
      Collect(batch, &rows);
      if (rows.size() < kRowsAtOnce && &batch != &batches_.back()) continue;
      compared += rows.size();
      CompareAll(&rows);
      progress_(compared);
      rows.clear();
    }
    for (const Expected::Customer& customer : expected_.customers()) {
      if (came_.contains(customer.handle)) continue;
      ++differences_.relations.missing;
      Add(customer.line, "relation", "", kRelationMissing, "");
    }
    return absl::OkStatus();
  }

 private:
  void Add(uint64_t line, std::string what, std::string where, const Rule& rule,
           std::string detail) {
    differences_.Add(
        {line, std::move(what), std::move(where), &rule, std::move(detail)});
  }

  absl::Status ExplainUnknown() {
    UnknownIds unknown;
    for (const OpenedRelations& batch : batches_) {
      const garderobe::Column<Handle> handles(batch.batch.handles());
      for (size_t row = 0; row < handles.size(); ++row) {
        if (expected_.FindCustomer(handles[row]) == nullptr) {
          unknown.emplace(handles[row].view());
        }
      }
    }
    GARDEROBE_ASSIGN_OR_RETURN(other_handles_,
                               ExplainHandles(expected_, unknown));
    return absl::OkStatus();
  }

  // The customer that the row is of; null: none that was to come.
  const Expected::Customer* CustomerOf(const Handle& handle, uint64_t row) {
    if (const auto* customer = expected_.FindCustomer(handle)) return customer;
    const auto other = other_handles_.find(std::string(handle.view()));
    if (other != other_handles_.end()) {
      Add(other->second.line, "relation", "handle", *other->second.rule, "");
      const auto* customer =
          expected_.FindCustomer(Handle::From(other->second.right));
      if (customer == nullptr) ++differences_.relations.unknown;
      return customer;
    }
    ++differences_.relations.unknown;
    if (const uint64_t* line = expected_.FindUnshared(handle)) {
      Add(*line, "relation", "", kRelationShare, "");
    } else if (const uint64_t* at = expected_.FindWithoutVisits(handle)) {
      Add(*at, "relation", "", kRelationVisits, "");
    } else {
      Add(0, "relation", "handle", kRelationUnknown,
          fmt::format("row {} of its feed", row));
    }
    return nullptr;
  }

  void Collect(const OpenedRelations& opened, std::vector<RelationRow>* rows) {
    const v1::RelationBatch& batch = opened.batch;
    const garderobe::Column<Handle> handles(batch.handles());
    const std::span<const uint32_t> kinds(
        batch.kinds().data(), static_cast<size_t>(batch.kinds_size()));
    const auto points =
        PointColumns::Read(kinds, batch.points_a(), batch.points_b());
    for (size_t row = 0; row < handles.size(); ++row) {
      const Handle handle = handles[row];
      const auto* customer = CustomerOf(handle, batch.offset() + row);
      if (customer == nullptr) continue;
      const bool is_other = !(customer->handle == handle);
      if (!came_.insert(customer->handle).second) {
        ++differences_.relations.different;
        Add(customer->line, "relation", "", kRelationTwice, "");
        continue;
      }
      RelationRow& one = rows->emplace_back();
      one.batch = &opened;
      one.row = row;
      one.customer = customer;
      one.has_other_handle = is_other;
      if (opened.has_points && points.ok() && row < kinds.size()) {
        one.present = kinds[row];
        one.points_b = points->points_b(row);
      }
    }
  }

  // On several threads: the expensive part.
  void Open(RelationRow& row) const {
    row.identity = expected_.CustomerAt(row.customer->index);
    if (!row.batch->has_points) return;
    const Element point_a = PointA(row);
    const TokenSearch search(keys_, expected_, row.customer->handle,
                             *row.identity);
    const Identifiers& identifiers = row.identity->delivered.identifiers;
    size_t at = 0;
    for (size_t kind = 0; kind < kKindCount; ++kind) {
      const uint32_t bit = uint32_t{1} << kind;
      const bool is_home = kind == kHomeKind;
      if (!is_home && (row.present & bit) == 0) continue;
      const Element point_b = is_home ? Home(row) : row.points_b[at++];
      const DecryptionScalar& key =
          is_home ? keys_.OfHome() : keys_.OfKind(kind);
      if (!Decrypt(key, point_a, point_b, &row.opened[kind])) {
        row.opened[kind] = Element();
        row.closed |= bit;
        continue;
      }
      const auto name = KindName(static_cast<Kind>(kind));
      const bool same =
          !identifiers[kind].empty()
              ? row.opened[kind] == HashToGroup(name, identifiers[kind])
          : (keys_.padding() & bit) != 0
              ? row.opened[kind] == search.Dummy(static_cast<Kind>(kind))
              : false;
      if (same) row.same |= bit;
    }
  }
  static Element PointA(const RelationRow& row) {
    return garderobe::Column<Element>(row.batch->batch.points_a())[row.row];
  }
  static Element Home(const RelationRow& row) {
    return garderobe::Column<Element>(row.batch->batch.points_home())[row.row];
  }

  void CompareAll(std::vector<RelationRow>* rows) {
    ParallelFor(workers_, rows->size(), /*chunk=*/16,
                [&](size_t begin, size_t end) {
                  for (size_t i = begin; i < end; ++i) Open((*rows)[i]);
                });
    for (RelationRow& row : *rows) {
      const uint64_t before = differences_.count();
      CompareAttributes(row);
      if (row.batch->has_points) CompareTokens(row);
      if (differences_.count() == before && !row.has_other_handle) {
        ++differences_.relations.same;
      } else {
        ++differences_.relations.different;
      }
    }
  }

  void CompareAttributes(const RelationRow& row) {
    if (!row.batch->is_open) return;
    const v1::RelationColumns& columns = row.batch->columns;
    const client::Customer& known = row.identity->delivered;
    const int at = static_cast<int>(row.row);
    const uint64_t line = row.customer->line;
    const auto differs = [](const auto& column, int i, uint32_t value) {
      return i < column.size() && column.Get(i) != value;
    };
    if (differs(columns.pc4(), at, known.pc4)) {
      Add(line, "relation", "pc4", kPc4, "");
    }
    if (differs(columns.birth_year(), at, known.birth_year)) {
      Add(line, "relation", "birth_year", kBirthYear, "");
    }
    if (row.row < columns.shown().size() &&
        static_cast<uint8_t>(columns.shown()[row.row]) !=
            ShownOf(known.identifiers)) {
      Add(line, "relation", "shown", kShown,
          fmt::format("{} in place of {}",
                      static_cast<uint8_t>(columns.shown()[row.row]),
                      ShownOf(known.identifiers)));
    }
  }

  void CompareTokens(const RelationRow& row) {
    TokenSearch search(keys_, expected_, row.customer->handle, *row.identity);
    const Identifiers& identifiers = row.identity->delivered.identifiers;
    const uint64_t line = row.customer->line;
    size_t at = 0;
    for (size_t kind = 0; kind < kKindCount; ++kind) {
      const uint32_t bit = uint32_t{1} << kind;
      const bool is_home = kind == kHomeKind;
      if (!is_home && !HasSlot(kind)) continue;
      Tally& tally = differences_.kinds[kind];
      const bool expected =
          !identifiers[kind].empty() || (keys_.padding() & bit) != 0;
      const std::string name =
          is_home ? "home" : std::string(KindName(static_cast<Kind>(kind)));
      if (!is_home && (row.present & bit) == 0) {
        if (!expected) continue;
        ++tally.missing;
        Add(line, "token", name, kKindLeftOut, "");
        continue;
      }
      const Element point_b = is_home ? Home(row) : row.points_b[at++];
      if ((row.same & bit) != 0) {
        ++tally.same;
        continue;
      }
      const TokenPoints token{static_cast<Kind>(kind), PointA(row), point_b,
                              row.opened[kind]};
      if (is_home && !expected) {
        CompareEmptyHome(line, token, search);
        continue;
      }
      ++(expected ? tally.different : tally.unknown);
      const Rule& otherwise = is_home && !ShowsAddress(row) ? kHomeLeftOut
                              : !expected                   ? kKindUnexpected
                              : (row.closed & bit) != 0     ? kTokenClosed
                                                            : kTokenOther;
      const Explanation why =
          Search(search, token).value_or(Explanation{&otherwise});
      Add(line, "token", name, *why.rule, why.detail);
    }
  }

  static bool ShowsAddress(const RelationRow& row) {
    const std::string& shown = row.batch->columns.shown();
    return row.row >= shown.size() || (shown[row.row] & kShownAddress) != 0;
  }

  // A random point is right; what can be explained is not.
  void CompareEmptyHome(uint64_t line, const TokenPoints& token,
                        TokenSearch& search) {
    const auto why = Search(search, token);
    if (!why) return;
    ++differences_.kinds[kHomeKind].unknown;
    Add(line, "token", "home", *why->rule, why->detail);
  }

  std::optional<Explanation> Search(TokenSearch& search,
                                    const TokenPoints& token) {
    const auto kind = static_cast<size_t>(token.kind);
    TokenSearch::Rules& fits = fits_[kind];
    if (!fits.empty()) {
      if (auto why = search.Explain(token, &fits)) return why;
    }
    if (searches_[kind] >= kSearchesMax) return std::nullopt;
    ++searches_[kind];
    auto why = search.Explain(token, nullptr);
    if (why) fits.insert(why->rule);
    return why;
  }

  const PartyKeys& keys_;
  const Expected& expected_;
  const std::vector<OpenedRelations>& batches_;
  const std::function<void(uint64_t)>& progress_;
  Differences& differences_;
  boost::asio::thread_pool workers_;
  OtherIds other_handles_;
  absl::flat_hash_set<Handle> came_;
  // By kind: what has explained a token, and how many searches were made.
  std::array<TokenSearch::Rules, kKindCount> fits_;
  std::array<size_t, kKindCount> searches_ = {};
};

}  // namespace

absl::Status CompareRelations(const PartyKeys& keys, const Expected& expected,
                              const std::vector<OpenedRelations>& delivered,
                              const std::function<void(uint64_t)>& progress,
                              Differences* differences) {
  return RelationComparison(keys, expected, delivered, progress, differences)
      .Run();
}

std::vector<const Rule*> RelationRules() {
  return {&kRelationMissing,
          &kRelationUnknown,
          &kRelationTwice,
          &kRelationShare,
          &kRelationVisits,
          &kKindLeftOut,
          &kKindUnexpected,
          &kHomeLeftOut,
          &kTokenOther,
          &kTokenClosed,
          &kPc4,
          &kBirthYear,
          &kShown};
}

}  // namespace garderobe::client::conformance
