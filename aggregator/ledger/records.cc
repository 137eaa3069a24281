#include "aggregator/ledger/records.h"

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
  PutBigEndian(bytes, r.delivered);
  PutBigEndian(bytes, r.pc4);
  PutBigEndian(bytes, r.birth_year);
  PutBigEndian(bytes, r.gender);
  PutBigEndian(bytes, r.newsletter);
  PutBigEndian(bytes, r.customer_since);
  PutBigEndian(bytes, r.shown);
  bytes.append(r.reference.view());
  bytes.append(r.sigma.view());
  PutLengthPrefixed(bytes, r.language);
  return bytes;
}

bool Decode(std::string_view bytes, Relation* r) {
  ByteReader reader(bytes);
  std::string_view language, reference, sigma;
  const bool ok =
      reader.GetInteger(&r->person) && reader.GetInteger(&r->household) &&
      reader.GetInteger(&r->delivered) && reader.GetInteger(&r->pc4) &&
      reader.GetInteger(&r->birth_year) && reader.GetInteger(&r->gender) &&
      reader.GetInteger(&r->newsletter) &&
      reader.GetInteger(&r->customer_since) && reader.GetInteger(&r->shown) &&
      reader.GetBytes(Element::kBytes, &reference) &&
      reader.GetBytes(Sigma::kBytes, &sigma) &&
      reader.GetLengthPrefixed(&language) && reader.empty();
  if (!ok) return false;
  r->reference = Element::From(reference);
  r->sigma = Sigma::From(sigma);
  r->language = language;
  return true;
}

std::string Encode(const RelationPlace& place) {
  return HandleKey(place.institution, place.handle);
}

bool Decode(std::string_view bytes, RelationPlace* place) {
  ByteReader reader(bytes);
  std::string_view handle;
  if (!reader.GetInteger(&place->institution) ||
      !reader.GetBytes(AggregatorHandle::kBytes, &handle) || !reader.empty()) {
    return false;
  }
  place->handle = AggregatorHandle::From(handle);
  return true;
}

std::string Encode(const Authorship& authorship) {
  std::string bytes;
  PutBigEndian(bytes, authorship.count);
  PutBigEndian(bytes, authorship.serial);
  bytes.append(authorship.sealed.view());
  bytes.append(authorship.signature.view());
  return bytes;
}

std::string AuthorshipKey(uint32_t institution, const v1::FeedName& feed,
                          uint64_t offset) {
  std::string key = FeedKey(institution, feed);
  PutBigEndian(key, offset);
  return key;
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

}  // namespace garderobe::aggregator
