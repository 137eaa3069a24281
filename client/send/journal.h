// What a client remembers of a feed between runs: which file is under way and
// where in the feed its first row stands. Losing it costs time, not data.
#ifndef GARDEROBE_CLIENT_SEND_JOURNAL_H_
#define GARDEROBE_CLIENT_SEND_JOURNAL_H_

#include <string>
#include <vector>

#include "client/orders/order_line.h"
#include "core/base/status.h"

namespace garderobe::client {

class Journal {
 public:
  // Opens the journal of a feed and holds it until destruction: one delivery
  // of a feed at a time. Waits for another to end, at most `patience_s`.
  // Unavailable: the other one does not end, or the folder can't be written.
  [[nodiscard]] static absl::StatusOr<Journal> Open(const std::string& folder,
                                                    const std::string& name,
                                                    int patience_s);
  Journal(Journal&& other) noexcept;
  Journal& operator=(Journal&&) = delete;
  ~Journal();

  // The delivery that was not finished; an empty digest when there is none.
  std::string file_digest;
  uint64_t base_offset = 0;  // of the file's first row in the feed
  uint64_t run = 0;  // drawn for the file; the service tells by it whose rows
                     // stand in the feed
  // Of this folder, drawn when the journal is first opened: 8 hex digits.
  std::string place;

  // Stores the above, synced.
  [[nodiscard]] absl::Status Save() const;

  // What the service has refused of the file under way, so that the run that
  // goes on with it can still tell. Not synced: after a power cut some may be
  // missing from the report.
  void NoteRefusal(const Refusal& refusal) const;
  std::vector<Refusal> Refusals() const;
  void ForgetRefusals() const;

 private:
  Journal(std::string path, int lock) : path_(std::move(path)), lock_(lock) {}
  const std::string path_;
  int lock_;
};

}  // namespace garderobe::client

#endif  // GARDEROBE_CLIENT_SEND_JOURNAL_H_
