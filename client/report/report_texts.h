// The sentences of the report of a check, in the languages that institutions
// read: what client/report/texts.json says.
#ifndef GARDEROBE_CLIENT_REPORT_REPORT_TEXTS_H_
#define GARDEROBE_CLIENT_REPORT_REPORT_TEXTS_H_

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace garderobe::client {

// nl, fr and en.
const std::vector<std::string>& ReportLanguages();

// The sentence of that name, with `{name}` replaced by what `values` say; the
// name itself for one that is not there, so that nothing is left out.
std::string ReportText(
    std::string_view language, std::string_view name,
    const std::vector<std::pair<std::string_view, std::string>>& values = {});

// The file's text.
std::string_view ReportTextsFile();

}  // namespace garderobe::client

#endif  // GARDEROBE_CLIENT_REPORT_REPORT_TEXTS_H_
