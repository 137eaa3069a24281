#include "client/mapping/parse_source.h"

#include <utility>

#include "client/orders/words.h"

namespace garderobe::client {
namespace {

// Deeper is nobody's mapping, and would exhaust the stack.
constexpr int kDepthMax = 6;

HeaderRef ReadHeader(const YAML::Node& node) {
  if (node.IsScalar()) return {node.Scalar(), 1};
  OnlyKeys(node, "a header", {"header", "nth"});
  HeaderRef ref;
  if (!node["header"]) Fail(node, "which header?");
  ref.name = Scalar(node["header"], "header");
  if (node["nth"]) {
    ref.nth = node["nth"].as<size_t>(0);
    if (ref.nth < 1 || ref.nth > 100) Fail(node, "nth is 1 to 100");
  }
  return ref;
}

}  // namespace

std::vector<HeaderRef> ReadHeaders(const YAML::Node& node) {
  std::vector<HeaderRef> headers;
  Each(node, [&](const YAML::Node& n) { headers.push_back(ReadHeader(n)); });
  if (headers.empty()) Fail(node, "names no header");
  return headers;
}

Source::Case ReadCase(const YAML::Node& node) {
  OnlyKeys(node, "a case", {"column", "is", "filled", "then"});
  Source::Case one;
  if (!node["column"]) Fail(node, "a case needs a column");
  one.headers = ReadHeaders(node["column"]);
  if (node["is"]) {
    Each(node["is"], [&](const YAML::Node& n) {
      one.is.push_back(PlainWord(Scalar(n, "is")));
    });
  } else if (!node["filled"] || !node["filled"].as<bool>(false)) {
    Fail(node, "a case needs `is:` with words, or `filled: true`");
  }
  if (node["then"]) one.then = Scalar(node["then"], "then");
  return one;
}

Source SourceReader::ReadAt(const YAML::Node& node, int depth) {
  Source source;
  if (depth > kDepthMax) Fail(node, "is nested too deeply");
  if (--budget_ < 0) Fail(node, "says too much");
  if (!node.IsMap() || node["header"]) {
    source.headers = ReadHeaders(node);
    return source;
  }
  OnlyKeys(node, "a column",
           {"first_filled", "join", "key", "lower", "digest", "count_in",
            "value", "when", "else", "prefix", "of"});
  auto parts = [&](const YAML::Node& list) {
    Each(list, [&](const YAML::Node& n) {
      source.parts.push_back(ReadAt(n, depth + 1));
    });
    if (source.parts.empty()) Fail(list, "is empty");
  };
  static const std::pair<const char*, Source::Op> kOps[] = {
      {"first_filled", Source::Op::kFirstFilled},
      {"join", Source::Op::kJoin},
      {"key", Source::Op::kKey},
      {"digest", Source::Op::kDigest},
      {"count_in", Source::Op::kCountIn}};
  int told = 0;
  for (const auto& [key, op] : kOps) {
    if (!node[key]) continue;
    ++told;
    source.op = op;
    parts(node[key]);
  }
  if (node["lower"]) {
    ++told;
    source.op = Source::Op::kLower;
    source.parts.push_back(ReadAt(node["lower"], depth + 1));
  }
  if (node["prefix"]) {
    ++told;
    if (!node["of"]) Fail(node, "`prefix` needs `of`");
    source.op = Source::Op::kPrefix;
    source.value = Scalar(node["prefix"], "prefix");
    source.parts.push_back(ReadAt(node["of"], depth + 1));
  }
  if (node["value"]) {
    ++told;
    source.op = Source::Op::kValue;
    source.value = Scalar(node["value"], "value");
  }
  if (node["when"]) {
    ++told;
    source.op = Source::Op::kWhen;
    Each(node["when"],
         [&](const YAML::Node& n) { source.cases.push_back(ReadCase(n)); });
    if (node["else"]) source.value = Scalar(node["else"], "else");
  } else if (node["else"]) {
    Fail(node, "`else` belongs to `when`");
  }
  if (told != 1) Fail(node, "a column comes from one of these at a time");
  return source;
}

}  // namespace garderobe::client
