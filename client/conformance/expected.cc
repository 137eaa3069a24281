#include "client/conformance/expected.h"

#include <algorithm>
#include <optional>

#include "client/conformance/recorder.h"
#include "client/orders/identity.h"
#include "client/orders/words.h"

namespace garderobe::client::conformance {
namespace {

// The most rows of a customer; further ones say little that these do not.
constexpr size_t kRowsOfCustomerMax = 8;

}  // namespace

WrittenPerson::WrittenPerson(const OrderLine& line)
    : email(ToUtf8(line.email)),
      phone(ToUtf8(line.phone)),
      pass(ToUtf8(line.pass)),
      first_name(ToUtf8(line.first_name)),
      last_name(ToUtf8(line.last_name)),
      birth_date(ToUtf8(line.birth_date)),
      country(ToUtf8(line.country)),
      postcode(ToUtf8(line.postcode)),
      street(ToUtf8(line.street)),
      house_number(ToUtf8(line.house_number)),
      addition(ToUtf8(line.house_number_addition)),
      city(ToUtf8(line.city)) {}

RawPerson WrittenPerson::raw() const {
  return {email,   phone,    pass,   first_name,   last_name, birth_date,
          country, postcode, street, house_number, addition,  city};
}

std::string_view Expected::Keep(std::string text) {
  return texts_.try_emplace(std::move(text)).first->first;
}

void Expected::NotePerson(const Handle& handle, const OrderLine& line) {
  std::vector<WrittenPerson>& rows = rows_of_[handle];
  if (rows.size() >= kRowsOfCustomerMax) return;
  WrittenPerson written(line);
  if (std::find(rows.begin(), rows.end(), written) == rows.end()) {
    rows.push_back(std::move(written));
  }
}

void Expected::AddUnsent(const Fields& fields, const Refusal& refusal) {
  ++unsent_rows_;
  const auto field = [&](Column column) {
    return fields[static_cast<size_t>(column)];
  };
  const std::string_view order = field(Column::kOrderId),
                         line = field(Column::kLineId);
  constexpr size_t kIdBytesMax = 0xffff;
  if (const auto customer = field(Column::kCustomerId); !customer.empty()) {
    unsent_customers_.try_emplace(MakeHandle(key_, customer), refusal.line);
  }
  if (order.empty() || order.size() > kIdBytesMax ||
      line.size() > kIdBytesMax) {
    return;
  }
  unsent_[MakeVisitId(key_, order, line)] = {refusal.line, refusal.reason,
                                             refusal.column};
}

void Expected::AddRow(const OrderFile::Row& row, const Fields& fields) {
  ++rows_;
  if (row.refusal) return AddUnsent(fields, *row.refusal);
  const OrderLine& line = row.order;
  Visit visit{};
  visit.line = row.line;
  VisitValues& values = visit.values;
  if (!line.customer_id.empty()) {
    const Handle handle = MakeHandle(key_, line.customer_id);
    if (line.share) {
      values.handle = handle;
      table_.Add(handle, line, row.line);
      NotePerson(handle, line);
    } else {
      visit.of_who_does_not_share = handle;
      unshared_.try_emplace(handle, row.line);
    }
  }
  values.id = MakeVisitId(key_, line.order_id, line.line_id);
  values.event_id = Keep(ToUtf8(line.event_id));
  values.title = Keep(ToUtf8(line.event_title));
  values.genre = line.genre;
  values.starts_at = line.starts_at;
  values.sold_at = line.sold_at;
  values.quantity = line.quantity;
  values.price_cents = line.price_cents;
  values.channel = line.channel;
  values.status = line.status;
  const RowFault fault = FaultOf(values, options_.agreed_from);
  visit.is_refused = !fault.reason.empty();
  by_id_[values.id].push_back(visits_.size());
  visits_.push_back(visit);
}

// Customers follow their visits.
void Expected::Finish() {
  absl::flat_hash_map<Handle, uint64_t> stored;
  for (const Visit& visit : visits_) {
    if (!visit.is_refused) stored.try_emplace(visit.values.handle, visit.line);
  }
  without_visits_ = std::move(unsent_customers_);
  std::string scratch;
  for (size_t i = 0; i < table_.size(); ++i) {
    const auto customer = table_.At(i, &scratch);
    unshared_.erase(customer.handle);
    if (!stored.contains(customer.handle)) {
      without_visits_.emplace(customer.handle, customer.row);
      continue;
    }
    without_visits_.erase(customer.handle);
    customer_by_handle_.emplace(customer.handle, customers_.size());
    customers_.push_back({customer.handle, customer.row, i});
  }
}

absl::StatusOr<std::unique_ptr<Expected>> Expected::Read(
    Options options, const InstitutionHandleKey& key) {
  GARDEROBE_ASSIGN_OR_RETURN(const auto file, OrderFile::Open(options.input));
  std::unique_ptr<Expected> expected(new Expected(std::move(options), key));
  OrderFile::Row row;
  for (;;) {
    GARDEROBE_ASSIGN_OR_RETURN(const bool more, file->Read(&row));
    if (!more) break;
    if (row.passed_over) continue;
    expected->AddRow(row, file->fields());
    if (expected->visits_.size() > Recorder::kVisitsMax ||
        expected->table_.full()) {
      return InvalidArgument(
          "{} has more than {} visits or {} customers, which is what is "
          "compared in memory; a part of it says as much",
          expected->options_.input.file, Recorder::kVisitsMax,
          CustomerTable::kCustomersMax);
    }
  }
  if (expected->visits_.empty()) {
    return InvalidArgument("there is no order line in {} that could be sent",
                           expected->options_.input.file);
  }
  expected->Finish();
  return expected;
}

const std::vector<size_t>* Expected::FindVisits(const VisitId& id) const {
  const auto found = by_id_.find(id);
  return found == by_id_.end() ? nullptr : &found->second;
}
const Unsent* Expected::FindUnsent(const VisitId& id) const {
  const auto found = unsent_.find(id);
  return found == unsent_.end() ? nullptr : &found->second;
}
const Expected::Customer* Expected::FindCustomer(const Handle& handle) const {
  const auto found = customer_by_handle_.find(handle);
  return found == customer_by_handle_.end() ? nullptr
                                            : &customers_[found->second];
}
const uint64_t* Expected::FindWithoutVisits(const Handle& handle) const {
  const auto found = without_visits_.find(handle);
  return found == without_visits_.end() ? nullptr : &found->second;
}
const uint64_t* Expected::FindUnshared(const Handle& handle) const {
  const auto found = unshared_.find(handle);
  return found == unshared_.end() ? nullptr : &found->second;
}

Expected::Identity Expected::CustomerAt(size_t index) const {
  std::string scratch;
  const auto customer = table_.At(index, &scratch);
  return {
      IdentityReader(options_.own_domains).Read(customer.line, customer.handle),
      WrittenPerson(customer.line)};
}

const std::vector<WrittenPerson>& Expected::OtherRows(
    const Handle& handle) const {
  static const std::vector<WrittenPerson> none;
  const auto found = rows_of_.find(handle);
  return found == rows_of_.end() ? none : found->second;
}

absl::Status Expected::ForEachLine(
    const std::function<void(uint64_t, const OrderLine&)>& call) const {
  GARDEROBE_ASSIGN_OR_RETURN(const auto file, OrderFile::Open(options_.input));
  OrderFile::Row row;
  for (;;) {
    GARDEROBE_ASSIGN_OR_RETURN(const bool more, file->Read(&row));
    if (!more) return absl::OkStatus();
    if (!row.passed_over && !row.refusal) call(row.line, row.order);
  }
}

}  // namespace garderobe::client::conformance
