#include "client/agent/spool_segment.h"

#include <sodium.h>

#include "core/base/bytes.h"
#include "core/base/check.h"
#include "core/base/hash.h"

namespace garderobe::client {
namespace {

using std::string_view_literals::operator""sv;

constexpr size_t kNonceBytes = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES;
constexpr size_t kTagBytes = crypto_aead_xchacha20poly1305_ietf_ABYTES;
// The most bytes of a record; a longer one is none.
constexpr size_t kRecordBytesMax = size_t{64} << 20;
constexpr std::string_view kReasonName = "!", kColumnName = "?";

std::string AssociatedData(std::string_view institution,
                           const SpoolRecord& record) {
  std::string data("garderobe/agent-spool/v1\0"sv);
  PutLengthPrefixed(data, institution);
  PutBigEndian(data, record.first_row);
  PutBigEndian(data, record.taken_at);
  PutBigEndian(data, record.rows);
  return data;
}

void PutPart(std::string& out, std::string_view name, std::string_view text) {
  PutLengthPrefixed(out, name);
  PutBigEndian(out, static_cast<uint32_t>(text.size()));
  out += text;
}

void PutRow(std::string& out, const AgentRow& row) {
  const size_t count_at = out.size();
  out.push_back(0);
  uint8_t parts = 0;
  const auto put = [&](std::string_view name, std::string_view text) {
    PutPart(out, name, text);
    ++parts;
  };
  if (!row.reason.empty()) {
    put(kReasonName, row.reason);
    if (!row.column.empty()) put(kColumnName, row.column);
  }
  for (size_t i = 0; i < kRowFields; ++i) {
    if (!row.fields[i].empty()) put(RowFieldName(i), row.fields[i]);
  }
  out[count_at] = static_cast<char>(parts);
}

// False: `in` ends before the row does. A field that is not known any more is
// left out.
bool GetRow(ByteReader& in, AgentRow* row) {
  uint8_t parts = 0;
  if (!in.GetInteger(&parts)) return false;
  for (uint8_t i = 0; i < parts; ++i) {
    std::string_view name, text;
    uint32_t length = 0;
    if (!in.GetLengthPrefixed(&name) || !in.GetInteger(&length) ||
        !in.GetBytes(length, &text)) {
      return false;
    }
    if (name == kReasonName) {
      row->reason = text;
    } else if (name == kColumnName) {
      row->column = text;
    } else if (const auto field = RowFieldOf(name)) {
      row->fields[*field] = text;
    }
  }
  return true;
}

const uint8_t* Bytes(std::string_view text) { return AsBytes(text).data(); }

}  // namespace

SpoolKey DeriveSpoolKey(const InstitutionHandleKey& key) {
  return DeriveSecret<SpoolKey>(key, {"garderobe/agent-spool-key/v1\0"sv});
}

std::string SealRecord(const SpoolKey& key, std::string_view institution,
                       const SpoolRecord& record,
                       const std::vector<AgentRow>& rows) {
  GARDEROBE_CHECK(record.rows == rows.size());
  std::string payload;
  for (const AgentRow& row : rows) PutRow(payload, row);
  const size_t rest =
      kRecordHeadBytes - 4 + kNonceBytes + payload.size() + kTagBytes;
  GARDEROBE_CHECK(rest <= kRecordBytesMax);
  std::string sealed;
  sealed.reserve(4 + rest);
  PutBigEndian(sealed, static_cast<uint32_t>(rest));
  PutBigEndian(sealed, record.first_row);
  PutBigEndian(sealed, record.taken_at);
  PutBigEndian(sealed, record.rows);
  uint8_t nonce[kNonceBytes];
  randombytes_buf(nonce, sizeof nonce);
  sealed.append(reinterpret_cast<const char*>(nonce), sizeof nonce);
  const size_t at = sealed.size();
  sealed.resize(at + payload.size() + kTagBytes);
  const std::string data = AssociatedData(institution, record);
  crypto_aead_xchacha20poly1305_ietf_encrypt(
      reinterpret_cast<uint8_t*>(sealed.data() + at), nullptr, Bytes(payload),
      payload.size(), Bytes(data), data.size(), nullptr, nonce,
      key.ExposeSecret());
  return sealed;
}

std::optional<SpoolRecord> ReadRecordHead(std::string_view head, size_t* rest) {
  ByteReader in(head);
  uint32_t length = 0;
  SpoolRecord record;
  if (!in.GetInteger(&length) || !in.GetInteger(&record.first_row) ||
      !in.GetInteger(&record.taken_at) || !in.GetInteger(&record.rows)) {
    return std::nullopt;
  }
  constexpr size_t kLeast = kRecordHeadBytes - 4 + kNonceBytes + kTagBytes;
  if (length < kLeast || length > kRecordBytesMax || record.rows == 0 ||
      record.first_row == 0) {
    return std::nullopt;
  }
  *rest = length - (kRecordHeadBytes - 4);
  return record;
}

std::optional<std::vector<AgentRow>> OpenRecord(const SpoolKey& key,
                                                std::string_view institution,
                                                std::string_view head,
                                                std::string_view rest) {
  size_t expected = 0;
  const auto record = ReadRecordHead(head, &expected);
  if (!record || rest.size() != expected) return std::nullopt;
  const std::string_view nonce = rest.substr(0, kNonceBytes);
  const std::string_view sealed = rest.substr(kNonceBytes);
  std::string payload(sealed.size() - kTagBytes, '\0');
  const std::string data = AssociatedData(institution, *record);
  if (crypto_aead_xchacha20poly1305_ietf_decrypt(
          reinterpret_cast<uint8_t*>(payload.data()), nullptr, nullptr,
          Bytes(sealed), sealed.size(), Bytes(data), data.size(), Bytes(nonce),
          key.ExposeSecret()) != 0) {
    return std::nullopt;
  }
  // Each row has a byte at least.
  if (record->rows > payload.size()) return std::nullopt;
  std::vector<AgentRow> rows(record->rows);
  ByteReader in(payload);
  for (AgentRow& row : rows) {
    if (!GetRow(in, &row)) return std::nullopt;
  }
  if (!in.empty()) return std::nullopt;
  return rows;
}

}  // namespace garderobe::client
