// A register as a text that register_file.h reads back: complete, with keys and
// pins, so that custodians approve what stands in it.
#ifndef GARDEROBE_CLIENT_DEPLOY_REGISTER_TEXT_H_
#define GARDEROBE_CLIENT_DEPLOY_REGISTER_TEXT_H_

#include <string>

#include "garderobe/v1/common.pb.h"

namespace garderobe::client {

// TOML with tables [[institution]] and [[client]]. What is left out in `reg`
// is left out, except that an institution without clients gets that of its own
// name, as a register.toml has it.
std::string RegisterText(const v1::Register& reg);

}  // namespace garderobe::client

#endif  // GARDEROBE_CLIENT_DEPLOY_REGISTER_TEXT_H_
