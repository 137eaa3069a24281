#include "client/agent/agent_call.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <chrono>
#include <optional>

#include "client/agent/http_server.h"
#include "core/config/listen_address.h"

namespace garderobe::client {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;

constexpr std::chrono::seconds kPatience{10};
constexpr uint64_t kAnswerBytesMax = uint64_t{64} << 20;

// One question and its answer.
template <typename Protocol>
class Call {
 public:
  explicit Call(asio::io_context& io) : stream_(io) {
    parser_.body_limit(kAnswerBytesMax);
  }

  absl::StatusOr<std::string> Ask(const typename Protocol::endpoint& at,
                                  const std::string& token,
                                  const std::string& target,
                                  asio::io_context& io) {
    request_ = {http::verb::get, target, 11};
    request_.set(http::field::host, "localhost");
    request_.set(http::field::authorization, "Bearer " + token);
    request_.set(http::field::connection, "close");
    stream_.expires_after(kPatience);
    stream_.async_connect(at, [this](beast::error_code error) {
      if (error) return End(error);
      http::async_write(stream_, request_,
                        [this](beast::error_code failed, size_t) {
                          if (failed) return End(failed);
                          Read();
                        });
    });
    io.run();
    if (error_) {
      return Unavailable(
          "no agent answers where --config, --listen or --socket say it is "
          "({}); `garderobe agent` starts one",
          error_->message());
    }
    if (parser_.get().result() != http::status::ok) {
      return Internal("the agent answers {}: {}", parser_.get().result_int(),
                      parser_.get().body());
    }
    return parser_.get().body();
  }

 private:
  void Read() {
    http::async_read(stream_, buffer_, parser_,
                     [this](beast::error_code error, size_t) {
                       if (error) End(error);
                       stream_.close();
                     });
  }
  void End(beast::error_code error) { error_ = error; }

  beast::basic_stream<Protocol> stream_;
  beast::flat_buffer buffer_;
  http::request<http::empty_body> request_;
  http::response_parser<http::string_body> parser_;
  std::optional<beast::error_code> error_;
};

}  // namespace

absl::StatusOr<std::string> AskAgent(const AgentConfig& config,
                                     const std::string& token,
                                     const std::string& target) {
  asio::io_context io;
  if (!config.listen.empty()) {
    GARDEROBE_ASSIGN_OR_RETURN(const auto at,
                               ParseListenAddress(config.listen));
    return Call<asio::ip::tcp>(io).Ask(at, token, target, io);
  }
  using Local = asio::local::stream_protocol;
  if (config.socket.size() > kSocketPathMax) {
    return InvalidArgument("listen.socket: a path has {} bytes at most",
                           kSocketPathMax);
  }
  return Call<Local>(io).Ask(Local::endpoint(config.socket), token, target, io);
}

}  // namespace garderobe::client
