// Who a customer is, for one institution, as its order lines say it.
#ifndef GARDEROBE_CLIENT_ORDERS_IDENTITY_H_
#define GARDEROBE_CLIENT_ORDERS_IDENTITY_H_

#include <string>
#include <vector>

#include "client/delivered_customer.h"
#include "client/orders/order_line.h"
#include "core/base/secret_bytes.h"

namespace garderobe::client {

// The hour of the sale as `sold_at`. INT32_MIN: unknown, or in the future,
// where nothing is sold: the year is mistyped.
int32_t SaleOf(const OrderLine& line);
// The quarter of SaleOf since 2000; 0 unknown.
uint16_t QuarterOfSale(const OrderLine& line);

// Thread-safe once made.
class IdentityReader {
 public:
  explicit IdentityReader(std::vector<std::string> own_domains)
      : own_domains_(std::move(own_domains)) {}

  // Normalises what the line says about its customer; a value that is no
  // identifier is left out and counted in `findings` when that is given.
  Customer Read(const OrderLine& line, const Handle& handle,
                IdentityFindings* findings = nullptr) const;

 private:
  const std::vector<std::string> own_domains_;
};

// 8 bytes that change when a field that says who somebody is changes: whether
// a row says anything new of its customer. Kept on disk, so SipHash-2-4 under
// a key derived from the institution's; one a row, so not BLAKE2b.
class RawDigester {
 public:
  // `own_domains` say what is read of a field, too.
  RawDigester(const InstitutionHandleKey& key,
              const std::vector<std::string>& own_domains)
      : key_(Derive(key, own_domains)) {}
  uint64_t Digest(const OrderLine& line) const;

 private:
  using Key = SecretBytes<crypto_shorthash_KEYBYTES, struct RawDigestKeyRole>;
  static Key Derive(const InstitutionHandleKey& key,
                    const std::vector<std::string>& own_domains);

  const Key key_;
};

}  // namespace garderobe::client

#endif  // GARDEROBE_CLIENT_ORDERS_IDENTITY_H_
