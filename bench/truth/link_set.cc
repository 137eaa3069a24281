// What each match key brings and costs: files with a known truth go through
// the client's normalisation and the vault's linker, each time without one of
// the match keys.
//
//   bench_match_keys --truth truth.csv [--without KIND...] orders.csv...
//
// --without: without all of these together, instead of each by itself.
// truth.csv: institution,customer_id,person,... with a header; the institution
// is the file's name. Tokens are hashes here instead of points: two agree when
// their values do, as points would, and linking looks at nothing else.
#include <sodium.h>

#include <CLI/CLI.hpp>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <map>
#include <sstream>

#include "client/identity.h"
#include "client/order_file.h"
#include "vault/link/estimate.h"
#include "vault/link/linker.h"

namespace garderobe {
namespace {

using namespace vault;

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

struct Data {
  std::vector<LinkRow> rows;
  std::map<std::string, std::string> person_of;  // by handle
};

absl::Status ReadOrders(const std::string& path, Data* data) {
  const std::string institution = std::filesystem::path(path).stem();
  GARDEROBE_ASSIGN_OR_RETURN(const auto file,
                             client::OrderFile::Open({.file = path}));
  const client::IdentityReader identities({});
  std::map<std::string, Identifiers> shown;
  client::OrderFile::Row row;
  for (;;) {
    GARDEROBE_ASSIGN_OR_RETURN(const bool more, file->Read(&row));
    if (!more) break;
    if (row.refusal || row.passed_over || row.order.customer_id.empty() ||
        !row.order.share) {
      continue;
    }
    const std::string name =
        institution + "/" + std::string(row.order.customer_id);
    const auto customer = identities.Read(row.order, Handle());
    const auto [known, fresh] = shown.try_emplace(name, customer.identifiers);
    if (!fresh && known->second == customer.identifiers) continue;
    known->second = customer.identifiers;
    LinkRow& link = data->rows.emplace_back();
    link.handle = VaultHandle::From(Hash("handle", name, VaultHandle::kBytes));
    link.reference.assign(kReferenceBytes, 'r');
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

absl::Status ReadTruth(const std::string& path, Data* data) {
  std::ifstream in(path);
  std::string line;
  if (!std::getline(in, line)) return NotFound("{}: nothing to read", path);
  while (std::getline(in, line)) {
    std::stringstream fields(line);
    std::string institution, customer, person;
    std::getline(fields, institution, ',');
    std::getline(fields, customer, ',');
    std::getline(fields, person, ',');
    data->person_of[Hash("handle", institution + "/" + customer,
                         VaultHandle::kBytes)] = person;
  }
  return absl::OkStatus();
}

struct Quality {
  double precision = 0, recall = 0;
  double f1() const {
    return 2 * precision * recall / std::max(1e-9, precision + recall);
  }
};

absl::StatusOr<Quality> Judge(const Store& store, const Data& data) {
  std::map<std::string, double> truth;
  double right = 0, found = 0;
  auto pairs = [](double n) { return n * (n - 1) / 2; };
  const auto it = store.NewIterator(kGroups);
  for (it->SeekToFirst(); it->Valid(); it->Next()) {
    GroupRecord group;
    if (!Decode(AsView(it->value()), &group)) return Damaged();
    for (const Person& person : group.persons) {
      std::map<std::string, double> inside;
      for (RelationId id : person.relations) {
        GARDEROBE_ASSIGN_OR_RETURN(const std::string value,
                                   store.Get(kRelations, NumberKey(id)));
        RelationRecord relation;
        if (!Decode(value, &relation)) return Damaged();
        const auto who =
            data.person_of.find(NumberKey(id) + relation.handle_rest);
        if (who == data.person_of.end()) continue;
        ++inside[who->second];
        ++truth[who->second];
      }
      double all = 0;
      for (const auto& [name, n] : inside) {
        right += pairs(n);
        all += n;
      }
      found += pairs(all);
    }
  }
  double there = 0;
  for (const auto& [name, n] : truth) there += pairs(n);
  return Quality{right / std::max(1.0, found), right / std::max(1.0, there)};
}

struct Result {
  double tokens = 0;  // a relation
  Quality built_in, estimated;
};

absl::StatusOr<Result> Try(const Data& data, uint32_t kinds,
                           const std::string& folder) {
  std::filesystem::remove_all(folder);
  Result result;
  MatchParameters weights = MatchParameters::Default();
  {
    GARDEROBE_ASSIGN_OR_RETURN(const auto linker,
                               Linker::Open(folder, {.model = weights}));
    std::vector<LinkRow> batch;
    for (size_t i = 0; i < data.rows.size(); ++i) {
      LinkRow row = data.rows[i];
      std::erase_if(row.tokens, [&](const Token& token) {
        return (kinds >> static_cast<unsigned>(token.kind) & 1) == 0;
      });
      result.tokens += static_cast<double>(row.tokens.size());
      batch.push_back(std::move(row));
      if (batch.size() < kBatch && i + 1 < data.rows.size()) continue;
      GARDEROBE_RETURN_IF_ERROR(linker->Link(batch).status());
      batch.clear();
    }
    result.tokens /= static_cast<double>(data.rows.size());
    GARDEROBE_ASSIGN_OR_RETURN(result.built_in, Judge(linker->store(), data));
    GARDEROBE_ASSIGN_OR_RETURN(const PatternCounts counts,
                               CountPatterns(linker->store(), 1'000'000));
    weights = EstimateParameters(counts, weights).parameters;
  }
  GARDEROBE_ASSIGN_OR_RETURN(const auto linker,
                             Linker::Open(folder, {.model = weights}));
  GARDEROBE_ASSIGN_OR_RETURN(result.estimated, Judge(linker->store(), data));
  return result;
}

absl::Status Run(const std::vector<std::string>& files,
                 const std::string& truth,
                 const std::vector<std::string>& without,
                 const std::string& folder) {
  Data data;
  for (const std::string& file : files) {
    GARDEROBE_RETURN_IF_ERROR(ReadOrders(file, &data));
  }
  GARDEROBE_RETURN_IF_ERROR(ReadTruth(truth, &data));
  std::cout << "without,tokens,precision,recall,f1,estimated_precision,"
               "estimated_recall,estimated_f1\n";
  auto line = [&](std::string_view name, uint32_t kinds) -> absl::Status {
    GARDEROBE_ASSIGN_OR_RETURN(const Result r, Try(data, kinds, folder));
    std::cout << fmt::format(
        "{},{:.2f},{:.4f},{:.4f},{:.4f},{:.4f},{:.4f},{:.4f}\n", name, r.tokens,
        r.built_in.precision, r.built_in.recall, r.built_in.f1(),
        r.estimated.precision, r.estimated.recall, r.estimated.f1());
    std::cout.flush();
    return absl::OkStatus();
  };
  GARDEROBE_RETURN_IF_ERROR(line("nothing", kAllKinds));
  if (!without.empty()) {
    for (const std::string& name : without) {
      bool known = false;
      for (size_t kind = 0; kind < kKindCount; ++kind) {
        known |= KindName(static_cast<Kind>(kind)) == name;
      }
      if (!known) return InvalidArgument("there is no kind {}", name);
    }
    uint32_t left = kAllKinds;
    for (size_t kind = 0; kind < kKindCount; ++kind) {
      if (std::find(without.begin(), without.end(),
                    KindName(static_cast<Kind>(kind))) != without.end()) {
        left &= ~(uint32_t{1} << kind);
      }
    }
    return line(fmt::format("{}", fmt::join(without, " ")), left);
  }
  for (size_t kind = kIdentifierKindCount; kind < kKindCount; ++kind) {
    const uint32_t bit = uint32_t{1} << kind;
    GARDEROBE_RETURN_IF_ERROR(
        line(KindName(static_cast<Kind>(kind)), kAllKinds & ~bit));
  }
  return line("all match keys", (uint32_t{1} << kIdentifierKindCount) - 1);
}

}  // namespace
}  // namespace garderobe

int main(int argc, char** argv) {
  CLI::App app("what each match key brings and costs");
  std::vector<std::string> files;
  std::string truth;
  app.add_option("files", files, "orders, in the default columns")->required();
  app.add_option("--truth", truth, "who is who")->required();
  std::vector<std::string> without;
  app.add_option("--without", without, "kinds to leave out together")
      ->delimiter(',');
  CLI11_PARSE(app, argc, argv);
  if (sodium_init() < 0) return 1;
  std::string folder =
      std::filesystem::temp_directory_path() / "garderobe-match-keys-XXXXXX";
  if (mkdtemp(folder.data()) == nullptr) return 1;
  const absl::Status status =
      garderobe::Run(files, truth, without, folder + "/store");
  std::filesystem::remove_all(folder);
  if (status.ok()) return 0;
  std::cerr << "bench_match_keys: " << garderobe::Message(status) << "\n";
  return 1;
}
