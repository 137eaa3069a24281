// Addresses, as somebody may have read them otherwise.
#ifndef GARDEROBE_CLIENT_CONFORMANCE_ADDRESS_VARIANTS_H_
#define GARDEROBE_CLIENT_CONFORMANCE_ADDRESS_VARIANTS_H_

#include <vector>

#include "client/conformance/field_variants.h"

namespace garderobe::client::conformance {

// Adds what reads something else than the rules do, and perhaps what reads the
// same.
void AddAddressVariants(const ReadFields& read, std::vector<FieldVariant>* to);

std::vector<const Rule*> AddressRules();

}  // namespace garderobe::client::conformance

#endif  // GARDEROBE_CLIENT_CONFORMANCE_ADDRESS_VARIANTS_H_
