#include "client/conformance/conformance.h"

#include <signal.h>

#include <algorithm>
#include <map>
#include <memory>
#include <optional>

#include "client/conformance/batch_comparison.h"
#include "client/conformance/expected.h"
#include "client/conformance/recording_server.h"
#include "client/conformance/relation_comparison.h"
#include "client/conformance/visit_comparison.h"
#include "core/base/civil_time.h"
#include "core/keys/key_file.h"
#include "core/register/authors.h"

namespace garderobe::client::conformance {
namespace {

using SteadyClock = std::chrono::steady_clock;

constexpr auto kLookEvery = std::chrono::milliseconds(200);
// From the end of a delivery on: another stream may follow.
constexpr auto kGrace = std::chrono::seconds(1);

// SIGINT and SIGTERM wait to be asked for, in every thread that begins while
// this lives.
class HeldSignals {
 public:
  HeldSignals() {
    sigemptyset(&held_);
    sigaddset(&held_, SIGINT);
    sigaddset(&held_, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &held_, &before_);
  }
  ~HeldSignals() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
  HeldSignals(const HeldSignals&) = delete;
  HeldSignals& operator=(const HeldSignals&) = delete;

  // Whether one came within `duration`.
  bool Came(std::chrono::nanoseconds duration) const {
    const timespec wait{0, duration.count()};
    return sigtimedwait(&held_, nullptr, &wait) > 0;
  }

 private:
  sigset_t held_, before_;
};

bool IsOver(const Recorder::Progress& progress, bool has_customers) {
  return progress.is_closed && progress.open_streams == 0 &&
         (progress.relations > 0 || !has_customers) &&
         SteadyClock::now() - progress.moved > kGrace;
}

// Whether it was interrupted.
bool Record(const Options& options, const Watch& watch,
            const HeldSignals& signals, bool has_customers,
            RecordingServer& server, const Recorder& recorder) {
  const auto begin = SteadyClock::now();
  for (;;) {
    if (signals.Came(kLookEvery)) return true;
    server.EndIdleStreams();
    const Recorder::Progress progress = recorder.progress();
    watch.recorded(progress);
    if (IsOver(progress, has_customers)) return false;
    const auto moved = std::max(begin, progress.moved);
    if (SteadyClock::now() - moved > options.wait) return true;
  }
}

absl::StatusOr<v1::Register::Institution> InstitutionOf(
    const RegisterStore& institutions, const Options& options) {
  GARDEROBE_RETURN_IF_ERROR(
      institutions.MayDeliver(options.client, options.institution, Today()));
  const auto known = institutions.Get();
  const auto found = known->find(options.institution);
  if (found == known->end()) {
    return NotFound("the register has no institution {}", options.institution);
  }
  return found->second;
}

}  // namespace

absl::StatusOr<Report> Run(const Options& options, const Watch& watch) {
  GARDEROBE_ASSIGN_OR_RETURN(
      const auto institutions,
      RegisterStore::Open(options.folder + "/ttp/data/register.pb"));
  GARDEROBE_ASSIGN_OR_RETURN(const v1::Register::Institution institution,
                             InstitutionOf(*institutions, options));
  const auto agreed = ParseDate(institution.agreement_from());
  const int32_t agreed_from = agreed ? DayNumber(*agreed) * 1440 : INT32_MIN;
  GARDEROBE_ASSIGN_OR_RETURN(const PartyKeys keys,
                             PartyKeys::Read(options.folder));
  GARDEROBE_ASSIGN_OR_RETURN(const auto handle_key,
                             ReadSecret<InstitutionHandleKey>(
                                 options.handle_key, "institution-handle"));
  GARDEROBE_ASSIGN_OR_RETURN(
      const auto expected,
      Expected::Read({options.input, options.own_domains, agreed_from},
                     handle_key));
  const BatchOpener opener(keys,
                           AuthorKeysOf(institution, AuthorState::kInForce));
  Recorder recorder(keys, agreed_from);
  Report report;
  {
    const HeldSignals signals;
    const std::string tls = options.folder + "/ttp/tls";
    GARDEROBE_ASSIGN_OR_RETURN(
        const auto server,
        RecordingServer::Start({options.address,
                                {tls + "/certificate.pem", tls + "/private.key",
                                 tls + "/authority.pem"},
                                options.institution},
                               keys, opener, recorder, *institutions));
    watch.listening(expected->distinct_visits(), expected->customers().size());
    report.is_interrupted =
        Record(options, watch, signals, !expected->customers().empty(), *server,
               recorder);
  }
  const Recorded recorded = recorder.TakeAll();
  report.rows = expected->rows();
  report.unsent_rows = expected->unsent_rows();
  report.visits = expected->distinct_visits();
  report.customers = expected->customers().size();
  Differences& differences = report.differences;
  CompareBatches(recorded, &differences);
  CompareRandomness(keys, *expected, recorded, &differences);
  GARDEROBE_RETURN_IF_ERROR(
      CompareVisits(*expected, recorded.visits, &differences));
  GARDEROBE_RETURN_IF_ERROR(CompareRelations(
      keys, *expected, recorded.relations, watch.compared, &differences));
  return report;
}

}  // namespace garderobe::client::conformance
