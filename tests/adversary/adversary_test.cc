// An attacker takes one party's complete disk, keys, configuration and process
// memory, and has a dictionary of every identifier in the country. He finds
// nobody. The control, the vault's disk with the TTP's scalar, finds them: the
// test can fail.
#include <fcntl.h>
#include <sodium.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>
#include <unordered_map>

#include "aggregator/ledger/records.h"
#include "client/orders/customers.h"
#include "client/orders/identity.h"
#include "client/orders/order_file.h"
#include "core/base/files.h"
#include "core/group/element.h"
#include "core/group/hash_to_group.h"
#include "core/keys/key_file.h"
#include "core/sealing/handles.h"
#include "core/store/store.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/figures.h"
#include "tests/support/local_deployment.h"
#include "tests/support/status_matchers.h"
#include "vault/link/records.h"

namespace garderobe {
namespace {

namespace fs = std::filesystem;
using AnyScalar = SecretScalar<struct AdversaryRole>;

struct Entry {
  std::string kind;
  std::string raw;     // as in the institution's file
  std::string normal;  // in normal form
  std::string institution;
  std::string customer_id;
};

// Finds which of many byte strings occur in a large text. Looks for 12 bytes
// from the 5th on: stores leave out the beginning of a key that is equal to
// that of the one before.
class Needles {
 public:
  void Add(std::string_view bytes, size_t entry) {
    if (bytes.size() < 16) return;
    const std::string_view window = bytes.substr(4, 12);
    words_[Word(window.data())].emplace_back(std::string(window), entry);
    bits_[Word(window.data()) >> 40] = true;
  }
  void Search(std::string_view text, std::set<size_t>* found) const {
    for (size_t i = 0; i + 12 <= text.size(); ++i) {
      const uint64_t word = Word(text.data() + i);
      if (!bits_[word >> 40]) continue;
      const auto candidates = words_.find(word);
      if (candidates == words_.end()) continue;
      for (const auto& [window, entry] : candidates->second) {
        if (text.substr(i, 12) == window) found->insert(entry);
      }
    }
  }

 private:
  static uint64_t Word(const char* at) { return GetBigEndian<uint64_t>(at); }
  std::unordered_map<uint64_t, std::vector<std::pair<std::string, size_t>>>
      words_;
  std::vector<bool> bits_ = std::vector<bool>(size_t{1} << 24);
};

class AdversaryTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    deployment_ = new LocalDeployment();
    deployment_->Up();
    deployment_->Simulate(3, 15'000, 21);
    for (const std::string& name : deployment_->institutions()) {
      const RunResult r = deployment_->Run(
          {"send", deployment_->file(name), "--institution", name});
      ASSERT_EQ(r.exit, 0) << r.err;
      ReadDictionary(name);
    }
    ASSERT_EQ(deployment_->Run({"admin", "publish", "2025"}).exit, 0);
    // What the processes hold while they run, then what the disks hold.
    for (const auto& [party, daemon] : {std::pair{"ttp", "ttpd"},
                                        {"vault", "vaultd"},
                                        {"aggregator", "aggregatord"},
                                        {"answer", "answerd"}}) {
      evidence_[party] = ReadMemory(deployment_->Pid(daemon));
    }
    deployment_->Down();
    for (auto& [party, bytes] : evidence_) {
      memory_bytes_[party] = bytes.size();
      for (const auto& file : fs::recursive_directory_iterator(
               deployment_->folder() + "/" + party)) {
        if (file.is_regular_file()) bytes += *ReadWholeFile(file.path());
      }
      for (const char* log : {"d.log"}) {
        auto text = ReadWholeFile(deployment_->folder() + "/" + party + log);
        if (text.ok()) bytes += *text;
      }
    }
  }
  static void TearDownTestSuite() {
    delete deployment_;
    deployment_ = nullptr;
  }

  // Everything that can be guessed of every customer: what its rows together
  // say, and the fields as they stand in the file.
  static void ReadDictionary(const std::string& institution) {
    auto file =
        client::OrderFile::Open({.file = deployment_->file(institution)});
    ASSERT_THAT(file, IsOk());
    client::OrderFile::Row row;
    client::CustomerTable customers({});
    std::map<std::string, Handle> handles;
    std::vector<std::string> numbers;  // in the order of the file
    while (*(*file)->Read(&row)) {
      ASSERT_FALSE(row.refusal);
      const client::OrderLine& line = row.order;
      if (line.customer_id.empty() || !line.share) continue;
      const std::string number(line.customer_id);
      const auto [place, is_new] = handles.try_emplace(
          number, Handle::From(fmt::format("{:016}", numbers.size())));
      if (is_new) numbers.push_back(number);
      customers.Add(place->second, line, row.line);
    }
    ASSERT_FALSE(customers.full());
    const client::IdentityReader identities({});
    std::string scratch;
    for (size_t i = 0; i < customers.size(); ++i) {
      const client::OrderLine line = customers.At(i, &scratch).line;
      const auto read = identities.Read(line, Handle());
      for (size_t kind = 0; kind < kKindCount; ++kind) {
        if (read.identifiers[kind].empty()) continue;
        std::string raw(kind == 0 ? line.email : line.phone);
        dictionary_.push_back({std::string(KindName(static_cast<Kind>(kind))),
                               std::move(raw), read.identifiers[kind],
                               institution, numbers[i]});
      }
    }
  }

  // The writable memory of a process, as a core dump would hold it.
  static std::string ReadMemory(pid_t pid) {
    constexpr uint64_t kPieceBytes = 64 << 10;
    std::string bytes;
    std::ifstream maps("/proc/" + std::to_string(pid) + "/maps");
    const int mem =
        open(("/proc/" + std::to_string(pid) + "/mem").c_str(), O_RDONLY);
    if (mem < 0) return bytes;
    for (std::string line; std::getline(maps, line);) {
      uint64_t begin = 0, end = 0;
      char mode[5] = {};
      if (std::sscanf(line.c_str(), "%lx-%lx %4s", &begin, &end, mode) != 3)
        continue;
      if (mode[0] != 'r' || mode[1] != 'w' || end - begin > (uint64_t{1} << 31))
        continue;
      // Without the pieces that nobody has written to: sanitizers map a lot.
      for (uint64_t at = begin; at < end; at += kPieceBytes) {
        std::string piece(std::min<uint64_t>(kPieceBytes, end - at), '\0');
        const ssize_t got =
            pread(mem, piece.data(), piece.size(), static_cast<off_t>(at));
        if (got <= 0) continue;
        piece.resize(static_cast<size_t>(got));
        if (piece.find_first_not_of('\0') != std::string::npos) {
          bytes.append(piece);
        }
      }
    }
    close(mem);
    return bytes;
  }

  // All scalars in a party's key folder.
  static std::vector<AnyScalar> Scalars(const std::string& party) {
    std::vector<AnyScalar> scalars;
    const std::string folder = deployment_->folder() + "/" + party + "/keys";
    if (!fs::exists(folder)) return scalars;
    for (const auto& file : fs::directory_iterator(folder)) {
      const std::string role = file.path().stem();
      auto key = ReadKeyFile(file.path(), role);
      if (!key.ok()) continue;
      auto scalar = AnyScalar::Decode({key->secret.ExposeSecret(), 32});
      if (scalar.ok()) scalars.push_back(*std::move(scalar));
    }
    return scalars;
  }

  // How many entries of the dictionary the attacker recognises in `bytes`,
  // with `scalars` in his hands.
  static size_t Recognised(const std::string& bytes,
                           const std::vector<AnyScalar>& scalars) {
    Needles needles;
    for (size_t i = 0; i < dictionary_.size(); ++i) {
      const Entry& entry = dictionary_[i];
      needles.Add(entry.raw, i);
      needles.Add(entry.normal, i);
      const Element m = HashToGroup(entry.kind, entry.normal);
      needles.Add(m.view(), i);
      for (const AnyScalar& scalar : scalars) {
        Element guess;
        if (Multiply(scalar, m, &guess)) needles.Add(guess.view(), i);
      }
      // Plain hashes, which a careless implementation might have kept.
      for (const std::string& text : {entry.raw, entry.normal}) {
        uint8_t hash[32];
        crypto_hash_sha256(hash, AsBytes(text).data(), text.size());
        needles.Add(AsView(hash), i);
        crypto_generichash(hash, 32, AsBytes(text).data(), text.size(), nullptr,
                           0);
        needles.Add(AsView(hash), i);
      }
    }
    std::set<size_t> found;
    needles.Search(bytes, &found);
    return found.size();
  }

  static LocalDeployment* deployment_;
  static std::vector<Entry> dictionary_;
  static std::map<std::string, std::string> evidence_;
  static std::map<std::string, size_t> memory_bytes_;
};
LocalDeployment* AdversaryTest::deployment_ = nullptr;
std::vector<Entry> AdversaryTest::dictionary_;
std::map<std::string, std::string> AdversaryTest::evidence_;
std::map<std::string, size_t> AdversaryTest::memory_bytes_;

// Identifiers that were found, of all that are looked for.
void NoteFound(const std::string& how, size_t found, size_t of) {
  Note({"adversary_test", how, static_cast<double>(found),
        static_cast<double>(of)});
}

TEST_F(AdversaryTest, OnePartyWithADictionaryFindsNobody) {
  ASSERT_GT(dictionary_.size(), 800u);
  for (const auto& [party, bytes] : evidence_) {
    if (memory_bytes_[party] == 0) {
      std::printf("%s: its memory can't be read here; disk only\n",
                  party.c_str());
    }
    EXPECT_GT(bytes.size(), 1000u);
    const size_t found = Recognised(bytes, Scalars(party));
    EXPECT_EQ(found, 0u) << party;
    NoteFound(party + "_alone", found, dictionary_.size());
  }
}

TEST_F(AdversaryTest, ControlVaultWithTheScalarOfTheTtpFindsEverybody) {
  // An address and a landline by themselves do not reach the vault.
  const auto with_slot = static_cast<size_t>(
      std::count_if(dictionary_.begin(), dictionary_.end(), [](const auto& e) {
        return e.kind != KindName(Kind::kAddress) &&
               e.kind != KindName(Kind::kLandline);
      }));
  EXPECT_LT(with_slot, dictionary_.size());
  const size_t found = Recognised(evidence_["vault"], Scalars("ttp"));
  EXPECT_EQ(found, with_slot);
  NoteFound("control.vault_with_ttp", found, dictionary_.size());
}

// A household's pseudonym is t*w*h*M of its address: who holds the scalars of
// vault and TTP finds it on the aggregator's disk.
TEST_F(AdversaryTest, ControlAggregatorWithAllScalarsFindsHouseholds) {
  const auto scalar = [](const std::string& party, const std::string& role) {
    const auto key = ReadKeyFile(
        deployment_->folder() + "/" + party + "/keys/" + role + ".key", role);
    EXPECT_THAT(key, IsOk());
    auto decoded = AnyScalar::Decode({key->secret.ExposeSecret(), 32});
    EXPECT_THAT(decoded, IsOk());
    return *std::move(decoded);
  };
  const AnyScalar t = scalar("ttp", "ttp-conversion-aggregator"),
                  h = scalar("ttp", "ttp-conversion-home"),
                  w = scalar("vault", "vault-household");
  Needles needles, without_w;
  size_t addresses = 0;
  for (size_t i = 0; i < dictionary_.size(); ++i) {
    const Entry& entry = dictionary_[i];
    if (entry.kind != KindName(Kind::kAddress)) continue;
    ++addresses;
    Element th, twh;
    ASSERT_TRUE(Multiply(t, HashToGroup(entry.kind, entry.normal), &th));
    ASSERT_TRUE(Multiply(h, th, &th));
    ASSERT_TRUE(Multiply(w, th, &twh));
    needles.Add(twh.view(), i);
    without_w.Add(th.view(), i);
  }
  EXPECT_GT(addresses, 100u);
  std::set<size_t> found, found_by_ttp;
  needles.Search(evidence_["aggregator"], &found);
  EXPECT_EQ(found.size(), addresses);
  NoteFound("control.aggregator_with_ttp_and_vault", found.size(), addresses);
  // TTP and aggregator together lack the vault's w.
  without_w.Search(evidence_["aggregator"], &found_by_ttp);
  EXPECT_EQ(found_by_ttp.size(), 0u);
  NoteFound("aggregator_with_ttp", found_by_ttp.size(), addresses);
}

TEST_F(AdversaryTest, ControlTheInstitutionsOwnFileIsRecognised) {
  std::string bytes;
  for (const std::string& name : deployment_->institutions()) {
    bytes += *ReadWholeFile(deployment_->file(name));
  }
  EXPECT_GT(Recognised(bytes, {}), dictionary_.size() / 6);
}

TEST_F(AdversaryTest, VaultAndAggregatorCantBeJoinedRowByRow) {
  auto vault = Store::Open(deployment_->folder() + "/vault/data/store",
                           vault::kFamilyNames, vault::kStoreOptions);
  auto aggregator =
      Store::Open(deployment_->folder() + "/aggregator/data/store",
                  aggregator::kFamilyNames, aggregator::kStoreOptions);
  ASSERT_THAT(vault, IsOk());
  ASSERT_THAT(aggregator, IsOk());
  // 1. Nothing that one holds stands in the other: handles, points, tokens.
  std::set<std::string> ours;
  auto windows = [](std::string_view bytes, auto take) {
    for (size_t i = 0; i + 16 <= bytes.size(); ++i)
      take(std::string(bytes.substr(i, 16)));
  };
  size_t relations = 0;
  for (size_t family : {size_t{1}, size_t{3}, size_t{4}}) {
    const auto it = (*vault)->NewIterator(family);
    for (it->SeekToFirst(); it->Valid(); it->Next()) {
      relations += family == 3;
      // A kind and a point; half a handle, and the other half behind a byte;
      // persons that begin with their point.
      const std::string_view key = AsView(it->key()),
                             value = AsView(it->value());
      if (family == 1) ours.insert(std::string(key.substr(1, 16)));
      if (family == 3) {
        ours.insert(std::string(key) + std::string(value.substr(1, 8)));
      }
      if (family == 4) ours.insert(std::string(value.substr(0, 16)));
    }
  }
  ASSERT_GT(relations, 300u);
  for (size_t family = 0; family < aggregator::kFamilyNames.size(); ++family) {
    const auto it = (*aggregator)->NewIterator(family);
    for (it->SeekToFirst(); it->Valid(); it->Next()) {
      auto compare = [&](const std::string& window) {
        EXPECT_EQ(ours.count(window), 0u) << "family " << family;
      };
      windows(AsView(it->key()), compare);
      if (family != 2)
        windows(AsView(it->value()),
                compare);  // blocks: handles are not in them
    }
  }
  // 2. The order of arrival does not tell either. The truth, for the test
  // only: both forms of every customer's handle, with everybody's keys.
  auto hv = ReadSecret<VaultHandleKey>(
      deployment_->folder() + "/ttp/keys/ttp-handle-vault.key",
      "ttp-handle-vault");
  auto ha = ReadSecret<AggregatorHandleKey>(
      deployment_->folder() + "/ttp/keys/ttp-handle-aggregator.key",
      "ttp-handle-aggregator");
  ASSERT_THAT(hv, IsOk());
  ASSERT_THAT(ha, IsOk());
  std::map<std::string, uint32_t> institution_number;
  const std::string name = "museum-01";
  const auto number = (*aggregator)->Get(0, "institution/" + name);
  ASSERT_THAT(number, IsOk());
  auto key = ReadSecret<InstitutionHandleKey>(
      deployment_->folder() + "/institutions/" + name + "/handle.key",
      "institution-handle");
  ASSERT_THAT(key, IsOk());
  std::vector<std::pair<uint64_t, uint64_t>>
      pairs;  // vault's group, aggregator's number
  std::set<std::string> done;
  for (const Entry& entry : dictionary_) {
    if (entry.institution != name || !done.insert(entry.customer_id).second)
      continue;
    const Handle handle = MakeHandle(*key, entry.customer_id);
    const VaultHandle in_vault = VaultHandleMapper(*hv, name).Map(handle);
    const auto v = (*vault)->Get(3, in_vault.view().substr(0, 8));
    const auto a =
        (*aggregator)
            ->Get(
                4,
                *number +
                    std::string(
                        AggregatorHandleMapper(*ha, name).Map(handle).view()));
    ASSERT_THAT(v, IsOk());
    ASSERT_THAT(a, IsOk());
    pairs.emplace_back(GetBigEndian<uint64_t>(v->data() + 9),
                       GetBigEndian<uint32_t>(a->data()));
  }
  ASSERT_GT(pairs.size(), 300u);
  // Spearman's rank correlation of the two orders.
  auto ranks = [&](auto get) {
    std::vector<size_t> order(pairs.size()), rank(pairs.size());
    for (size_t i = 0; i < order.size(); ++i) order[i] = i;
    std::sort(order.begin(), order.end(), [&](size_t x, size_t y) {
      return get(pairs[x]) < get(pairs[y]);
    });
    for (size_t i = 0; i < order.size(); ++i) rank[order[i]] = i;
    return rank;
  };
  auto correlation = [&](const std::vector<size_t>& x,
                         const std::vector<size_t>& y) {
    const double n = static_cast<double>(x.size());
    double squares = 0;
    for (size_t i = 0; i < x.size(); ++i) {
      const double d = static_cast<double>(x[i]) - static_cast<double>(y[i]);
      squares += d * d;
    }
    return 1 - 6 * squares / (n * (n * n - 1));
  };
  const auto vault_rank = ranks([](const auto& p) { return p.first; });
  const auto aggregator_rank = ranks([](const auto& p) { return p.second; });
  std::vector<size_t> file_rank(pairs.size());
  for (size_t i = 0; i < file_rank.size(); ++i) file_rank[i] = i;
  // Over all batches: numbers that grow with time in both stores would cut
  // both into the same batches, and which of them somebody is in would join
  // most people. 1 / sqrt(n) is a standard deviation.
  EXPECT_LT(std::abs(correlation(vault_rank, aggregator_rank)),
            5 / std::sqrt(static_cast<double>(pairs.size())));
  // Control: the aggregator's order is the order of the file.
  EXPECT_GT(correlation(aggregator_rank, file_rank), 0.9);
}

}  // namespace
}  // namespace garderobe
