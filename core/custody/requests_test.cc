#include "core/custody/requests.h"

#include <set>

#include "gtest/gtest.h"
#include "tests/support/vectors.h"

namespace garderobe {
namespace {

CustodyRequest RequestOf(const nlohmann::json& known) {
  const std::string action = known["action"];
  if (action == "budget") {
    return BudgetRequest(known["institution"].get<std::string>(),
                         known["tokens"], known["month"].get<std::string>());
  }
  if (action == "cap") {
    return CapRequest(known["what"].get<std::string>(), known["more"],
                      known["month"].get<std::string>(),
                      Hex(known["access_key"]));
  }
  if (action == "review") {
    return ReviewRequestOf(known["what"].get<std::string>(),
                           Hex(known["ticket_a"]), Hex(known["ticket_b"]));
  }
  if (action == "retention") {
    return RetentionRequest(known["institution"].get<std::string>(),
                            known["more"], known["day"]);
  }
  if (action == "clock") return ClockRequest(known["day"]);
  if (action == "withdrawal") {
    return WithdrawalRequest(Hex(known["request_id"]),
                             Hex(known["commitment"]));
  }
  return RegisterRequest(Hex(known["canonical"]), {"widened"});
}

TEST(CustodyRequestTest, DigestsAreTheKnownAnswers) {
  std::set<std::string> actions;
  const auto vectors = ReadVectors("approval-v2.json");
  for (const auto& known : vectors["requests"]) {
    const CustodyRequest request = RequestOf(known);
    EXPECT_EQ(request.action, known["action"].get<std::string>());
    EXPECT_EQ(request.digest.view(), Hex(known["digest"])) << known["name"];
    EXPECT_EQ(request.sentences.size(), 1u) << known["name"];
    actions.insert(known["action"].get<std::string>());
  }
  EXPECT_EQ(actions.size(), 7u);  // every one that takes two
}

TEST(CustodyRequestTest, EveryFieldIsPartOfTheDigest) {
  const std::string a(64, 'a'), b(64, 'b');
  const CustodyRequest requests[] = {
      BudgetRequest("museum", 1, "2026-11"),
      BudgetRequest("museum", 2, "2026-11"),
      BudgetRequest("museum", 1, "2026-12"),
      BudgetRequest("theatre", 1, "2026-11"),
      CapRequest("tokens", 1, "2026-11", ""),
      CapRequest("identities", 1, "2026-11", ""),
      CapRequest("identities", 1, "2026-11", std::string(32, 'k')),
      CapRequest("tokens", 2, "2026-11", ""),
      CapRequest("tokens", 1, "2026-12", ""),
      ReviewRequestOf("explain", a, b),
      ReviewRequestOf("unlink", a, b),
      ReviewRequestOf("explain", a, std::string(64, 'c')),
      RetentionRequest("museum", 1, 1),
      RetentionRequest("museum", 2, 1),
      RetentionRequest("museum", 1, 2),
      RetentionRequest("", 1, 1),
      ClockRequest(1),
      ClockRequest(2),
      WithdrawalRequest(std::string(16, 'i'), std::string(32, 'c')),
      WithdrawalRequest(std::string(16, 'j'), std::string(32, 'c')),
      WithdrawalRequest(std::string(16, 'i'), std::string(32, 'd')),
      RegisterRequest("one", {}),
      RegisterRequest("other", {}),
  };
  std::set<Digest256> digests;
  for (const CustodyRequest& request : requests) digests.insert(request.digest);
  EXPECT_EQ(digests.size(), std::size(requests));
  // Either order of two tickets is one request, and so are other words for it.
  EXPECT_EQ(ReviewRequestOf("explain", a, b).digest,
            ReviewRequestOf("explain", b, a).digest);
  EXPECT_EQ(RegisterRequest("one", {}).digest,
            RegisterRequest("one", {"in other words"}).digest);
}

}  // namespace
}  // namespace garderobe
