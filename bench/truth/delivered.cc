#include "bench/truth/delivered.h"

#include <sodium.h>

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <memory>
#include <sstream>
#include <string_view>
#include <utility>

#include "client/orders/identity.h"
#include "client/orders/order_file.h"

namespace garderobe::bench {
namespace {

constexpr size_t kBatch = 500;

std::string Hash(std::string_view what, std::string_view value, size_t bytes) {
  std::string text(what);
  text.push_back('\0');
  text.append(value);
  std::string hash(bytes, '\0');
  crypto_generichash(reinterpret_cast<uint8_t*>(hash.data()), hash.size(),
                     AsBytes(text).data(), text.size(), nullptr, 0);
  return hash;
}

std::string HandleOf(const std::string& institution,
                     std::string_view customer) {
  return Hash("handle", institution + "/" + std::string(customer),
              VaultHandle::kBytes);
}

}  // namespace

absl::Status ReadOrders(const std::string& path, Delivered* data) {
  const std::string institution = std::filesystem::path(path).stem();
  GARDEROBE_ASSIGN_OR_RETURN(const auto file,
                             client::OrderFile::Open({.file = path}));
  const client::IdentityReader identities({});
  std::map<std::string, Identifiers, std::less<>> shown;
  client::OrderFile::Row row;
  for (;;) {
    GARDEROBE_ASSIGN_OR_RETURN(const bool more, file->Read(&row));
    if (!more) break;
    if (row.refusal || row.passed_over || row.order.customer_id.empty() ||
        !row.order.share) {
      continue;
    }
    const auto customer = identities.Read(row.order, Handle());
    const auto [known, fresh] = shown.try_emplace(
        std::string(row.order.customer_id), customer.identifiers);
    if (!fresh && known->second == customer.identifiers) continue;
    known->second = customer.identifiers;
    vault::LinkRow& link = data->rows.emplace_back();
    link.handle = VaultHandle::From(HandleOf(institution, known->first));
    link.reference.assign(vault::kReferenceBytes, 'r');
    for (size_t kind = 0; kind < kKindCount; ++kind) {
      if (customer.identifiers[kind].empty() || !HasSlot(kind)) continue;
      const auto k = static_cast<Kind>(kind);
      link.tokens.push_back(
          {k, Element::From(Hash(KindName(k), customer.identifiers[kind],
                                 Element::kBytes))});
    }
  }
  return absl::OkStatus();
}

absl::Status ReadTruth(const std::string& path, Delivered* data) {
  std::ifstream in(path);
  std::string line;
  if (!std::getline(in, line)) return NotFound("{}: nothing to read", path);
  while (std::getline(in, line)) {
    std::stringstream fields(line);
    Who who;
    std::getline(fields, who.institution, ',');
    std::getline(fields, who.customer, ',');
    std::getline(fields, who.person, ',');
    std::getline(fields, who.household, ',');
    const std::string handle = HandleOf(who.institution, who.customer);
    data->who[handle] = std::move(who);
  }
  return absl::OkStatus();
}

absl::Status LinkAll(const Delivered& data, uint32_t kinds,
                     vault::Linker& linker) {
  std::vector<vault::LinkRow> batch;
  for (size_t i = 0; i < data.rows.size(); ++i) {
    vault::LinkRow row = data.rows[i];
    std::erase_if(row.tokens, [&](const vault::Token& token) {
      return (kinds >> static_cast<unsigned>(token.kind) & 1) == 0;
    });
    batch.push_back(std::move(row));
    if (batch.size() < kBatch && i + 1 < data.rows.size()) continue;
    GARDEROBE_RETURN_IF_ERROR(linker.Link(batch).status());
    batch.clear();
  }
  return absl::OkStatus();
}

}  // namespace garderobe::bench
