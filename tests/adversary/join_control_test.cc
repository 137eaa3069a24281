// Whether the tests of joins can find anybody at all: the same comparison with
// one more field on both sides, which neither party stores. Both once kept the
// quarter of a relation's latest sale; here the judge puts it beside each
// relation, from the institutions' own files.
#include <algorithm>
#include <map>

#include "client/orders/customers.h"
#include "client/orders/identity.h"
#include "client/orders/order_file.h"
#include "core/sealing/handles.h"
#include "tests/adversary/join_fixture.h"
#include "tests/support/figures.h"

namespace garderobe {
namespace {

// Quarter of the latest sale, by the key of a relation at one side.
using Quarters = std::map<std::string, uint64_t>;

struct BothQuarters {
  Quarters at_vault, at_aggregator;
};

template <typename Key>
Key SecretOf(const std::string& path, const std::string& role) {
  auto key = ReadSecret<Key>(path, role);
  GARDEROBE_CHECK(key.ok());
  return *std::move(key);
}

std::map<Handle, uint64_t> QuartersIn(const LocalDeployment& deployment,
                                      const std::string& institution) {
  const auto key = SecretOf<InstitutionHandleKey>(
      deployment.folder() + "/institutions/" + institution + "/handle.key",
      "institution-handle");
  client::CustomerTable customers({});
  auto file = client::OrderFile::Open({.file = deployment.file(institution)});
  GARDEROBE_CHECK(file.ok());
  client::OrderFile::Row row;
  while (*(*file)->Read(&row)) {
    const client::OrderLine& line = row.order;
    if (row.refusal || line.customer_id.empty() || !line.share) continue;
    customers.Add(MakeHandle(key, line.customer_id), line, row.line);
  }
  EXPECT_FALSE(customers.full());
  std::map<Handle, uint64_t> quarters;
  std::string scratch;
  for (size_t i = 0; i < customers.size(); ++i) {
    const auto customer = customers.At(i, &scratch);
    quarters[customer.handle] = client::QuarterOfSale(customer.line);
  }
  return quarters;
}

// With the TTP's keys of handles: what the judge has, and neither side.
BothQuarters QuartersOnBothSides(const LocalDeployment& deployment,
                                 const Store& aggregator) {
  const std::string keys = deployment.folder() + "/ttp/keys/";
  const auto hv = SecretOf<VaultHandleKey>(keys + "ttp-handle-vault.key",
                                           "ttp-handle-vault");
  const auto ha = SecretOf<AggregatorHandleKey>(
      keys + "ttp-handle-aggregator.key", "ttp-handle-aggregator");
  BothQuarters both;
  for (const std::string& name : deployment.institutions()) {
    const auto number =
        aggregator.Get(aggregator::kMeta, "institution/" + name);
    GARDEROBE_CHECK(number.ok());
    VaultHandleMapper to_vault(hv, name);
    AggregatorHandleMapper to_aggregator(ha, name);
    for (const auto& [handle, quarter] : QuartersIn(deployment, name)) {
      both.at_vault[std::string(to_vault.Map(handle).view().substr(0, 8))] =
          quarter;
      const auto relation = aggregator.Get(
          aggregator::kHandles,
          *number + std::string(to_aggregator.Map(handle).view()));
      if (relation.ok()) both.at_aggregator[*number + *relation] = quarter;
    }
  }
  return both;
}

// Puts the quarter beside each relation.
Rows WithQuarters(Rows rows, const Quarters& quarters) {
  size_t known = 0;
  for (Row& row : rows) {
    const auto quarter = quarters.find(row.relation);
    if (quarter == quarters.end()) continue;
    row.quarter = quarter->second;
    ++known;
  }
  EXPECT_GT(known, rows.size() * 9 / 10);
  return rows;
}

TEST_F(JoinTest, ControlAQuarterOnBothSidesJoinsMany) {
  const BothQuarters quarters =
      QuartersOnBothSides(*deployment_, *OpenAggregator());
  const Rows vault = WithQuarters(VaultRows("after"), quarters.at_vault),
             aggregator =
                 WithQuarters(AggregatorRows(), quarters.at_aggregator);
  const auto stored = NamesOfRelations();
  auto with_quarter = stored;
  with_quarter.insert(kQuarter);
  const auto join = [&](const std::set<std::string>& names) {
    return Join(PrintsOf(vault, names), PrintsOf(aggregator, names));
  };
  const Joined without = join(stored), joined = join(with_quarter);
  const auto of = static_cast<double>(joined.persons);
  Note({"join_test", "control.quarter.joined",
        static_cast<double>(joined.claimed), of});
  Note({"join_test", "control.quarter.right", static_cast<double>(joined.right),
        of});
  Note({"join_test", "control.without_quarter.right",
        static_cast<double>(without.right), of});
  EXPECT_GT(joined.right, joined.persons / 4);
  EXPECT_GT(joined.right, joined.claimed * 9 / 10);
  EXPECT_LT(without.right, joined.persons / 15);
}

}  // namespace
}  // namespace garderobe
