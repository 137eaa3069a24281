#include "core/base/hash.h"

#include "gtest/gtest.h"

namespace garderobe {
namespace {

struct LongDigestTag;
using LongDigest = FixedBytes<64, LongDigestTag>;
using TestKey = SecretBytes<64, struct TestKeyRole>;
using Derived = SecretBytes<32, struct DerivedRole>;

// RFC 7693, appendix A.
constexpr std::string_view kAbc =
    "ba80a53f981c4d0d6a2797b69f12f6e94c212f14685ac4b74b12bb6fdbffa2d1"
    "7d87c5392aab792dc252d5de4533cc9518d38aa8dbf1925ab92386edd4009923";
// The first keyed case of the reference implementation's vectors: the empty
// message under the key 00, 01, ... 3f.
constexpr std::string_view kEmptyKeyed =
    "10ebb67700b1868efb4417987acf4690ae9d972fb7a590c2f02871799aaa4786"
    "b5e996e8f0f4eb981fc214b005f42d2ff4233499391653df7aefcbc13fc51568";

TestKey CountingKey() {
  uint8_t bytes[TestKey::kBytes];
  for (size_t i = 0; i < sizeof bytes; ++i) bytes[i] = static_cast<uint8_t>(i);
  return TestKey::CopyFrom(bytes);
}

ByteSpan Exposed(const TestKey& key) {
  return {key.ExposeSecret(), TestKey::kBytes};
}

TEST(HashTest, GivesTheKnownAnswer) {
  EXPECT_EQ(ToHex(Hash<LongDigest>("abc").bytes()), kAbc);
  EXPECT_EQ(ToHex(Hash<LongDigest>({"abc"}).bytes()), kAbc);
}

TEST(HashTest, GivesTheKnownAnswerUnderAKey) {
  const TestKey key = CountingKey();
  EXPECT_EQ(ToHex(Hash<LongDigest>("", key).bytes()), kEmptyKeyed);
  EXPECT_EQ(ToHex(Hash<LongDigest>({}, Exposed(key)).bytes()), kEmptyKeyed);
}

TEST(HashTest, PartsAreHashedAsTheWhole) {
  const TestKey key = CountingKey();
  // Longer than a block of 128 bytes, cut at other places than its end.
  const std::string whole(300, 'x');
  const std::string_view view = whole;
  EXPECT_EQ(Hash({view.substr(0, 1), view.substr(1, 200), "", view.substr(201)},
                 Exposed(key)),
            Hash(whole, key));
  // Altered: one byte of the last part.
  EXPECT_NE(Hash({view.substr(0, 299), "y"}, Exposed(key)), Hash(whole, key));
}

TEST(HashTest, KeyAndLengthChangeEveryDigest) {
  const TestKey key = CountingKey();
  EXPECT_NE(Hash("abc"), Hash("abc", key));
  // A shorter digest is not the beginning of a longer one.
  EXPECT_NE(Hash<Digest128>("abc").view(), Hash("abc").view().substr(0, 16));
}

TEST(HashIntoTest, DigestMayOverwriteItsMessage) {
  std::string bytes(64, 'a');
  const Digest256 expected = Hash(bytes);
  HashInto(reinterpret_cast<uint8_t*>(bytes.data()), 32, AsBytes(bytes));
  EXPECT_EQ(bytes.substr(0, 32), expected.view());
  EXPECT_EQ(bytes.substr(32), std::string(32, 'a'));
}

TEST(DeriveSecretTest, IsTheKeyedDigestOfTheParts) {
  const TestKey key = CountingKey();
  const auto derived = DeriveSecret<Derived>(key, {"label", "more"});
  EXPECT_EQ(AsView({derived.ExposeSecret(), Derived::kBytes}),
            Hash("labelmore", key).view());
  // Altered: the label; then the key.
  EXPECT_FALSE(derived == DeriveSecret<Derived>(key, {"Label", "more"}));
  EXPECT_FALSE(derived ==
               DeriveSecret<Derived>(TestKey::Random(), {"label", "more"}));
}

}  // namespace
}  // namespace garderobe
