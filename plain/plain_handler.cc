#include "plain/plain_handler.h"

#include <algorithm>
#include <exception>
#include <functional>
#include <map>

#include "client/send/plain_feed.h"
#include "plain/batch_reader.h"
#include "spdlog/spdlog.h"

namespace garderobe::plain {
namespace {

constexpr uint32_t kProtocolVersion = 2;

// plaind's feed for that of `client`.
absl::StatusOr<v1::FeedName> OutboundName(const std::string& client,
                                          const v1::Hello& hello) {
  if (hello.protocol_version() != kProtocolVersion) {
    return FailedPrecondition("this service speaks protocol version {}",
                              kProtocolVersion);
  }
  v1::FeedName name;
  name.set_institution(hello.feed().institution());
  name.set_source(client::PlainSource(client, hello.feed().source()));
  name.set_kind(v1::FEED_KIND_RELATIONS);
  if (!IsSourceName(hello.feed().source()) || !IsSourceName(name.source())) {
    return InvalidArgument(
        "feed.source: 1 to 64 of a-z, 0-9, '.', '_' and -, the client's name "
        "and a dot before it included");
  }
  return name;
}

// Of a batch that was stored on an earlier stream: that it was is all that is
// known here.
v1::PlainOutcome StoredBefore(const v1::PlainBatch& batch) {
  v1::PlainOutcome plain;
  v1::BatchOutcome& outcome = *plain.mutable_outcome();
  outcome.set_offset(batch.offset());
  outcome.set_count(batch.count());
  outcome.set_accepted(batch.count());
  outcome.set_already_stored(true);
  outcome.set_stored_by_vault(batch.count());
  return plain;
}

v1::DeliverPlainResponse Reply(v1::PlainOutcome outcome) {
  v1::DeliverPlainResponse response;
  *response.mutable_outcome() = std::move(outcome);
  return response;
}

}  // namespace

absl::Status MayDeliverPlain(const RegisterStore& institutions,
                             std::string_view client,
                             std::string_view institution) {
  GARDEROBE_RETURN_IF_ERROR(
      institutions.MayDeliver(client, institution, Today()));
  const auto all = institutions.Get();
  const auto found = all->find(institution);
  if (found == all->end() || !found->second.plain()) {
    return PermissionDenied(
        "the agreement of {} does not allow plain mode; encrypt the "
        "identifiers",
        institution);
  }
  return absl::OkStatus();
}

size_t PlainInstitutions(const RegisterStore& institutions) {
  const auto all = institutions.Get();
  return static_cast<size_t>(
      std::count_if(all->begin(), all->end(),
                    [](const auto& entry) { return entry.second.plain(); }));
}

void PlainHandler::Open(v1::DeliverPlainRequest first, Done done) {
  if (!first.has_hello()) {
    return done(InvalidArgument("a stream begins with Hello"));
  }
  auto name = OutboundName(client_, first.hello());
  if (!name.ok()) return done(name.status());
  const absl::Status allowed =
      MayDeliverPlain(parts_.institutions, client_, name->institution());
  if (!allowed.ok()) {
    parts_.refused_calls.Increment();
    return done(allowed);
  }
  feed_ = *std::move(name);
  outbound_->Open(feed_, [this, done](absl::StatusOr<uint64_t> committed) {
    if (!committed.ok()) return done(committed.status());
    spdlog::info(
        "event=plain-open client={} institution={} source={} "
        "committed={}",
        client_, feed_.institution(), feed_.source(), *committed);
    v1::DeliverPlainResponse response;
    v1::Welcome& welcome = *response.mutable_welcome();
    welcome.set_protocol_version(kProtocolVersion);
    welcome.set_committed(*committed);
    welcome.set_window(kWindow);
    welcome.set_batch_rows_max(kRowsMax);
    done(std::move(response));
  });
}

absl::StatusOr<PlainHandler::Commit> PlainHandler::Prepare(
    v1::DeliverPlainRequest request) {
  if (!request.has_batch()) return InvalidArgument("a batch is expected");
  // A stream may outlast its agreement, or its place in the register.
  GARDEROBE_RETURN_IF_ERROR(
      MayDeliverPlain(parts_.institutions, client_, feed_.institution()));
  const v1::PlainBatch& batch = request.batch();
  GARDEROBE_RETURN_IF_ERROR(CheckBatch(batch));
  GARDEROBE_ASSIGN_OR_RETURN(const bool is_stored, outbound_->IsStored(batch));
  if (is_stored) {
    return Commit([outcome = StoredBefore(batch)](const Done& done) {
      done(Reply(outcome));
    });
  }
  GARDEROBE_ASSIGN_OR_RETURN(const auto published, parts_.ttp.Published());
  const client::FeedContext context{feed_.institution(), feed_.source(),
                                    *published, &parts_.keys.author};
  GARDEROBE_RETURN_IF_ERROR(outbound_->Add(client::BuildRelationBatch(
      context, parts_.keys.PaddingOf(feed_.institution()), batch.offset(),
      ReadBatch(batch, Today()))));
  spdlog::info("event=plain-batch client={} institution={} rows={}", client_,
               feed_.institution(), batch.count());
  return Commit([this, offset = batch.offset()](Done done) {
    outbound_->WhenAnswered(
        offset, [this, done = std::move(done)](
                    absl::StatusOr<v1::PlainOutcome> outcome) {
          if (!outcome.ok()) return done(outcome.status());
          parts_.relations.Increment(outcome->outcome().accepted());
          done(Reply(*std::move(outcome)));
        });
  });
}

}  // namespace garderobe::plain
