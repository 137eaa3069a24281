// What anybody can do to a port: with a certificate by one header, and without
// any by connections that say nothing.
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>

#include "core/config/listen_address.h"
#include "tests/adversary/hostile_fixture.h"
#include "tests/support/http2_peer.h"

namespace garderobe {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;
using Header = Http2Peer::Header;
using std::chrono::steady_clock;

// The names that gRPC 1.51 takes apart by itself, in
// src/core/lib/transport/metadata_batch.h, and some that it does not know.
const std::vector<std::string> kNames = {":authority",
                                         ":method",
                                         ":path",
                                         ":scheme",
                                         ":status",
                                         "accept-encoding",
                                         "connection",
                                         "content-type",
                                         "endpoint-load-metrics-bin",
                                         "grpc-accept-encoding",
                                         "grpc-encoding",
                                         "grpc-internal-encoding-request",
                                         "grpc-message",
                                         "grpc-previous-rpc-attempts",
                                         "grpc-retry-pushback-ms",
                                         "grpc-server-stats-bin",
                                         "grpc-status",
                                         "grpc-tags-bin",
                                         "grpc-timeout",
                                         "grpc-trace-bin",
                                         "grpclb_client_stats",
                                         "host",
                                         "lb-cost-bin",
                                         "lb-token",
                                         "te",
                                         "user-agent",
                                         "x-unknown",
                                         "x-unknown-bin",
                                         ""};
const std::vector<std::string> kValues = {"",  "x", "AAAA",
                                          "!", "0", std::string(9'000, 'a')};

// Each header by itself, in a call of its own, to `path`.
void SendEveryHeader(const std::string& address,
                     const std::optional<TlsFiles>& files,
                     const std::string& path) {
  for (const std::string& name : kNames) {
    const auto peer = Http2Peer::Connect(address, files);
    ASSERT_NE(peer, nullptr) << address << " after " << name;
    uint32_t stream = 1;
    for (const std::string& value : kValues) {
      peer->Call(stream, path, {{name, value}});
      // A compression error ends the connection, and not every call ends.
      stream += 2;
    }
    const size_t ended = peer->AwaitEnds(kValues.size(), 1);
    // Where nothing is wrong with a header, its calls arrive and are answered.
    if (name == "x-unknown") EXPECT_GE(ended, kValues.size() - 1) << address;
  }
}

TEST_F(HostileTest, NoHeaderEndsADaemon) {
  const std::vector<std::string> daemons = {"ttpd", "vaultd", "aggregatord",
                                            "answerd"};
  std::map<std::string, pid_t> pids;
  for (const std::string& daemon : daemons) {
    pids[daemon] = deployment_->Pid(daemon);
  }
  const std::vector<std::pair<std::string, std::string>> ports = {
      {"ttp", "/garderobe.v1.DeliveryService/GetParameters"},
      {"vault", "/garderobe.v1.VaultService/GetParameters"},
      {"aggregator", "/garderobe.v1.AggregatorService/GetParameters"},
      {"answer", "/garderobe.v1.AnswerService/Query"},
      {"intake", "/garderobe.v1.AnswerIntakeService/PutCube"}};
  for (const auto& [party, path] : ports) {
    for (const char* who : {"clients/example-museum", "analysts/example-museum",
                            "coordinator", "custodians/custodian-1", "ttp/tls",
                            "vault/tls", "aggregator/tls", "answer/tls"}) {
      ASSERT_NO_FATAL_FAILURE(SendEveryHeader(deployment_->address(party),
                                              deployment_->tls(who), path))
          << who;
    }
  }
  for (const std::string& daemon : daemons) {
    EXPECT_EQ(deployment_->Pid(daemon), pids[daemon]) << daemon;
  }
  ExpectServiceStillWorks();
}

TEST(HeaderControlTest, ControlAServerThatCopiesHeadersIsEnded) {
  int out[2];
  ASSERT_EQ(pipe(out), 0);
  const pid_t server = fork();
  if (server == 0) {
    dup2(out[1], 1);
    const rlimit none{0, 0};
    setrlimit(RLIMIT_CORE, &none);
    const std::string path =
        std::string(GARDEROBE_BIN_DIR) + "/metadata_copier";
    execl(path.c_str(), path.c_str(), nullptr);
    _exit(127);
  }
  close(out[1]);
  char port[16] = {};
  ASSERT_GT(read(out[0], port, sizeof port - 1), 0);
  close(out[0]);
  const auto peer =
      Http2Peer::Connect("127.0.0.1:" + std::string(port), std::nullopt);
  ASSERT_NE(peer, nullptr);
  peer->Call(1, "/x.Y/Z", {{"grpclb_client_stats", "x"}});
  peer->AwaitEnds(1, 10);
  kill(server, SIGTERM);  // where the attack fails: ends it in another way
  int status = 0;
  waitpid(server, &status, 0);
  EXPECT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
}

// Connections that say nothing, and a daemon that may open few descriptors.
class IdleConnectionsTest : public ::testing::Test {
 protected:
  static constexpr int kDescriptors = 512;

  void SetUp() override {
    const rlimit mine{4096, 4096};
    rlimit before{};
    getrlimit(RLIMIT_NOFILE, &before);
    if (before.rlim_cur < mine.rlim_cur) {
      ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &mine), 0);
    }
    const std::string limit = fmt::format("--nofile={0}:{0}", kDescriptors);
    const RunResult up =
        RunToEnd({"/usr/bin/prlimit", limit,
                  std::string(GARDEROBE_BIN_DIR) + "/garderobe", "up",
                  deployment_.folder()});
    ASSERT_EQ(up.exit, 0) << up.err;
  }

  void Open(int count) {
    const auto endpoint = *ParseListenAddress(deployment_.address("ttp"));
    for (int i = 0; i < count; ++i) {
      boost::system::error_code error;
      idle_.emplace_back(io_).connect(endpoint, error);
      ASSERT_FALSE(error) << error.message();
    }
  }

  // The body of the answer to GET /healthz, or what went wrong.
  std::string Health() {
    const auto config = ReadWholeFile(deployment_.folder() + "/ttp/ttpd.toml");
    const size_t from = config->find('"', config->find("[metrics]")) + 1;
    const auto endpoint = *ParseListenAddress(
        std::string_view(*config).substr(from, config->find('"', from) - from));
    boost::asio::ip::tcp::socket socket(io_);
    boost::system::error_code error;
    socket.connect(endpoint, error);
    const std::string request = "GET /healthz HTTP/1.0\r\n\r\n";
    boost::asio::write(socket, boost::asio::buffer(request), error);
    std::string answer;
    boost::asio::read(socket, boost::asio::dynamic_buffer(answer), error);
    const size_t body = answer.find("\r\n\r\n");
    return body == answer.npos ? error.message() : answer.substr(body + 4);
  }

  bool IsServed() {
    auto stub = v1::DeliveryService::NewStub(TlsChannel(
        deployment_.daemon("ttp"), deployment_.tls("clients/example-museum")));
    grpc::ClientContext context;
    SetDeadline(context, std::chrono::seconds(2));
    context.set_wait_for_ready(true);
    v1::GetParametersResponse response;
    return stub->GetParameters(&context, {}, &response).ok();
  }

  template <typename Condition>
  bool Becomes(int seconds, Condition condition) {
    const auto deadline = steady_clock::now() + std::chrono::seconds(seconds);
    while (!condition()) {
      if (steady_clock::now() > deadline) return false;
      std::this_thread::sleep_for(std::chrono::milliseconds(100));
    }
    return true;
  }

  LocalDeployment deployment_;
  boost::asio::io_context io_;
  std::vector<boost::asio::ip::tcp::socket> idle_;
};

// 1,100 of them once made a daemon with 1,024 descriptors deaf for ever, while
// its health said ok.
TEST_F(IdleConnectionsTest, ADaemonSaysThatItIsDeafAndHearsAgain) {
  ASSERT_TRUE(Becomes(20, [&] { return Health() == "ok\n"; }));
  ASSERT_TRUE(IsServed());
  ASSERT_NO_FATAL_FAILURE(Open(700));
  // Those that say nothing lose their places after ten seconds, and until then
  // nobody else gets one.
  EXPECT_TRUE(Becomes(9, [&] { return Health() != "ok\n"; }));
  EXPECT_THAT(Health(), StartsWith("the own port does not answer"));
  // All are still open at this end.
  EXPECT_TRUE(Becomes(60, [&] { return IsServed(); }));
  EXPECT_TRUE(Becomes(20, [&] { return Health() == "ok\n"; }));
  EXPECT_THAT(*ReadWholeFile(deployment_.folder() + "/ttpd.log"),
              HasSubstr("event=connections-wait"));
}

TEST(DescriptorLimitTest, ADaemonRaisesItsLimitAndTellsIt) {
  LocalDeployment deployment;
  const RunResult up = RunToEnd({"/usr/bin/prlimit", "--nofile=256:2048",
                                 std::string(GARDEROBE_BIN_DIR) + "/garderobe",
                                 "up", deployment.folder()});
  ASSERT_EQ(up.exit, 0) << up.err;
  for (const char* daemon : {"ttpd", "vaultd", "aggregatord", "answerd"}) {
    EXPECT_THAT(*ReadWholeFile(deployment.folder() + "/" + daemon + ".log"),
                HasSubstr("event=descriptors limit=2048"));
  }
}

}  // namespace
}  // namespace garderobe
