// What a client in plain mode sends, checked and read: the only room that sees
// what customers wrote. They leave it in normal form, and plaind encrypted.
#ifndef GARDEROBE_PLAIN_BATCH_READER_H_
#define GARDEROBE_PLAIN_BATCH_READER_H_

#include <vector>

#include "client/delivered_customer.h"
#include "core/base/status.h"
#include "garderobe/v1/plain.pb.h"

namespace garderobe::plain {

// A batch of the longest rows is no larger than a message.
inline constexpr uint32_t kRowsMax = 500;
inline constexpr size_t kFieldBytesMax = 512;
inline constexpr int kOwnDomainsMax = 20;

// InvalidArgument: the columns do not fit together, a handle is missing or
// there twice, or a field is too long; names the record and the field, and no
// value.
[[nodiscard]] absl::Status CheckBatch(const v1::PlainBatch& batch);

// The customers of a batch that was checked, in its order. A value that is no
// identifier is left out, as every client does.
std::vector<client::Customer> ReadBatch(const v1::PlainBatch& batch,
                                        const CivilDate& today);

}  // namespace garderobe::plain

#endif  // GARDEROBE_PLAIN_BATCH_READER_H_
