// Values that say nothing: what programs and people write where they know
// nothing, such as #N/A, NULL, n.v.t. and -.
#ifndef GARDEROBE_CLIENT_ORDERS_SILENCE_H_
#define GARDEROBE_CLIENT_ORDERS_SILENCE_H_

#include <cstddef>
#include <string_view>

namespace garderobe::client {

// Whether `value` says nothing where it stands: as a `target` of a mapping
// (client/mapping/mapping.h). What is no number for a customer may be a name,
// and a status is never nothing: there, other columns decide. By the lists
// `nothing` of client/orders/words.json; case, accents and blanks around it
// don't matter.
bool SaysNothing(size_t target, std::string_view value);

}  // namespace garderobe::client

#endif  // GARDEROBE_CLIENT_ORDERS_SILENCE_H_
