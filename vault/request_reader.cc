#include "vault/request_reader.h"

#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "core/base/parallel.h"
#include "core/conversion/point_columns.h"

namespace garderobe::vault {
namespace {

// Rows a worker takes at once: some 10 ms of group operations.
constexpr size_t kReadAtOnce = 16;

std::optional<LinkRow> OpenRow(const VaultKeys& keys, const VaultRow& row) {
  LinkRow opened;
  opened.handle = row.handle;
  row.reference.AppendTo(opened.reference);
  size_t at = 0;
  for (size_t kind = 0; kind < kKindCount; ++kind) {
    if ((row.kinds >> kind & 1) == 0) continue;
    const auto token =
        OpenToken(keys.decryption.at(kind), row.point_a, row.points_b[at++]);
    if (!token) return std::nullopt;
    opened.tokens.push_back({static_cast<Kind>(kind), *token});
  }
  // Without identifiers nothing has looked at A' yet.
  if (opened.tokens.empty() && !DecodeElement(row.point_a.bytes()).ok()) {
    return std::nullopt;
  }
  return opened;
}

std::span<const uint32_t> SpanOf(
    const google::protobuf::RepeatedField<uint32_t>& field) {
  return {field.data(), static_cast<size_t>(field.size())};
}

}  // namespace

absl::StatusOr<std::vector<VaultRow>> ReadRows(
    const v1::LinkRelationsRequest& request) {
  const auto count = static_cast<size_t>(request.kinds_size());
  if (count == 0 || count > kRowsMax) {
    return InvalidArgument("kinds: 1 to {} rows", kRowsMax);
  }
  GARDEROBE_ASSIGN_OR_RETURN(
      const PointColumns points,
      PointColumns::Read(SpanOf(request.kinds()), request.points_a(),
                         request.points_b()));
  const std::string_view handles = request.handles();
  const std::string_view references = request.references();
  const std::string_view homes = request.homes();
  if (handles.size() != count * VaultHandle::kBytes ||
      references.size() != count * Ciphertext::kBytes ||
      homes.size() != count * Ciphertext::kBytes) {
    return InvalidArgument(
        "handles, references, homes: 16, 64, 64 bytes a row");
  }
  std::vector<VaultRow> rows(count);
  for (size_t i = 0; i < count; ++i) {
    rows[i] = {VaultHandle::From(handles.substr(i * VaultHandle::kBytes,
                                                VaultHandle::kBytes)),
               Ciphertext::From(references.substr(i * Ciphertext::kBytes,
                                                  Ciphertext::kBytes)),
               points.kinds(i),
               points.point_a(i),
               points.points_b(i),
               Ciphertext::From(
                   homes.substr(i * Ciphertext::kBytes, Ciphertext::kBytes))};
  }
  return rows;
}

absl::StatusOr<VaultRow> ReadIdentity(const v1::SealedIdentity& identity) {
  const uint32_t kinds = identity.kinds();
  GARDEROBE_ASSIGN_OR_RETURN(
      const PointColumns points,
      PointColumns::Read({&kinds, 1}, identity.point_a(), identity.points_b()));
  if (kinds == 0) return InvalidArgument("identity: holds no identifier");
  VaultRow row;
  row.kinds = kinds;
  row.point_a = points.point_a(0);
  row.points_b = points.points_b(0);
  return row;
}

bool IsReference(const Ciphertext& reference) {
  return !reference.point_a.is_zero() &&
         DecodeElement(reference.point_a.bytes()).ok() &&
         DecodeElement(reference.point_b.bytes()).ok();
}

absl::Status CheckReferences(const std::vector<VaultRow>& rows,
                             boost::asio::thread_pool& workers) {
  std::vector<char> is_one(rows.size());
  ParallelFor(workers, rows.size(), kReadAtOnce, [&](size_t begin, size_t end) {
    for (size_t i = begin; i < end; ++i) {
      is_one[i] = IsReference(rows[i].reference);
    }
  });
  for (size_t i = 0; i < rows.size(); ++i) {
    if (!is_one[i]) {
      return InvalidArgument("row {}: the reference is none of a relation", i);
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<RoundConfirmation> ReadConfirmation(
    std::string_view confirmation) {
  if (confirmation.empty()) return RoundConfirmation();
  if (confirmation.size() != RoundConfirmation::kBytes) {
    return InvalidArgument("confirmation: {} bytes, or none",
                           RoundConfirmation::kBytes);
  }
  return RoundConfirmation::From(confirmation);
}

absl::StatusOr<std::vector<LinkRow>> OpenRows(
    const VaultKeys& keys, const std::vector<VaultRow>& rows,
    boost::asio::thread_pool& workers) {
  std::vector<std::optional<LinkRow>> opened(rows.size());
  ParallelFor(workers, rows.size(), kReadAtOnce, [&](size_t begin, size_t end) {
    for (size_t i = begin; i < end; ++i) opened[i] = OpenRow(keys, rows[i]);
  });
  std::vector<LinkRow> result;
  result.reserve(rows.size());
  for (size_t i = 0; i < opened.size(); ++i) {
    if (!opened[i]) {
      return InvalidArgument("row {}: a point is not a valid group element", i);
    }
    result.push_back(*std::move(opened[i]));
  }
  return result;
}

}  // namespace garderobe::vault
