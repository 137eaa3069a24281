// What somebody else on the same machine, or a page in its browser, can do to
// an agent: nothing that it notices.
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>

#include "tests/e2e/agent_fixture.h"

namespace garderobe {
namespace {

using ::testing::HasSubstr;

class HostileAgentTest : public RunningAgentTest {
 protected:
  // The daemons are not needed: nothing gets so far.
  void SetUp() override { StartAgent(); }
  void ExpectAlive() {
    EXPECT_EQ(CallHttp(Port(), "GET", "/healthz", "").status, 200);
    EXPECT_EQ(Status()["taken"], 0);
  }
};

TEST_F(HostileAgentTest, WithoutTheTokenNothingIsTakenAndNothingTold) {
  const std::string path = std::string("/v1/institutions/") + kMuseum;
  for (const std::string& headers :
       {std::string(), std::string("Authorization: Bearer " +
                                   std::string(64, '0') + "\r\n")}) {
    for (const std::string& target :
         {path + "/rows", path + "/outcomes", std::string("/v1/status"),
          std::string("/metrics"), std::string("/openapi.json")}) {
      const HttpAnswer answer = CallHttp(Port(), "GET", target, headers, "");
      EXPECT_EQ(answer.status, 401) << target;
      EXPECT_EQ(answer.body.find(kMuseum), std::string::npos);
    }
  }
  struct stat about;
  ASSERT_EQ(stat((AgentFolder() + "/agent.token").c_str(), &about), 0);
  EXPECT_EQ(about.st_mode & 0777, 0600u);
  ExpectAlive();
}

TEST_F(HostileAgentTest, APageInABrowserIsRefused) {
  const HttpAnswer crossed = CallHttp(
      Port(), "POST", std::string("/v1/institutions/") + kMuseum + "/rows",
      Headers() + "Origin: https://evil.example\r\n", Rows(1, 1));
  EXPECT_EQ(crossed.status, 403);
  EXPECT_EQ(crossed.head.find("Access-Control"), std::string::npos);
  const HttpAnswer preflight =
      CallHttp(Port(), "OPTIONS", "/v1/status",
               "Origin: https://evil.example\r\n"
               "Access-Control-Request-Method: POST\r\n");
  EXPECT_EQ(preflight.status, 403);
  // A name that somebody's name server leads to 127.0.0.1.
  const HttpAnswer rebound =
      RawHttp(Port(),
              "GET /v1/status HTTP/1.1\r\nHost: evil.example\r\n"
              "Authorization: Bearer " +
                  token_ + "\r\n\r\n");
  EXPECT_EQ(rebound.status, 403);
  ExpectAlive();
}

TEST_F(HostileAgentTest, WhatIsNoRequestEndsAndTakesNoMemory) {
  const std::string path = std::string("/v1/institutions/") + kMuseum + "/rows";
  EXPECT_EQ(RawHttp(Port(), "nonsense\r\n\r\n", 5).status, 400);
  EXPECT_EQ(RawHttp(Port(), std::string("\0\1\2\3\r\n\r\n", 8), 5).status, 400);
  EXPECT_EQ(
      RawHttp(Port(), "GET /" + std::string(20'000, 'x') + " HTTP/1.1\r\n\r\n")
          .status,
      431);
  // A body that is said to be large, and one that is.
  EXPECT_EQ(
      CallHttp(Port(), "POST", path, Headers(), std::string(17 << 20, ' '))
          .status,
      413);
  EXPECT_EQ(
      RawHttp(Port(), "POST " + path + " HTTP/1.1\r\nHost: localhost\r\n" +
                          Headers() + "Content-Length: 99999999999\r\n\r\n")
          .status,
      413);
  EXPECT_EQ(RawHttp(Port(), "POST " + path +
                                " HTTP/1.1\r\nHost: localhost\r\n" + Headers() +
                                "Transfer-Encoding: chunked\r\n\r\nzzz\r\n")
                .status,
            400);
  // Two lengths, as requests are smuggled with.
  EXPECT_EQ(
      RawHttp(Port(), "POST " + path + " HTTP/1.1\r\nHost: localhost\r\n" +
                          Headers() +
                          "Content-Length: 5\r\nContent-Length: 6\r\n\r\n[]")
          .status,
      400);
  EXPECT_EQ(Post(std::string(8 << 20, '[')).status, 400);
  ExpectAlive();
}

TEST_F(HostileAgentTest, ManyIdleConnectionsKeepNobodyOut) {
  std::vector<int> sockets;
  for (int i = 0; i < 200; ++i) {
    const int one = socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in at{};
    at.sin_family = AF_INET;
    at.sin_port = htons(static_cast<uint16_t>(Port()));
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    ASSERT_EQ(connect(one, reinterpret_cast<sockaddr*>(&at), sizeof at), 0);
    sockets.push_back(one);
  }
  ExpectAlive();
  for (int one : sockets) close(one);
}

}  // namespace
}  // namespace garderobe
