// Any request to link, even with parameters that are signed as they should
// be: rows are linked or refused, and nothing breaks.
#include <filesystem>

#include "vault/vault.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace garderobe;
  using namespace garderobe::vault;
  static boost::asio::thread_pool workers(1);
  static const SigningSeed seed = SigningSeed::Random();
  static const SignedBody parameters = SignParameters(
      seed, AggregatorParameters{RandomElement(),
                                 PublicKeyOf(SealingSecretKey::Random()),
                                 VerifyKeyOf(seed)}
                .ToParameters());
  static Vault* const vault = [] {
    const std::string folder = std::filesystem::temp_directory_path() /
                               ("garderobe-fuzz-" + std::to_string(getpid()));
    std::filesystem::remove_all(folder);
    auto linker = Linker::Open(folder, MatchParameters::Default());
    GARDEROBE_CHECK(linker.ok());
    std::vector<DecryptionScalar> scalars;
    for (size_t i = 0; i < kKindCount; ++i) {
      scalars.push_back(DecryptionScalar::Random());
    }
    return new Vault({std::move(scalars), SigningSeed::Random()},
                     VerifyKeyOf(seed), *std::move(linker), workers);
  }();
  v1::LinkRelationsRequest request;
  if (!request.ParseFromArray(data, static_cast<int>(size))) return 0;
  request.set_epoch(1);
  request.mutable_aggregator()->set_body(parameters.body);
  request.mutable_aggregator()->set_signature(parameters.signature);
  v1::LinkRelationsResponse response;
  (void)vault->LinkRelations(request, &response);
  return 0;
}
