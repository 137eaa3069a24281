#include "core/custody/requests.h"

#include <algorithm>

#include "core/base/civil_time.h"

namespace garderobe {
namespace {

constexpr std::string_view kLabel("garderobe/request/v2\0", 21);

// LP4(x) of protocol.md.
void PutText(std::string& out, std::string_view text) {
  PutBigEndian(out, static_cast<uint32_t>(text.size()));
  out.append(text);
}

CustodyRequest Make(std::string_view action, std::string_view fields,
                    std::vector<std::string> sentences) {
  std::string head(kLabel);
  PutLengthPrefixed(head, action);
  return {action, Hash({head, fields}), std::move(sentences)};
}

std::string IsoDay(int32_t day) { return ToIso(FromDayNumber(day)); }

}  // namespace

CustodyRequest BudgetRequest(std::string_view institution, uint64_t tokens,
                             std::string_view month) {
  std::string fields;
  PutText(fields, institution);
  PutBigEndian(fields, tokens);
  PutText(fields, month);
  return Make("budget", fields,
              {fmt::format("{} may deliver {} tokens more in {}", institution,
                           tokens, month)});
}

CustodyRequest CapRequest(std::string_view what, uint64_t more,
                          std::string_view month, std::string_view access_key) {
  std::string fields;
  PutText(fields, what);
  PutBigEndian(fields, more);
  PutText(fields, month);
  PutText(fields, access_key);
  return Make(
      "cap", fields,
      {fmt::format("the vault takes {} {} more in {}, of {}", more,
                   what == "tokens" ? "tokens" : "rights by identity", month,
                   access_key.empty() ? "all institutions together"
                                      : "the institution whose access key is " +
                                            ToHex(AsBytes(access_key)))});
}

CustodyRequest ReviewRequestOf(std::string_view what, std::string_view ticket_a,
                               std::string_view ticket_b) {
  std::string fields;
  PutText(fields, what);
  fields.append(std::min(ticket_a, ticket_b));
  fields.append(std::max(ticket_a, ticket_b));
  std::string sentence =
      "the vault tells in which kinds of identifier the two relations agree";
  if (what == "unlink") {
    sentence = "the two relations are never one person from now on";
  } else if (what == "relink") {
    sentence = "the two relations may be one person again";
  }
  return Make("review", fields, {std::move(sentence)});
}

CustodyRequest RetentionRequest(std::string_view institution, uint64_t more,
                                int32_t day) {
  std::string fields;
  PutText(fields, institution);
  PutBigEndian(fields, more);
  PutBigEndian(fields, static_cast<uint32_t>(day));
  return Make(
      "retention", fields,
      {fmt::format("retention may remove {} more records of {} on {}", more,
                   institution.empty() ? "the vault" : institution,
                   IsoDay(day))});
}

CustodyRequest ClockRequest(int32_t day) {
  std::string fields;
  PutBigEndian(fields, static_cast<uint32_t>(day));
  return Make("clock", fields,
              {fmt::format("the party's clock is right, and today is {}; "
                           "retention goes on from there",
                           IsoDay(day))});
}

CustodyRequest WithdrawalRequest(std::string_view request_id,
                                 std::string_view commitment) {
  std::string fields(request_id);
  fields.append(commitment);
  return Make(
      "withdrawal", fields,
      {fmt::format("request {} takes back, without the secret, every "
                   "objection that was lodged with the customer or "
                   "the particulars that {} commits to; with "
                   "particulars also what other institutions lodged "
                   "with just these",
                   ToHex(AsBytes(request_id)), ToHex(AsBytes(commitment)))});
}

CustodyRequest RegisterRequest(std::string_view canonical_bytes,
                               std::vector<std::string> sentences) {
  return Make("register", canonical_bytes, std::move(sentences));
}

}  // namespace garderobe
