// Any request to link, and any identity: rows are read and opened, or refused,
// and nothing breaks.
#include "vault/request_reader.h"

namespace {

garderobe::vault::VaultKeys RandomKeys() {
  using namespace garderobe;
  std::map<size_t, DecryptionScalar> decryption;
  for (size_t kind = 0; kind < kKindCount; ++kind) {
    if (HasSlot(kind)) decryption.emplace(kind, DecryptionScalar::Random());
  }
  auto home = HomeDecryptionScalar::Random();
  auto household = HouseholdScalar::Random();
  auto stripping = ProductOf<HouseholdStrippingScalar>(household, home);
  return {std::move(decryption),      std::move(home),
          std::move(household),       std::move(stripping),
          CommitmentSecret::Random(), SigningSeed::Random(),
          SealingSecretKey::Random(), StoredIssue()};
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace garderobe;
  using namespace garderobe::vault;
  static boost::asio::thread_pool workers(1);
  static const VaultKeys keys = RandomKeys();
  v1::LinkRelationsRequest request;
  if (request.ParseFromArray(data, static_cast<int>(size))) {
    const auto rows = ReadRows(request);
    if (rows.ok()) {
      GARDEROBE_CHECK(!rows->empty() && rows->size() <= kRowsMax);
      const auto opened = OpenRows(keys, *rows, workers);
      GARDEROBE_CHECK(!opened.ok() || opened->size() == rows->size());
    }
  }
  v1::SealedIdentity identity;
  if (identity.ParseFromArray(data, static_cast<int>(size))) {
    const auto row = ReadIdentity(identity);
    GARDEROBE_CHECK(!row.ok() || row->kinds != 0);
  }
  return 0;
}
