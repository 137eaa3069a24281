#include "client/orders/check.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "client/orders/identity.h"
#include "client/orders/rejected_rows.h"
#include "client/orders/short_hash.h"
#include "client/orders/suspects.h"
#include "client/orders/words.h"
#include "client/relation_batch.h"
#include "client/send/delivery.h"
#include "core/base/check.h"
#include "core/base/civil_time.h"
#include "core/base/hash.h"
#include "core/catalogue/codes.h"
#include "core/identifiers/name.h"
#include "core/identifiers/person.h"

namespace garderobe::client {
namespace {

constexpr uint64_t kTellEvery = 4096;
constexpr size_t kLinesKept = 5;
constexpr int32_t kDayMinutes = 1440, kFarDays = 2 * 366;

// How many rows repeat an order line: 8 bytes of each line, in shares that grow
// one by one and by a quarter, so that growing takes little more than what is
// there.
class SeenLines {
 public:
  void Add(std::string_view order, std::string_view line) {
    scratch_.clear();
    PutLengthPrefixed(scratch_, order);
    scratch_ += line;
    const uint64_t hash = ShortHashOf(scratch_);
    std::vector<uint64_t>& share = shares_[hash % shares_.size()];
    if (share.size() == share.capacity()) {
      share.reserve(share.size() + share.size() / 4 + 16);
    }
    share.push_back(hash);
  }
  // How many of all that were added had been added before. Asked once, at the
  // end.
  uint64_t Repeated() {
    uint64_t repeated = 0;
    for (std::vector<uint64_t>& share : shares_) {
      std::sort(share.begin(), share.end());
      const auto end = std::unique(share.begin(), share.end());
      repeated += static_cast<uint64_t>(share.end() - end);
    }
    return repeated;
  }

 private:
  std::string scratch_;
  std::array<std::vector<uint64_t>, 256> shares_;
};

// What a customer's fields are good for. Kept by the fields, for most customers
// stand on many rows.
struct Usable {
  uint32_t kinds = 0;    // a bit each, of those that a column says
  uint32_t reasons = 0;  // a bit each of AllReasons
  uint32_t twice = 0;    // of those, which are so of two values: of both names
  uint8_t shown = 0;
  bool has_postcode = false, has_birth_year = false;

  bool has(Kind kind) const {
    return (kinds >> static_cast<unsigned>(kind) & 1) != 0;
  }
};

class Checker {
 public:
  explicit Checker(const CheckOptions& options)
      : identities_(options.own_domains),
        digester_(InstitutionHandleKey::Random(), options.own_domains) {}

  absl::StatusOr<CheckReport> Run(
      const CheckOptions& options,
      const std::function<void(uint64_t rows)>& progress) {
    GARDEROBE_ASSIGN_OR_RETURN(file_, OrderFile::Open(options.input));
    GARDEROBE_ASSIGN_OR_RETURN(
        auto rejected, RejectedRows::Open(options.rejected, file_->header(),
                                          file_->delimiter()));
    GARDEROBE_ASSIGN_OR_RETURN(
        auto corrections,
        RejectedRows::Open(options.corrections, file_->header(),
                           file_->delimiter(), "to_mend"));
    OrderFile::Row row;
    for (;;) {
      GARDEROBE_ASSIGN_OR_RETURN(const bool more, file_->Read(&row));
      if (!more) break;
      if (row.passed_over) {
        ++report_.passed_over;
        continue;
      }
      ++report_.rows;
      if (progress && report_.rows % kTellEvery == 0) progress(report_.rows);
      const std::string to_mend = Look(row);
      if (row.refusal) {
        GARDEROBE_RETURN_IF_ERROR(
            rejected.Add(file_->raw().fields, row.refusal->reason));
      }
      if (!to_mend.empty()) {
        GARDEROBE_RETURN_IF_ERROR(
            corrections.Add(file_->raw().fields, to_mend));
      }
    }
    GARDEROBE_RETURN_IF_ERROR(rejected.Close());
    GARDEROBE_RETURN_IF_ERROR(corrections.Close());
    return Finish();
  }

 private:
  // Counts the row; returns what is to mend in it, `line 7: REASON, REASON`.
  std::string Look(const OrderFile::Row& row) {
    for (size_t i = 0; i < kColumnCount; ++i) {
      if (file_->fields()[i].empty()) continue;
      ++counts_[i].filled;
      // Nothing of a refused row is used. What is no identifier is found below.
      counts_[i].valid += !row.refusal;
    }
    if (row.refusal) {
      ++report_.refused_rows;
      if (report_.refused.size() < SendReport::kRefusalsMax) {
        report_.refused.push_back(*row.refusal);
      }
      Note(row.refusal->reason, row.line, /*refuses=*/true);
      return fmt::format("line {}: {}", row.line, row.refusal->reason);
    }
    const OrderLine& line = row.order;
    LookAtTimes(line);
    seen_.Add(line.order_id, line.line_id);
    report_.not_shared += !line.customer_id.empty() && !line.share;
    if (line.customer_id.empty() || !line.share) return {};
    return LookAtCustomer(line, row.line);
  }

  void LookAtTimes(const OrderLine& line) {
    if (!Counts(static_cast<VisitStatus>(line.status))) return;
    ++report_.counted;
    const int32_t day = line.starts_at >= 0
                            ? line.starts_at / kDayMinutes
                            : (line.starts_at - kDayMinutes + 1) / kDayMinutes;
    if (day > today_ + kFarDays) {
      ++report_.far_future;
      return;
    }
    report_.first_day = std::min(report_.first_day, day);
    report_.last_day = std::max(report_.last_day, day);
    const CivilDate date = FromDayNumber(day);
    ++report_.months[date.year * 12 + date.month - 1];
    const int32_t sale = SaleOf(line);
    if (sale != INT32_MIN) {
      report_.latest_sale_day = std::max(
          report_.latest_sale_day, sale >= 0 ? sale / 24 : (sale - 23) / 24);
    }
  }

  Usable Read(const OrderLine& line) {
    IdentityFindings found;
    const Customer customer = identities_.Read(line, Handle(), &found);
    Usable usable;
    for (size_t kind = 0; kind < kKindCount; ++kind) {
      if (!customer.identifiers[kind].empty()) {
        usable.kinds |= uint32_t{1} << kind;
      }
    }
    const auto reasons = AllReasons();
    GARDEROBE_CHECK(reasons.size() <= 32);
    for (size_t i = 0; i < reasons.size(); ++i) {
      const auto one = found.refused.find(std::string(reasons[i].reason));
      if (one == found.refused.end()) continue;
      usable.reasons |= uint32_t{1} << i;
      if (one->second > 1) usable.twice |= uint32_t{1} << i;
    }
    usable.shown = ShownOf(customer.identifiers);
    usable.has_postcode = customer.pc4 != 0;
    usable.has_birth_year = customer.birth_year != 0;
    suspects_.AddName(customer.identifiers[static_cast<size_t>(Kind::kEmail)],
                      FoldSurname(ToUtf8(line.last_name)).value);
    return usable;
  }

  std::string LookAtCustomer(const OrderLine& line, uint64_t number) {
    ++report_.with_customer;
    suspects_.AddLine(line.customer_id);
    const auto [place, is_new] = read_.try_emplace(digester_.Digest(line));
    if (is_new) place->second = Read(line);
    const Usable& usable = place->second;
    auto invalid = [&](Column column, bool filled, bool good) {
      if (filled && !good) --counts_[static_cast<size_t>(column)].valid;
    };
    report_.without_address += (usable.shown & kShownAddress) == 0;
    report_.address_only += usable.shown == kShownAddress;
    report_.with_postcode += usable.has_postcode;
    report_.with_birth_year += usable.has_birth_year;
    report_.recognisable +=
        usable.has(Kind::kEmail) || usable.has(Kind::kMobile) ||
        usable.has(Kind::kPass) || usable.has(Kind::kNameBirthdate) ||
        usable.has(Kind::kNameAddress);
    invalid(Column::kEmail, !line.email.empty(), usable.has(Kind::kEmail));
    invalid(Column::kPhone, !line.phone.empty(),
            usable.has(Kind::kMobile) || usable.has(Kind::kLandline));
    invalid(Column::kPostcode, !line.postcode.empty(),
            usable.has_postcode || usable.has(Kind::kAddress));
    invalid(Column::kPass, !line.pass.empty(), usable.has(Kind::kPass));
    invalid(Column::kBirthDate, !line.birth_date.empty(),
            usable.has_birth_year);
    for (size_t kind = 0; kind < kIdentifierKindCount; ++kind) {
      usable_[kind] += usable.has(static_cast<Kind>(kind));
    }
    if (usable.reasons == 0) return {};
    std::string reasons;
    const auto all = AllReasons();
    for (size_t i = 0; i < all.size(); ++i) {
      if ((usable.reasons >> i & 1) == 0) continue;
      const std::string reason(all[i].reason);
      report_.not_identifiers[reason] += 1 + (usable.twice >> i & 1);
      Note(reason, number, /*refuses=*/false);
      reasons += (reasons.empty() ? "" : ", ") + reason;
    }
    return fmt::format("line {}: {}", number, reasons);
  }

  void Note(const std::string& reason, uint64_t line, bool refuses) {
    CheckReport::Reason& one = report_.to_mend[reason];
    one.refuses = refuses;
    ++one.count;
    if (one.lines.size() < kLinesKept) one.lines.push_back(line);
  }

  CheckReport Finish() {
    report_.delimiter = file_->delimiter();
    report_.mapping = file_->mapping().name;
    report_.header_line = file_->header_line();
    report_.unknown_columns = file_->unused();
    for (size_t i = 0; i < kColumnCount; ++i) {
      const auto column = static_cast<Column>(i);
      if (file_->has(column)) {
        report_.columns.emplace_back(ColumnName(column), counts_[i]);
      }
    }
    for (size_t kind = 0; kind < kIdentifierKindCount; ++kind) {
      report_.linkable.emplace_back(
          KindName(static_cast<Kind>(kind)),
          report_.with_customer == 0
              ? 0
              : static_cast<double>(usable_[kind]) /
                    static_cast<double>(report_.with_customer));
    }
    report_.customers = suspects_.customers();
    report_.duplicates = seen_.Repeated();
    report_.oddities = file_->oddities();
    AddOddities(suspects_.Oddities(), &report_.oddities);
    return std::move(report_);
  }

  const IdentityReader identities_;
  const RawDigester digester_;  // of this run
  const int32_t today_ = DayNumber(Today());
  std::unique_ptr<OrderFile> file_;
  std::array<CheckReport::ColumnCounts, kColumnCount> counts_{};
  std::array<uint64_t, kIdentifierKindCount> usable_{};
  absl::flat_hash_map<uint64_t, Usable> read_;  // by a customer's fields
  SeenLines seen_;
  Suspects suspects_;
  CheckReport report_;
};

}  // namespace

absl::StatusOr<CheckReport> CheckFile(
    const CheckOptions& options,
    const std::function<void(uint64_t rows)>& progress) {
  return Checker(options).Run(options, progress);
}

}  // namespace garderobe::client
