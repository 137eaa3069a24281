#include "client/send/delivery.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <ratio>
#include <string_view>
#include <thread>

#include "client/orders/customers.h"
#include "client/orders/identity.h"
#include "client/published.h"
#include "client/send/batches.h"
#include "client/send/journal.h"
#include "client/send/outcome_book.h"
#include "client/send/relation_ledger.h"
#include "client/send/relation_route.h"
#include "core/base/mutex.h"
#include "core/base/version.h"
#include "core/keys/key_file.h"
#include "core/keys/outcome.h"
#include "core/rpc/deadline.h"

namespace garderobe::client {
namespace {

using Clock = std::chrono::steady_clock;

constexpr size_t kRelationRows = 500;
constexpr std::chrono::seconds kLedgerEvery{5};

grpc::ClientContext& WithDeadline(grpc::ClientContext& context) {
  SetDeadline(context, std::chrono::seconds(30));
  return context;
}

// Tries `call` until it succeeds, fails for good, or nothing helps any more.
template <typename Call>
absl::Status Persist(std::chrono::milliseconds give_up,
                     const std::function<void(const absl::Status&)>& on_retry,
                     Call call) {
  const auto begin = Clock::now();
  std::chrono::milliseconds wait{100};
  for (;;) {
    const absl::Status status = call();
    const bool transient = IsTransient(status) ||
                           status.code() == absl::StatusCode::kDeadlineExceeded;
    if (!transient || Clock::now() - begin > give_up) return status;
    on_retry(status);
    std::this_thread::sleep_for(std::max(
        wait, RetryAfter(status).value_or(std::chrono::milliseconds(0))));
    wait = std::min(wait * 2, std::chrono::milliseconds(2000));
  }
}

class Sender {
 public:
  Sender(const Endpoint& endpoint, const SendOptions& options,
         const std::function<void(const SendProgress&)>& progress)
      : endpoint_(endpoint),
        options_(options),
        progress_(progress),
        ttpd_(endpoint.ttpd, endpoint.tls) {}

  absl::StatusOr<SendReport> Run() {
    const auto begin = Clock::now();
    if (options_.plain && endpoint_.plaind.address.empty()) {
      return FailedPrecondition(
          "plain mode goes to plaind, and none is named in client.toml: "
          "addresses.plain and peers.plain");
    }
    GARDEROBE_ASSIGN_OR_RETURN(file_, OrderFile::Open(options_.input));
    GARDEROBE_RETURN_IF_ERROR(LoadKeys());
    digester_.emplace(*key_holder_, options_.own_domains);
    GARDEROBE_ASSIGN_OR_RETURN(const std::string digest, file_->Digest());
    GARDEROBE_ASSIGN_OR_RETURN(
        Journal journal,
        Journal::Open(options_.state,
                      options_.institution + "." + options_.source, 60));
    // Two machines with one certificate never share a feed: where one stopped
    // says nothing about what the other has sent.
    source_ = options_.source + "-" + journal.place;
    {
      const MutexLock lock(&mutex_);
      outcomes_.emplace(fmt::format("{}/{}.{}.outcomes", options_.state,
                                    options_.institution, options_.source));
    }
    GARDEROBE_RETURN_IF_ERROR(FetchParameters());
    const std::string ledger_path =
        options_.state + "/" + options_.institution + ".relations";
    if (!options_.all_relations) ledger_ = RelationLedger::Load(ledger_path);

    VisitStream visits(
        [this](grpc::ClientContext* c) {
          return ttpd_.Open<VisitStream::Stream>(
              &v1::DeliveryService::Stub::DeliverVisits, c);
        },
        Hello(v1::FEED_KIND_VISITS), Retry(),
        [this](const auto& batch, const auto& outcome, auto tag) {
          GARDEROBE_RETURN_IF_ERROR(Keep(SaidOf(batch, outcome), outcome));
          OnVisits(outcome, tag);
          return absl::OkStatus();
        });
    const RelationRoute::Context way{
        &endpoint_,
        &feed_,
        key_holder_.get(),
        options_.own_domains,
        Hello(v1::FEED_KIND_RELATIONS),
        Retry(),
        [this](const auto& said, const auto& outcome) {
          return Keep(said, outcome);
        },
        [this](const auto& outcome, auto tag) { OnRelations(outcome, tag); }};
    const auto relations = options_.plain ? RelationRoute::ToPlaind(way)
                                          : RelationRoute::ToTtp(way, ttpd_);
    GARDEROBE_ASSIGN_OR_RETURN(const uint64_t committed,
                               visits.WaitUntilOpen());
    GARDEROBE_RETURN_IF_ERROR(relations->WaitUntilOpen());

    // The same file, not finished last time: go on where it stopped.
    uint64_t skip = 0;
    if (journal.file_digest == digest && journal.base_offset < committed) {
      skip = committed - journal.base_offset;
      TakeEarlierRefusals(journal);
    } else {
      journal.file_digest = digest;
      journal.base_offset = committed;
      GARDEROBE_RETURN_IF_ERROR(journal.Save());
      journal.ForgetRefusals();
    }
    {
      const MutexLock lock(&mutex_);
      journal_ = &journal;
    }
    visit_offset_ = committed;
    const absl::Status sent = SendRows(visits, *relations, skip, ledger_path);
    // What was acknowledged is remembered, whatever became of the rest.
    SaveLedger(ledger_path);
    GARDEROBE_RETURN_IF_ERROR(sent);
    GARDEROBE_RETURN_IF_ERROR(Close());
    journal.file_digest.clear();
    GARDEROBE_RETURN_IF_ERROR(journal.Save());
    journal.ForgetRefusals();
    const MutexLock lock(&mutex_);
    report_.unknown_columns = file_->unused();
    report_.oddities = file_->oddities();
    report_.seconds =
        std::chrono::duration<double>(Clock::now() - begin).count();
    std::stable_sort(
        report_.refused.begin(), report_.refused.end(),
        [](const auto& a, const auto& b) { return a.line < b.line; });
    return std::move(report_);
  }

 private:
  struct RelationTag {
    std::vector<std::pair<Handle, uint64_t>> delivered;
    std::vector<uint64_t> lines;
  };

  absl::Status LoadKeys() {
    GARDEROBE_ASSIGN_OR_RETURN(
        auto key, ReadSecret<InstitutionHandleKey>(options_.handle_key,
                                                   "institution-handle"));
    key_holder_ = std::make_unique<InstitutionHandleKey>(std::move(key));
    GARDEROBE_ASSIGN_OR_RETURN(
        auto author, ReadSecret<AuthorSeed>(options_.author_key, kAuthorRole));
    author_holder_ = std::make_unique<AuthorSeed>(std::move(author));
    feed_.author = author_holder_.get();
    return absl::OkStatus();
  }

  // What the aggregator has to have signed of a batch of visits.
  Outcome SaidOf(const v1::VisitBatch& batch,
                 const v1::BatchOutcome& outcome) const {
    return {.kind = SealedKind::kVisits,
            .institution = options_.institution,
            .client = endpoint_.client,
            .source = source_,
            .offset = batch.offset(),
            .count = batch.count(),
            .accepted = outcome.accepted(),
            .replaced = outcome.replaced(),
            .sealed = Hash(batch.sealed())};
  }

  // Verifies what became of a batch, and keeps it. DataLoss: the aggregator has
  // not signed this.
  absl::Status Keep(const Outcome& said, const v1::BatchOutcome& outcome) {
    const auto& aggregator = feed_.published.aggregator;
    if (outcome.offset() != said.offset || outcome.count() != said.count ||
        !IsOutcomeBy(aggregator.receipt_key, said, outcome.signature())) {
      return DataLoss(
          "the aggregator has not signed what is said of the batch at offset "
          "{}; tell its operator",
          said.offset);
    }
    const MutexLock lock(&mutex_);
    // Outcomes that can't be kept stop no delivery.
    (void)outcomes_->Add(said, aggregator.issue.serial, outcome.signature());
    return absl::OkStatus();
  }

  absl::Status FetchParameters() {
    v1::GetParametersResponse response;
    GARDEROBE_RETURN_IF_ERROR(Persist(
        options_.give_up, [this](auto& s) { Waiting(s); },
        [&] {
          grpc::ClientContext context;
          return ttpd_.Report(FromGrpc(ttpd_.Get()->GetParameters(
              &WithDeadline(context), {}, &response)));
        }));
    Waiting(absl::OkStatus());
    feed_.institution = options_.institution;
    feed_.source = source_;
    GARDEROBE_ASSIGN_OR_RETURN(
        feed_.published, ReadPublished(response, endpoint_, options_.state));
    return absl::OkStatus();
  }

  v1::FeedName FeedName(v1::FeedKind kind) const {
    v1::FeedName name;
    name.set_institution(options_.institution);
    name.set_source(source_);
    name.set_kind(kind);
    return name;
  }
  v1::Hello Hello(v1::FeedKind kind) const {
    v1::Hello hello;
    hello.set_protocol_version(2);
    *hello.mutable_feed() = FeedName(kind);
    hello.set_software(std::string("garderobe/") + kVersion);
    return hello;
  }
  RetryOptions Retry() {
    return {options_.give_up,
            [this](const absl::Status& s) { Waiting(ttpd_.Report(s)); }};
  }

  void Waiting(const absl::Status& status) {
    const MutexLock lock(&mutex_);
    waiting_for_ = status.ok() ? "" : std::string(Message(status));
    Report();
  }
  void Report() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    if (!progress_) return;
    progress_({bytes_, file_->bytes_total(), rows_, waiting_for_});
  }

  // What the service refused of this file's visits in the run before.
  void TakeEarlierRefusals(const Journal& journal) {
    const MutexLock lock(&mutex_);
    report_.resumed = true;
    for (Refusal& refusal : journal.Refusals()) {
      ++earlier_refused_;
      Refuse(std::move(refusal));
    }
  }

  void Refuse(Refusal refusal) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    if (report_.refused.size() < SendReport::kRefusalsMax) {
      report_.refused.push_back(std::move(refusal));
    }
  }

  void OnVisits(const v1::BatchOutcome& outcome, std::shared_ptr<void> tag) {
    const auto lines = std::static_pointer_cast<std::vector<uint64_t>>(tag);
    const MutexLock lock(&mutex_);
    waiting_for_.clear();
    ++report_.batches;
    report_.visits_accepted += outcome.accepted();
    report_.visits_replaced += outcome.replaced();
    report_.visits_refused += outcome.count() - outcome.accepted();
    for (const auto& row : outcome.refused()) {
      if (row.index() >= lines->size()) continue;
      Refusal refusal{(*lines)[row.index()], row.column(), row.reason()};
      if (journal_ != nullptr) journal_->NoteRefusal(refusal);
      Refuse(std::move(refusal));
    }
  }

  void OnRelations(const v1::BatchOutcome& outcome, std::shared_ptr<void> tag) {
    const auto batch = std::static_pointer_cast<RelationTag>(tag);
    const MutexLock lock(&mutex_);
    waiting_for_.clear();
    ++report_.batches;
    if (outcome.signature().empty()) {
      report_.relations_unconfirmed += outcome.count();
      return;
    }
    report_.relations_accepted += outcome.accepted();
    report_.relations_refused += outcome.count() - outcome.accepted();
    std::vector<bool> refused(batch->lines.size());
    for (const auto& row : outcome.refused()) {
      if (row.index() >= batch->lines.size()) continue;
      refused[row.index()] = true;
      Refuse({batch->lines[row.index()], row.column(), row.reason()});
    }
    // What was refused goes again when it comes again; so does everything when
    // the answer does not name all that was refused.
    const auto named = static_cast<uint32_t>(outcome.refused_size());
    if (named != outcome.count() - outcome.accepted()) return;
    for (size_t i = 0; i < batch->delivered.size(); ++i) {
      const auto& [handle, digest] = batch->delivered[i];
      if (!refused[i]) delivered_.Put(handle, digest);
    }
  }

  // The ledger of acknowledged customers; `ledger_` also knows those under
  // way.
  void SaveLedger(const std::string& path) {
    const MutexLock lock(&mutex_);
    // A ledger that can't be kept only means that relations go again.
    (void)delivered_.Save(path);
  }

  absl::Status FlushVisits(VisitStream& stream, VisitBatchBuilder& builder) {
    if (builder.size() == 0) return absl::OkStatus();
    auto lines = std::make_shared<std::vector<uint64_t>>();
    v1::VisitBatch batch = builder.Build(visit_offset_, lines.get());
    visit_offset_ += batch.count();
    return stream.Push(std::move(batch), lines);
  }

  absl::Status FlushRelations(RelationRoute& relations) {
    if (next_->lines.empty()) return absl::OkStatus();
    const auto tag = std::exchange(next_, std::make_shared<RelationTag>());
    pushed_ += tag->lines.size();
    if (WaitsForBudget()) {
      relations.Drop();
      return absl::OkStatus();
    }
    return UnlessBudget(relations.Push(tag));
  }

  // The visits go on without the relations that a budget holds back.
  absl::Status UnlessBudget(const absl::Status& status) {
    if (ReasonOf(status) != "BUDGET_USED_UP") return status;
    const MutexLock lock(&mutex_);
    report_.why_waiting = Message(status);
    return absl::OkStatus();
  }
  bool WaitsForBudget() {
    const MutexLock lock(&mutex_);
    return !report_.why_waiting.empty();
  }

  // Sends what the rows so far said of their customers, each once.
  absl::Status SendCustomers(RelationRoute& relations) {
    std::string scratch;
    for (size_t i = 0; i < customers_.size(); ++i) {
      const auto& [handle, line, row] = customers_.At(i, &scratch);
      const uint64_t said =
          RelationLedger::Said(digester_->Digest(line), QuarterOfSale(line));
      if (ledger_.Has(handle, said)) continue;
      ledger_.Put(handle, said);
      relations.Add(line, handle);
      next_->delivered.emplace_back(handle, said);
      next_->lines.push_back(row);
      if (next_->lines.size() < kRelationRows) continue;
      GARDEROBE_RETURN_IF_ERROR(FlushRelations(relations));
      const MutexLock lock(&mutex_);
      Report();
    }
    customers_.Clear();
    return FlushRelations(relations);
  }

  absl::Status SendRows(VisitStream& visits, RelationRoute& relations,
                        uint64_t skip, const std::string& ledger_path) {
    VisitBatchBuilder builder(feed_, *key_holder_);
    auto ledger_saved = Clock::now();
    uint64_t skipped = 0, passed_over = 0;
    {
      const MutexLock lock(&mutex_);
      delivered_ = ledger_;
    }
    OrderFile::Row row;
    for (;;) {
      GARDEROBE_ASSIGN_OR_RETURN(const bool more, file_->Read(&row));
      if (!more) break;
      if (row.passed_over) {
        ++passed_over;
        continue;
      }
      const OrderLine& line = row.order;
      if (row.refusal || rows_ % 4096 == 0) {
        bytes_ = file_->bytes_read();
        const MutexLock lock(&mutex_);
        if (row.refusal) {
          ++report_.visits_refused;
          Refuse(*row.refusal);
        }
        Report();
      }
      ++rows_;
      if (row.refusal) continue;
      Handle handle;
      if (!line.customer_id.empty() && line.share) {
        handle = MakeHandle(*key_holder_, line.customer_id);
        customers_.Add(handle, line, row.line);
        if (customers_.full()) {
          GARDEROBE_RETURN_IF_ERROR(SendCustomers(relations));
        }
      }
      if (skip > 0) {
        --skip;  // stored by the run before this one
        ++skipped;
        continue;
      }
      builder.Add(line, handle);
      builder.SetLine(row.line);
      if (builder.full()) {
        GARDEROBE_RETURN_IF_ERROR(FlushVisits(visits, builder));
        if (Clock::now() - ledger_saved > kLedgerEvery) {
          SaveLedger(ledger_path);
          ledger_saved = Clock::now();
        }
      }
    }
    GARDEROBE_RETURN_IF_ERROR(FlushVisits(visits, builder));
    GARDEROBE_RETURN_IF_ERROR(SendCustomers(relations));
    GARDEROBE_RETURN_IF_ERROR(visits.Finish());
    GARDEROBE_RETURN_IF_ERROR(UnlessBudget(relations.Finish()));
    const MutexLock lock(&mutex_);
    if (!report_.why_waiting.empty()) {
      report_.relations_waiting = pushed_ - report_.relations_accepted -
                                  report_.relations_refused -
                                  report_.relations_unconfirmed;
    }
    report_.rows = rows_;
    report_.passed_over = passed_over;
    const uint64_t refused = std::min(skipped, earlier_refused_);
    report_.visits_accepted += skipped - refused;
    report_.visits_refused += refused;
    return absl::OkStatus();
  }

  absl::Status Close() {
    v1::CloseFeedRequest request;
    *request.mutable_feed() = FeedName(v1::FEED_KIND_VISITS);
    request.set_rows(visit_offset_);
    v1::CloseFeedResponse response;
    GARDEROBE_RETURN_IF_ERROR(Persist(
        options_.give_up, [this](auto& s) { Waiting(s); },
        [&] {
          grpc::ClientContext context;
          return ttpd_.Report(FromGrpc(ttpd_.Get()->CloseFeed(
              &WithDeadline(context), request, &response)));
        }));
    {
      const MutexLock lock(&mutex_);
      report_.mirror_current = response.mirror_current();
    }
    if (!response.counts_agree()) {
      return DataLoss(
          "the service has {} rows of this feed, and {} were sent; tell the "
          "operator",
          response.committed(), visit_offset_);
    }
    return absl::OkStatus();
  }

  const Endpoint& endpoint_;
  const SendOptions& options_;
  const std::function<void(const SendProgress&)>& progress_;
  StreamOpener<v1::DeliveryService> ttpd_;

  std::unique_ptr<OrderFile> file_;
  std::unique_ptr<InstitutionHandleKey> key_holder_;
  std::unique_ptr<AuthorSeed> author_holder_;
  std::optional<RawDigester> digester_;  // made with the key
  FeedContext feed_;
  std::string source_;  // the feed's full name
  uint64_t visit_offset_ = 0;
  uint64_t pushed_ = 0;  // relations, those that wait for a budget too
  std::atomic<uint64_t> rows_{0}, bytes_{0};
  RelationLedger ledger_;
  CustomerTable customers_{options_.own_domains};
  // Of the next batch of relations.
  std::shared_ptr<RelationTag> next_ = std::make_shared<RelationTag>();

  Mutex mutex_;
  RelationLedger delivered_ ABSL_GUARDED_BY(mutex_);
  SendReport report_ ABSL_GUARDED_BY(mutex_);
  // Not owned; outlives the streams.
  const Journal* journal_ ABSL_GUARDED_BY(mutex_) = nullptr;
  // Made with the journal.
  std::optional<OutcomeBook> outcomes_ ABSL_GUARDED_BY(mutex_);
  uint64_t earlier_refused_ ABSL_GUARDED_BY(mutex_) = 0;
  std::string waiting_for_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace

absl::StatusOr<SendReport> SendFile(
    const Endpoint& endpoint, const SendOptions& options,
    const std::function<void(const SendProgress&)>& progress) {
  return Sender(endpoint, options, progress).Run();
}

}  // namespace garderobe::client
