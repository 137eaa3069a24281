// Plain mode (protocol.md, 3): the client's part, done at the TTP for those
// whose agreement says so. The only room of the TTP that sees identifiers; they
// are not kept, and leave it as points that are encrypted to the vault.
#ifndef GARDEROBE_TTP_PLAIN_H_
#define GARDEROBE_TTP_PLAIN_H_

#include <boost/asio/thread_pool.hpp>

#include "core/base/civil_time.h"
#include "core/keys/parameters.h"
#include "garderobe/v1/delivery.pb.h"

namespace garderobe::ttp {

// Replaces `batch.plain` by kinds and points as a client would have made them,
// so that the same customer has the same tokens in either mode.
// InvalidArgument: the columns do not fit together, or a field is too long;
// names the record and the field.
[[nodiscard]] absl::Status SealPlain(v1::RelationBatch& batch,
                                     const JointKeys& keys,
                                     const CivilDate& today,
                                     boost::asio::thread_pool& workers);

}  // namespace garderobe::ttp

#endif  // GARDEROBE_TTP_PLAIN_H_
