#include "aggregator/aggregator.h"

#include <utility>

namespace garderobe::aggregator {

Aggregator::Aggregator(AggregatorKeys keys, std::unique_ptr<Store> store,
                       boost::asio::thread_pool& workers,
                       const Options& options)
    : keys_(std::move(keys)),
      receipt_seed_(ReceiptSeedOf(keys_.signing)),
      store_(std::move(store)),
      door_(keys_, workers),
      institutions_(*store_, options.ledger_bytes_max),
      people_(*store_),
      feeds_(*store_, institutions_, receipt_seed_),
      forgetting_(*store_, institutions_, people_),
      visits_(*store_, institutions_, feeds_, door_),
      relations_(*store_, institutions_, feeds_, door_, people_, forgetting_),
      rounds_(keys_, *store_, institutions_, door_, people_, forgetting_,
              {options.vault_pin, options.serials}),
      rights_(keys_, *store_, institutions_, forgetting_),
      retention_(keys_, *store_, institutions_, people_, forgetting_),
      sweep_(*store_, people_),
      moments_(*store_, institutions_, people_),
      mirrors_(*store_, institutions_) {}

absl::StatusOr<std::unique_ptr<Aggregator>> Aggregator::Open(
    AggregatorKeys keys, std::unique_ptr<Store> store,
    boost::asio::thread_pool& workers, const Options& options) {
  std::unique_ptr<Aggregator> result(
      new Aggregator(std::move(keys), std::move(store), workers, options));
  GARDEROBE_RETURN_IF_ERROR(result->institutions_.Load());
  {
    const MutexLock lock(&result->people_.mutex);
    GARDEROBE_RETURN_IF_ERROR(result->people_.Reload());
  }
  GARDEROBE_RETURN_IF_ERROR(result->mirrors_.BeginRun());
  GARDEROBE_RETURN_IF_ERROR(result->retention_.OpenCalendar(options.clock));
  return result;
}

SignedBody Aggregator::SignedParameters() const {
  return SignParameters(keys_.signing, keys_.Public());
}

Aggregator::CountsNow Aggregator::counts() {
  CountsNow now;
  now.institutions = institutions_.Names().size();
  const MutexLock lock(&people_.mutex);
  if (!people_.directory) return now;
  now.persons = people_.directory->count(Who::kPerson);
  now.households = people_.directory->count(Who::kHousehold);
  return now;
}

}  // namespace garderobe::aggregator
