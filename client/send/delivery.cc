#include "client/send/delivery.h"

#include <sodium.h>

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>

#include "absl/container/flat_hash_set.h"
#include "client/send/delivery_record.h"
#include "client/send/journal.h"
#include "client/send/outcome_book.h"
#include "client/send/persist.h"
#include "client/send/relation_sender.h"
#include "client/send/service_parameters.h"
#include "client/send/visit_sender.h"
#include "core/base/mutex.h"
#include "core/base/version.h"
#include "core/keys/key_file.h"
#include "core/keys/outcome.h"

namespace garderobe::client {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::seconds kLedgerEvery{5};
// How often a file's progress is told, in rows.
constexpr uint64_t kTellEvery = 4096;

class Sender {
 public:
  Sender(const Endpoint& endpoint, const SendOptions& options,
         const std::function<void(const SendProgress&)>& progress)
      : endpoint_(endpoint),
        options_(options),
        ttpd_(endpoint.ttpd, endpoint.tls),
        record_(progress) {}

  absl::StatusOr<SendReport> Run() {
    const auto begin = Clock::now();
    if (options_.plain && endpoint_.plaind.address.empty()) {
      return FailedPrecondition(
          "plain mode goes to plaind, and none is named in client.toml: "
          "addresses.plain and peers.plain");
    }
    GARDEROBE_ASSIGN_OR_RETURN(file_, OrderFile::Open(options_.input));
    GARDEROBE_RETURN_IF_ERROR(LoadKeys());
    GARDEROBE_ASSIGN_OR_RETURN(const std::string digest, file_->Digest());
    GARDEROBE_ASSIGN_OR_RETURN(
        Journal journal,
        Journal::Open(options_.state,
                      options_.institution + "." + options_.source, 60));
    // Two machines with one certificate never share a feed: where one stopped
    // says nothing about what the other has sent.
    feed_.institution = options_.institution;
    feed_.source = options_.source + "-" + journal.place;
    {
      const MutexLock lock(&mutex_);
      outcomes_.emplace(fmt::format("{}/{}.{}.outcomes", options_.state,
                                    options_.institution, options_.source));
    }
    GARDEROBE_ASSIGN_OR_RETURN(
        feed_.published,
        FetchPublished(endpoint_, options_.state, ttpd_, options_.give_up,
                       [this](const auto& s) { record_.Waiting(s); }));
    customers_.emplace(
        *handle_key_, options_.own_domains,
        options_.state + "/" + options_.institution + ".relations",
        options_.all_relations, record_);
    const bool goes_on = journal.file_digest == digest && journal.run != 0;
    if (!goes_on) randombytes_buf(&journal.run, sizeof journal.run);
    const absl::Status sent = Deliver(journal, digest, goes_on);
    // What was acknowledged is remembered, whatever became of the rest.
    customers_->Save();
    GARDEROBE_RETURN_IF_ERROR(sent);
    GARDEROBE_RETURN_IF_ERROR(Close());
    journal.file_digest.clear();
    GARDEROBE_RETURN_IF_ERROR(journal.Save());
    journal.ForgetRefusals();
    record_.Set([&](SendReport& report) {
      report.unknown_columns = file_->unused();
      for (std::string& one : file_->oddities()) {
        report.oddities.push_back(std::move(one));
      }
      report.seconds =
          std::chrono::duration<double>(Clock::now() - begin).count();
    });
    return record_.Take();
  }

 private:
  absl::Status LoadKeys() {
    GARDEROBE_ASSIGN_OR_RETURN(
        auto key, ReadSecret<InstitutionHandleKey>(options_.handle_key,
                                                   "institution-handle"));
    handle_key_ = std::make_unique<InstitutionHandleKey>(std::move(key));
    GARDEROBE_ASSIGN_OR_RETURN(
        auto author, ReadSecret<AuthorSeed>(options_.author_key, kAuthorRole));
    author_key_ = std::make_unique<AuthorSeed>(std::move(author));
    feed_.author = author_key_.get();
    return absl::OkStatus();
  }

  absl::Status Deliver(Journal& journal, const std::string& digest,
                       bool goes_on) {
    run_ = journal.run;
    VisitStream stream(
        [this](grpc::ClientContext* c) {
          return ttpd_.Open<VisitStream::Stream>(
              &v1::DeliveryService::Stub::DeliverVisits, c);
        },
        Hello(v1::FEED_KIND_VISITS), Retry(),
        [this](const auto& batch, const auto& outcome, auto tag) {
          GARDEROBE_RETURN_IF_ERROR(Keep(SaidOf(batch, outcome), outcome));
          visits_->TakeOutcome(outcome, std::move(tag));
          return absl::OkStatus();
        });
    const RelationRoute::Context way{
        &endpoint_,
        &feed_,
        handle_key_.get(),
        options_.own_domains,
        Hello(v1::FEED_KIND_RELATIONS),
        Retry(),
        [this](const auto& said, const auto& outcome) {
          return Keep(said, outcome);
        },
        [this](const auto& outcome, auto tag) {
          customers_->TakeOutcome(outcome, std::move(tag));
        }};
    const auto route = options_.plain ? RelationRoute::ToPlaind(way)
                                      : RelationRoute::ToTtp(way, ttpd_);
    GARDEROBE_ASSIGN_OR_RETURN(const uint64_t committed,
                               stream.WaitUntilOpen());
    GARDEROBE_RETURN_IF_ERROR(route->WaitUntilOpen());
    // No batch is under way yet that an outcome could come of.
    visits_.emplace(feed_, *handle_key_, committed, record_);

    // The same file, not finished last time: go on where it stopped.
    uint64_t skip = 0;
    absl::flat_hash_set<uint64_t> refused_before;
    // Only what this run has delivered may be passed over: rows of somebody
    // else in the same feed are none of the file's.
    const bool is_own = stream.run_began() <= journal.base_offset;
    if (goes_on && !is_own) {
      record_.Set([](SendReport& report) {
        report.oddities.push_back(
            "somebody else has delivered in this feed since; the file goes "
            "from "
            "its beginning");
      });
    }
    if (goes_on && is_own && journal.base_offset < committed) {
      skip = committed - journal.base_offset;
      for (uint64_t line : record_.TakeEarlier(journal)) {
        refused_before.insert(line);
      }
    } else {
      journal.file_digest = digest;
      journal.base_offset = committed;
      GARDEROBE_RETURN_IF_ERROR(journal.Save());
      journal.ForgetRefusals();
    }
    record_.SetJournal(&journal);
    GARDEROBE_RETURN_IF_ERROR(SendRows(stream, *route, skip, refused_before));
    GARDEROBE_RETURN_IF_ERROR(visits_->Finish(stream));
    return customers_->Finish(*route);
  }

  absl::Status SendRows(VisitStream& stream, RelationRoute& route,
                        uint64_t skip,
                        const absl::flat_hash_set<uint64_t>& refused_before) {
    auto ledger_saved = Clock::now();
    uint64_t rows = 0, skipped = 0, passed_over = 0;
    OrderFile::Row row;
    for (;;) {
      GARDEROBE_ASSIGN_OR_RETURN(const bool more, file_->Read(&row));
      if (!more) break;
      if (row.passed_over) {
        ++passed_over;
        continue;
      }
      if (rows++ % kTellEvery == 0) {
        record_.Read(rows, file_->bytes_read(), file_->bytes_total());
      }
      if (row.refusal) {
        record_.RefuseRow(*row.refusal);
        continue;
      }
      const OrderLine& line = row.order;
      Handle handle;
      if (!line.customer_id.empty() && line.share) {
        handle = MakeHandle(*handle_key_, line.customer_id);
        customers_->Add(handle, line, row.line);
        if (customers_->full()) {
          GARDEROBE_RETURN_IF_ERROR(SendCustomers(stream, route));
        }
      }
      if (skip > 0) {
        --skip;  // answered in the run before this one
        ++skipped;
        if (!refused_before.contains(row.line)) visits_->NoteStored(handle);
        continue;
      }
      GARDEROBE_RETURN_IF_ERROR(visits_->Add(stream, line, handle, row.line));
      if (rows % kTellEvery == 0 &&
          Clock::now() - ledger_saved > kLedgerEvery) {
        customers_->Save();
        ledger_saved = Clock::now();
      }
    }
    record_.Set([&](SendReport& report) {
      report.rows = rows;
      report.passed_over = passed_over;
    });
    record_.CountSkipped(skipped);
    return SendCustomers(stream, route);
  }

  // Customers follow their visits: of whom no visit was stored, nothing is
  // kept anywhere.
  absl::Status SendCustomers(VisitStream& stream, RelationRoute& route) {
    GARDEROBE_RETURN_IF_ERROR(visits_->Settle(stream));
    return customers_->Send(route, [this](const Handle& handle) {
      return visits_->IsStoredFor(handle);
    });
  }

  // What the aggregator has to have signed of a batch of visits.
  Outcome SaidOf(const v1::VisitBatch& batch,
                 const v1::BatchOutcome& outcome) const {
    return {.kind = SealedKind::kVisits,
            .institution = options_.institution,
            .client = endpoint_.client,
            .source = feed_.source,
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

  v1::FeedName FeedName(v1::FeedKind kind) const {
    v1::FeedName name;
    name.set_institution(options_.institution);
    name.set_source(feed_.source);
    name.set_kind(kind);
    return name;
  }
  v1::Hello Hello(v1::FeedKind kind) const {
    v1::Hello hello;
    hello.set_protocol_version(2);
    *hello.mutable_feed() = FeedName(kind);
    if (kind == v1::FEED_KIND_VISITS) hello.set_run(run_);
    hello.set_software(std::string("garderobe/") + kVersion);
    return hello;
  }
  RetryOptions Retry() {
    return {options_.give_up, [this](const absl::Status& s) {
              record_.Waiting(ttpd_.Report(s));
            }};
  }

  absl::Status Close() {
    v1::CloseFeedRequest request;
    *request.mutable_feed() = FeedName(v1::FEED_KIND_VISITS);
    request.set_rows(visits_->offset());
    v1::CloseFeedResponse response;
    GARDEROBE_RETURN_IF_ERROR(Persist(
        options_.give_up, [this](auto& s) { record_.Waiting(s); },
        [&](grpc::ClientContext& context) {
          return ttpd_.Report(
              FromGrpc(ttpd_.Get()->CloseFeed(&context, request, &response)));
        }));
    record_.Set([&](SendReport& report) {
      report.mirror_current = response.mirror_current();
    });
    if (!response.counts_agree()) {
      return DataLoss(
          "the service has {} rows of this feed, and {} were sent; tell the "
          "operator",
          response.committed(), visits_->offset());
    }
    return absl::OkStatus();
  }

  const Endpoint& endpoint_;
  const SendOptions& options_;
  StreamOpener<v1::DeliveryService> ttpd_;
  DeliveryRecord record_;

  std::unique_ptr<OrderFile> file_;
  std::unique_ptr<InstitutionHandleKey> handle_key_;
  std::unique_ptr<AuthorSeed> author_key_;
  FeedContext feed_;
  uint64_t run_ = 0;  // of the visits; relations are told by their ledger
  std::optional<RelationSender> customers_;  // made with the keys
  std::optional<VisitSender> visits_;        // made with the feed

  Mutex mutex_;
  // Made with the journal.
  std::optional<OutcomeBook> outcomes_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace

absl::StatusOr<SendReport> SendFile(
    const Endpoint& endpoint, const SendOptions& options,
    const std::function<void(const SendProgress&)>& progress) {
  return Sender(endpoint, options, progress).Run();
}

}  // namespace garderobe::client
