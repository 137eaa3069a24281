#include "client/send/relation_route.h"

#include <algorithm>
#include <string_view>

#include "client/orders/identity.h"
#include "client/orders/words.h"
#include "client/send/plain_feed.h"
#include "core/register/register_store.h"

namespace garderobe::client {
namespace {

// What plaind takes of a field; a longer one is no identifier in any mode.
constexpr size_t kFieldBytesMax = 512;

// What the aggregator has to have signed of a batch of relations.
Outcome Said(const FeedContext& feed, std::string_view client,
             std::string_view source, const v1::BatchOutcome& outcome,
             const Digest256& sealed) {
  return {.kind = SealedKind::kRelations,
          .institution = feed.institution,
          .client = client,
          .source = source,
          .offset = outcome.offset(),
          .count = outcome.count(),
          .accepted = outcome.accepted(),
          .replaced = outcome.replaced(),
          .sealed = sealed};
}

absl::Status OfAnotherBatch(uint64_t offset) {
  return DataLoss("the batch at offset {} was answered as another one", offset);
}

class TtpRoute final : public RelationRoute {
 public:
  TtpRoute(const Context& context, StreamOpener<v1::DeliveryService>& ttpd)
      : context_(context),
        identities_(context.own_domains),
        stream_(
            [&ttpd](grpc::ClientContext* call) {
              return ttpd.Open<RelationStream::Stream>(
                  &v1::DeliveryService::Stub::DeliverRelations, call);
            },
            context.hello, context.retry,
            [this](const auto& batch, const auto& outcome, auto tag) {
              return Take(batch, outcome, std::move(tag));
            }) {}

  absl::Status WaitUntilOpen() override {
    GARDEROBE_ASSIGN_OR_RETURN(offset_, stream_.WaitUntilOpen());
    return absl::OkStatus();
  }
  void Add(const OrderLine& line, const Handle& handle) override {
    customers_.push_back(identities_.Read(line, handle));
  }
  absl::Status Push(std::shared_ptr<void> tag) override {
    v1::RelationBatch batch = BuildRelationBatch(
        *context_.feed, *context_.handle_key, offset_, customers_);
    customers_.clear();
    offset_ += batch.count();
    return stream_.Push(std::move(batch), std::move(tag));
  }
  void Drop() override { customers_.clear(); }
  absl::Status Finish() override { return stream_.Finish(); }

 private:
  absl::Status Take(const v1::RelationBatch& batch,
                    const v1::BatchOutcome& outcome,
                    std::shared_ptr<void> tag) {
    if (outcome.offset() != batch.offset() ||
        outcome.count() != batch.count()) {
      return OfAnotherBatch(batch.offset());
    }
    GARDEROBE_RETURN_IF_ERROR(context_.keep(
        Said(*context_.feed, context_.endpoint->client, context_.feed->source,
             outcome, Hash(batch.sealed())),
        outcome));
    context_.on_outcome(outcome, std::move(tag));
    return absl::OkStatus();
  }

  const Context context_;
  const IdentityReader identities_;
  uint64_t offset_ = 0;
  std::vector<Customer> customers_;  // less than a batch
  RelationStream stream_;            // last: calls back
};

class PlainRoute final : public RelationRoute {
 public:
  explicit PlainRoute(const Context& context)
      : context_(context),
        plaind_(context.endpoint->plaind, context.endpoint->tls),
        stream_(
            [this](grpc::ClientContext* call) {
              return plaind_.Open<PlainStream::Stream>(
                  &v1::PlainService::Stub::DeliverPlain, call);
            },
            context.hello, Retry(context.retry),
            [this](const auto& batch, const auto& outcome, auto tag) {
              return Take(batch, outcome, std::move(tag));
            }) {}

  absl::Status WaitUntilOpen() override {
    GARDEROBE_ASSIGN_OR_RETURN(offset_, stream_.WaitUntilOpen());
    return absl::OkStatus();
  }
  void Add(const OrderLine& line, const Handle& handle) override {
    next_.mutable_handles()->append(handle.view());
    v1::PlainIdentity& row = *next_.add_rows();
    const auto put = [](std::string_view field, std::string* to) {
      std::string text = ToUtf8(field);
      if (text.size() <= kFieldBytesMax) *to = std::move(text);
    };
    put(line.email, row.mutable_email());
    put(line.phone, row.mutable_phone());
    put(line.pass, row.mutable_pass());
    put(line.first_name, row.mutable_first_name());
    put(line.last_name, row.mutable_last_name());
    put(line.birth_date, row.mutable_birth_date());
    put(line.country, row.mutable_country());
    put(line.postcode, row.mutable_postcode());
    put(line.street, row.mutable_street());
    put(line.house_number, row.mutable_house_number());
    put(line.house_number_addition, row.mutable_house_number_addition());
    put(line.city, row.mutable_city());
  }
  absl::Status Push(std::shared_ptr<void> tag) override {
    v1::PlainBatch batch;
    batch.Swap(&next_);
    batch.set_offset(offset_);
    batch.set_count(static_cast<uint32_t>(batch.rows_size()));
    batch.mutable_own_domains()->Add(context_.own_domains.begin(),
                                     context_.own_domains.end());
    offset_ += batch.count();
    return stream_.Push(std::move(batch), std::move(tag));
  }
  void Drop() override { next_.Clear(); }
  absl::Status Finish() override { return stream_.Finish(); }

 private:
  RetryOptions Retry(RetryOptions retry) {
    retry.on_retry = [this, tell = std::move(retry.on_retry)](const auto& s) {
      tell(plaind_.Report(s));
    };
    return retry;
  }

  // Whether it can be plaind's feed for ours: another one's outcomes would say
  // nothing of our batches.
  bool IsOurs(const v1::FeedName& feed) const {
    return feed.institution() == context_.feed->institution &&
           feed.kind() == v1::FEED_KIND_RELATIONS &&
           IsInstitutionId(feed.client()) &&
           feed.source() ==
               PlainSource(context_.endpoint->client, context_.feed->source);
  }

  absl::Status Take(const v1::PlainBatch& batch, const v1::PlainOutcome& plain,
                    std::shared_ptr<void> tag) {
    const v1::BatchOutcome& outcome = plain.outcome();
    if (outcome.offset() != batch.offset() ||
        outcome.count() != batch.count()) {
      return OfAnotherBatch(batch.offset());
    }
    // Only plaind's word that it is stored; what was signed of it went to a
    // stream that broke. Of what went out once nothing else is believed.
    const bool is_unsigned = batch.sent_before() && outcome.already_stored() &&
                             outcome.signature().empty();
    if (!is_unsigned) {
      if (!IsOurs(plain.feed()) ||
          plain.sealed_digest().size() != Digest256::kBytes) {
        return OfAnotherBatch(batch.offset());
      }
      GARDEROBE_RETURN_IF_ERROR(context_.keep(
          Said(*context_.feed, plain.feed().client(), plain.feed().source(),
               outcome, Digest256::From(plain.sealed_digest())),
          outcome));
    }
    context_.on_outcome(outcome, std::move(tag));
    return absl::OkStatus();
  }

  const Context context_;
  StreamOpener<v1::PlainService> plaind_;
  uint64_t offset_ = 0;
  v1::PlainBatch next_;  // less than a batch
  PlainStream stream_;   // last: calls back
};

}  // namespace

std::unique_ptr<RelationRoute> RelationRoute::ToTtp(
    const Context& context, StreamOpener<v1::DeliveryService>& ttpd) {
  return std::make_unique<TtpRoute>(context, ttpd);
}

std::unique_ptr<RelationRoute> RelationRoute::ToPlaind(const Context& context) {
  return std::make_unique<PlainRoute>(context);
}

}  // namespace garderobe::client
