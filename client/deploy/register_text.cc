#include "client/deploy/register_text.h"

#include <algorithm>
#include <string_view>
#include <vector>

#include "core/base/bytes.h"
#include "spdlog/fmt/ranges.h"

namespace garderobe::client {
namespace {

using Texts = google::protobuf::RepeatedPtrField<std::string>;

// A basic string of TOML.
std::string Quoted(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) {
      out += fmt::format("\\u{:04x}", static_cast<unsigned char>(c));
    } else {
      out += c;
    }
  }
  return out + '"';
}

void AddText(std::string& out, std::string_view key, const std::string& text) {
  if (!text.empty()) out += fmt::format("{} = {}\n", key, Quoted(text));
}

void AddNumber(std::string& out, std::string_view key, uint64_t number) {
  if (number != 0) out += fmt::format("{} = {}\n", key, number);
}

void AddFlag(std::string& out, std::string_view key, bool flag) {
  if (flag) out += fmt::format("{} = true\n", key);
}

void AddList(std::string& out, std::string_view key,
             const std::vector<std::string>& quoted) {
  if (quoted.empty()) return;
  out += fmt::format("{} = [{}]\n", key, fmt::join(quoted, ", "));
}

std::string QuotedHex(std::string_view bytes) {
  return Quoted(ToHex(AsBytes(bytes)));
}

std::vector<std::string> QuotedHexes(const Texts& list) {
  std::vector<std::string> quoted;
  for (const std::string& bytes : list) quoted.push_back(QuotedHex(bytes));
  return quoted;
}

void AddInstitution(std::string& out, const v1::Register::Institution& i) {
  out += "[[institution]]\n";
  AddText(out, "id", i.id());
  AddText(out, "name", i.name());
  AddText(out, "subsector", i.subsector());
  AddText(out, "municipality", i.municipality());
  AddText(out, "owner", i.owner());
  std::vector<std::string> clients;
  for (const std::string& client : i.clients()) {
    clients.push_back(Quoted(client));
  }
  AddList(out, "clients", clients);
  AddText(out, "agreement_from", i.agreement_from());
  AddText(out, "agreement_to", i.agreement_to());
  AddText(out, "legal_basis", i.legal_basis());
  AddNumber(out, "retention_months", i.retention_months());
  AddFlag(out, "benchmark", i.benchmark());
  AddFlag(out, "plain", i.plain());
  AddNumber(out, "tokens_per_month", i.tokens_per_month());
  AddNumber(out, "identity_rights_per_month", i.identity_rights_per_month());
  if (!i.access_key().empty()) {
    out += fmt::format("access_key = {}\n", QuotedHex(i.access_key()));
  }
  std::vector<std::string> in_force, retired;
  for (const auto& author : i.authors()) {
    (author.retired() ? retired : in_force).push_back(QuotedHex(author.key()));
  }
  AddList(out, "author_keys", in_force);
  AddList(out, "retired_author_keys", retired);
  AddList(out, "analyst_key_pins", QuotedHexes(i.analyst_key_pins()));
  out += "\n";
}

}  // namespace

std::string RegisterText(const v1::Register& reg) {
  std::string out;
  for (const auto& institution : reg.institutions()) {
    AddInstitution(out, institution);
  }
  for (const auto& client : reg.clients()) {
    out += fmt::format("[[client]]\nname = {}\n", Quoted(client.name()));
    AddList(out, "key_pins", QuotedHexes(client.key_pins()));
    out += "\n";
  }
  return out;
}

}  // namespace garderobe::client
