// The algebra of protocol.md, 3, from the client's row to what each party sees
// at the end; and what is refused on the way.
#include "core/conversion/convert.h"

#include <map>
#include <set>

#include "core/conversion/open.h"
#include "core/conversion/vector_points.h"
#include "core/group/hash_to_group.h"
#include "core/identifiers/encrypt.h"
#include "gmock/gmock.h"
#include "tests/support/status_matchers.h"
#include "tests/support/vectors.h"

namespace garderobe {
namespace {

using nlohmann::json;

// The scalars of three parties, and what they publish.
struct Parties {
  // The TTP's.
  IngressScalar u = IngressScalar::Random();
  VaultConversionScalar s = VaultConversionScalar::Random();
  VaultStrippingScalar v = ProductOf<VaultStrippingScalar>(s, u);
  AggregatorConversionScalar t = AggregatorConversionScalar::Random();
  HomeConversionScalar h = HomeConversionScalar::Random();
  HomeStrippingScalar hu = ProductOf<HomeStrippingScalar>(h, u);
  RelationScalar a = RelationScalar::Random();
  // The vault's.
  std::vector<DecryptionScalar> y;
  HomeDecryptionScalar y_home = HomeDecryptionScalar::Random();
  HouseholdScalar w = HouseholdScalar::Random();
  HouseholdStrippingScalar wy = ProductOf<HouseholdStrippingScalar>(w, y_home);
  // The aggregator's.
  PseudonymScalar z = PseudonymScalar::Random();

  Parties() {
    for (size_t kind = 0; kind < kKindCount; ++kind) {
      y.push_back(DecryptionScalar::Random());
    }
  }
  Element Z() const { return MultiplyBase(z); }
  ConversionScalars scalars() const { return {s, v, h, hu, a}; }
  HouseholdScalars household() const { return {w, wy}; }
  ConversionKeys conversion_keys() const {
    ConversionKeys keys;
    for (size_t kind = 0; kind < kKindCount; ++kind) {
      if (HasSlot(kind)) keys.vault[kind] = MultiplyBase(y[kind]);
    }
    keys.home = Sum(MultiplyBase(y_home), Z());
    keys.aggregator = Z();
    return keys;
  }
  JointKeys joint_keys() const {
    const Element ingress = MultiplyBase(u);
    JointKeys joint;
    for (size_t kind = 0; kind < kKindCount; ++kind) {
      if (HasSlot(kind))
        joint.kinds[kind] = Sum(MultiplyBase(y[kind]), ingress);
    }
    joint.home = Sum(conversion_keys().home, ingress);
    return joint;
  }
};

Handle HandleFrom(char filler) {
  return Handle::From(std::string(Handle::kBytes, filler));
}
VaultHandle VaultHandleFrom(char filler) {
  return VaultHandle::From(std::string(VaultHandle::kBytes, filler));
}

class ConvertTest : public ::testing::Test {
 protected:
  static Identifiers Known() {
    PersonFields fields;
    fields.email = "anna@example.org";
    fields.mobile = "+31611111111";
    fields.landline = "+31201234567";
    fields.pass = "uitpas:1";
    fields.first_name = "anna";
    fields.surname = "bakker";
    fields.birth_date = "19800302";
    fields.address = ReadAddress({"NL", "1234AC", "", "12", ""});
    return DeriveIdentifiers(fields);
  }
  ClientRow Encrypted(const Identifiers& identifiers) const {
    const EncryptedIdentifiers encrypted =
        EncryptIdentifiers(identifiers, joint_);
    ClientRow row;
    row.handle = HandleFrom('h');
    row.kinds = encrypted.kinds;
    row.point_a = encrypted.point_a;
    for (size_t at = 0; at < encrypted.points_b.size(); at += 32) {
      row.points_b.push_back(Element::From(encrypted.points_b.substr(at, 32)));
    }
    row.point_home = encrypted.point_home;
    return row;
  }
  std::optional<ConvertedRow> Convert(const ClientRow& row) const {
    return Rerandomiser::ConvertRow(parties_.scalars(), keys_, "museum-x", row,
                                    VaultHandleFrom('v'));
  }
  VaultRow Converted(const ClientRow& row) const {
    const auto converted = Convert(row);
    GARDEROBE_CHECK(converted.has_value());
    return converted->row.value();
  }
  // What the vault opens, by kind; zeros where the row has none.
  static std::array<Element, kKindCount> Tokens(const Parties& parties,
                                                const VaultRow& row) {
    std::array<Element, kKindCount> tokens;
    size_t at = 0;
    for (size_t kind = 0; kind < kKindCount; ++kind) {
      if ((row.kinds >> kind & 1) == 0) continue;
      const auto token =
          OpenToken(parties.y[kind], row.point_a, row.points_b.at(at++));
      GARDEROBE_CHECK(token.has_value());
      tokens[kind] = *token;
    }
    EXPECT_EQ(at, row.points_b.size());
    return tokens;
  }
  // From the vault's raise through the TTP to what the aggregator opens.
  Element HouseholdOf(const VaultRow& row) const {
    const auto raised = RaiseHome(parties_.household(), row.home,
                                  EphemeralScalar::Random(), parties_.Z());
    GARDEROBE_CHECK(raised.has_value());
    return PseudonymOf(*raised);
  }
  Element PseudonymOf(const Ciphertext& answer) const {
    const auto converted =
        Rerandomiser::ConvertAnswer(parties_.t, answer, parties_.Z());
    GARDEROBE_CHECK(converted.has_value());
    return OpenedByAggregator(converted->value());
  }
  Element OpenedByAggregator(const Ciphertext& ciphertext) const {
    Element opened;
    GARDEROBE_CHECK(DecryptOrNobody(parties_.z, ciphertext.point_a,
                                    ciphertext.point_b, &opened));
    return opened;
  }

  const Parties parties_;
  const JointKeys joint_ = parties_.joint_keys();
  const ConversionKeys keys_ = parties_.conversion_keys();
};

TEST_F(ConvertTest, EveryKindOpensToSTimesM) {
  const Identifiers known = Known();
  const ClientRow row = Encrypted(known);
  const VaultRow converted = Converted(row);
  EXPECT_EQ(converted.kinds, row.kinds);
  EXPECT_EQ(converted.kinds & ~kSlotKinds, 0u);
  EXPECT_EQ(converted.handle, VaultHandleFrom('v'));
  const auto tokens = Tokens(parties_, converted);
  size_t opened = 0;
  for (size_t kind = 0; kind < kKindCount; ++kind) {
    SCOPED_TRACE(kind);
    if (!HasSlot(kind) || known[kind].empty()) {
      EXPECT_TRUE(tokens[kind].is_zero());
      continue;
    }
    ++opened;
    EXPECT_EQ(tokens[kind],
              Times(parties_.s, HashToGroup(KindName(static_cast<Kind>(kind)),
                                            known[kind])));
  }
  EXPECT_GT(opened, 10u);
}

TEST_F(ConvertTest, TwoRowsOfOneIdentifierMeetAndNothingElseRepeats) {
  const ClientRow one = Encrypted(Known()), two = Encrypted(Known());
  ASSERT_NE(one.point_a, two.point_a);
  const VaultRow at_vault = Converted(one);
  EXPECT_EQ(Tokens(parties_, at_vault), Tokens(parties_, Converted(two)));
  // The same row again is another row to look at, and no point of it is one
  // that the client knows.
  const VaultRow again = Converted(one);
  EXPECT_EQ(Tokens(parties_, at_vault), Tokens(parties_, again));
  std::set<Element> seen;
  size_t points = 0;
  auto note = [&](const Element& point) {
    seen.insert(point);
    ++points;
  };
  for (const ClientRow& row : {one, two}) {
    note(row.point_a);
    note(row.point_home);
    for (const Element& point : row.points_b) note(point);
  }
  for (const VaultRow& row : {at_vault, again}) {
    note(row.point_a);
    for (const Element& point : row.points_b) note(point);
    note(row.home.point_a);
    note(row.home.point_b);
    note(row.reference.point_a);
    note(row.reference.point_b);
  }
  EXPECT_EQ(seen.size(), points);
}

TEST_F(ConvertTest, AnotherSGivesOtherTokens) {
  const ClientRow row = Encrypted(Known());
  const VaultConversionScalar other = VaultConversionScalar::Random();
  const auto stripping = ProductOf<VaultStrippingScalar>(other, parties_.u);
  const auto converted = Rerandomiser::ConvertRow(
      {other, stripping, parties_.h, parties_.hu, parties_.a}, keys_,
      "museum-x", row, VaultHandleFrom('v'));
  ASSERT_TRUE(converted.has_value());
  const auto tokens = Tokens(parties_, Converted(row));
  const auto others = Tokens(parties_, converted->row.value());
  for (size_t kind = 0; kind < kKindCount; ++kind) {
    if ((row.kinds >> kind & 1) != 0) EXPECT_NE(tokens[kind], others[kind]);
  }
}

// Neither the vault's y alone, on what the client sent, nor a v that is not
// s*u leads to a token.
TEST_F(ConvertTest, NoPartyOpensTheRowAlone) {
  const ClientRow row = Encrypted(Known());
  const Element message = HashToGroup("email", Known()[kEmailAt]);
  const auto bare =
      OpenToken(parties_.y[kEmailAt], row.point_a, row.points_b[0]);
  ASSERT_TRUE(bare.has_value());
  EXPECT_NE(*bare, message);
  const auto converted =
      Rerandomiser::ConvertRow({parties_.s, VaultStrippingScalar::Random(),
                                parties_.h, parties_.hu, parties_.a},
                               keys_, "museum-x", row, VaultHandleFrom('v'));
  ASSERT_TRUE(converted.has_value());
  EXPECT_NE(Tokens(parties_, converted->row.value())[kEmailAt],
            Times(parties_.s, message));
}

TEST_F(ConvertTest, ARowWithoutKindsIsConverted) {
  const VaultRow row = Converted(Encrypted(Identifiers{}));
  EXPECT_EQ(row.kinds, 0u);
  EXPECT_TRUE(row.points_b.empty());
  EXPECT_FALSE(HouseholdOf(row).is_zero());
}

TEST_F(ConvertTest, OneAddressIsOneHouseholdAndNoOther) {
  const Identifiers known = Known();
  Identifiers neighbour = known;
  neighbour[static_cast<size_t>(Kind::kAddress)] += "0";
  const Element household = HouseholdOf(Converted(Encrypted(known)));
  EXPECT_EQ(
      household,
      Times(parties_.t,
            Times(parties_.w,
                  Times(parties_.h,
                        HashToGroup(
                            "address",
                            known[static_cast<size_t>(Kind::kAddress)])))));
  // Whoever lives there: only the address counts.
  Identifiers partner{};
  partner[static_cast<size_t>(Kind::kAddress)] =
      known[static_cast<size_t>(Kind::kAddress)];
  EXPECT_EQ(HouseholdOf(Converted(Encrypted(partner))), household);
  EXPECT_NE(HouseholdOf(Converted(Encrypted(neighbour))), household);
  // Who shows no address has a household that nobody shares.
  const Element nowhere = HouseholdOf(Converted(Encrypted(Identifiers{})));
  EXPECT_NE(nowhere, household);
  EXPECT_NE(HouseholdOf(Converted(Encrypted(Identifiers{}))), nowhere);
}

// The vault raises blindly: what it receives and sends differs each time.
TEST_F(ConvertTest, TheVaultSeesNoEqualHomes) {
  const VaultRow one = Converted(Encrypted(Known()));
  const VaultRow two = Converted(Encrypted(Known()));
  std::set<Element> opened;
  for (const VaultRow& row : {one, two}) {
    Element stripped;
    ASSERT_TRUE(DecryptOrNobody(parties_.y_home, row.home.point_a,
                                row.home.point_b, &stripped));
    opened.insert(stripped);
    const auto raised = RaiseHome(parties_.household(), row.home,
                                  EphemeralScalar::Random(), parties_.Z());
    ASSERT_TRUE(raised.has_value());
    opened.insert(raised->point_a);
    opened.insert(raised->point_b);
    // And the aggregator, without the TTP, has no t*w*h*M.
    opened.insert(OpenedByAggregator(row.home));
  }
  EXPECT_EQ(opened.size(), 8u);
}

TEST_F(ConvertTest, AnAnswerBecomesThePseudonym) {
  const Element person = RandomElement();
  const Element pseudonym = Times(parties_.t, person);
  EXPECT_EQ(PseudonymOf(EncryptFresh(person, parties_.Z())), pseudonym);
  // However often it is answered and converted, no ciphertext repeats.
  const Ciphertext answer = EncryptFresh(person, parties_.Z());
  const auto one =
      Rerandomiser::ConvertAnswer(parties_.t, answer, parties_.Z());
  const auto two =
      Rerandomiser::ConvertAnswer(parties_.t, answer, parties_.Z());
  ASSERT_TRUE(one && two);
  EXPECT_NE(one->value().point_a, two->value().point_a);
  EXPECT_NE(one->value().point_b, two->value().point_b);
  EXPECT_EQ(OpenedByAggregator(two->value()), pseudonym);
}

TEST_F(ConvertTest, NobodyStaysNobody) {
  EXPECT_TRUE(PseudonymOf(EncryptFresh(Element(), parties_.Z())).is_zero());
  const auto again = Rerandomiser::Rerandomise(
      EncryptFresh(Element(), parties_.Z()), parties_.Z());
  ASSERT_TRUE(again.has_value());
  EXPECT_TRUE(OpenedByAggregator(again->value()).is_zero());
}

TEST_F(ConvertTest, AReferenceOpensToRAndIsNeverTheSame) {
  const ClientRow row = Encrypted(Known());
  const auto one = Convert(row), two = Convert(row);
  ASSERT_TRUE(one && two);
  EXPECT_EQ(one->reference,
            ReferenceOf(parties_.a, "museum-x", HandleFrom('h')));
  EXPECT_EQ(one->reference, two->reference);
  const Ciphertext& rho = one->row.value().reference;
  EXPECT_EQ(OpenedByAggregator(rho), one->reference);
  EXPECT_EQ(OpenedByAggregator(two->row.value().reference), one->reference);
  EXPECT_NE(rho.point_a, two->row.value().reference.point_a);
  EXPECT_NE(rho.point_b, two->row.value().reference.point_b);
  const auto again = Rerandomiser::Rerandomise(rho, parties_.Z());
  ASSERT_TRUE(again.has_value());
  EXPECT_EQ(OpenedByAggregator(again->value()), one->reference);
  EXPECT_NE(again->value().point_a, rho.point_a);
  EXPECT_NE(again->value().point_b, rho.point_b);
}

// Another handle, institution or scalar is another relation; and where the one
// ends and the other begins is told by the length.
TEST_F(ConvertTest, AReferenceIsOfOneRelation) {
  const Handle handle = HandleFrom('h');
  const std::set<Element> references = {
      ReferenceOf(parties_.a, "museum-x", handle),
      ReferenceOf(parties_.a, "museum-y", handle),
      ReferenceOf(parties_.a, "museum-xh", handle),
      ReferenceOf(parties_.a, "museum-x", HandleFrom('i')),
      ReferenceOf(RelationScalar::Random(), "museum-x", handle)};
  EXPECT_EQ(references.size(), 5u);
}

TEST_F(ConvertTest, EveryPointThatIsNoneIsRefused) {
  const ClientRow good = Encrypted(Known());
  ASSERT_TRUE(Convert(good).has_value());
  const json refused = ReadVectors("protocol-v2.json")["refused_elements"];
  ASSERT_FALSE(refused.empty());
  for (const json& entry : refused) {
    SCOPED_TRACE(entry["why"].get<std::string>());
    const Element bad = Point(entry["hex"]);
    ClientRow row = good;
    row.point_a = bad;
    EXPECT_FALSE(Convert(row).has_value());
    row = good;
    row.point_home = bad;
    EXPECT_FALSE(Convert(row).has_value());
    for (size_t at : {size_t{0}, good.points_b.size() - 1}) {
      row = good;
      row.points_b[at] = bad;
      EXPECT_FALSE(Convert(row).has_value()) << at;
    }
    // At the vault, and of what comes from it.
    const Element fine = RandomElement();
    EXPECT_FALSE(OpenToken(parties_.y[0], bad, fine).has_value());
    EXPECT_FALSE(RaiseHome(parties_.household(), {bad, fine},
                           EphemeralScalar::Random(), parties_.Z())
                     .has_value());
    EXPECT_FALSE(RaiseHome(parties_.household(), {fine, bad},
                           EphemeralScalar::Random(), parties_.Z())
                     .has_value());
    EXPECT_FALSE(
        Rerandomiser::ConvertAnswer(parties_.t, {bad, fine}, parties_.Z())
            .has_value());
    EXPECT_FALSE(
        Rerandomiser::ConvertAnswer(parties_.t, {fine, bad}, parties_.Z())
            .has_value());
    // The identity is an element that may be added to.
    if (entry["why"] == "identity") continue;
    EXPECT_FALSE(OpenToken(parties_.y[0], fine, bad).has_value());
    EXPECT_FALSE(
        Rerandomiser::Rerandomise({bad, fine}, parties_.Z()).has_value());
    EXPECT_FALSE(
        Rerandomiser::Rerandomise({fine, bad}, parties_.Z()).has_value());
  }
}

TEST_F(ConvertTest, FewerPointsThanKindsAreRefused) {
  ClientRow row = Encrypted(Known());
  row.points_b.pop_back();
  EXPECT_FALSE(Convert(row).has_value());
  row.points_b.clear();
  EXPECT_FALSE(Convert(row).has_value());
  // One kind more than there are points.
  row = Encrypted(Identifiers{});
  row.kinds = 1 << kEmailAt;
  EXPECT_FALSE(Convert(row).has_value());
}

// Whoever sends r*(Y + U), with no message in it, would learn from a refusal
// that this was what they sent.
TEST_F(ConvertTest, ARowThatOpensToTheIdentityGetsATokenOfItsOwn) {
  const EphemeralScalar r = EphemeralScalar::Random();
  ClientRow row;
  row.handle = HandleFrom('h');
  row.kinds = 1 << kEmailAt;
  row.point_a = MultiplyBase(r);
  row.points_b = {Times(r, joint_.kinds[kEmailAt])};
  row.point_home = RandomElement();
  const VaultRow converted = Converted(row);
  // What there is to open is the identity.
  Element opened;
  ASSERT_TRUE(DecryptOrNobody(parties_.y[kEmailAt], converted.point_a,
                              converted.points_b[0], &opened));
  ASSERT_TRUE(opened.is_zero());
  std::set<Element> tokens;
  for (int i = 0; i < 10; ++i) {
    const auto token = OpenToken(parties_.y[kEmailAt], converted.point_a,
                                 converted.points_b[0]);
    ASSERT_TRUE(token.has_value());
    EXPECT_THAT(DecodeElement(AsBytes(token->view())), IsOk());
    tokens.insert(*token);
  }
  EXPECT_EQ(tokens.size(), 10u);
}

// What is blinded differs each time; what comes out of it is known.
class ConvertVectorsTest : public ::testing::Test {
 protected:
  static size_t KindNamed(std::string_view name) {
    for (size_t kind = 0; kind < kKindCount; ++kind) {
      if (KindName(static_cast<Kind>(kind)) == name) return kind;
    }
    ADD_FAILURE() << name;
    return 0;
  }
  const json file_ = ReadVectors("protocol-v2.json");
  const json& relation_ = file_["relation"];
  const json& home_ = file_["household"];
  const json& reference_ = file_["reference"];
  const json& pseudonym_ = file_["pseudonym"];
  const IngressScalar u_ = ScalarOf<IngressScalar>(relation_["u"]);
  const VaultConversionScalar s_ =
      ScalarOf<VaultConversionScalar>(relation_["s"]);
  const VaultStrippingScalar v_ =
      ScalarOf<VaultStrippingScalar>(relation_["v"]);
  const HomeConversionScalar h_ = ScalarOf<HomeConversionScalar>(home_["h"]);
  const HomeStrippingScalar hu_ = ProductOf<HomeStrippingScalar>(h_, u_);
  const RelationScalar a_ = ScalarOf<RelationScalar>(reference_["a"]);
  const AggregatorConversionScalar t_ =
      ScalarOf<AggregatorConversionScalar>(pseudonym_["t"]);
  const PseudonymScalar z_ = ScalarOf<PseudonymScalar>(pseudonym_["z"]);
  const HomeDecryptionScalar y_home_ =
      ScalarOf<HomeDecryptionScalar>(home_["y_home"]);
  const HouseholdScalar w_ = ScalarOf<HouseholdScalar>(home_["w"]);
  const HouseholdStrippingScalar wy_ =
      ProductOf<HouseholdStrippingScalar>(w_, y_home_);
  const Element z_key_ = Point(pseudonym_["Z"]);

  std::optional<ConvertedRow> Convert() const {
    ClientRow row;
    row.handle = Handle::From(Hex(file_["handles"]["handle"]));
    row.point_a = Point(relation_["A"]);
    row.point_home = Point(home_["D"]);
    ConversionKeys keys;
    std::map<size_t, Element> points;
    for (const auto& [name, point] : relation_["B"].items()) {
      points[KindNamed(name)] = Point(point);
      keys.vault[KindNamed(name)] = Point(relation_["Y"][name]);
    }
    for (const auto& [kind, point] : points) {
      row.kinds |= uint32_t{1} << kind;
      row.points_b.push_back(point);
    }
    keys.home = Sum(Point(home_["Y_home"]), z_key_);
    keys.aggregator = z_key_;
    return Rerandomiser::ConvertRow(
        {s_, v_, h_, hu_, a_}, keys,
        file_["handles"]["institution"].get<std::string>(), row,
        VaultHandle::From(Hex(file_["handles"]["handle_v"])));
  }
};

TEST_F(ConvertVectorsTest, TheScalarsAreOfTheirKeys) {
  EXPECT_EQ(MultiplyBase(u_), Point(relation_["U"]));
  EXPECT_EQ(MultiplyBase(z_), z_key_);
  EXPECT_EQ(MultiplyBase(y_home_), Point(home_["Y_home"]));
  const auto v = ProductOf<VaultStrippingScalar>(s_, u_);
  EXPECT_EQ(MultiplyBase(v), MultiplyBase(v_));
}

TEST_F(ConvertVectorsTest, TokensAreTheSameWhateverTheBlinding) {
  for (int i = 0; i < 2; ++i) {
    const auto converted = Convert();
    ASSERT_TRUE(converted.has_value());
    const VaultRow& row = converted->row.value();
    EXPECT_NE(row.point_a, Point(relation_["A_prime"]));
    size_t at = 0;
    for (size_t kind = 0; kind < kKindCount; ++kind) {
      if ((row.kinds >> kind & 1) == 0) continue;
      const std::string name(KindName(static_cast<Kind>(kind)));
      SCOPED_TRACE(name);
      const auto y = ScalarOf<DecryptionScalar>(relation_["y"][name]);
      const auto token = OpenToken(y, row.point_a, row.points_b[at++]);
      ASSERT_TRUE(token.has_value());
      EXPECT_EQ(*token, Point(relation_["token"][name]));
      // And of the row that the vectors converted.
      EXPECT_EQ(OpenToken(y, Point(relation_["A_prime"]),
                          Point(relation_["B_prime"][name])),
                *token);
    }
    EXPECT_EQ(at, relation_["token"].size());
  }
}

TEST_F(ConvertVectorsTest, TheReferenceAndWhatItIsEncryptedTo) {
  const auto converted = Convert();
  ASSERT_TRUE(converted.has_value());
  const Element r = Point(reference_["R"]);
  EXPECT_EQ(converted->reference, r);
  const json& rerandomised = reference_["rho_rerandomised"];
  const json& rho = reference_["rho"];
  for (const Ciphertext& ciphertext :
       {converted->row.value().reference,
        Ciphertext{Point(rho[0]), Point(rho[1])},
        Ciphertext{Point(rerandomised[0]), Point(rerandomised[1])}}) {
    Element opened;
    ASSERT_TRUE(Decrypt(z_, ciphertext.point_a, ciphertext.point_b, &opened));
    EXPECT_EQ(opened, r);
  }
}

TEST_F(ConvertVectorsTest, TheHouseholdFromClientToAggregator) {
  const auto converted = Convert();
  ASSERT_TRUE(converted.has_value());
  const auto raised = RaiseHome({w_, wy_}, converted->row.value().home,
                                EphemeralScalar::Random(), z_key_);
  ASSERT_TRUE(raised.has_value());
  // From here, and from the vectors' own steps.
  const json& from_vault = home_["from_vault"];
  for (const Ciphertext& answer :
       {*raised, Ciphertext{Point(from_vault[0]), Point(from_vault[1])}}) {
    const auto at_aggregator = Rerandomiser::ConvertAnswer(t_, answer, z_key_);
    ASSERT_TRUE(at_aggregator.has_value());
    Element household;
    ASSERT_TRUE(Decrypt(z_, at_aggregator->value().point_a,
                        at_aggregator->value().point_b, &household));
    EXPECT_EQ(household, Point(home_["pseudonym"]));
  }
}

// The vault's r2 is given from outside, so this step is known in full.
TEST_F(ConvertVectorsTest, TheVaultsRaiseByteForByte) {
  const json& to_vault = home_["to_vault"];
  const auto r2 = EphemeralScalar::FixedForTesting(AsBytes(Hex(home_["r2"])));
  const auto raised = RaiseHome(
      {w_, wy_}, {Point(to_vault[0]), Point(to_vault[1])}, r2, z_key_);
  ASSERT_TRUE(raised.has_value());
  EXPECT_EQ(raised->point_a, Point(home_["from_vault"][0]));
  EXPECT_EQ(raised->point_b, Point(home_["from_vault"][1]));
}

TEST_F(ConvertVectorsTest, AnAnswerBecomesThePseudonym) {
  const json& from_vault = pseudonym_["from_vault"];
  const auto converted = Rerandomiser::ConvertAnswer(
      t_, {Point(from_vault[0]), Point(from_vault[1])}, z_key_);
  ASSERT_TRUE(converted.has_value());
  Element pseudonym;
  ASSERT_TRUE(Decrypt(z_, converted->value().point_a,
                      converted->value().point_b, &pseudonym));
  EXPECT_EQ(pseudonym, Point(pseudonym_["pseudonym"]));
}

}  // namespace
}  // namespace garderobe
