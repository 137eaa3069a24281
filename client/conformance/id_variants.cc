#include "client/conformance/id_variants.h"

#include <algorithm>
#include <functional>
#include <string_view>

#include "core/base/hash.h"

namespace garderobe::client::conformance {
namespace {

constexpr std::string_view kIdSection = "clients.md, 4";
constexpr Rule kIdHexKey{"id-hex-key", kIdSection,
                         "the key is 64 hexadecimal digits as they stand in "
                         "the file, in place of the 32 bytes that they mean"};
constexpr Rule kIdNoKey{"id-no-key", kIdSection,
                        "the hash is made without the handle key"};
constexpr Rule kIdKeyInFront{"id-key-in-front", kIdSection,
                             "the key stands before the message, and is not "
                             "the key of BLAKE2b"};
constexpr Rule kIdNoLabel{"id-no-label", kIdSection,
                          "the label before the message is left out"};
constexpr Rule kIdNoZero{"id-no-zero", kIdSection,
                         "the zero byte behind the label is left out"};
constexpr Rule kIdOtherLabel{"id-other-label", kIdSection,
                             "the label is another: of version 2, or that of "
                             "the other id"};
constexpr Rule kIdLonger{"id-cut", kIdSection,
                         "the hash is longer and cut to 16 bytes: BLAKE2b is "
                         "told how long it is to be"};
constexpr Rule kIdHmac{"id-hmac", kIdSection,
                       "the id is made with HMAC-SHA-256 or SHA-256 in place "
                       "of BLAKE2b"};
constexpr Rule kHandleCase{"handle-case", kIdSection,
                           "the customer id is hashed in small letters or "
                           "capitals, and not as it is written"};
constexpr Rule kHandleZeros{"handle-zeros", kIdSection,
                            "zeros at the beginning of the customer id are "
                            "left out"};
constexpr Rule kHandleOfEmail{"handle-of-email", kIdSection,
                              "the handle is made of the e-mail address in "
                              "place of the customer id"};
constexpr Rule kHandlePrefix{"handle-length-prefix", kIdSection,
                             "a length stands before the customer id"};
constexpr Rule kVisitNoPrefix{"visit-no-length-prefix", kIdSection,
                              "order id and line id are joined without the "
                              "length of each"};
constexpr Rule kVisitPrefixForm{"visit-length-prefix", kIdSection,
                                "a length has not two bytes, the higher one "
                                "first"};
constexpr Rule kVisitOrderAlone{"visit-order-alone", kIdSection,
                                "the visit id is made of the order id alone"};
constexpr Rule kVisitEmptyLine{"visit-empty-line", kIdSection,
                               "the line id is taken as empty"};
constexpr Rule kVisitSwapped{"visit-swapped", kIdSection,
                             "line id and order id stand in the other order"};
constexpr Rule kVisitOfEvent{"visit-of-event", kIdSection,
                             "the event id stands in place of the line id"};

constexpr std::string_view kHandleLabel = "garderobe/handle/";
constexpr std::string_view kVisitLabel = "garderobe/visit/";

std::string Blake(std::string_view message, ByteSpan key, size_t bytes = 16) {
  std::string digest(bytes, '\0');
  HashInto(reinterpret_cast<uint8_t*>(digest.data()), bytes, AsBytes(message),
           key);
  return digest.substr(0, 16);
}

std::string HmacOf(std::string_view message, ByteSpan key) {
  std::string digest(crypto_auth_hmacsha256_BYTES, '\0');
  crypto_auth_hmacsha256_state state;
  crypto_auth_hmacsha256_init(&state, key.data(), key.size());
  crypto_auth_hmacsha256_update(&state, AsBytes(message).data(),
                                message.size());
  crypto_auth_hmacsha256_final(&state,
                               reinterpret_cast<uint8_t*>(digest.data()));
  return digest.substr(0, 16);
}

using Found = std::function<void(const std::string& id, const Rule& rule)>;

// Everything that can be wrong with label, key and hash. `body` is what
// follows the label.
void HashOtherwise(std::string_view label, std::string_view other_label,
                   std::string_view body, ByteSpan key, const Found& found) {
  const std::string zero(1, '\0'), text(body);
  const std::string whole = std::string(label) + "v1" + zero + text;
  std::string hex = ToHex(key);
  found(Blake(whole, AsBytes(hex)), kIdHexKey);
  for (char& c : hex) {
    if (c >= 'a') c = static_cast<char>(c - 32);
  }
  found(Blake(whole, AsBytes(hex)), kIdHexKey);
  found(Blake(whole, {}), kIdNoKey);
  found(Blake(AsString(key) + whole, {}), kIdKeyInFront);
  found(Blake(text, key), kIdNoLabel);
  found(Blake(std::string(label) + "v1" + text, key), kIdNoZero);
  found(Blake(std::string(label) + "v2" + zero + text, key), kIdOtherLabel);
  found(Blake(std::string(other_label) + "v1" + zero + text, key),
        kIdOtherLabel);
  found(Blake(whole, key, 32), kIdLonger);
  found(Blake(whole, key, 64), kIdLonger);
  found(HmacOf(whole, key), kIdHmac);
  found(HmacOf(text, key), kIdHmac);
}

std::string Folded(std::string_view id, char first, char last, int shift) {
  std::string folded(id);
  for (char& c : folded) {
    if (c >= first && c <= last) c = static_cast<char>(c + shift);
  }
  return folded;
}

void HandlesOf(const OrderLine& line, ByteSpan key, const Found& found) {
  const std::string label = std::string(kHandleLabel) + "v1" + '\0';
  const std::string_view id = line.customer_id;
  const auto with = [&](std::string_view body, const Rule& rule) {
    found(Blake(label + std::string(body), key), rule);
  };
  HashOtherwise(kHandleLabel, kVisitLabel, id, key, found);
  with(Folded(id, 'A', 'Z', 32), kHandleCase);
  with(Folded(id, 'a', 'z', -32), kHandleCase);
  with(id.substr(std::min(id.find_first_not_of('0'), id.size())), kHandleZeros);
  if (!line.email.empty()) {
    with(line.email, kHandleOfEmail);
    with(Folded(line.email, 'A', 'Z', 32), kHandleOfEmail);
  }
  std::string prefixed;
  PutLengthPrefixed(prefixed, id);
  with(prefixed, kHandlePrefix);
}

void VisitIdsOf(const OrderLine& line, ByteSpan key, const Found& found) {
  const std::string label = std::string(kVisitLabel) + "v1" + '\0';
  const std::string order(line.order_id), row(line.line_id),
      event(line.event_id);
  const auto joined = [](std::string_view one, std::string_view two) {
    std::string body;
    PutLengthPrefixed(body, one);
    PutLengthPrefixed(body, two);
    return body;
  };
  const auto with = [&](const std::string& body, const Rule& rule) {
    found(Blake(label + body, key), rule);
  };
  HashOtherwise(kVisitLabel, kHandleLabel, joined(order, row), key, found);
  for (const char* between : {"", "-", ":", "/", "|", "_", " ", "."}) {
    with(order + between + row, kVisitNoPrefix);
  }
  with(order + '\0' + row, kVisitNoPrefix);
  found(Blake(order + row, key), kVisitNoPrefix);
  const auto prefixed = [&](auto put) {
    std::string body;
    for (const std::string* part : {&order, &row}) {
      put(body, part->size());
      body += *part;
    }
    return body;
  };
  with(prefixed([](std::string& body, size_t size) {
         body.push_back(static_cast<char>(size));
         body.push_back(static_cast<char>(size >> 8));
       }),
       kVisitPrefixForm);
  with(prefixed([](std::string& body, size_t size) {
         PutBigEndian(body, static_cast<uint32_t>(size));
       }),
       kVisitPrefixForm);
  with(prefixed([](std::string& body, size_t size) {
         body.push_back(static_cast<char>(size));
       }),
       kVisitPrefixForm);
  with(order, kVisitOrderAlone);
  std::string alone;
  PutLengthPrefixed(alone, order);
  with(alone, kVisitOrderAlone);
  with(joined(order, ""), kVisitEmptyLine);
  with(joined(row, order), kVisitSwapped);
  with(joined(order, event), kVisitOfEvent);
}

using MakeIds = void (*)(const OrderLine&, ByteSpan, const Found&);

absl::StatusOr<OtherIds> Explain(const Expected& expected,
                                 const UnknownIds& unknown, MakeIds make) {
  OtherIds ids;
  if (unknown.empty()) return ids;
  const bool customers = make == &HandlesOf;
  const ByteSpan key(expected.key().ExposeSecret(),
                     InstitutionHandleKey::kBytes);
  std::string last;
  GARDEROBE_RETURN_IF_ERROR(expected.ForEachLine([&](uint64_t number,
                                                     const OrderLine& line) {
    if (customers &&
        (line.customer_id.empty() || !line.share || line.customer_id == last)) {
      return;
    }
    last = std::string(line.customer_id);
    make(line, key, [&](const std::string& id, const Rule& rule) {
      if (!unknown.contains(id)) return;
      const std::string right(
          customers ? MakeHandle(expected.key(), line.customer_id).view()
                    : MakeVisitId(expected.key(), line.order_id, line.line_id)
                          .view());
      ids.try_emplace(id, OtherId{number, &rule, right});
    });
  }));
  return ids;
}

}  // namespace

absl::StatusOr<OtherIds> ExplainHandles(const Expected& expected,
                                        const UnknownIds& unknown) {
  return Explain(expected, unknown, HandlesOf);
}
absl::StatusOr<OtherIds> ExplainVisitIds(const Expected& expected,
                                         const UnknownIds& unknown) {
  return Explain(expected, unknown, VisitIdsOf);
}

std::vector<const Rule*> IdRules() {
  return {&kIdHexKey,       &kIdNoKey,         &kIdKeyInFront,
          &kIdNoLabel,      &kIdNoZero,        &kIdOtherLabel,
          &kIdLonger,       &kIdHmac,          &kHandleCase,
          &kHandleZeros,    &kHandleOfEmail,   &kHandlePrefix,
          &kVisitNoPrefix,  &kVisitPrefixForm, &kVisitOrderAlone,
          &kVisitEmptyLine, &kVisitSwapped,    &kVisitOfEvent};
}

}  // namespace garderobe::client::conformance
