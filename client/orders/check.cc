#include "client/orders/check.h"

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

#include "absl/container/flat_hash_set.h"
#include "client/orders/identity.h"
#include "client/orders/rejected_rows.h"
#include "client/orders/suspects.h"
#include "client/orders/words.h"
#include "client/relation_batch.h"
#include "client/send/delivery.h"
#include "core/base/hash.h"
#include "core/catalogue/codes.h"
#include "core/identifiers/name.h"

namespace garderobe::client {
namespace {

// Which order lines came before: 8 bytes of each id, in shares that grow one by
// one, so that growing takes no second copy of all.
class SeenLines {
 public:
  // False: it came before.
  bool Insert(const VisitId& id) {
    const auto hash = GetBigEndian<uint64_t>(id.data());
    return shares_[hash % shares_.size()].insert(hash).second;
  }

 private:
  std::array<absl::flat_hash_set<uint64_t>, 256> shares_;
};

}  // namespace

absl::StatusOr<CheckReport> CheckFile(
    const CheckOptions& options,
    const std::function<void(uint64_t rows)>& progress) {
  GARDEROBE_ASSIGN_OR_RETURN(auto file, OrderFile::Open(options.input));
  GARDEROBE_ASSIGN_OR_RETURN(
      auto rejected,
      RejectedRows::Open(options.rejected, file->header(), file->delimiter()));
  CheckReport report;
  report.delimiter = file->delimiter();
  report.mapping = file->mapping().name;
  report.header_line = file->header_line();
  report.unknown_columns = file->unused();
  const IdentityReader identities(options.own_domains);
  const InstitutionHandleKey key = InstitutionHandleKey::Random();
  IdentityFindings findings;
  std::array<CheckReport::ColumnCounts, kColumnCount> counts{};
  SeenLines seen;
  Suspects suspects;
  uint64_t with_customer = 0;
  OrderFile::Row row;
  for (;;) {
    GARDEROBE_ASSIGN_OR_RETURN(const bool more, file->Read(&row));
    if (!more) break;
    if (row.passed_over) {
      ++report.passed_over;
      continue;
    }
    ++report.rows;
    if (progress && report.rows % 4096 == 0) progress(report.rows);
    const OrderLine& line = row.order;
    for (size_t i = 0; i < kColumnCount; ++i) {
      if (file->fields()[i].empty()) continue;
      ++counts[i].filled;
      // Of a refused row nothing is used; what is no identifier is found
      // below.
      counts[i].valid += !row.refusal;
    }
    if (row.refusal) {
      ++report.refused_rows;
      GARDEROBE_RETURN_IF_ERROR(
          rejected.Add(file->raw().fields, row.refusal->reason));
      if (report.refused.size() < SendReport::kRefusalsMax) {
        report.refused.push_back(*row.refusal);
      }
      continue;
    }
    report.counted += Counts(static_cast<VisitStatus>(line.status));
    report.duplicates +=
        !seen.Insert(MakeVisitId(key, line.order_id, line.line_id));
    report.not_shared += !line.customer_id.empty() && !line.share;
    if (line.customer_id.empty() || !line.share) continue;
    ++with_customer;
    const Customer customer = identities.Read(line, Handle(), &findings);
    suspects.Add(MakeHandle(key, line.customer_id),
                 customer.identifiers[static_cast<size_t>(Kind::kEmail)],
                 FoldSurname(ToUtf8(line.last_name)).value);
    auto invalid = [&](Column column, bool filled, bool usable) {
      if (filled && !usable) --counts[static_cast<size_t>(column)].valid;
    };
    auto has = [&](Kind kind) {
      return !customer.identifiers[static_cast<size_t>(kind)].empty();
    };
    const uint8_t shown = ShownOf(customer.identifiers);
    report.without_address += (shown & kShownAddress) == 0;
    report.address_only += shown == kShownAddress;
    invalid(Column::kEmail, !line.email.empty(), has(Kind::kEmail));
    invalid(Column::kPhone, !line.phone.empty(),
            has(Kind::kMobile) || has(Kind::kLandline));
    invalid(Column::kPostcode, !line.postcode.empty(),
            customer.pc4 != 0 || has(Kind::kAddress));
    invalid(Column::kPass, !line.pass.empty(), has(Kind::kPass));
    invalid(Column::kBirthDate, !line.birth_date.empty(),
            customer.birth_year != 0);
  }
  for (size_t i = 0; i < kColumnCount; ++i) {
    const auto column = static_cast<Column>(i);
    if (file->has(column)) {
      report.columns.emplace_back(ColumnName(column), counts[i]);
    }
  }
  for (size_t kind = 0; kind < kIdentifierKindCount; ++kind) {
    const auto usable = static_cast<double>(findings.usable[kind]);
    report.linkable.emplace_back(
        KindName(static_cast<Kind>(kind)),
        with_customer == 0 ? 0 : usable / static_cast<double>(with_customer));
  }
  report.with_customer = with_customer;
  report.customers = suspects.customers();
  report.not_identifiers = findings.refused;
  report.oddities = file->oddities();
  for (std::string& one : suspects.Sentences()) {
    report.oddities.push_back(std::move(one));
  }
  GARDEROBE_RETURN_IF_ERROR(rejected.Close());
  return report;
}

}  // namespace garderobe::client
