#include "client/published.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <filesystem>
#include <memory>

#include "core/base/mutex.h"
#include "core/keys/serial_book.h"

namespace garderobe::client {
namespace {

// Waits for its turn with a file, of all processes, and ends it. Where the file
// can't be made there are no turns.
class FileTurn {
 public:
  explicit FileTurn(const std::string& path)
      : file_(open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600)) {
    if (file_ >= 0) (void)flock(file_, LOCK_EX);
  }
  FileTurn(const FileTurn&) = delete;
  FileTurn& operator=(const FileTurn&) = delete;
  ~FileTurn() {
    if (file_ >= 0) close(file_);
  }

 private:
  const int file_;
};

}  // namespace

v1::Serials Published::serials() const {
  v1::Serials serials;
  serials.set_ttp(ttp.issue.serial);
  serials.set_vault(vault.issue.serial);
  serials.set_aggregator(aggregator.issue.serial);
  return serials;
}

absl::StatusOr<Published> ReadPublished(
    const v1::GetParametersResponse& response, const Endpoint& endpoint,
    const std::string& state) {
  // Whoever exercises a right first has never delivered.
  std::error_code error;
  std::filesystem::create_directories(state, error);
  if (error) {
    return Unavailable("cannot create {}: {}", state, error.message());
  }
  // Deliveries of one client may run side by side, in one process or several;
  // the book has one writer at a time.
  static Mutex mutex;
  const MutexLock lock(&mutex);
  const FileTurn turn(state + "/serials.lock");
  GARDEROBE_ASSIGN_OR_RETURN(const auto serials,
                             SerialBook::Open(state + "/serials"));
  // What is sealed can only be opened by whom these keys belong to: the TTP
  // that passes them on must not be able to replace them.
  const auto read = [](const VerifyKey& pin, const std::string& party,
                       const v1::SignedParameters& from) {
    return VerifyParameters(pin, party, from.body(), from.signature(), Today());
  };
  GARDEROBE_ASSIGN_OR_RETURN(const Parameters ttp,
                             read(endpoint.ttp_pin, "ttp", response.ttp()));
  GARDEROBE_ASSIGN_OR_RETURN(
      const Parameters vault,
      read(endpoint.vault_pin, "vault", response.vault()));
  GARDEROBE_ASSIGN_OR_RETURN(
      const Parameters aggregator,
      read(endpoint.aggregator_pin, "aggregator", response.aggregator()));
  if (ttp.issue.epoch != vault.issue.epoch ||
      ttp.issue.epoch != aggregator.issue.epoch) {
    // A TTP alone would otherwise get round its own commitments.
    return FailedPrecondition(
        "the parties are of epochs {}, {} and {} (ttp, vault, aggregator): "
        "their scalars are being rotated; try again when all have started",
        ttp.issue.epoch, vault.issue.epoch, aggregator.issue.epoch);
  }
  for (const Parameters* party : {&ttp, &vault, &aggregator}) {
    GARDEROBE_RETURN_IF_ERROR(serials->Take(*party));
  }
  Published published;
  GARDEROBE_ASSIGN_OR_RETURN(published.ttp, TtpParameters::From(ttp));
  GARDEROBE_ASSIGN_OR_RETURN(published.vault, VaultParameters::From(vault));
  GARDEROBE_ASSIGN_OR_RETURN(published.aggregator,
                             AggregatorParameters::From(aggregator));
  GARDEROBE_ASSIGN_OR_RETURN(
      published.keys,
      JointKeys::From(published.ttp, published.vault, published.aggregator));
  return published;
}

}  // namespace garderobe::client
