#include "core/audit/crowd_pages.h"

#include <algorithm>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "core/base/columns.h"
#include "core/conversion/point_columns.h"

namespace garderobe {
namespace {

using NumberColumn = google::protobuf::RepeatedField<uint32_t>;

std::span<const uint32_t> SpanOf(const NumberColumn& column) {
  return {column.data(), static_cast<size_t>(column.size())};
}

void Append(const std::vector<Element>& points, std::string* column) {
  for (const Element& point : points) column->append(point.view());
}

void Add(const ClientRow& row, const ParameterSerials& serials,
         v1::CrowdInputs* out) {
  out->add_kinds(row.kinds);
  out->mutable_points_a()->append(row.point_a.view());
  Append(row.points_b, out->mutable_points_b());
  out->mutable_points_home()->append(row.point_home.view());
  out->add_serials_ttp(serials.ttp);
  out->add_serials_vault(serials.vault);
  out->add_serials_aggregator(serials.aggregator);
}

void Add(const VaultRow& row, uint32_t origin, v1::CrowdOutputs* out) {
  out->mutable_handles()->append(row.handle.view());
  out->add_kinds(row.kinds);
  out->mutable_points_a()->append(row.point_a.view());
  Append(row.points_b, out->mutable_points_b());
  row.home.AppendTo(*out->mutable_homes());
  out->add_origins(origin);
}

absl::Status TakeInputs(const v1::CrowdInputs& inputs, size_t rows,
                        ShownCrowd* crowd) {
  const auto kinds = SpanOf(inputs.kinds()), ttp = SpanOf(inputs.serials_ttp()),
             vault = SpanOf(inputs.serials_vault()),
             aggregator = SpanOf(inputs.serials_aggregator());
  const Column<Element> homes(inputs.points_home());
  if (kinds.size() != rows || ttp.size() != rows || vault.size() != rows ||
      aggregator.size() != rows || !homes.HasRows(rows)) {
    return InvalidArgument("columns of unequal length");
  }
  GARDEROBE_ASSIGN_OR_RETURN(
      const PointColumns points,
      PointColumns::Read(kinds, inputs.points_a(), inputs.points_b()));
  for (size_t i = 0; i < rows; ++i) {
    crowd->inputs.push_back(
        {Handle(), kinds[i], points.point_a(i), points.points_b(i), homes[i]});
    crowd->serials.push_back({ttp[i], vault[i], aggregator[i]});
  }
  return absl::OkStatus();
}

absl::Status TakeOutputs(const v1::CrowdOutputs& outputs, size_t rows,
                         ShownCrowd* crowd) {
  const auto kinds = SpanOf(outputs.kinds()),
             origins = SpanOf(outputs.origins());
  const Column<VaultHandle> handles(outputs.handles());
  const Column<Ciphertext> homes(outputs.homes());
  if (kinds.size() != rows || origins.size() != rows ||
      !handles.HasRows(rows) || !homes.HasRows(rows)) {
    return InvalidArgument("columns of unequal length");
  }
  GARDEROBE_ASSIGN_OR_RETURN(
      const PointColumns points,
      PointColumns::Read(kinds, outputs.points_a(), outputs.points_b()));
  for (size_t i = 0; i < rows; ++i) {
    crowd->outputs.push_back({handles[i], Ciphertext(), kinds[i],
                              points.point_a(i), points.points_b(i), homes[i]});
    crowd->permutation.push_back(origins[i]);
  }
  return absl::OkStatus();
}

}  // namespace

v1::CrowdHead HeadOf(const ShownCrowd& crowd) {
  v1::CrowdHead head;
  head.set_answer_id(AsString(crowd.id.bytes()));
  head.set_answer_day(crowd.answer_day);
  head.set_rows(static_cast<uint32_t>(crowd.outputs.size()));
  head.set_page_rows(kCrowdPageRows);
  head.set_rows_proof(crowd.proofs.rows);
  head.set_homes_proof(crowd.proofs.homes);
  head.set_receipt(crowd.receipt.body);
  head.set_receipt_signature(crowd.receipt.signature);
  return head;
}

v1::CrowdPage PageOf(const ShownCrowd& crowd, size_t page) {
  v1::CrowdPage out;
  out.set_page(static_cast<uint32_t>(page));
  const size_t begin = page * kCrowdPageRows;
  const size_t end = std::min(begin + kCrowdPageRows, crowd.outputs.size());
  for (size_t i = begin; i < end; ++i) {
    Add(crowd.inputs[i], crowd.serials[i], out.mutable_inputs());
    Add(crowd.outputs[i], crowd.permutation[i], out.mutable_outputs());
  }
  return out;
}

absl::StatusOr<CrowdReader> CrowdReader::Begin(const v1::CrowdHead& head) {
  if (head.answer_id().size() != AnswerId::kBytes) {
    return InvalidArgument("answer_id: {} bytes", AnswerId::kBytes);
  }
  if (head.rows() == 0 || head.rows() > kCrowdRowsMax) {
    return InvalidArgument("rows: 1 to {}", kCrowdRowsMax);
  }
  if (head.page_rows() != kCrowdPageRows) {
    return InvalidArgument("page_rows: {}", kCrowdPageRows);
  }
  CrowdReader reader(head.rows());
  ShownCrowd& crowd = reader.crowd_;
  crowd.id = AnswerId::From(head.answer_id());
  crowd.answer_day = head.answer_day();
  crowd.proofs = {head.rows_proof(), head.homes_proof()};
  crowd.receipt = {head.receipt(), head.receipt_signature()};
  return reader;
}

absl::Status CrowdReader::Take(const v1::CrowdPage& page) {
  if (page.page() != next_page_ || next_page_ >= pages()) {
    return InvalidArgument("page {}: another one is expected", page.page());
  }
  const size_t rows =
      std::min(kCrowdPageRows, rows_ - next_page_ * kCrowdPageRows);
  GARDEROBE_RETURN_IF_ERROR(
      Annotate(TakeInputs(page.inputs(), rows, &crowd_),
               fmt::format("page {}, inputs", page.page())));
  GARDEROBE_RETURN_IF_ERROR(
      Annotate(TakeOutputs(page.outputs(), rows, &crowd_),
               fmt::format("page {}, outputs", page.page())));
  ++next_page_;
  return absl::OkStatus();
}

ShownCrowd CrowdReader::Finish() {
  GARDEROBE_CHECK(next_page_ == pages());
  return std::move(crowd_);
}

}  // namespace garderobe
