#include "core/proof/batch_proof.h"

#include <algorithm>
#include <cstdint>
#include <map>
#include <memory>
#include <vector>

namespace garderobe {
namespace {

constexpr ConversionPlaces kBatchPlaces = {
    .s = 0, .v = 1, .rho_s = 2, .rho_v = 3};
constexpr uint32_t kFirstPlaceQ = 4;

void AddRow(const CiphertextRow& row, Transcript* transcript) {
  transcript->Add(row.point_a);
  transcript->AddInteger(static_cast<uint32_t>(row.points_b.size()));
  for (const KindPoint& point : row.points_b) {
    transcript->AddInteger(point.kind).Add(point.point_b);
  }
}

// The commitments belong in the seed: who could choose s after seeing the
// coefficients could make the sums of wrong rows agree.
Digest512 Seed(const BatchStatement& statement) {
  Transcript transcript("garderobe/proof/batch-seed/v2");
  transcript.AddInteger(static_cast<uint32_t>(statement.context.size()))
      .Add(statement.context)
      .Add(statement.commitments.scalar_s)
      .Add(statement.commitments.scalar_v)
      .Add(statement.commitments.ingress_key)
      .AddInteger(static_cast<uint32_t>(statement.keys.size()));
  for (const auto& [kind, key] : statement.keys) {
    transcript.AddInteger(kind).Add(key);
  }
  transcript.AddInteger(static_cast<uint32_t>(statement.inputs.size()));
  for (const CiphertextRow& row : statement.inputs) AddRow(row, &transcript);
  for (const CiphertextRow& row : statement.outputs) AddRow(row, &transcript);
  for (const uint32_t from : statement.permutation) transcript.AddInteger(from);
  return transcript.Digest();
}

PublicScalar Coefficient(const Digest512& seed, uint64_t row, uint64_t kind) {
  const Digest512 digest = Transcript("garderobe/proof/coefficient/v2")
                               .Add(seed.bytes())
                               .AddInteger(row)
                               .AddInteger(kind)
                               .Digest();
  PublicScalar coefficient;
  std::copy_n(digest.data(), 16, coefficient.mutable_data());
  return coefficient;
}

absl::Status CheckPermutation(std::span<const uint32_t> permutation) {
  std::vector<bool> taken(permutation.size());
  for (const uint32_t from : permutation) {
    if (from >= taken.size() || taken[from]) {
      return InvalidArgument("the permutation is not one");
    }
    taken[from] = true;
  }
  return absl::OkStatus();
}

absl::Status CheckBatch(const BatchStatement& statement) {
  const size_t rows = statement.outputs.size();
  if (rows == 0) return InvalidArgument("the batch has no rows");
  if (statement.inputs.size() != rows || statement.permutation.size() != rows) {
    return InvalidArgument("the lists of the batch are not of equal length");
  }
  if (statement.keys.contains(kEveryRow)) {
    return InvalidArgument("a kind has the number of every row");
  }
  GARDEROBE_RETURN_IF_ERROR(CheckPermutation(statement.permutation));
  for (size_t i = 0; i < rows; ++i) {
    GARDEROBE_RETURN_IF_ERROR(Annotate(
        CheckRows(statement.keys, statement.inputs[statement.permutation[i]],
                  statement.outputs[i]),
        fmt::format("row {}", i)));
  }
  return absl::OkStatus();
}

// sum += coefficient * element. False: `element` does not decode.
bool Accumulate(const PublicScalar& coefficient, const Element& element,
                Element* sum) {
  Element product;
  return MultiplyOrIdentity(coefficient, element, &product) &&
         Add(*sum, product, sum);
}

// The sums of one kind, which begin as identities.
struct Sums {
  Element point_a, point_b, converted_a, converted_b;
};

// Keys are kinds, then kEveryRow.
absl::StatusOr<std::map<uint32_t, Sums>> SumsOf(const BatchStatement& statement,
                                                const Digest512& seed) {
  std::map<uint32_t, Sums> all;
  for (size_t i = 0; i < statement.outputs.size(); ++i) {
    const CiphertextRow& input = statement.inputs[statement.permutation[i]];
    const CiphertextRow& output = statement.outputs[i];
    const auto add_a = [&](const PublicScalar& c, Sums* sums) {
      return Accumulate(c, input.point_a, &sums->point_a) &&
             Accumulate(c, output.point_a, &sums->converted_a);
    };
    bool decoded = add_a(Coefficient(seed, i, kEveryRow), &all[kEveryRow]);
    for (size_t k = 0; k < input.points_b.size(); ++k) {
      const uint32_t kind = input.points_b[k].kind;
      const PublicScalar c = Coefficient(seed, i, kind);
      Sums& sums = all[kind];
      decoded = decoded && add_a(c, &sums) &&
                Accumulate(c, input.points_b[k].point_b, &sums.point_b) &&
                Accumulate(c, output.points_b[k].point_b, &sums.converted_b);
    }
    if (!decoded) {
      return InvalidArgument("row {}: a point does not decode", i);
    }
  }
  return all;
}

absl::StatusOr<LinearStatement> Equations(const BatchStatement& statement,
                                          const Digest512& seed) {
  GARDEROBE_ASSIGN_OR_RETURN(const auto all, SumsOf(statement, seed));
  LinearStatement linear{
      .label = "garderobe/proof/batch/v2",
      .context = AsString(seed.bytes()),
      .witnesses = kFirstPlaceQ + static_cast<uint32_t>(all.size())};
  GARDEROBE_ASSIGN_OR_RETURN(
      ConversionEquations equations,
      ConversionEquations::Begin(statement.commitments, kBatchPlaces, &linear));
  uint32_t place_q = kFirstPlaceQ;
  for (const auto& [kind, sums] : all) {
    equations.AddA(sums.point_a, sums.converted_a, place_q);
    if (kind != kEveryRow) {
      GARDEROBE_RETURN_IF_ERROR(
          equations.AddB(sums.point_a, sums.point_b, sums.converted_b,
                         statement.keys.at(kind), place_q));
    }
    ++place_q;
  }
  return linear;
}

// s, v, rho_s, rho_v, and Q_k in the order of kinds.
std::vector<WipedScalar> Witnesses(const BatchStatement& statement,
                                   const Digest512& seed,
                                   const ConversionSecrets& secrets,
                                   std::span<const WipedScalar> q) {
  std::map<uint32_t, WipedScalar> sums;
  for (size_t i = 0; i < q.size(); ++i) {
    const auto add = [&](uint32_t kind) {
      WipedScalar& sum = sums[kind];
      sum = AddScalars(sum, MultiplyScalars(Coefficient(seed, i, kind), q[i]));
    };
    for (const KindPoint& point : statement.outputs[i].points_b) {
      add(point.kind);
    }
    add(kEveryRow);
  }
  std::vector<WipedScalar> witnesses;
  witnesses.reserve(kFirstPlaceQ + sums.size());
  for (const WipedScalar* secret :
       {&secrets.s, &secrets.v, &secrets.rho_s, &secrets.rho_v}) {
    witnesses.push_back(WipedScalar::CopyOf(*secret));
  }
  for (const auto& [kind, sum] : sums) {
    witnesses.push_back(WipedScalar::CopyOf(sum));
  }
  return witnesses;
}

}  // namespace

absl::StatusOr<std::string> ProveBatch(const BatchStatement& statement,
                                       const ConversionSecrets& secrets,
                                       std::span<const WipedScalar> q) {
  GARDEROBE_RETURN_IF_ERROR(CheckBatch(statement));
  GARDEROBE_CHECK(q.size() == statement.outputs.size());
  const Digest512 seed = Seed(statement);
  GARDEROBE_ASSIGN_OR_RETURN(const LinearStatement linear,
                             Equations(statement, seed));
  return ProveLinear(linear, Witnesses(statement, seed, secrets, q));
}

absl::Status VerifyBatch(const BatchStatement& statement,
                         std::string_view proof) {
  GARDEROBE_RETURN_IF_ERROR(CheckBatch(statement));
  GARDEROBE_ASSIGN_OR_RETURN(const LinearStatement linear,
                             Equations(statement, Seed(statement)));
  return VerifyLinear(linear, proof);
}

Digest512 BatchSeedForTesting(const BatchStatement& statement) {
  return Seed(statement);
}

PublicScalar BatchCoefficientForTesting(const Digest512& seed, uint64_t row,
                                        uint64_t kind) {
  return Coefficient(seed, row, kind);
}

absl::StatusOr<LinearStatement> BatchEquationsForTesting(
    const BatchStatement& statement) {
  GARDEROBE_RETURN_IF_ERROR(CheckBatch(statement));
  return Equations(statement, Seed(statement));
}

}  // namespace garderobe
