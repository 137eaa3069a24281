#include "client/deploy/approval_file.h"

#include <algorithm>
#include <optional>

#include "core/base/civil_time.h"
#include "core/base/files.h"
#include "core/keys/text_fields.h"

namespace garderobe::client {
namespace {

constexpr std::string_view kFirstLine = "garderobe-approvals-v2\n";

std::string UtcText(uint64_t unix_seconds) {
  constexpr int64_t kDays2000 = 10957;
  const uint64_t second = unix_seconds % 86400;
  const auto day = static_cast<int32_t>(
      static_cast<int64_t>(unix_seconds / 86400) - kDays2000);
  return fmt::format("{}T{:02}:{:02}:{:02}Z", ToIso(FromDayNumber(day)),
                     second / 3600, second / 60 % 60, second % 60);
}

// Takes the next part off `text`. Nothing: it is malformed.
std::optional<PartyApproval> TakePart(std::string_view* text) {
  // For people.
  for (const char* name : {"party", "action", "until"}) {
    if (TakeField(text, name).empty()) return std::nullopt;
  }
  PartyApproval part;
  const auto key = FromHex(TakeField(text, "key"));
  const auto body = FromHex(TakeField(text, "body"));
  const auto signature = FromHex(TakeField(text, "signature"));
  if (!key.ok() || key->size() != VerifyKey::kBytes || !body.ok() ||
      !signature.ok()) {
    return std::nullopt;
  }
  const auto approval =
      VerifyApproval(VerifyKey::From(*key), *body, *signature);
  if (!approval.ok()) return std::nullopt;
  part.party = approval->party;
  part.approval.set_key(*key);
  part.approval.set_body(*body);
  part.approval.set_signature(*signature);
  return part;
}

}  // namespace

PartyApproval SignFor(const CustodianSeed& seed, const std::string& party,
                      const CustodyRequest& request, uint64_t now,
                      uint64_t seconds) {
  Approval approval{party,
                    std::string(request.action),
                    request.digest,
                    {},
                    now + std::min(seconds, Approval::kSecondsMax)};
  randombytes_buf(approval.serial.mutable_data(), ApprovalSerial::kBytes);
  const SignedBody made = SignApproval(seed, approval);
  PartyApproval part{party, {}};
  part.approval.set_body(made.body);
  part.approval.set_signature(made.signature);
  part.approval.set_key(std::string(VerifyKeyOf(seed).view()));
  return part;
}

std::string ApprovalFileText(std::string_view custodian,
                             const std::vector<PartyApproval>& approvals) {
  std::string text(kFirstLine);
  text += fmt::format("custodian: {}\n", custodian);
  for (const PartyApproval& part : approvals) {
    const v1::Approval& proto = part.approval;
    const auto told = VerifyApproval(VerifyKey::From(proto.key()), proto.body(),
                                     proto.signature());
    GARDEROBE_CHECK(told.ok());
    text += fmt::format(
        "\nparty: {}\naction: {}\nuntil: {}\nkey: {}\nbody: {}\n"
        "signature: {}\n",
        told->party, told->action, UtcText(told->expiry),
        ToHex(AsBytes(proto.key())), ToHex(AsBytes(proto.body())),
        ToHex(AsBytes(proto.signature())));
  }
  return text;
}

absl::StatusOr<std::vector<PartyApproval>> ReadApprovalFile(
    const std::string& path) {
  GARDEROBE_ASSIGN_OR_RETURN(const std::string file, ReadWholeFile(path));
  const auto malformed = [&path] {
    return InvalidArgument(
        "{} is no file of approvals, or was changed after it was signed; "
        "`garderobe custodian approve` writes one",
        path);
  };
  std::string_view text = file;
  if (!text.starts_with(kFirstLine)) return malformed();
  text.remove_prefix(kFirstLine.size());
  if (TakeField(&text, "custodian").empty()) return malformed();
  std::vector<PartyApproval> approvals;
  while (text.starts_with('\n')) {
    text.remove_prefix(1);
    auto part = TakePart(&text);
    if (!part) return malformed();
    approvals.push_back(*std::move(part));
  }
  if (!text.empty() || approvals.empty()) return malformed();
  return approvals;
}

}  // namespace garderobe::client
