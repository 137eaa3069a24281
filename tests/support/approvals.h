// Approvals of a deployment's custodians, for tests that call a party
// themselves.
#ifndef GARDEROBE_TESTS_SUPPORT_APPROVALS_H_
#define GARDEROBE_TESTS_SUPPORT_APPROVALS_H_

#include <string>

#include "client/deploy/approval_file.h"
#include "core/base/clock.h"
#include "core/custody/custody.h"
#include "core/keys/key_file.h"
#include "core/register/canonical_register.h"
#include "tests/support/local_deployment.h"

namespace garderobe {

// By `custodian`, for ten minutes.
inline v1::Approval ApprovalBy(const LocalDeployment& deployment,
                               const std::string& custodian,
                               const std::string& party,
                               const CustodyRequest& request) {
  const auto seed = ReadSecret<CustodianSeed>(
      deployment.folder() + "/custodians/" + custodian + "/signing.key",
      kCustodianRole);
  GARDEROBE_CHECK(seed.ok());
  return client::SignFor(*seed, party, request, UnixSeconds(), 600).approval;
}

// By both that `init` makes.
inline Custody::Given ApprovalsByTwo(const LocalDeployment& deployment,
                                     const std::string& party,
                                     const CustodyRequest& request) {
  Custody::Given given;
  for (const char* custodian : {"custodian-1", "custodian-2"}) {
    *given.Add() = ApprovalBy(deployment, custodian, party, request);
  }
  return given;
}

}  // namespace garderobe

#endif  // GARDEROBE_TESTS_SUPPORT_APPROVALS_H_
