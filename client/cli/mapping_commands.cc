#include <CLI/CLI.hpp>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "client/cli/command.h"
#include "client/mapping/guess.h"
#include "client/mapping/mapping.h"
#include "nlohmann/json.hpp"

namespace garderobe::client {
namespace {

using nlohmann::json;

absl::Status List(const Context& context) {
  json list = json::array();
  Page page = Page::Table({"mapping", "about"});
  for (const std::string& name : ShippedMappings()) {
    const auto mapping = FindMapping(name);
    if (!mapping.ok()) continue;  // a test holds that there is none
    page.Add({name, mapping->about});
    json joins = json::array();
    for (const Join& join : mapping->joins) {
      joins.push_back({{"name", join.name},
                       {"about", join.about},
                       {"needed", join.needed}});
      page.Note(fmt::format("{:<14}  {}--with {}=FILE: {}", "",
                            join.needed ? "" : "optionally ", join.name,
                            join.about));
    }
    list.push_back(
        {{"name", name}, {"about", mapping->about}, {"joins", joins}});
  }
  page.json = {{"mappings", std::move(list)}};
  return Print(context.form, page);
}

absl::Status WriteNew(const std::string& path, const std::string& text) {
  if (std::filesystem::exists(path)) {
    return AlreadyExists("{} exists; existing files are kept", path);
  }
  std::ofstream out(path);
  out << text;
  if (!out.flush()) {
    return Unavailable("cannot write {}; is the disk full?", path);
  }
  return absl::OkStatus();
}

absl::Status GuessOne(Context& context, const std::string& file,
                      const std::string& out) {
  GARDEROBE_ASSIGN_OR_RETURN(const Guess guess, GuessMapping(file));
  if (!out.empty()) GARDEROBE_RETURN_IF_ERROR(WriteNew(out, guess.yaml));
  if (context.form.json) {
    std::cout << json{{"shipped", guess.shipped},
                      {"mapping", guess.yaml},
                      {"notes", guess.notes},
                      {"missing", guess.missing}}
                     .dump()
              << "\n";
  } else if (out.empty()) {
    std::cout << guess.yaml;
  }
  // What to do next goes beside the mapping, not into it.
  for (const std::string& note : guess.notes) std::cerr << "- " << note << "\n";
  for (const std::string& column : guess.missing) {
    std::cerr << "- needed and not found: " << column << "\n";
  }
  const std::string name = !guess.shipped.empty() ? guess.shipped
                           : out.empty()          ? "THIS.yaml"
                                                  : out;
  if (guess.shipped == "default") {
    std::cerr << "next: garderobe check " << file << "\n";
  } else {
    std::cerr << "next: garderobe check " << file << " --mapping " << name
              << "\n";
  }
  if (!guess.missing.empty()) context.exit = kPartlyRefused;
  return absl::OkStatus();
}

}  // namespace

void AddMappingCommands(CLI::App& app, Context& context) {
  auto* mapping =
      app.add_subcommand("mapping", "how a vendor's export is read");
  mapping->require_subcommand(1);
  auto* list = mapping->add_subcommand("list", "the mappings that are shipped");
  list->callback([&context] {
    const absl::Status status = List(context);
    if (!status.ok()) context.Fail(status);
  });

  auto name = std::make_shared<std::string>();
  auto* show = mapping->add_subcommand("show", "print a mapping, as YAML");
  show->add_option("NAME", *name, "one of `garderobe mapping list`, or a file")
      ->required();
  show->footer("Example: garderobe mapping show pretix > mine.yaml");
  show->callback([&context, name] {
    const auto found = FindMapping(*name);
    if (!found.ok()) return context.Fail(found.status());
    std::cout << found->text;
  });

  auto file = std::make_shared<std::string>();
  auto out = std::make_shared<std::string>();
  auto* guess = mapping->add_subcommand(
      "guess",
      "propose a mapping from a file's headers and values, and say why; "
      "nothing leaves this machine");
  guess->add_option("FILE", *file, "an export: CSV or XLSX")->required();
  guess->add_option("--out", *out, "write the mapping here");
  guess->footer("Example: garderobe mapping guess export.csv --out mine.yaml");
  guess->callback([&context, file, out] {
    const absl::Status status = GuessOne(context, *file, *out);
    if (!status.ok()) context.Fail(status);
  });
}

}  // namespace garderobe::client
