// A row of numbers as a row of small bars.
#ifndef GARDEROBE_CLIENT_CLI_SPARKLINE_H_
#define GARDEROBE_CLIENT_CLI_SPARKLINE_H_

#include <cstdint>
#include <string>
#include <vector>

namespace garderobe::client {

// One character a number, of eight heights from nothing to the largest; of more
// than 80 numbers neighbours are added up. Negative numbers are as low as 0.
std::string Sparkline(const std::vector<int64_t>& numbers);

}  // namespace garderobe::client

#endif  // GARDEROBE_CLIENT_CLI_SPARKLINE_H_
