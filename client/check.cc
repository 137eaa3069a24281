#include "client/check.h"

#include <filesystem>
#include <fstream>

#include "absl/container/flat_hash_set.h"
#include "client/delivery.h"
#include "client/identity.h"

namespace garderobe::client {
namespace {

std::string CsvField(std::string_view field, char delimiter) {
  if (field.find_first_of("\"\r\n") == field.npos &&
      field.find(delimiter) == field.npos) {
    return std::string(field);
  }
  std::string out = "\"";
  for (char c : field) {
    if (c == '"') out.push_back('"');
    out.push_back(c);
  }
  return out + "\"";
}

void WriteRow(std::ofstream& out, const std::vector<std::string_view>& fields,
              char delimiter, std::string_view reason) {
  for (std::string_view field : fields) {
    out << CsvField(field, delimiter) << delimiter;
  }
  out << reason << "\n";
}

}  // namespace

absl::StatusOr<CheckReport> CheckFile(const CheckOptions& options) {
  GARDEROBE_ASSIGN_OR_RETURN(auto reader, CsvReader::Open(options.file));
  CsvRow row;
  GARDEROBE_ASSIGN_OR_RETURN(const bool any, reader->Read(&row));
  if (!any) return InvalidArgument("{}: the file is empty", options.file);
  auto columns = ColumnMap::FromHeader(row.fields, reader->delimiter());
  if (!columns.ok()) return Annotate(columns.status(), options.file);
  std::ofstream rejected;
  if (!options.rejected.empty()) {
    if (std::filesystem::exists(options.rejected)) {
      return AlreadyExists("{} exists; existing files are kept",
                           options.rejected);
    }
  }
  const std::vector<std::string> header(row.fields.begin(), row.fields.end());
  // Made when there is something to write.
  auto reject = [&](std::string_view reason) -> absl::Status {
    if (options.rejected.empty()) return absl::OkStatus();
    if (!rejected.is_open()) {
      rejected.open(options.rejected);
      if (!rejected) return Unavailable("cannot write {}", options.rejected);
      WriteRow(rejected, {header.begin(), header.end()}, reader->delimiter(),
               "rejected_because");
    }
    WriteRow(rejected, row.fields, reader->delimiter(), reason);
    return absl::OkStatus();
  };
  CheckReport report;
  report.delimiter = reader->delimiter();
  report.unknown_columns = columns->unknown();
  const IdentityReader identities(options.own_domains);
  const InstitutionHandleKey key = InstitutionHandleKey::Random();
  IdentityFindings findings;
  std::array<CheckReport::ColumnCounts, kColumnCount> counts{};
  absl::flat_hash_set<VisitId> seen;
  uint64_t with_customer = 0;
  const bool decimal_comma = reader->delimiter() == ';';
  for (;;) {
    GARDEROBE_ASSIGN_OR_RETURN(const bool more, reader->Read(&row));
    if (!more) break;
    ++report.rows;
    OrderLine line;
    const auto refusal = ReadOrderLine(*columns, row, decimal_comma, &line);
    const bool readable =
        row.fault.empty() && row.fields.size() == columns->width();
    if (readable) {
      for (size_t i = 0; i < kColumnCount; ++i) {
        const auto column = static_cast<Column>(i);
        if (columns->Get(row, column).empty()) continue;
        ++counts[i].filled;
        // Of a refused row nothing is used; what is no identifier is found
        // below.
        counts[i].valid += !refusal;
      }
    }
    if (refusal) {
      ++report.refused_rows;
      GARDEROBE_RETURN_IF_ERROR(reject(refusal->reason));
      if (report.refused.size() < SendReport::kRefusalsMax) {
        report.refused.push_back(*refusal);
      }
      continue;
    }
    report.duplicates +=
        !seen.insert(MakeVisitId(key, line.order_id, line.line_id)).second;
    if (line.customer_id.empty() || !line.share) continue;
    ++with_customer;
    const Customer customer = identities.Read(line, Handle(), &findings);
    auto invalid = [&](Column column, bool filled, bool usable) {
      if (filled && !usable) --counts[static_cast<size_t>(column)].valid;
    };
    auto has = [&](Kind kind) {
      return !customer.identifiers[static_cast<size_t>(kind)].empty();
    };
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
    if (columns->has(column)) {
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
  report.not_identifiers = findings.refused;
  if (rejected.is_open() && !rejected.flush()) {
    return Unavailable("cannot write {}; is the disk full?", options.rejected);
  }
  return report;
}

}  // namespace garderobe::client
