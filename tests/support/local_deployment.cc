#include "tests/support/local_deployment.h"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "client/tables/csv_reader.h"
#include "core/base/integer.h"
#include "core/keys/key_file.h"
#include "gtest/gtest.h"

namespace garderobe {
namespace {

namespace fs = std::filesystem;

std::string Slurp(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

std::string TemporaryFile() {
  char path[] = "/tmp/garderobe-test-XXXXXX";
  close(mkstemp(path));
  return path;
}

pid_t Spawn(const std::vector<std::string>& command,
            const std::map<std::string, std::string>& environment,
            const std::string& out, const std::string& err) {
  const pid_t pid = fork();
  if (pid != 0) return pid;
  dup2(open("/dev/null", O_RDONLY), 0);
  dup2(open(out.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600), 1);
  dup2(open(err.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600), 2);
  for (const auto& [name, value] : environment) {
    setenv(name.c_str(), value.c_str(), 1);
  }
  std::vector<char*> argv;
  for (const std::string& a : command) {
    argv.push_back(const_cast<char*>(a.c_str()));
  }
  argv.push_back(nullptr);
  execv(argv[0], argv.data());
  _exit(127);
}

}  // namespace

nlohmann::json RunResult::json() const {
  return nlohmann::json::parse(out, nullptr, false);
}

RunResult LocalDeployment::Background::Wait() {
  int status = 0;
  waitpid(pid, &status, 0);
  RunResult result{WIFEXITED(status) ? WEXITSTATUS(status) : 128,
                   Slurp(out_file), Slurp(err_file)};
  fs::remove(out_file);
  fs::remove(err_file);
  return result;
}

bool LocalDeployment::Background::Ended() {
  siginfo_t info{};
  waitid(P_PID, static_cast<id_t>(pid), &info, WEXITED | WNOHANG | WNOWAIT);
  return info.si_pid == pid;
}

RunResult RunToEnd(const std::vector<std::string>& command,
                   const std::map<std::string, std::string>& environment) {
  LocalDeployment::Background b{-1, TemporaryFile(), TemporaryFile()};
  b.pid = Spawn(command, environment, b.out_file, b.err_file);
  return b.Wait();
}

LocalDeployment::LocalDeployment() {
  char path[] = "/tmp/garderobe-deployment-XXXXXX";
  folder_ = mkdtemp(path);
  auto make = [&] {
    return Run(
        {"init", folder_, "--first-port", std::to_string(ports_.first())});
  };
  RunResult init = make();
  // Daemons of a test that was killed may still be there.
  while (init.exit != 0 && ports_.first() != 0 &&
         init.err.find("something listens") != std::string::npos) {
    ports_.TakeNext();
    init = make();
  }
  EXPECT_EQ(init.exit, 0) << init.err;
}

LocalDeployment::~LocalDeployment() {
  Run({"down", folder_});
  if (::testing::Test::HasFailure()) {
    std::fprintf(stderr, "logs and data are kept in %s\n", folder_.c_str());
    return;
  }
  std::error_code error;
  fs::remove_all(folder_, error);
}

LocalDeployment::Background LocalDeployment::Start(
    std::vector<std::string> arguments) const {
  arguments.insert(arguments.begin(),
                   std::string(GARDEROBE_BIN_DIR) + "/garderobe");
  Background b{-1, TemporaryFile(), TemporaryFile()};
  b.pid = Spawn(arguments, {{"GARDEROBE_DEPLOYMENT", folder_}}, b.out_file,
                b.err_file);
  return b;
}

RunResult LocalDeployment::Run(std::vector<std::string> arguments) const {
  return Start(std::move(arguments)).Wait();
}

void LocalDeployment::Up() const {
  const RunResult up = Run({"up", folder_});
  ASSERT_EQ(up.exit, 0) << up.err;
}
void LocalDeployment::Down() const { Run({"down", folder_}); }

pid_t LocalDeployment::Pid(const std::string& daemon) const {
  std::string text = Slurp(folder_ + "/" + daemon + ".pid");
  if (text.ends_with('\n')) text.pop_back();
  const pid_t pid = ParseInteger<pid_t>(text).value_or(0);
  return pid > 0 && kill(pid, 0) == 0 ? pid : 0;
}

void LocalDeployment::Kill(const std::string& daemon) const {
  const pid_t pid = Pid(daemon);
  ASSERT_NE(pid, 0) << daemon << " does not run";
  kill(pid, SIGKILL);
  while (kill(pid, 0) == 0) usleep(1000);
}

void LocalDeployment::Simulate(int institutions, int visits, int seed) {
  RunResult r = Run({"simulate", "--institutions", std::to_string(institutions),
                     "--visits", std::to_string(visits), "--seed",
                     std::to_string(seed), "--out", country()});
  ASSERT_EQ(r.exit, 0) << r.err;
  r = Run({"admin", "institution", "import", country() + "/register.toml"});
  ASSERT_EQ(r.exit, 0) << r.err;
}

std::vector<std::string> LocalDeployment::institutions() const {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(country())) {
    if (entry.path().extension() == ".csv" && entry.path().stem() != "truth") {
      names.push_back(entry.path().stem());
    }
  }
  std::sort(names.begin(), names.end());
  return names;
}

std::string LocalDeployment::Write(const std::string& name,
                                   const std::string& text) const {
  const std::string path = folder_ + "/" + name;
  std::ofstream(path, std::ios::binary) << text;
  return path;
}

size_t LocalDeployment::PeakMib(const std::string& daemon) const {
  std::istringstream status(Slurp(fmt::format("/proc/{}/status", Pid(daemon))));
  for (std::string line; std::getline(status, line);) {
    if (!line.starts_with("VmHWM:")) continue;
    // "VmHWM:     12345 kB"
    const size_t from = line.find_first_of("0123456789");
    const size_t to = line.find_first_not_of("0123456789", from);
    return ParseInteger<size_t>(line.substr(from, to - from)).value_or(0) >> 10;
  }
  return 0;
}

std::string LocalDeployment::address(const std::string& party) const {
  // answerd's intake is told to aggregatord only.
  const bool intake = party == "intake";
  const std::string key = intake ? "address" : party;
  std::istringstream config(Slurp(
      folder_ + (intake ? "/aggregator/aggregatord.toml" : "/client.toml")));
  for (std::string line; std::getline(config, line);) {
    if (line.starts_with(key + " = \"127")) {
      const size_t from = line.find('"') + 1;
      return line.substr(from, line.rfind('"') - from);
    }
  }
  return "";
}

CalledDaemon LocalDeployment::daemon(const std::string& party) const {
  const std::string name = party == "intake" ? "answer" : party;
  const auto pin = KeyPinOfFile(folder_ + "/" + name + "/tls/certificate.pem");
  EXPECT_TRUE(pin.ok()) << party;
  return {address(party),
          name == "ttp" ? "ttpd" : name + "d",
          {pin.value_or(KeyPin())}};
}

Mirror MirrorOfFile(const std::string& path) {
  auto reader = client::CsvReader::Open(path);
  EXPECT_TRUE(reader.ok());
  client::TableRow row;
  EXPECT_TRUE(*(*reader)->Read(&row));
  std::map<std::string, size_t> at;
  for (size_t i = 0; i < row.fields.size(); ++i) {
    at[std::string(row.fields[i])] = i;
  }
  std::map<std::pair<std::string, std::string>, std::vector<std::string>> last;
  while (*(*reader)->Read(&row)) {
    last[{std::string(row.fields[at["order_id"]]),
          std::string(row.fields[at["line_id"]])}] = {row.fields.begin(),
                                                      row.fields.end()};
  }
  Mirror mirror;
  for (const auto& [key, fields] : last) {
    const std::string& status = fields[at["status"]];
    if (status == "cancelled" || status == "refunded") continue;
    auto& month = mirror[fields[at["starts_at"]].substr(0, 7)];
    month[0] += 1;
    month[1] += ParseInteger<int>(fields[at["quantity"]]).value_or(0);
    month[2] += std::llround(std::stod(fields[at["price"]]) * 100);
  }
  return mirror;
}

Mirror MirrorOf(const LocalDeployment& deployment,
                const std::string& institution) {
  const RunResult r = deployment.Run({"query", "own", "visits", "--institution",
                                      institution, "--by", "month", "--json"});
  EXPECT_EQ(r.exit, 0) << r.err;
  Mirror mirror;
  if (r.exit != 0) return mirror;
  const nlohmann::json answer = r.json();
  for (const auto& row : answer["rows"]) {
    mirror[row["month"]] = {row["visits"], row["tickets"],
                            row["revenue_cents"]};
  }
  return mirror;
}

int EnvironmentNumber(const char* name, int otherwise) {
  const char* value = std::getenv(name);
  if (value == nullptr) return otherwise;
  const auto number = ParseInteger<int>(value);
  EXPECT_TRUE(number.has_value()) << name << "=" << value << " is no number";
  return number.value_or(otherwise);
}

AuthorSeed LocalDeployment::AuthorOf(const std::string& institution) const {
  auto seed = ReadSecret<AuthorSeed>(
      folder_ + "/institutions/" + institution + "/author.key", kAuthorRole);
  GARDEROBE_CHECK(seed.ok());
  return *std::move(seed);
}

}  // namespace garderobe
