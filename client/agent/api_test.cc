#include "client/agent/api.h"

#include "client/agent/agent_fixture.h"
#include "gmock/gmock.h"
#include "nlohmann/json.hpp"
#include "tests/support/status_matchers.h"

namespace garderobe::client {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;

constexpr std::string_view kRow =
    R"({"customer_id": "K1", "email": "anna@example.nl", "order_id": "1",
        "line_id": "1", "event_id": "E", "starts_at": "2026-03-01T20:00"})";

class ApiTest : public AgentFixture {
 protected:
  void SetUp() override {
    AgentFixture::SetUp();
    auto opened = OpenQueue();
    ASSERT_THAT(opened, IsOk());
    queue_ = *std::move(opened);
    mapping_ = *FindMapping("default");
    api_ = std::make_unique<Api>(ApiOptions{
        "vendor-a", {queue_.get()}, &mapping_, "secret-token", [this] {
          ++woken_;
        }});
  }
  static ApiRequest Request(std::string method, std::string target) {
    ApiRequest request;
    request.method = std::move(method);
    request.target = std::move(target);
    request.content_type = "application/json; charset=utf-8";
    request.authorization = "Bearer secret-token";
    request.host = "127.0.0.1:7480";
    return request;
  }
  ApiResponse Post(std::string_view body,
                   std::string_view type = "application/json") {
    ApiRequest request = Request("POST", "/v1/institutions/museum-01/rows");
    request.content_type = type;
    return api_->Answer(request, body);
  }
  json Get(const std::string& target, int status = 200) {
    const ApiResponse response = api_->Answer(Request("GET", target), "");
    EXPECT_EQ(response.status, status) << response.body;
    return json::parse(response.body);
  }

  std::unique_ptr<InstitutionQueue> queue_;
  Mapping mapping_;
  std::unique_ptr<Api> api_;
  int woken_ = 0;
};

TEST_F(ApiTest, RowsAreNumberedAndRefusedByRow) {
  const ApiResponse response = Post(fmt::format(
      R"([{}, {{"order_id": "2"}}, {{"order_id": "3", "line_id": "1",
           "event_id": "E", "starts_at": "2026-03-01", "product": "Parkeren"}},
           {{"phone": 6}}])",
      kRow));
  EXPECT_EQ(response.status, 200) << response.body;
  const json taken = json::parse(response.body);
  EXPECT_EQ(taken["first_row"], 1);
  EXPECT_EQ(taken["rows"], 4);
  EXPECT_EQ(taken["taken"], 1);
  ASSERT_EQ(taken["refused"].size(), 3u) << response.body;
  EXPECT_EQ(
      taken["refused"][0],
      (json{{"row", 2}, {"column", "line_id"}, {"reason", "LINE_ID_MISSING"}}));
  EXPECT_EQ(taken["refused"][1]["reason"], "NO_VISIT");
  EXPECT_EQ(taken["refused"][2]["column"], "phone");
  EXPECT_EQ(woken_, 1);
  EXPECT_EQ(json::parse(Post(fmt::format("[{}]", kRow)).body)["first_row"], 5);
  const json status = Get("/v1/status");
  EXPECT_EQ(status["institutions"][0]["taken"], 5);
  EXPECT_EQ(status["institutions"][0]["waiting"], 5);
}

TEST_F(ApiTest, LinesOfJsonAreTakenToo) {
  std::string lines(kRow);
  std::erase(lines, '\n');
  const ApiResponse response =
      Post(lines + "\nno json\n" + lines + "\n", "application/x-ndjson");
  EXPECT_EQ(response.status, 200);
  const json taken = json::parse(response.body);
  EXPECT_EQ(taken["taken"], 2);
  EXPECT_EQ(taken["refused"][0]["reason"], "LINE_NOT_JSON");
}

TEST_F(ApiTest, ARequestWithoutOneGoodRowIsAnErrorByItsStatus) {
  const ApiResponse response = Post(R"([{"voornaam": "Anna"}])");
  EXPECT_EQ(response.status, 422);
  EXPECT_THAT(response.body, HasSubstr("FIELD_UNKNOWN"));
  EXPECT_EQ(response.body.find("Anna"), std::string::npos);
  EXPECT_EQ(Post("[]").status, 400);
  EXPECT_EQ(Post("{").status, 400);
  EXPECT_EQ(Post("{}", "text/csv").status, 415);
  EXPECT_EQ(Post("[1").status, 400);
  EXPECT_EQ(queue_->spool().next_row(), 2u);
}

TEST_F(ApiTest, OutcomesAreToldBehindARow) {
  ASSERT_EQ(Post(fmt::format("[{0}, {0}]", kRow)).status, 200);
  BatchResult result;
  result.from = 1;
  result.to = 2;
  result.at = 1'794'256'800;
  result.stored = 1;
  result.refused_count = 1;
  result.refused = {{2, "event_id", "EVENT_INVALID"}};
  ASSERT_THAT(queue_->outcomes(Flow::kVisits).Append(result), IsOk());
  const json page = Get("/v1/institutions/museum-01/outcomes?after=0&limit=5");
  ASSERT_EQ(page["batches"].size(), 1u);
  EXPECT_EQ(page["batches"][0]["at"], "2026-11-09T20:40:00Z");
  EXPECT_EQ(page["batches"][0]["refused"][0]["row"], 2);
  EXPECT_FALSE(page["batches"][0].contains("stored_in_all"));
  EXPECT_EQ(page["next_after"], 2);
  EXPECT_EQ(
      Get("/v1/institutions/museum-01/outcomes?of=customers")["batches"].size(),
      0u);
  for (const char* query : {"after=x", "limit=0", "of=all", "since=1"}) {
    Get(std::string("/v1/institutions/museum-01/outcomes?") + query, 400);
  }
}

TEST_F(ApiTest, PathsAndInstitutionsThatAreNotThereAreSaid) {
  EXPECT_THAT(Get("/v1/institutions/museum-1/rows", 404)["error"]["message"],
              HasSubstr("museum-01"));
  Get("/v1/institutions/museum-01", 404);
  Get("/", 404);
  Get("/v1/institutions/museum-01/rows", 405);
  EXPECT_EQ(api_->Answer(Request("DELETE", "/v1/status"), "").status, 405);
}

TEST_F(ApiTest, NobodyAsksWithoutATokenAndNoPageOfABrowserDoes) {
  ApiRequest request = Request("GET", "/v1/status");
  EXPECT_EQ(api_->Refuse(request), nullptr);
  for (const char* wrong : {"", "Bearer secret-tokem", "Bearer secret-token ",
                            "Bearer", "Basic secret-token", "secret-token"}) {
    request.authorization = wrong;
    const auto refused = api_->Refuse(request);
    ASSERT_NE(refused, nullptr) << wrong;
    EXPECT_EQ(refused->status, 401);
  }
  request = Request("GET", "/v1/status");
  request.origin = "http://127.0.0.1:7480";
  ASSERT_NE(api_->Refuse(request), nullptr);
  EXPECT_EQ(api_->Refuse(request)->status, 403);
  request.origin.clear();
  for (const char* host : {"", "evil.example", "127.0.0.1.evil.example:7480"}) {
    request.host = host;
    ASSERT_NE(api_->Refuse(request), nullptr) << host;
    EXPECT_EQ(api_->Refuse(request)->status, 403) << host;
  }
  for (const char* host :
       {"localhost", "LocalHost.:7480", "[::1]:7480", "127.0.0.2:7480"}) {
    request.host = host;
    EXPECT_EQ(api_->Refuse(request), nullptr) << host;
  }
  request.authorization = "bearer secret-token";
  EXPECT_EQ(api_->Refuse(request), nullptr);
  // Whether it answers may be asked without, and nothing sent with that.
  request.authorization.clear();
  request.target = "/healthz";
  EXPECT_EQ(api_->Refuse(request), nullptr);
  request.has_body = true;
  ASSERT_NE(api_->Refuse(request), nullptr);
  request.has_body = false;
  request.method = "POST";
  ASSERT_NE(api_->Refuse(request), nullptr);
  // A socket's mode decides who may open it.
  request.authorization.clear();
  request.is_local_socket = true;
  EXPECT_EQ(api_->Refuse(request), nullptr);
}

TEST_F(ApiTest, MetricsSpeakOfNoPerson) {
  ASSERT_EQ(Post(fmt::format("[{}]", kRow)).status, 200);
  api_->Count(200);
  const std::string text = api_->Answer(Request("GET", "/metrics"), "").body;
  EXPECT_THAT(text, HasSubstr("garderobe_agent_rows_waiting{institution="
                              "\"museum-01\"} 1"));
  EXPECT_THAT(text,
              HasSubstr("garderobe_agent_requests_total{status=\"200\"}"));
  EXPECT_EQ(text.find("anna"), std::string::npos);
}

// What the contract says of a row is what the agent takes.
TEST(AgentOpenApiTest, RowsAreThoseThatAreRead) {
  const json contract = json::parse(AgentOpenApi());
  const json& row = contract["components"]["schemas"]["Row"]["properties"];
  EXPECT_EQ(row.size(), kRowFields);
  for (size_t field = 0; field < kRowFields; ++field) {
    EXPECT_TRUE(row.contains(std::string(RowFieldName(field))))
        << RowFieldName(field);
  }
  for (const char* path :
       {"/v1/institutions/{institution}/rows",
        "/v1/institutions/{institution}/outcomes", "/v1/status", "/metrics",
        "/healthz", "/openapi.json"}) {
    EXPECT_TRUE(contract["paths"].contains(path)) << path;
  }
}

}  // namespace
}  // namespace garderobe::client
