#include "client/agent/intake.h"

#include <utility>

#include "client/agent/row_table.h"
#include "client/orders/order_file.h"

namespace garderobe::client {
namespace {
// What a checker remembers of words and products is bounded by its life, in
// requests.
constexpr size_t kRequestsMax = 256;
}  // namespace

// Reads rows as order lines, request after request.
class Intake::Checker {
 public:
  absl::Status Open(const Mapping& mapping) {
    auto file = OrderFile::Over(
        std::make_unique<RowTable>([this]() -> absl::StatusOr<RowTable::Next> {
          if (rows_ == nullptr || at_ == rows_->size()) return RowTable::Next();
          const AgentRow& row = (*rows_)[at_++];
          return RowTable::Next{&row, at_};
        }),
        mapping);
    GARDEROBE_RETURN_IF_ERROR(file.status());
    file_ = *std::move(file);
    return absl::OkStatus();
  }

  // Refuses those rows that say no order line, with the reasons of a file.
  absl::Status Check(std::vector<AgentRow>& rows,
                     std::vector<std::string>* oddities) {
    rows_ = &rows;
    at_ = 0;
    ++requests_;
    OrderFile::Row read;
    for (;;) {
      GARDEROBE_ASSIGN_OR_RETURN(const bool more, file_->Read(&read));
      if (!more) break;
      AgentRow& row = rows[read.line - 1];
      if (read.passed_over) {
        row.Refuse("", std::string(kNoVisitRow));
      } else if (read.refusal) {
        row.Refuse(read.refusal->column, read.refusal->reason);
      }
    }
    *oddities = TextsOf(file_->oddities());
    file_->ForgetOddities();
    rows_ = nullptr;
    return absl::OkStatus();
  }
  bool is_worn() const { return requests_ >= kRequestsMax; }

 private:
  const std::vector<AgentRow>* rows_ = nullptr;  // not owned
  size_t at_ = 0;
  size_t requests_ = 0;
  std::unique_ptr<OrderFile> file_;
};

Intake::Intake(const Mapping& mapping) : mapping_(mapping) {}
Intake::~Intake() = default;

std::unique_ptr<Intake::Checker> Intake::Borrow() {
  const MutexLock lock(&mutex_);
  if (idle_.empty()) return nullptr;
  auto checker = std::move(idle_.back());
  idle_.pop_back();
  return checker;
}

void Intake::GiveBack(std::unique_ptr<Checker> checker) {
  if (checker->is_worn()) return;
  const MutexLock lock(&mutex_);
  idle_.push_back(std::move(checker));
}

absl::StatusOr<Taken> Intake::Take(std::vector<AgentRow> rows,
                                   InstitutionQueue& queue) {
  Taken taken;
  auto checker = Borrow();
  if (checker == nullptr) {
    checker = std::make_unique<Checker>();
    GARDEROBE_RETURN_IF_ERROR(checker->Open(mapping_));
  }
  GARDEROBE_RETURN_IF_ERROR(checker->Check(rows, &taken.oddities));
  GiveBack(std::move(checker));
  taken.rows = rows.size();
  for (size_t i = 0; i < rows.size(); ++i) {
    if (rows[i].reason.empty()) continue;
    taken.reasons.push_back({i, rows[i].column, rows[i].reason});
  }
  taken.refused = taken.reasons.size();
  GARDEROBE_ASSIGN_OR_RETURN(taken.first_row,
                             queue.spool().Append(std::move(rows)));
  for (Refusal& one : taken.reasons) one.line += taken.first_row;
  return taken;
}

}  // namespace garderobe::client
