#include "tests/adversary/join_counterparts.h"

#include <algorithm>
#include <functional>

namespace garderobe {
namespace {

bool Agree(const std::set<std::string>& a, const std::set<std::string>& b) {
  return std::any_of(a.begin(), a.end(),
                     [&](const auto& one) { return b.contains(one); });
}

using RowPointers = std::vector<const Row*>;
using Value =
    std::function<uint64_t(const Row& row, const RowPointers& of_person)>;

Value Agreeing(std::set<std::string> Row::*marks) {
  return [marks](const Row& row, const RowPointers& of_person) {
    return static_cast<uint64_t>(std::count_if(
        of_person.begin(), of_person.end(),
        [&](const Row* other) { return Agree(row.*marks, other->*marks); }));
  };
}

const std::map<std::string, Value>& Counterparts() {
  static const std::map<std::string, Value> all = {
      {"relations", [](const Row&, const RowPointers&) { return 1; }},
      {"birth", [](const Row& row, const RowPointers&) { return row.birth; }},
      {"address",
       [](const Row& row, const RowPointers&) { return row.address; }},
      {"anybody",
       [](const Row& row, const RowPointers&) { return row.anybody; }},
      {"postcode",
       [](const Row& row, const RowPointers&) { return row.postcode; }},
      {"objects",
       [](const Row& row, const RowPointers&) { return row.objects; }},
      {"same_birth", Agreeing(&Row::births)},
      {"same_home", Agreeing(&Row::homes)}};
  return all;
}

uint64_t ValueOf(const std::string& name, const Row& row,
                 const RowPointers& of_person) {
  if (name == kQuarter) return row.quarter;
  return Counterparts().at(name)(row, of_person);
}

// The person's company: whoever comes first among those who are reached over
// addresses.
std::map<std::string, std::string> CompanyOf(const Rows& rows) {
  std::map<std::string, std::string> parent;
  auto root = [&](std::string person) {
    while (parent.at(person) != person) person = parent.at(person);
    return person;
  };
  for (const Row& row : rows) parent.emplace(row.person, row.person);
  std::map<std::string, std::string> at_home;
  for (const Row& row : rows) {
    for (const std::string& home : row.homes) {
      const auto [first, fresh] = at_home.try_emplace(home, row.person);
      if (fresh) continue;
      const std::string a = root(first->second), b = root(row.person);
      parent[std::max(a, b)] = std::min(a, b);
    }
  }
  std::map<std::string, std::string> company;
  for (const auto& [person, unused] : parent) company[person] = root(person);
  return company;
}

}  // namespace

// Keys that join a name with an address are the address's only trace here, for
// it has no slot of its own.
Row RowOf(const vault::RelationRecord& relation) {
  Row row;
  row.objects = relation.objects;
  for (const vault::HeldToken& token : relation.tokens) {
    const Kind kind = vault::KindOf(token.fingerprint);
    const std::string mark = vault::NumberKey(token.fingerprint);
    row.anybody = true;
    const bool of_home =
        kind == Kind::kNameAddress || kind == Kind::kInitialsAddress ||
        kind == Kind::kNamesAddress || kind == Kind::kNamesStreet;
    const bool of_birth =
        kind == Kind::kNameBirthdate || kind == Kind::kBirthdatePostcode ||
        kind == Kind::kNamesBirthdate || kind == Kind::kSurnameBirthdate ||
        kind == Kind::kBirthdateStreet;
    row.address |= of_home;
    row.birth |= of_birth || kind == Kind::kEmailBirthyear ||
                 kind == Kind::kBirthdateCity;
    row.postcode |= kind == Kind::kBirthdatePostcode;
    if (token.set_aside) continue;
    if (of_home) row.homes.insert(mark);
    if (of_birth) row.births.insert(mark);
  }
  return row;
}

Row RowOf(const aggregator::Relation& relation) {
  Row row;
  row.birth = relation.birth_year != 0;
  row.address = (relation.shown & aggregator::kShownAddress) != 0;
  row.anybody = (relation.shown & aggregator::kShownPerson) != 0;
  row.postcode = row.birth && relation.pc4 != 0;
  row.objects = relation.objects();
  if (row.birth) row.births.insert(aggregator::Number(relation.birth_year));
  if (relation.household != 0) {
    row.homes.insert(aggregator::Number(relation.household));
  }
  return row;
}

std::set<std::string> NamesOfRelations() {
  std::set<std::string> names;
  for (const auto& [name, value] : Counterparts()) names.insert(name);
  return names;
}

Fingerprints PrintsOf(const Rows& rows, const std::set<std::string>& names) {
  std::map<std::string, RowPointers> persons;
  for (const Row& row : rows) persons[row.person].push_back(&row);
  Fingerprints prints;
  for (const auto& [person, own] : persons) {
    std::vector<std::vector<uint64_t>> relations;
    for (const Row* row : own) {
      auto& values = relations.emplace_back();
      for (const std::string& name : names) {
        values.push_back(ValueOf(name, *row, own));
      }
    }
    std::sort(relations.begin(), relations.end());
    for (const auto& values : relations) {
      prints[person].insert(prints[person].end(), values.begin(), values.end());
    }
  }
  return prints;
}

Fingerprints WithCompany(const Rows& rows) {
  const Fingerprints own = PrintsOf(rows, NamesOfRelations());
  const auto company = CompanyOf(rows);
  std::map<std::string, std::vector<std::vector<uint64_t>>> together;
  for (const auto& [person, print] : own) {
    together[company.at(person)].push_back(print);
  }
  Fingerprints prints;
  for (auto& [first, all] : together) std::sort(all.begin(), all.end());
  for (const auto& [person, print] : own) {
    prints[person] = print;
    for (const auto& one : together.at(company.at(person))) {
      prints[person].push_back(UINT64_MAX);
      prints[person].insert(prints[person].end(), one.begin(), one.end());
    }
  }
  return prints;
}

}  // namespace garderobe
