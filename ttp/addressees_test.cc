#include "ttp/addressees.h"

#include <set>

#include "garderobe/v1/retention.pb.h"
#include "gtest/gtest.h"

namespace garderobe::ttp {
namespace {

AggregatorHandle HandleOf(size_t number) {
  return AggregatorHandle::From(std::string(14, 'h') +
                                static_cast<char>(number >> 8) +
                                static_cast<char>(number));
}

TEST(AddresseesTest, AllLeaveOnceInTheOrderThatIsReturned) {
  constexpr size_t kCount = 1000;
  Addressees addressees;
  for (size_t i = 0; i < kCount; ++i) {
    addressees.Add("institution-" + std::to_string(i % 7), HandleOf(i));
  }
  v1::ExpireRelationsRequest request;
  const std::vector<size_t> order = addressees.ShuffleInto(request);
  EXPECT_EQ(std::set<size_t>(order.begin(), order.end()).size(), kCount);
  EXPECT_EQ(request.institutions_size(), 7);
  size_t in_place = 0;
  for (size_t i = 0; i < kCount; ++i) {
    EXPECT_EQ(std::string_view(request.handles()).substr(i * 16, 16),
              HandleOf(order[i]).view());
    EXPECT_EQ(request.institutions(
                  static_cast<int>(request.institution(static_cast<int>(i)))),
              "institution-" + std::to_string(order[i] % 7));
    in_place += order[i] == i;
  }
  // One on average; as they were added it would be all.
  EXPECT_LT(in_place, 12u);
}

TEST(AddresseesTest, NobodyIsAnEmptyList) {
  v1::ExpireRelationsRequest request;
  EXPECT_TRUE(Addressees().ShuffleInto(request).empty());
  EXPECT_EQ(request.ByteSizeLong(), 0u);
}

}  // namespace
}  // namespace garderobe::ttp
