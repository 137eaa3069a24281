// A batch of three customers, and what converts it, for tests.
#ifndef GARDEROBE_TTP_CONVERTER_FIXTURE_H_
#define GARDEROBE_TTP_CONVERTER_FIXTURE_H_

#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"
#include "ttp/conversion_fixture.h"

namespace garderobe::ttp {

inline constexpr size_t kEmailAt = static_cast<size_t>(Kind::kEmail);

inline constexpr uint32_t BitOf(Kind kind) {
  return uint32_t{1} << static_cast<unsigned>(kind);
}

class ConverterTest : public ::testing::Test {
 protected:
  void SetUp() override {
    batch_.set_count(3);
    for (uint32_t i = 0; i < 3; ++i) AddRow(i);
  }
  // An e-mail, for odd rows a mobile number, and an address.
  void AddRow(uint32_t i) {
    const EphemeralScalar r = EphemeralScalar::Random();
    batch_.mutable_handles()->append(std::string(15, 'h') +
                                     static_cast<char>('a' + i));
    batch_.mutable_points_a()->append(MultiplyBase(r).view());
    AddPoint(r, Kind::kEmail, i);
    if (i % 2 == 1) AddPoint(r, Kind::kMobile, i);
    batch_.add_kinds(BitOf(Kind::kEmail) |
                     (i % 2 == 1 ? BitOf(Kind::kMobile) : 0));
    Element home;
    ASSERT_TRUE(Encrypt(r, Hashed(Kind::kAddress, i), joint_.home, &home));
    batch_.mutable_points_home()->append(home.view());
  }
  void AddPoint(const EphemeralScalar& r, Kind kind, uint32_t i) {
    Element b;
    ASSERT_TRUE(Encrypt(r, Hashed(kind, i),
                        joint_.kinds[static_cast<size_t>(kind)], &b));
    batch_.mutable_points_b()->append(b.view());
  }
  static Element Hashed(Kind kind, uint32_t i) {
    return HashToGroup(KindName(kind), std::to_string(i));
  }
  absl::StatusOr<std::vector<ConvertedRelation>> Convert(
      std::string_view institution = "museum-x") {
    return converter_.Convert(institution, batch_, to_);
  }
  static Handle HandleOf(uint32_t i) {
    return Handle::From(std::string(15, 'h') + static_cast<char>('a' + i));
  }

  boost::asio::thread_pool workers_{2};
  const TtpKeys keys_ = RandomTtpKeys();
  const OtherParties others_;
  const ConversionKeys to_ = others_.keys();
  const JointKeys joint_ = others_.joint(keys_);
  Converter converter_{keys_, /*padding=*/0, workers_};
  v1::RelationBatch batch_;
};

}  // namespace garderobe::ttp

#endif  // GARDEROBE_TTP_CONVERTER_FIXTURE_H_
