// A recording TTP on one's own machine: a client under test delivers to it, and
// it says row by row where that differs from `garderobe send` of the same file.
// Needs the keys of all parties, which lie together only in a deployment to
// try with. Writes nothing.
#ifndef GARDEROBE_CLIENT_CONFORMANCE_CONFORMANCE_H_
#define GARDEROBE_CLIENT_CONFORMANCE_CONFORMANCE_H_

#include <chrono>
#include <functional>
#include <string>
#include <vector>

#include "client/conformance/differences.h"
#include "client/conformance/recorder.h"
#include "client/orders/order_file.h"

namespace garderobe::client::conformance {

struct Options {
  OrderFileOptions input;
  std::vector<std::string> own_domains;
  std::string folder;   // of the deployment
  std::string address;  // ttpd's, IP address and port
  std::string institution;
  std::string client;              // the one that is to deliver
  std::string handle_key;          // path
  std::chrono::seconds wait{600};  // without anything new
};

// What was told of a delivery that is under way.
struct Watch {
  // Called once, when it listens: how much is to come.
  std::function<void(uint64_t visits, uint64_t customers)> listening;
  // Called five times a second.
  std::function<void(const Recorder::Progress& progress)> recorded;
  // Called while the rows that came are compared.
  std::function<void(uint64_t rows)> compared;
};

struct Report {
  Differences differences;
  uint64_t rows = 0, unsent_rows = 0;  // of the file
  uint64_t visits = 0, customers = 0;  // that `send` delivers
  bool is_interrupted = false;         // by a signal, or by `wait`
};

// Listens, records until the delivery is over, SIGINT or SIGTERM comes, or
// nothing new for as long as `wait`, and compares.
// InvalidArgument, NotFound: file or keys. PermissionDenied: the register of
// the deployment does not let the client deliver. Unavailable: something
// listens there already.
[[nodiscard]] absl::StatusOr<Report> Run(const Options& options,
                                         const Watch& watch);

}  // namespace garderobe::client::conformance

#endif  // GARDEROBE_CLIENT_CONFORMANCE_CONFORMANCE_H_
