// The report of a check as a page that whoever runs a box office reads: what a
// file can answer, how new it is, how usable, and what to mend.
#ifndef GARDEROBE_CLIENT_REPORT_CHECK_PAGE_H_
#define GARDEROBE_CLIENT_REPORT_CHECK_PAGE_H_

#include <string>
#include <string_view>

#include "client/orders/check.h"
#include "core/base/civil_time.h"

namespace garderobe::client {

struct CheckPageOptions {
  std::string file;         // its name, as it is shown
  std::string corrections;  // the file with what to mend; empty for none
  std::string language;     // of ReportLanguages
  CivilDate today;
};

// One HTML document in UTF-8 that needs no other file and no script. Holds no
// value of the file: counts, names of columns, lines, and words that
// CheckReport::oddities may show.
std::string CheckPage(const CheckReport& report,
                      const CheckPageOptions& options);

}  // namespace garderobe::client

#endif  // GARDEROBE_CLIENT_REPORT_CHECK_PAGE_H_
