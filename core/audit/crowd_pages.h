// A crowd on its way to an auditor: a head, and its rows in pages, so that no
// message grows with the crowd (audit.proto).
#ifndef GARDEROBE_CORE_AUDIT_CROWD_PAGES_H_
#define GARDEROBE_CORE_AUDIT_CROWD_PAGES_H_

#include "core/audit/shown_crowd.h"
#include "garderobe/v1/audit.pb.h"

namespace garderobe {

// A page of so many rows with all kinds takes 0.8 MiB.
inline constexpr size_t kCrowdPageRows = 500;

constexpr size_t CrowdPages(size_t rows) {
  return (rows + kCrowdPageRows - 1) / kCrowdPageRows;
}

// Everything but the rows. The parameters are the caller's to add.
v1::CrowdHead HeadOf(const ShownCrowd& crowd);
// `page` is below CrowdPages.
v1::CrowdPage PageOf(const ShownCrowd& crowd, size_t page);

// Puts a crowd together again, whatever is sent. Not thread-safe.
class CrowdReader {
 public:
  // InvalidArgument: names the field that is malformed.
  [[nodiscard]] static absl::StatusOr<CrowdReader> Begin(
      const v1::CrowdHead& head);

  size_t pages() const { return CrowdPages(rows_); }
  // Takes the next page. InvalidArgument: it is not the next one, has another
  // number of rows than it should, or columns that do not fit together.
  [[nodiscard]] absl::Status Take(const v1::CrowdPage& page);
  // All of it, once the last page was taken.
  ShownCrowd Finish();

 private:
  explicit CrowdReader(size_t rows) : rows_(rows) {}
  size_t rows_;
  uint32_t next_page_ = 0;
  ShownCrowd crowd_;
};

}  // namespace garderobe

#endif  // GARDEROBE_CORE_AUDIT_CROWD_PAGES_H_
