#include "client/agent/agent_config.h"

#include <algorithm>

#include "client/orders/dates.h"
#include "core/base/files.h"

namespace garderobe::client {

Settings AgentConfig::Table() {
  Settings table;
  table.Address("listen.address", &listen,
                "where rows are taken over HTTP, on loopback; empty: nowhere");
  table.Text("listen.socket", &socket,
             "path of a socket where they are taken, too, from the agent's own "
             "user and without a token; empty: nowhere");
  table.Text("agent.client", &client,
             "who delivers, a client of the register; needed only where there "
             "are several here");
  table.List("agent.institutions", &institutions,
             "for whom; empty: for all whose keys are here");
  table.Text("agent.source", &source, "name of the feed");
  table.Text("agent.zone", &zone,
             "time zone into which times with an offset are put, such as "
             "Europe/Brussels; empty: their digits are taken as local");
  table.List("agent.own_domains", &own_domains,
             "the institution's own e-mail domains, which identify nobody");
  table.Flag("agent.plain", &plain,
             "plain mode, where the agreement allows it");
  table.Number("spool.mib_max", &spool_mib_max,
               "MiB of rows that may wait for one institution; further ones "
               "are refused",
               1, 1 << 20);
  table.Number("spool.free_mib_min", &free_mib_min,
               "MiB that stay free on the disk", 0, 1 << 20);
  table.Number("deliver.rows_per_second", &rows_per_second,
               "rows whose visits are delivered in a second, all institutions "
               "together; 0: no limit",
               0, 1'000'000);
  table.Number("deliver.visits_at_once", &visits_at_once,
               "institutions whose visits are delivered at the same time, a "
               "stream each",
               1, 64);
  table.Number("deliver.relations_at_once", &relations_at_once,
               "institutions whose customers are, likewise; the TTP allows a "
               "client 8 streams unless it is configured otherwise",
               1, 64);
  table.Number("deliver.gather_visits_s", &gather_visits_s,
               "seconds that rows are gathered before their visits go", 0,
               86'400);
  table.Number("deliver.gather_relations_s", &gather_relations_s,
               "seconds that customers are gathered before they go", 0, 86'400);
  table.List("folders.watch", &folders,
             "folders of exports that are delivered, too: institution, mapping "
             "and path of each, such as \"museum-01 pretix /srv/exports\"");
  return table;
}

absl::StatusOr<WatchedExports> ParseWatched(const std::string& text) {
  const size_t first = text.find(' ');
  const size_t second = first == text.npos ? first : text.find(' ', first + 1);
  if (second == text.npos || second + 1 == text.size()) {
    return InvalidArgument(
        "folders.watch: '{}' is not INSTITUTION MAPPING PATH, such as "
        "\"museum-01 pretix /srv/exports\"",
        text);
  }
  return WatchedExports{text.substr(0, first),
                        text.substr(first + 1, second - first - 1),
                        text.substr(second + 1)};
}

absl::Status ReadAgentConfig(const std::string& folder, const std::string& path,
                             AgentConfig* config) {
  std::string file = path;
  if (file.empty()) {
    file = folder + "/agent.toml";
    GARDEROBE_ASSIGN_OR_RETURN(const bool is_there, IsThere(file));
    if (!is_there) return absl::OkStatus();
  }
  GARDEROBE_RETURN_IF_ERROR(config->Table().ReadFile(file));
  if (!config->zone.empty() && !IsTimeZone(config->zone)) {
    return InvalidArgument("{}: agent.zone: there is no time zone {}", file,
                           config->zone);
  }
  const bool is_source =
      !config->source.empty() && config->source.size() <= 40 &&
      config->source.find_first_not_of(
          "abcdefghijklmnopqrstuvwxyz0123456789._-") == std::string::npos;
  if (!is_source) {
    return InvalidArgument(
        "{}: agent.source: 1 to 40 of a-z, 0-9, '.', '_' "
        "and '-'",
        file);
  }
  auto& names = config->institutions;
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  return absl::OkStatus();
}

}  // namespace garderobe::client
