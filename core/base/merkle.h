// The Merkle tree hash of RFC 6962, 2.1, with SHA-256.
#ifndef GARDEROBE_CORE_BASE_MERKLE_H_
#define GARDEROBE_CORE_BASE_MERKLE_H_

#include <string>
#include <vector>

namespace garderobe {

// The root over `leaves`, of any bytes and in this order; 32 bytes. Without
// leaves SHA-256 of nothing.
std::string MerkleRoot(const std::vector<std::string>& leaves);

}  // namespace garderobe

#endif  // GARDEROBE_CORE_BASE_MERKLE_H_
