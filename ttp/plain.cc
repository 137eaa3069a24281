#include "ttp/plain.h"

#include <array>
#include <vector>

#include "core/base/parallel.h"
#include "core/identifiers/encrypt.h"
#include "core/identifiers/person.h"

namespace garderobe::ttp {
namespace {

constexpr size_t kFieldBytesMax = 512;
constexpr size_t kOwnDomainsMax = 20;
constexpr size_t kChunkRows = 16;

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

absl::Status Check(const v1::RelationBatch& batch) {
  const v1::PlainIdentities& plain = batch.plain();
  if (batch.kinds_size() != 0 || !batch.points_a().empty() ||
      !batch.points_b().empty() || !batch.points_home().empty()) {
    return InvalidArgument("plain: without kinds and points");
  }
  if (static_cast<uint32_t>(plain.rows_size()) != batch.count()) {
    return InvalidArgument("plain.rows: one for each of count rows");
  }
  if (static_cast<size_t>(plain.own_domains_size()) > kOwnDomainsMax) {
    return InvalidArgument("plain.own_domains: at most {}", kOwnDomainsMax);
  }
  for (int i = 0; i < plain.rows_size(); ++i) {
    for (const auto& [name, field] : kFields) {
      if ((plain.rows(i).*field)().size() > kFieldBytesMax) {
        return InvalidArgument("plain.rows[{}].{}: at most {} bytes", i, name,
                               kFieldBytesMax);
      }
    }
  }
  return absl::OkStatus();
}

EncryptedIdentifiers Seal(const v1::PlainIdentity& row,
                          std::span<const std::string> own_domains,
                          const JointKeys& keys, const CivilDate& today) {
  const ReadPerson read = ReadPersonFields(
      {row.email(), row.phone(), row.pass(), row.first_name(), row.last_name(),
       row.birth_date(), row.country(), row.postcode(), row.street(),
       row.house_number(), row.house_number_addition(), row.city()},
      own_domains, today);
  return EncryptIdentifiers(DeriveIdentifiers(read.fields), keys);
}

}  // namespace

absl::Status SealPlain(v1::RelationBatch& batch, const JointKeys& keys,
                       const CivilDate& today,
                       boost::asio::thread_pool& workers) {
  GARDEROBE_RETURN_IF_ERROR(Check(batch));
  const std::vector<std::string> own_domains(
      batch.plain().own_domains().begin(), batch.plain().own_domains().end());
  std::vector<EncryptedIdentifiers> rows(batch.count());
  ParallelFor(workers, rows.size(), kChunkRows, [&](size_t begin, size_t end) {
    for (size_t i = begin; i < end; ++i) {
      rows[i] = Seal(batch.plain().rows(static_cast<int>(i)), own_domains, keys,
                     today);
    }
  });
  batch.clear_plain();
  for (const EncryptedIdentifiers& row : rows) {
    batch.add_kinds(row.kinds);
    batch.mutable_points_a()->append(row.point_a.view());
    batch.mutable_points_b()->append(row.points_b);
    batch.mutable_points_home()->append(row.point_home.view());
  }
  return absl::OkStatus();
}

}  // namespace garderobe::ttp
