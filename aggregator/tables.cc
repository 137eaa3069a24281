#include "aggregator/tables.h"

namespace garderobe::aggregator {

std::string FeedKey(uint32_t institution, const v1::FeedName& feed) {
  std::string key = KeyOf(institution);
  key.push_back(static_cast<char>(feed.kind()));
  PutLengthPrefixed(key, feed.client());
  PutLengthPrefixed(key, feed.source());
  return key;
}

std::string Encode(const Relation& r) {
  std::string bytes;
  PutBigEndian(bytes, r.person);
  PutBigEndian(bytes, r.household);
  PutBigEndian(bytes, r.sequence);
  PutBigEndian(bytes, r.pc4);
  PutBigEndian(bytes, r.birth_year);
  PutBigEndian(bytes, r.gender);
  PutBigEndian(bytes, r.newsletter);
  PutBigEndian(bytes, r.customer_since);
  PutLengthPrefixed(bytes, r.language);
  return bytes;
}

bool Decode(std::string_view bytes, Relation* r) {
  ByteReader reader(bytes);
  std::string_view language;
  const bool ok =
      reader.GetInteger(&r->person) && reader.GetInteger(&r->household) &&
      reader.GetInteger(&r->sequence) && reader.GetInteger(&r->pc4) &&
      reader.GetInteger(&r->birth_year) && reader.GetInteger(&r->gender) &&
      reader.GetInteger(&r->newsletter) &&
      reader.GetInteger(&r->customer_since) &&
      reader.GetLengthPrefixed(&language) && reader.empty();
  r->language = language;
  return ok;
}

std::string Encode(const Event& event) {
  std::string bytes;
  PutLengthPrefixed(bytes, event.id);
  PutLengthPrefixed(bytes, event.title);
  PutBigEndian(bytes, event.genre);
  PutBigEndian(bytes, event.starts_at);
  return bytes;
}

bool Decode(std::string_view bytes, Event* event) {
  ByteReader reader(bytes);
  std::string_view id, title;
  const bool ok = reader.GetLengthPrefixed(&id) &&
                  reader.GetLengthPrefixed(&title) &&
                  reader.GetInteger(&event->genre) &&
                  reader.GetInteger(&event->starts_at) && reader.empty();
  event->id = id;
  event->title = title;
  return ok;
}

std::string Encode(const Feed& feed) {
  std::string bytes;
  PutBigEndian(bytes, feed.committed);
  for (const auto& outcome : feed.outcomes) {
    const std::string one = outcome.SerializeAsString();
    PutBigEndian(bytes, static_cast<uint32_t>(one.size()));
    bytes += one;
  }
  return bytes;
}

bool Decode(std::string_view bytes, Feed* feed) {
  ByteReader reader(bytes);
  if (!reader.GetInteger(&feed->committed)) return false;
  while (!reader.empty()) {
    uint32_t size;
    std::string_view one;
    if (!reader.GetInteger(&size) || !reader.GetBytes(size, &one) ||
        !feed->outcomes.emplace_back().ParseFromArray(
            one.data(), static_cast<int>(one.size()))) {
      return false;
    }
  }
  return true;
}

absl::StatusOr<std::optional<v1::BatchOutcome>> PlaceInFeed(const Feed& feed,
                                                            uint64_t offset,
                                                            uint32_t count) {
  if (offset == feed.committed) return std::nullopt;
  if (offset > feed.committed || count > feed.committed - offset) {
    return OutOfRange(
        "offset {}: the feed stands at {}; ask GetFeed and go on from there",
        offset, feed.committed);
  }
  for (const auto& kept : feed.outcomes) {
    if (kept.offset() != offset || kept.count() != count) continue;
    v1::BatchOutcome outcome = kept;
    outcome.set_already_stored(true);
    return outcome;
  }
  v1::BatchOutcome outcome;
  outcome.set_offset(offset);
  outcome.set_count(count);
  outcome.set_accepted(count);
  outcome.set_already_stored(true);
  return outcome;
}

void Advance(Feed& feed, const v1::BatchOutcome& outcome) {
  feed.committed = outcome.offset() + outcome.count();
  if (feed.outcomes.size() == Feed::kOutcomesKept) {
    feed.outcomes.erase(feed.outcomes.begin());
  }
  auto& kept = feed.outcomes.emplace_back(outcome);
  // `accepted` stays exact; a record does not grow with a batch of nonsense.
  if (kept.refused_size() > Feed::kRefusalsKept) {
    kept.mutable_refused()->DeleteSubrange(
        Feed::kRefusalsKept, kept.refused_size() - Feed::kRefusalsKept);
  }
}

}  // namespace garderobe::aggregator
