// One relation on its way from a client to the vault, in both of its forms
// (protocol.md, 3).
#ifndef GARDEROBE_CORE_CONVERSION_ROWS_H_
#define GARDEROBE_CORE_CONVERSION_ROWS_H_

#include <cstdint>
#include <vector>

#include "core/group/elgamal.h"
#include "core/sealing/handles.h"

namespace garderobe {

// As a client sends it: encrypted to several parties jointly, so that none of
// them opens it alone.
struct ClientRow {
  Handle handle;
  uint32_t kinds =
      0;            // bit k stands for kind k (core/identifiers/identifier.h)
  Element point_a;  // A
  std::vector<Element> points_b;  // B, one for each kind, ascending
  // D. A random point when the row has no address: the slot is always there.
  Element point_home;
};

// As the TTP hands it to the vault.
struct VaultRow {
  VaultHandle handle;
  // rho: which relation this is at the aggregator, encrypted to it.
  Ciphertext reference;
  uint32_t kinds = 0;
  Element point_a;                // A'
  std::vector<Element> points_b;  // B'
  Ciphertext home;                // A_h, D_h
};

}  // namespace garderobe

#endif  // GARDEROBE_CORE_CONVERSION_ROWS_H_
