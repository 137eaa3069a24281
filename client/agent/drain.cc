#include "client/agent/drain.h"

#include <sodium.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <utility>

#include "absl/container/flat_hash_set.h"
#include "client/agent/row_table.h"
#include "client/orders/order_file.h"
#include "client/send/delivery_record.h"
#include "client/send/feed_session.h"
#include "client/send/relation_sender.h"
#include "client/send/visit_sender.h"
#include "core/base/clock.h"

namespace garderobe::client {
namespace {

// After so many rows a delivery ends and another begins, with parameters that
// are fetched anew.
constexpr uint64_t kRowsAtOnce = 100'000;
// Rows that are read between two looks at the rate.
constexpr uint64_t kRateStep = 256;
// How often the ledger is written while answers come.
constexpr std::chrono::seconds kLedgerEvery{5};

// Rows of a spool from one on, as order lines; and the numbers of those that
// are none.
class QueuedRows {
 public:
  QueuedRows(InstitutionQueue& queue, uint64_t from, uint64_t to)
      : reader_(queue.spool(), from), to_(to) {}

  absl::Status Open(const Mapping& mapping) {
    auto file = OrderFile::Over(
        std::make_unique<RowTable>([this] { return Next(); }), mapping);
    GARDEROBE_RETURN_IF_ERROR(file.status());
    file_ = *std::move(file);
    return absl::OkStatus();
  }
  absl::StatusOr<bool> Read(OrderFile::Row* row) { return file_->Read(row); }

  // The last row that was read.
  uint64_t last() const { return last_; }
  // Rows with a reason that were read since, in order.
  std::vector<Refusal> TakeRefused() { return std::exchange(refused_, {}); }

 private:
  absl::StatusOr<RowTable::Next> Next() {
    if (last_ >= to_) return RowTable::Next();
    if (!batch_ || at_ >= batch_->rows.size()) {
      GARDEROBE_ASSIGN_OR_RETURN(batch_, reader_.Read());
      if (!batch_) return RowTable::Next();
      at_ = 0;
    }
    const AgentRow& row = batch_->rows[at_];
    last_ = batch_->first_row + at_++;
    if (!row.reason.empty())
      refused_.push_back({last_, row.column, row.reason});
    return RowTable::Next{&row, last_};
  }

  SpoolReader reader_;
  const uint64_t to_;
  uint64_t last_ = 0;
  std::optional<SpoolReader::Batch> batch_;
  size_t at_ = 0;
  std::vector<Refusal> refused_;
  std::unique_ptr<OrderFile> file_;  // last: reads through the above
};

// Notes what became of rows, in their order, from two threads: the one that
// reads rows, and the one that gets answers.
class ResultNotes {
 public:
  explicit ResultNotes(OutcomeLog& log) : log_(log) {}

  // A row that is not sent.
  void NotSent(Refusal refusal) {
    const MutexLock lock(&mutex_);
    not_sent_.push_back(std::move(refusal));
  }
  absl::Status Answered(const std::vector<uint64_t>& rows,
                        const v1::BatchOutcome& outcome) {
    BatchResult result = UpTo(rows.back());
    result.stored = outcome.accepted();
    result.replaced = outcome.replaced();
    result.refused_count += outcome.count() - outcome.accepted();
    for (const auto& one : outcome.refused()) {
      if (one.index() >= rows.size()) continue;
      result.refused.push_back({rows[one.index()], one.column(), one.reason()});
    }
    std::sort(result.refused.begin(), result.refused.end(),
              [](const auto& a, const auto& b) { return a.line < b.line; });
    // Otherwise something that was said of these rows went lost.
    if (result.stored + result.refused_count != result.to - result.from + 1) {
      return Internal(
          "what became of rows {} to {} does not add up; they are "
          "delivered again",
          result.from, result.to);
    }
    return log_.Append(result);
  }
  // All is answered, and `last` was the last row: those behind the last one
  // that was sent.
  absl::Status Finish(uint64_t last) {
    if (last <= log_.totals().to) return absl::OkStatus();
    return log_.Append(UpTo(last));
  }

 private:
  BatchResult UpTo(uint64_t row) {
    BatchResult result;
    result.from = log_.totals().to + 1;
    result.to = row;
    result.at = UnixSeconds();
    const MutexLock lock(&mutex_);
    while (!not_sent_.empty() && not_sent_.front().line <= row) {
      result.refused.push_back(std::move(not_sent_.front()));
      not_sent_.pop_front();
    }
    result.refused_count = result.refused.size();
    return result;
  }

  OutcomeLog& log_;
  Mutex mutex_;
  std::deque<Refusal> not_sent_ ABSL_GUARDED_BY(mutex_);
};

// Tells the queue why nothing moves.
std::function<void(const SendProgress&)> TellTo(InstitutionQueue& queue,
                                                Flow flow) {
  return [&queue, flow](const SendProgress& progress) {
    queue.SetHindered(flow, progress.waiting_for);
  };
}

Handle HandleOf(const InstitutionHandleKey& key, const OrderLine& line) {
  return line.customer_id.empty() || !line.share
             ? Handle()
             : MakeHandle(key, line.customer_id);
}

absl::Status SendVisits(const DrainOptions& options, QueuedRows& rows,
                        const FeedSession& session, VisitStream& stream,
                        VisitSender& visits, ResultNotes& notes) {
  OrderFile::Row row;
  uint64_t unpaid = 0;
  for (;;) {
    GARDEROBE_ASSIGN_OR_RETURN(const bool more, rows.Read(&row));
    for (Refusal& one : rows.TakeRefused()) notes.NotSent(std::move(one));
    unpaid += more ? 1 : 0;
    if (unpaid == kRateStep || (!more && unpaid > 0)) {
      options.rate->Take(std::exchange(unpaid, 0));
    }
    if (!more) return absl::OkStatus();
    if (row.passed_over) {
      notes.NotSent({row.line, "", std::string(kNoVisitRow)});
    } else if (row.refusal) {
      notes.NotSent(*row.refusal);
    } else {
      GARDEROBE_RETURN_IF_ERROR(
          visits.Add(stream, row.order,
                     HandleOf(session.handle_key(), row.order), row.line));
    }
  }
}

// Puts together what the rows say of each customer, and delivers those of whom
// a visit is stored. `refused`: rows whose visits are not, ascending.
absl::Status SendCustomers(QueuedRows& rows, const InstitutionHandleKey& key,
                           const std::vector<uint64_t>& refused,
                           RelationSender& customers, RelationRoute& route) {
  absl::flat_hash_set<Handle> stored;
  const auto send = [&] {
    return customers.Send(
        route, [&](const Handle& handle) { return stored.contains(handle); });
  };
  OrderFile::Row row;
  for (;;) {
    GARDEROBE_ASSIGN_OR_RETURN(const bool more, rows.Read(&row));
    if (!more) return send();
    if (row.passed_over || row.refusal) continue;
    const Handle handle = HandleOf(key, row.order);
    if (handle == Handle()) continue;
    customers.Add(handle, row.order, row.line);
    if (!std::binary_search(refused.begin(), refused.end(), row.line)) {
      stored.insert(handle);
    }
    if (customers.full()) GARDEROBE_RETURN_IF_ERROR(send());
  }
}

}  // namespace

absl::Status DrainVisits(const DrainOptions& options, InstitutionQueue& queue) {
  const std::function<void(const SendProgress&)> tell =
      TellTo(queue, Flow::kVisits);
  DeliveryRecord record(tell);
  const FeedOptions feed = queue.FeedOf(Flow::kVisits);
  FeedSession session(*options.endpoint, feed, record);
  GARDEROBE_RETURN_IF_ERROR(session.LoadKeys());
  GARDEROBE_RETURN_IF_ERROR(session.Open(queue.place()));
  OutcomeLog& log = queue.outcomes(Flow::kVisits);
  ResultNotes notes(log);
  const uint64_t from = log.totals().to + 1;
  QueuedRows rows(queue, from, from + kRowsAtOnce - 1);
  GARDEROBE_RETURN_IF_ERROR(rows.Open(*options.mapping));

  std::optional<VisitSender> visits;  // made when the feed is open
  uint64_t run = 0;
  randombytes_buf(&run, sizeof run);
  const auto stream = session.OpenVisits(
      run, [&](const v1::BatchOutcome& outcome, std::shared_ptr<void> tag) {
        const std::vector<uint64_t>& lines = VisitSender::LinesOf(tag);
        const absl::Status noted = notes.Answered(lines, outcome);
        visits->TakeOutcome(outcome, std::move(tag));
        return noted;
      });
  GARDEROBE_ASSIGN_OR_RETURN(const uint64_t committed, stream->WaitUntilOpen());
  visits.emplace(session.feed(), session.handle_key(), committed, record);
  GARDEROBE_RETURN_IF_ERROR(
      SendVisits(options, rows, session, *stream, *visits, notes));
  GARDEROBE_RETURN_IF_ERROR(visits->Finish(*stream));
  GARDEROBE_RETURN_IF_ERROR(notes.Finish(rows.last()));
  return session.Close(visits->offset()).status();
}

absl::Status DrainRelations(const DrainOptions& options,
                            InstitutionQueue& queue) {
  const std::function<void(const SendProgress&)> tell =
      TellTo(queue, Flow::kRelations);
  DeliveryRecord record(tell);
  const FeedOptions feed = queue.FeedOf(Flow::kRelations);
  FeedSession session(*options.endpoint, feed, record);
  GARDEROBE_RETURN_IF_ERROR(session.LoadKeys());
  GARDEROBE_RETURN_IF_ERROR(session.Open(queue.place()));
  OutcomeLog& log = queue.outcomes(Flow::kRelations);
  const uint64_t from = log.totals().to + 1;
  const uint64_t to =
      std::min(queue.delivered(Flow::kVisits), from + kRowsAtOnce - 1);
  GARDEROBE_ASSIGN_OR_RETURN(const auto refused,
                             queue.outcomes(Flow::kVisits).RefusedIn(from, to));
  QueuedRows rows(queue, from, to);
  GARDEROBE_RETURN_IF_ERROR(rows.Open(*options.mapping));

  RelationSender customers(session.handle_key(), feed.own_domains,
                           queue.ledger_path(), /*all=*/false, record);
  auto saved = std::chrono::steady_clock::now();
  const auto route = session.OpenRelations(
      [&](const v1::BatchOutcome& outcome, std::shared_ptr<void> tag) {
        customers.TakeOutcome(outcome, std::move(tag));
        // What was answered does not go again after a kill.
        const auto now = std::chrono::steady_clock::now();
        if (now - saved < kLedgerEvery) return;
        saved = now;
        customers.Save();
      });
  GARDEROBE_RETURN_IF_ERROR(route->WaitUntilOpen());
  const absl::Status sent =
      SendCustomers(rows, session.handle_key(), refused, customers, *route);
  const absl::Status finished = sent.ok() ? customers.Finish(*route) : sent;
  customers.Save();
  GARDEROBE_RETURN_IF_ERROR(finished);
  const SendReport report = record.Take();
  if (report.relations_waiting > 0) {
    return FailedPrecondition("{} customers wait: {}", report.relations_waiting,
                              report.why_waiting);
  }
  BatchResult result{
      .from = from,
      .to = to,
      .at = UnixSeconds(),
      .stored = report.relations_accepted + report.relations_unconfirmed,
      .replaced = 0,
      .refused_count = report.relations_refused,
      .refused = report.refused};
  return log.Append(result);
}

}  // namespace garderobe::client
