#include "aggregator/rotation.h"

#include <atomic>
#include <memory>
#include <vector>

#include "aggregator/keys.h"
#include "aggregator/people/person_directory.h"
#include "core/base/clock.h"
#include "core/base/parallel.h"
#include "core/keys/rotation_file.h"
#include "core/store/store_rotation.h"

namespace garderobe::aggregator {
namespace {

constexpr size_t kAtOnce = 4096;
constexpr size_t kChunk = 64;  // some 5 ms of group operations

// A number and its pseudonym, as they are stored.
struct Named {
  std::string number, pseudonym;
  Element next;
};

absl::Status Damaged() { return DataLoss("a number has no pseudonym"); }

absl::Status Write(const std::vector<Named>& some, Store& store) {
  rocksdb::WriteBatch batch;
  for (const Named& named : some) {
    const std::string who = named.number.substr(0, 1);
    batch.Put(store.family(kNumbers), named.number, AsSlice(named.next.view()));
    batch.Delete(store.family(kPseudonyms), who + named.pseudonym);
    batch.Put(store.family(kPseudonyms), who + std::string(named.next.view()),
              named.number.substr(1));
  }
  return store.Write(batch);
}

absl::StatusOr<PseudonymFactors> ReadFactors(const RotationPlaces& places,
                                             const AggregatorKeys& keys,
                                             uint32_t epoch) {
  GARDEROBE_ASSIGN_OR_RETURN(
      std::vector<RotationFactor> of_ttp,
      ReadRotation(places.folder, {"ttp", "aggregator", epoch}, 2,
                   places.ttp_pin, keys.sealing));
  GARDEROBE_ASSIGN_OR_RETURN(
      const std::vector<RotationFactor> of_vault,
      ReadRotation(places.folder, {"vault", "aggregator", epoch}, 1,
                   places.vault_pin, keys.sealing));
  return PseudonymFactors{std::move(of_ttp[0]),
                          ProductOf<RotationFactor>(of_ttp[1], of_vault[0])};
}

}  // namespace

absl::Status RotatePseudonyms(Store& store, const PseudonymFactors& factors,
                              boost::asio::thread_pool& workers) {
  // As it was: what is written meanwhile is not read.
  const auto it = store.NewIterator(kNumbers);
  it->SeekToFirst();
  while (it->Valid()) {
    std::vector<Named> some;
    for (; some.size() < kAtOnce && it->Valid(); it->Next()) {
      if (it->key().size() != 5 || it->value().size() != Element::kBytes) {
        return Damaged();
      }
      some.push_back({it->key().ToString(), it->value().ToString(), {}});
    }
    std::atomic<bool> damaged{false};
    ParallelFor(workers, some.size(), kChunk, [&](size_t begin, size_t end) {
      for (size_t i = begin; i < end; ++i) {
        const bool is_person =
            some[i].number[0] == static_cast<char>(Who::kPerson);
        if (!Multiply(is_person ? factors.persons : factors.households,
                      Element::From(some[i].pseudonym), &some[i].next)) {
          damaged = true;
        }
      }
    });
    if (damaged) return Damaged();
    GARDEROBE_RETURN_IF_ERROR(Write(some, store));
  }
  return FromRocks(it->status());
}

absl::StatusOr<Rotated> Rotate(const RotationPlaces& places,
                               boost::asio::thread_pool& workers) {
  GARDEROBE_ASSIGN_OR_RETURN(const AggregatorKeys keys,
                             AggregatorKeys::Read(places.keys));
  const uint32_t next = keys.epoch() + 1;
  const RotatedStore store{places.store, kFamilyNames, kStoreOptions};
  GARDEROBE_ASSIGN_OR_RETURN(const uint32_t stored, EpochOf(store));
  const bool went_on = stored == next;
  if (went_on) {
    GARDEROBE_RETURN_IF_ERROR(RemoveRotationCopy(places.store));
  } else {
    GARDEROBE_ASSIGN_OR_RETURN(const PseudonymFactors factors,
                               ReadFactors(places, keys, next));
    GARDEROBE_RETURN_IF_ERROR(RotateStore(
        store, next, {kPseudonyms, kNumbers},
        [&](Store& copy) { return RotatePseudonyms(copy, factors, workers); }));
  }
  GARDEROBE_RETURN_IF_ERROR(
      RotateIssue(places.keys, Today(), UnixSeconds()).status());
  return Rotated{next, went_on};
}

}  // namespace garderobe::aggregator
