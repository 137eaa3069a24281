#include "client/send/delivery.h"

#include <sodium.h>

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>

#include "absl/container/flat_hash_set.h"
#include "client/send/delivery_record.h"
#include "client/send/feed_session.h"
#include "client/send/journal.h"
#include "client/send/relation_sender.h"
#include "client/send/visit_sender.h"

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
      : options_(options),
        record_(progress),
        session_(endpoint, options.feed, record_) {}

  absl::StatusOr<SendReport> Run() {
    const auto begin = Clock::now();
    const FeedOptions& feed = options_.feed;
    GARDEROBE_ASSIGN_OR_RETURN(file_, OrderFile::Open(options_.input));
    GARDEROBE_RETURN_IF_ERROR(session_.LoadKeys());
    GARDEROBE_ASSIGN_OR_RETURN(const std::string digest, file_->Digest());
    GARDEROBE_ASSIGN_OR_RETURN(
        Journal journal,
        Journal::Open(feed.state, feed.institution + "." + feed.source, 60));
    GARDEROBE_RETURN_IF_ERROR(session_.Open(journal.place));
    customers_.emplace(session_.handle_key(), feed.own_domains,
                       feed.state + "/" + feed.institution + ".relations",
                       options_.all_relations, record_);
    const bool goes_on = journal.file_digest == digest && journal.run != 0;
    if (!goes_on) randombytes_buf(&journal.run, sizeof journal.run);
    const absl::Status sent = Deliver(journal, digest, goes_on);
    // What was acknowledged is remembered, whatever became of the rest.
    customers_->Save();
    GARDEROBE_RETURN_IF_ERROR(sent);
    GARDEROBE_ASSIGN_OR_RETURN(const bool current,
                               session_.Close(visits_->offset()));
    journal.file_digest.clear();
    GARDEROBE_RETURN_IF_ERROR(journal.Save());
    journal.ForgetRefusals();
    record_.Set([&](SendReport& report) {
      report.mirror_current = current;
      report.unknown_columns = file_->unused();
      for (const Oddity& one : file_->oddities()) {
        report.oddities.push_back(one.text);
      }
      report.seconds =
          std::chrono::duration<double>(Clock::now() - begin).count();
    });
    return record_.Take();
  }

 private:
  absl::Status Deliver(Journal& journal, const std::string& digest,
                       bool goes_on) {
    const auto stream =
        session_.OpenVisits(journal.run, [this](const auto& outcome, auto tag) {
          visits_->TakeOutcome(outcome, std::move(tag));
          return absl::OkStatus();
        });
    const auto route =
        session_.OpenRelations([this](const auto& outcome, auto tag) {
          customers_->TakeOutcome(outcome, std::move(tag));
        });
    GARDEROBE_ASSIGN_OR_RETURN(const uint64_t committed,
                               stream->WaitUntilOpen());
    GARDEROBE_RETURN_IF_ERROR(route->WaitUntilOpen());
    // No batch is under way yet that an outcome could come of.
    visits_.emplace(session_.feed(), session_.handle_key(), committed, record_);

    // The same file, not finished last time: go on where it stopped.
    uint64_t skip = 0;
    absl::flat_hash_set<uint64_t> refused_before;
    // Only what this run has delivered may be passed over: rows of somebody
    // else in the same feed are none of the file's.
    const bool is_own = stream->run_began() <= journal.base_offset;
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
    GARDEROBE_RETURN_IF_ERROR(SendRows(*stream, *route, skip, refused_before));
    GARDEROBE_RETURN_IF_ERROR(visits_->Finish(*stream));
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
        handle = MakeHandle(session_.handle_key(), line.customer_id);
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

  const SendOptions& options_;
  DeliveryRecord record_;
  FeedSession session_;

  std::unique_ptr<OrderFile> file_;
  std::optional<RelationSender> customers_;  // made with the keys
  std::optional<VisitSender> visits_;        // made with the feed
};

}  // namespace

absl::StatusOr<SendReport> SendFile(
    const Endpoint& endpoint, const SendOptions& options,
    const std::function<void(const SendProgress&)>& progress) {
  return Sender(endpoint, options, progress).Run();
}

}  // namespace garderobe::client
