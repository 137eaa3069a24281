#include "plain/batch_reader.h"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

#include "absl/container/flat_hash_set.h"
#include "core/base/columns.h"

namespace garderobe::plain {
namespace {

using Field = const std::string& (v1::PlainIdentity::*)() const;
constexpr std::array<std::pair<std::string_view, Field>, 12> kFields = {{
    {"email", &v1::PlainIdentity::email},
    {"phone", &v1::PlainIdentity::phone},
    {"pass", &v1::PlainIdentity::pass},
    {"first_name", &v1::PlainIdentity::first_name},
    {"last_name", &v1::PlainIdentity::last_name},
    {"birth_date", &v1::PlainIdentity::birth_date},
    {"country", &v1::PlainIdentity::country},
    {"postcode", &v1::PlainIdentity::postcode},
    {"street", &v1::PlainIdentity::street},
    {"house_number", &v1::PlainIdentity::house_number},
    {"house_number_addition", &v1::PlainIdentity::house_number_addition},
    {"city", &v1::PlainIdentity::city},
}};

absl::Status CheckHandles(const Column<Handle>& handles) {
  absl::flat_hash_set<Handle> seen;
  for (size_t i = 0; i < handles.size(); ++i) {
    const Handle handle = handles[i];
    if (handle.is_zero()) {
      return InvalidArgument("handles[{}]: a relation has a handle", i);
    }
    if (!seen.insert(handle).second) {
      return InvalidArgument("handles[{}]: the same handle twice in a batch",
                             i);
    }
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status CheckBatch(const v1::PlainBatch& batch) {
  const size_t count = batch.count();
  if (count == 0 || count > kRowsMax) {
    return InvalidArgument("count: 1 to {} rows", kRowsMax);
  }
  const Column<Handle> handles(batch.handles());
  if (!handles.HasRows(count) ||
      static_cast<size_t>(batch.rows_size()) != count) {
    return InvalidArgument(
        "handles, rows: 16 bytes and one for each of count rows");
  }
  const auto& domains = batch.own_domains();
  if (domains.size() > kOwnDomainsMax ||
      std::any_of(domains.begin(), domains.end(), [](const auto& domain) {
        return domain.size() > kFieldBytesMax;
      })) {
    return InvalidArgument("own_domains: at most {}, each at most {} bytes",
                           kOwnDomainsMax, kFieldBytesMax);
  }
  for (int i = 0; i < batch.rows_size(); ++i) {
    for (const auto& [name, field] : kFields) {
      if ((batch.rows(i).*field)().size() > kFieldBytesMax) {
        return InvalidArgument("rows[{}].{}: at most {} bytes", i, name,
                               kFieldBytesMax);
      }
    }
  }
  return CheckHandles(handles);
}

std::vector<client::Customer> ReadBatch(const v1::PlainBatch& batch,
                                        const CivilDate& today) {
  const Column<Handle> handles(batch.handles());
  const std::vector<std::string> own_domains(batch.own_domains().begin(),
                                             batch.own_domains().end());
  std::vector<client::Customer> customers;
  customers.reserve(handles.size());
  for (const v1::PlainIdentity& row : batch.rows()) {
    customers.push_back(client::ReadCustomer(
        {row.email(), row.phone(), row.pass(), row.first_name(),
         row.last_name(), row.birth_date(), row.country(), row.postcode(),
         row.street(), row.house_number(), row.house_number_addition(),
         row.city()},
        handles[customers.size()], own_domains, today));
  }
  return customers;
}

}  // namespace garderobe::plain
