#include "client/audit/crowd_file.h"

#include <algorithm>
#include <bit>
#include <cstdint>
#include <filesystem>
#include <limits>
#include <map>
#include <optional>
#include <vector>

#include "core/base/files.h"
#include "core/identifiers/identifier.h"
#include "nlohmann/json.hpp"

namespace garderobe::client {
namespace {

using nlohmann::json;

constexpr char kFormat[] = "garderobe-crowd-v1";

std::string HexOf(std::string_view bytes) { return ToHex(AsBytes(bytes)); }

json SignedJson(const SignedBody& from) {
  return {{"body", HexOf(from.body)}, {"signature", HexOf(from.signature)}};
}

json PointsJson(const std::vector<Element>& points) {
  json list = json::array();
  for (const Element& point : points) list.push_back(HexOf(point.view()));
  return list;
}

// Reads the fields of one object, and remembers the first that is not as it
// should be. Values that are read after that are zeros. `object` outlives it.
class FieldReader {
 public:
  FieldReader(const json& object, std::string place)
      : object_(object), place_(std::move(place)) {
    if (!object_.is_object()) Fail("", "an object");
  }

  const absl::Status& status() const { return status_; }

  std::string Text(const char* name) {
    const json* value = Find(name);
    if (value != nullptr && value->is_string()) {
      return value->get<std::string>();
    }
    Fail(name, "a text");
    return "";
  }
  std::string Bytes(const char* name) {
    const auto bytes = FromHex(Text(name));
    if (!bytes.ok()) Fail(name, "bytes in hexadecimal");
    return bytes.value_or("");
  }
  template <typename Fixed>
  Fixed Get(const char* name) {
    return FixedFrom<Fixed>(name, Bytes(name));
  }
  int64_t Number(const char* name, int64_t least, int64_t most) {
    const json* value = Find(name);
    if (value != nullptr) return NumberFrom(name, *value, least, most);
    Fail(name, "a number");
    return 0;
  }
  uint32_t Number32(const char* name) {
    return static_cast<uint32_t>(
        Number(name, 0, std::numeric_limits<uint32_t>::max()));
  }
  // A list, or an empty one.
  const json& List(const char* name) {
    static const json kNone = json::array();
    const json* value = Find(name);
    if (value != nullptr && value->is_array()) return *value;
    Fail(name, "a list");
    return kNone;
  }
  std::vector<Element> Points(const char* name) {
    std::vector<Element> points;
    for (const json& hex : List(name)) {
      const auto bytes = FromHex(hex.is_string() ? hex.get<std::string>() : "");
      points.push_back(FixedFrom<Element>(name, bytes.value_or("")));
    }
    return points;
  }
  ParameterSerials Serials(const char* name) {
    const json& list = List(name);
    if (list.size() != 3) {
      Fail(name, "three numbers");
      return {};
    }
    const auto at = [&](size_t i) {
      return static_cast<uint32_t>(
          NumberFrom(name, list[i], 0, std::numeric_limits<uint32_t>::max()));
    };
    return {at(0), at(1), at(2)};
  }
  // Fields of an object within this one.
  SignedBody Signed(const char* name) {
    FieldReader inner(Object(name), Place(name));
    SignedBody result{inner.Bytes("body"), inner.Bytes("signature")};
    if (status_.ok()) status_ = inner.status();
    return result;
  }
  const json& Object(const char* name) {
    static const json kNone = json::object();
    const json* value = Find(name);
    if (value != nullptr && value->is_object()) return *value;
    Fail(name, "an object");
    return kNone;
  }
  void Fail(const char* name, std::string_view expected) {
    if (status_.ok()) {
      status_ = InvalidArgument("{}: expected {}", Place(name), expected);
    }
  }

 private:
  std::string Place(const char* name) const {
    return place_.empty() || *name == '\0' ? place_ + name
                                           : fmt::format("{}.{}", place_, name);
  }
  const json* Find(const char* name) const {
    const auto found = object_.find(name);
    return found == object_.end() ? nullptr : &*found;
  }
  template <typename Fixed>
  Fixed FixedFrom(const char* name, const std::string& bytes) {
    if (bytes.size() == Fixed::kBytes) return Fixed::From(bytes);
    Fail(name, fmt::format("{} hexadecimal digits", 2 * Fixed::kBytes));
    return Fixed();
  }
  int64_t NumberFrom(const char* name, const json& value, int64_t least,
                     int64_t most) {
    if (value.is_number_integer()) {
      const auto number = value.get<int64_t>();
      if (number >= least && number <= most) return number;
    }
    Fail(name, fmt::format("a number from {} to {}", least, most));
    return 0;
  }

  const json& object_;
  const std::string place_;
  absl::Status status_;
};

absl::Status ReadInput(const json& from, size_t i, ShownCrowd* crowd) {
  FieldReader row(from, fmt::format("inputs[{}]", i));
  ClientRow input{Handle(), row.Number32("kinds"), row.Get<Element>("A"),
                  row.Points("B"), row.Get<Element>("D")};
  const ParameterSerials serials = row.Serials("serials");
  if (std::popcount(input.kinds) != std::ssize(input.points_b)) {
    row.Fail("B", "a point for each of kinds");
  }
  GARDEROBE_RETURN_IF_ERROR(row.status());
  crowd->inputs.push_back(std::move(input));
  crowd->serials.push_back(serials);
  return absl::OkStatus();
}

absl::Status ReadOutput(const json& from, size_t i, ShownCrowd* crowd) {
  FieldReader row(from, fmt::format("outputs[{}]", i));
  VaultRow output;
  output.handle = row.Get<VaultHandle>("handle");
  output.kinds = row.Number32("kinds");
  output.point_a = row.Get<Element>("A");
  output.points_b = row.Points("B");
  output.home = {row.Get<Element>("A_h"), row.Get<Element>("D_h")};
  const uint32_t input = row.Number32("input");
  if (std::popcount(output.kinds) != std::ssize(output.points_b)) {
    row.Fail("B", "a point for each of kinds");
  }
  GARDEROBE_RETURN_IF_ERROR(row.status());
  crowd->outputs.push_back(std::move(output));
  crowd->permutation.push_back(input);
  return absl::OkStatus();
}

}  // namespace

std::string CrowdFileText(const AuditedCrowd& audited) {
  const ShownCrowd& crowd = audited.crowd;
  json inputs = json::array(), outputs = json::array();
  for (size_t i = 0; i < crowd.inputs.size(); ++i) {
    const ClientRow& row = crowd.inputs[i];
    const ParameterSerials& serials = crowd.serials[i];
    inputs.push_back(
        {{"kinds", row.kinds},
         {"A", HexOf(row.point_a.view())},
         {"B", PointsJson(row.points_b)},
         {"D", HexOf(row.point_home.view())},
         {"serials", {serials.ttp, serials.vault, serials.aggregator}}});
  }
  for (size_t i = 0; i < crowd.outputs.size(); ++i) {
    const VaultRow& row = crowd.outputs[i];
    outputs.push_back({{"handle", HexOf(row.handle.view())},
                       {"kinds", row.kinds},
                       {"A", HexOf(row.point_a.view())},
                       {"B", PointsJson(row.points_b)},
                       {"A_h", HexOf(row.home.point_a.view())},
                       {"D_h", HexOf(row.home.point_b.view())},
                       {"input", crowd.permutation[i]}});
  }
  const json file = {{"format", kFormat},
                     {"answer_id", HexOf(crowd.id.view())},
                     {"answer_day", crowd.answer_day},
                     {"fetched", ToIso(audited.fetched)},
                     {"parameters",
                      {{"ttp", SignedJson(audited.ttp)},
                       {"vault", SignedJson(audited.vault)},
                       {"aggregator", SignedJson(audited.aggregator)}}},
                     {"proofs",
                      {{"rows", HexOf(crowd.proofs.rows)},
                       {"homes", HexOf(crowd.proofs.homes)}}},
                     {"receipt", SignedJson(crowd.receipt)},
                     {"inputs", std::move(inputs)},
                     {"outputs", std::move(outputs)}};
  return file.dump(1) + "\n";
}

absl::StatusOr<AuditedCrowd> ReadCrowdText(std::string_view text) {
  const json file = json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (!file.is_object() || file.value("format", json()) != kFormat) {
    return InvalidArgument("it is no file of a crowd ({})", kFormat);
  }
  FieldReader top(file, "");
  AuditedCrowd audited;
  ShownCrowd& crowd = audited.crowd;
  crowd.id = top.Get<AnswerId>("answer_id");
  crowd.answer_day = static_cast<int32_t>(
      top.Number("answer_day", std::numeric_limits<int32_t>::min(),
                 std::numeric_limits<int32_t>::max()));
  const auto fetched = ParseDate(top.Text("fetched"));
  if (!fetched) top.Fail("fetched", "a day");
  audited.fetched = fetched.value_or(CivilDate{2000, 1, 1});
  FieldReader parameters(top.Object("parameters"), "parameters");
  audited.ttp = parameters.Signed("ttp");
  audited.vault = parameters.Signed("vault");
  audited.aggregator = parameters.Signed("aggregator");
  FieldReader proofs(top.Object("proofs"), "proofs");
  crowd.proofs = {proofs.Bytes("rows"), proofs.Bytes("homes")};
  crowd.receipt = top.Signed("receipt");
  const json &inputs = top.List("inputs"), &outputs = top.List("outputs");
  for (const FieldReader* reader : {&top, &parameters, &proofs}) {
    GARDEROBE_RETURN_IF_ERROR(reader->status());
  }
  if (inputs.size() > kCrowdRowsMax || outputs.size() > kCrowdRowsMax) {
    return InvalidArgument("inputs, outputs: at most {} rows", kCrowdRowsMax);
  }
  for (size_t i = 0; i < inputs.size(); ++i) {
    GARDEROBE_RETURN_IF_ERROR(ReadInput(inputs[i], i, &crowd));
  }
  for (size_t i = 0; i < outputs.size(); ++i) {
    GARDEROBE_RETURN_IF_ERROR(ReadOutput(outputs[i], i, &crowd));
  }
  return audited;
}

absl::Status WriteCrowdFile(const std::string& path,
                            const AuditedCrowd& audited) {
  return CreateFile(path, CrowdFileText(audited), 0600);
}

absl::StatusOr<AuditedCrowd> ReadCrowdFile(const std::string& path) {
  std::error_code error;
  const auto bytes = std::filesystem::file_size(path, error);
  if (!error && bytes > kCrowdFileBytesMax) {
    return InvalidArgument("{}: larger than {} MiB", path,
                           kCrowdFileBytesMax >> 20);
  }
  GARDEROBE_ASSIGN_OR_RETURN(const std::string text, ReadWholeFile(path));
  auto audited = ReadCrowdText(text);
  if (!audited.ok()) return Annotate(audited.status(), path);
  return audited;
}

}  // namespace garderobe::client
