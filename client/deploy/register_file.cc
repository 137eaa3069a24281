#include "client/deploy/register_file.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>

#include "core/base/bytes.h"
#include "core/base/files.h"
#include "core/config/toml.h"
#include "core/register/register_store.h"
#include "core/rpc/key_pin.h"
#include "core/sealing/author_payload.h"

namespace garderobe::client {
namespace {

using Institution = v1::Register::Institution;

struct Key {
  std::string_view name;
  std::string* (Institution::*field)();
};
constexpr std::array<Key, 8> kKeys = {{
    {"id", &Institution::mutable_id},
    {"name", &Institution::mutable_name},
    {"subsector", &Institution::mutable_subsector},
    {"municipality", &Institution::mutable_municipality},
    {"owner", &Institution::mutable_owner},
    {"agreement_from", &Institution::mutable_agreement_from},
    {"agreement_to", &Institution::mutable_agreement_to},
    {"legal_basis", &Institution::mutable_legal_basis},
}};

// A text in quotes, or a date as TOML writes it.
std::optional<std::string> TextOrDate(const toml::node& value) {
  if (const auto* date = value.as_date()) {
    return fmt::format("{:04}-{:02}-{:02}", date->get().year, date->get().month,
                       date->get().day);
  }
  if (value.is_string()) return **value.as_string();
  return std::nullopt;
}

absl::Status ReadClients(const toml::node& value, const std::string& place,
                         Institution* institution) {
  const auto* names = value.as_array();
  if (names == nullptr) {
    return InvalidArgument("{}: clients must be a list of texts", place);
  }
  for (const toml::node& entry : *names) {
    if (!entry.is_string()) {
      return InvalidArgument("{}: clients must be a list of texts", place);
    }
    institution->add_clients(**entry.as_string());
  }
  return absl::OkStatus();
}

using Bytes = google::protobuf::RepeatedPtrField<std::string>;

absl::Status ReadPins(const toml::node& value, const std::string& place,
                      std::string_view name, Bytes* pins) {
  const auto* list = value.as_array();
  if (list == nullptr) {
    return InvalidArgument("{}: {} must be a list of texts", place, name);
  }
  for (const toml::node& entry : *list) {
    const auto pin = ParseKeyPin(entry.is_string() ? **entry.as_string() : "");
    if (!pin.ok()) {
      return InvalidArgument("{}: {}: {}", place, name, Message(pin.status()));
    }
    pins->Add(std::string(pin->view()));
  }
  return absl::OkStatus();
}

absl::Status ReadAuthors(const toml::node& value, const std::string& place,
                         std::string_view name, Institution* institution) {
  const auto* list = value.as_array();
  if (list == nullptr) {
    return InvalidArgument("{}: {} must be a list of texts", place, name);
  }
  for (const toml::node& entry : *list) {
    const auto key = FromHex(entry.is_string() ? **entry.as_string() : "");
    if (!key.ok() || !IsAuthorKey(*key)) {
      return InvalidArgument(
          "{}: {}: a key is the 64 hexadecimal digits that `garderobe "
          "author-key` prints",
          place, name);
    }
    auto* author = institution->add_authors();
    author->set_key(*key);
    author->set_retired(name == "retired_author_keys");
  }
  return absl::OkStatus();
}

absl::Status ReadClient(const toml::table& table, const std::string& source,
                        v1::Register::Client* client) {
  for (const auto& [key, value] : table) {
    const std::string_view name = key.str();
    const std::string place =
        fmt::format("{}:{}", source, key.source().begin.line);
    if (name == "key_pins") {
      GARDEROBE_RETURN_IF_ERROR(
          ReadPins(value, place, name, client->mutable_key_pins()));
    } else if (name != "name") {
      return InvalidArgument("{}: unknown key {}; known are name and key_pins",
                             place, name);
    } else if (!value.is_string()) {
      return InvalidArgument("{}: name must be a text in quotes", place);
    } else {
      client->set_name(**value.as_string());
    }
  }
  return absl::OkStatus();
}

absl::Status ReadInstitution(const toml::table& table,
                             const std::string& source,
                             Institution* institution) {
  for (const auto& [key, value] : table) {
    const std::string_view name = key.str();
    const std::string place =
        fmt::format("{}:{}", source, key.source().begin.line);
    if (name == "clients") {
      GARDEROBE_RETURN_IF_ERROR(ReadClients(value, place, institution));
      continue;
    }
    if (name == "analyst_key_pins") {
      GARDEROBE_RETURN_IF_ERROR(ReadPins(
          value, place, name, institution->mutable_analyst_key_pins()));
      continue;
    }
    if (name == "author_keys" || name == "retired_author_keys") {
      GARDEROBE_RETURN_IF_ERROR(ReadAuthors(value, place, name, institution));
      continue;
    }
    if (name == "retention_months" || name == "tokens_per_month" ||
        name == "identity_rights_per_month") {
      const bool is_months = name == "retention_months";
      const bool is_tokens = name == "tokens_per_month";
      const int64_t most = is_months   ? 120
                           : is_tokens ? 2'200'000'000
                                       : 1'000'000;
      const auto number = value.value<int64_t>();
      if (!value.is_integer() || *number < 1 || *number > most) {
        return InvalidArgument("{}: {} must be 1 to {}", place, name, most);
      }
      if (is_months) {
        institution->set_retention_months(static_cast<uint32_t>(*number));
      } else if (is_tokens) {
        institution->set_tokens_per_month(static_cast<uint64_t>(*number));
      } else {
        institution->set_identity_rights_per_month(
            static_cast<uint32_t>(*number));
      }
      continue;
    }
    if (name == "benchmark" || name == "plain") {
      if (!value.is_boolean()) {
        return InvalidArgument("{}: {} must be true or false", place, name);
      }
      if (name == "plain") {
        institution->set_plain(**value.as_boolean());
      } else {
        institution->set_benchmark(**value.as_boolean());
      }
      continue;
    }
    if (name == "access_key") {
      const auto text = TextOrDate(value);
      const auto bytes = FromHex(text.value_or(""));
      if (!text || !bytes.ok() || bytes->size() != 32) {
        return InvalidArgument(
            "{}: access_key must be the 64 hexadecimal digits that `garderobe "
            "access-key` prints",
            place);
      }
      institution->set_access_key(*bytes);
      continue;
    }
    const auto known =
        std::find_if(kKeys.begin(), kKeys.end(),
                     [&](const Key& k) { return k.name == name; });
    if (known == kKeys.end()) {
      return InvalidArgument(
          "{}: unknown key {}; known are id, name, subsector, municipality, "
          "owner, clients, agreement_from, agreement_to, legal_basis, "
          "retention_months, benchmark, tokens_per_month, "
          "identity_rights_per_month, plain, access_key, "
          "author_keys, retired_author_keys and analyst_key_pins",
          place, name);
    }
    const auto text = TextOrDate(value);
    if (!text) {
      return InvalidArgument("{}: {} must be a text in quotes", place, name);
    }
    *(institution->*known->field)() = *text;
  }
  if (institution->clients_size() == 0) {
    institution->add_clients(institution->id());
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<v1::Register> ReadRegisterText(std::string_view text,
                                              const std::string& source) {
  GARDEROBE_ASSIGN_OR_RETURN(const toml::table parsed, ParseToml(text, source));
  for (const auto& [key, value] : parsed) {
    if (key.str() == "institution" || key.str() == "client") continue;
    return InvalidArgument(
        "{}:{}: unknown key {}; expected [[institution]] or [[client]]", source,
        key.source().begin.line, key.str());
  }
  const auto* list = parsed["institution"].as_array();
  if (list == nullptr) {
    return InvalidArgument("{}: expected tables [[institution]]", source);
  }
  v1::Register reg;
  for (const toml::node& node : *list) {
    const auto* table = node.as_table();
    if (table == nullptr) {
      return InvalidArgument("{}: expected tables [[institution]]", source);
    }
    GARDEROBE_RETURN_IF_ERROR(
        ReadInstitution(*table, source, reg.add_institutions()));
  }
  if (parsed.contains("client")) {
    const auto* clients = parsed["client"].as_array();
    if (clients == nullptr || !clients->is_array_of_tables()) {
      return InvalidArgument("{}: expected tables [[client]]", source);
    }
    for (const toml::node& node : *clients) {
      GARDEROBE_RETURN_IF_ERROR(
          ReadClient(*node.as_table(), source, reg.add_clients()));
    }
  }
  const absl::Status checked = CheckRegister(reg);
  if (!checked.ok()) return Annotate(checked, source);
  return reg;
}

absl::StatusOr<v1::Register> ReadRegisterFile(const std::string& path) {
  GARDEROBE_ASSIGN_OR_RETURN(const std::string text, ReadWholeFile(path));
  return ReadRegisterText(text, path);
}

}  // namespace garderobe::client
