#include "answer/questions.h"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "answer/own/customers.h"
#include "answer/own/visits.h"
#include "core/base/civil_time.h"
#include "core/catalogue/catalogue.h"
#include "core/catalogue/codes.h"
#include "core/catalogue/cube_format.h"
#include "core/catalogue/period.h"

namespace garderobe::answer {
namespace {

// A day number's bound from an ISO date, or `open` for an empty one.
absl::StatusOr<int32_t> Bound(std::string_view option, std::string_view date,
                              int32_t open) {
  if (date.empty()) return open;
  const auto parsed = ParseDate(date);
  if (!parsed) {
    return InvalidArgument("{}: dates are written 2025-01-31", option);
  }
  return DayNumber(*parsed);
}

// The days that are asked for: a period, or from and to.
absl::StatusOr<DayRange> RangeOf(const v1::QueryOwnRequest& request) {
  if (!request.period().empty()) {
    if (!request.from().empty() || !request.to().empty()) {
      return InvalidArgument("--period: not beside --from and --to");
    }
    GARDEROBE_ASSIGN_OR_RETURN(const Period period,
                               Period::ParseOwn(request.period()));
    return DayRange{period.first_day(), period.end_day() - 1};
  }
  DayRange range;
  GARDEROBE_ASSIGN_OR_RETURN(range.from,
                             Bound("--from", request.from(), range.from));
  GARDEROBE_ASSIGN_OR_RETURN(range.to, Bound("--to", request.to(), range.to));
  return range;
}

// The value of a dimension in a cell id: "municipality=GM0363" at the end.
void AddDimensions(const std::string& cell, int skip,
                   google::protobuf::Map<std::string, std::string>* out) {
  std::string_view rest = cell;
  for (int i = 0; i < skip && !rest.empty(); ++i) {
    const size_t end = rest.find(';');
    rest = end == rest.npos ? std::string_view() : rest.substr(end + 1);
  }
  const size_t equals = rest.find('=');
  if (equals == rest.npos) return;
  (*out)[std::string(rest.substr(0, equals))] =
      std::string(rest.substr(equals + 1));
}

}  // namespace

absl::StatusOr<v1::QueryOwnResponse> Questions::Own(
    const Peer& asker, const v1::QueryOwnRequest& request) {
  if (asker.role != Role::kAnalyst || asker.name != request.institution()) {
    return PermissionDenied(
        "own figures are for the institution itself; the certificate says {}",
        PeerUri(asker));
  }
  if (!institutions_.Get()->contains(request.institution())) {
    return NotFound("the register has no institution {}",
                    request.institution());
  }
  const std::string& question = request.question();
  if (question == "customers" || question == "return") {
    const auto customers =
        store_.mirrors().FindCustomers(request.institution());
    if (!customers.ok()) return customers.status();
    return question == "return"
               ? Returns(**customers)
               : CustomersBy(**customers, request.by(), request.period());
  }
  GARDEROBE_ASSIGN_OR_RETURN(const DayRange range, RangeOf(request));
  const auto mirror = store_.mirrors().FindVisits(request.institution());
  // Nothing delivered: no rows.
  if (mirror.status().code() == absl::StatusCode::kNotFound) {
    return v1::QueryOwnResponse();
  }
  GARDEROBE_RETURN_IF_ERROR(mirror.status());
  if (question.empty() || question == "visits") {
    return VisitsBy(**mirror, request.by(), range);
  }
  if (question == "compare") {
    return VisitsCompared(**mirror, request.by(), range);
  }
  return InvalidArgument("question: visits, compare, customers or return");
}

absl::StatusOr<v1::QueryResponse> Questions::Protected(
    const Peer& asker, const v1::QueryRequest& request) {
  GARDEROBE_ASSIGN_OR_RETURN(const Period period,
                             Period::Parse(request.period()));
  const std::string& name = request.template_name();
  const Template* const of = FindTemplate(name);
  if (of == nullptr) {
    return InvalidArgument(
        "catalogue {} has no such template; `query catalogue` tells what it "
        "has",
        kCatalogueVersion);
  }
  if (!Answers(*of, period.level())) {
    return InvalidArgument("{} is answered per quarter and year", of->name);
  }
  const std::string& population = request.population();
  if (population.starts_with(kInstitutionPrefix)) {
    const std::string id = population.substr(kInstitutionPrefix.size());
    // Refused before it is looked up: an institution does not learn from the
    // refusal whether another one exists.
    if (asker.role == Role::kAnalyst && asker.name != id) {
      return PermissionDenied(
          "an institution may ask about itself and about the nation");
    }
    if (!institutions_.Get()->contains(id)) {
      return NotFound("the register has no institution {}",
                      IsInstitutionId(id) ? id : "of that name");
    }
  } else if (population != "national") {
    return InvalidArgument(
        "--population: institution:<id> or national; catalogue {} has no "
        "clusters",
        kCatalogueVersion);
  }
  GARDEROBE_ASSIGN_OR_RETURN(const auto cube, store_.FindCube(period.text()));
  v1::QueryResponse response;
  response.set_snapshot(cube->cube().snapshot());
  response.set_catalogue(cube->cube().catalogue());
  response.set_noise_commitment(
      ToHex(AsBytes(cube->cube().noise_commitment())));
  response.set_root(ToHex(AsBytes(cube->cube().root())));
  const std::string id =
      CellId(name, period.text(), PopulationOfCell(population));
  for (const v1::Coverage& coverage : cube->cube().coverage()) {
    if (coverage.population() == PopulationOfCell(population)) {
      *response.mutable_coverage() = coverage;
    }
  }
  const auto cells =
      of->dimension.empty() ? cube->Find(id) : cube->FindPrefix(id + ";");
  for (const v1::CubeCell* cell : cells) {
    auto* row = response.add_rows();
    row->set_measure(cell->measure());
    row->set_value(cell->value());
    row->set_mark(cell->mark());
    row->set_cell(cell->cell());
    if (!of->dimension.empty()) {
      AddDimensions(cell->cell(), 4, row->mutable_dimensions());
    }
  }
  if (cells.empty()) {
    // An institution that joined after the publication.
    auto* row = response.add_rows();
    row->set_measure("persons");
    row->set_mark("n");
    row->set_cell(id);
  }
  return response;
}

v1::GetCatalogueResponse Questions::Catalogue() const {
  v1::GetCatalogueResponse response;
  response.set_version(std::string(kCatalogueVersion));
  for (const Template& of : kTemplates) {
    auto* t = response.add_templates();
    t->set_name(std::string(of.name));
    if (!of.dimension.empty()) t->add_dimensions(std::string(of.dimension));
    for (std::string_view measure : kMeasures) {
      t->add_measures(std::string(measure));
    }
    t->add_populations(std::string(kInstitutionPrefix) + "<id>");
    t->add_populations("national");
    t->add_periods("year");
    t->add_periods("quarter");
    if (of.monthly) t->add_periods("month");
  }
  for (CatalogueParameter& from : CatalogueParameters()) {
    auto* to = response.add_parameters();
    to->set_name(std::move(from.name));
    to->set_value(std::move(from.value));
    to->set_meaning(std::move(from.meaning));
  }
  return response;
}

v1::GetPeriodsResponse Questions::Periods() {
  v1::GetPeriodsResponse response;
  for (const auto& cube : store_.Cubes()) {
    auto* period = response.add_periods();
    period->set_period(cube->cube().period());
    period->set_snapshot(cube->cube().snapshot());
    period->set_catalogue(cube->cube().catalogue());
    for (const v1::Coverage& coverage : cube->cube().coverage()) {
      if (coverage.population() == "national") {
        period->set_institutions(coverage.institutions());
      }
    }
  }
  return response;
}

}  // namespace garderobe::answer
