#include "core/daemon/metrics_endpoint.h"

#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <chrono>

#include "prometheus/text_serializer.h"

namespace garderobe {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;

constexpr std::chrono::seconds kRequestTimeout{5};
constexpr size_t kRequestBytesMax = 8192;

// One connection, one request.
class Session : public std::enable_shared_from_this<Session> {
 public:
  Session(asio::ip::tcp::socket socket,
          std::shared_ptr<prometheus::Registry> metrics,
          std::function<bool()> ready)
      : stream_(std::move(socket)),
        buffer_(kRequestBytesMax),
        metrics_(std::move(metrics)),
        ready_(std::move(ready)) {}

  void Start() {
    stream_.expires_after(kRequestTimeout);
    http::async_read(
        stream_, buffer_, request_,
        [self = shared_from_this()](beast::error_code error, size_t) {
          if (!error) self->Answer();
        });
  }

 private:
  void Answer() {
    response_.version(request_.version());
    response_.keep_alive(false);
    response_.set(http::field::content_type, "text/plain; version=0.0.4");
    if (request_.method() != http::verb::get) {
      response_.result(http::status::method_not_allowed);
    } else if (request_.target() == "/metrics") {
      response_.body() =
          prometheus::TextSerializer().Serialize(metrics_->Collect());
    } else if (request_.target() == "/healthz") {
      if (!ready_()) response_.result(http::status::service_unavailable);
      response_.body() = ready_() ? "ok\n" : "not ready\n";
    } else {
      response_.result(http::status::not_found);
    }
    response_.prepare_payload();
    http::async_write(stream_, response_,
                      [self = shared_from_this()](beast::error_code, size_t) {
                        beast::error_code ignored;
                        self->stream_.socket().shutdown(
                            asio::ip::tcp::socket::shutdown_send, ignored);
                      });
  }

  beast::tcp_stream stream_;
  beast::flat_buffer buffer_;
  http::request<http::empty_body> request_;
  http::response<http::string_body> response_;
  std::shared_ptr<prometheus::Registry> metrics_;
  std::function<bool()> ready_;
};

class Endpoint : public std::enable_shared_from_this<Endpoint> {
 public:
  Endpoint(asio::io_context& io, std::shared_ptr<prometheus::Registry> metrics,
           std::function<bool()> ready)
      : acceptor_(io), metrics_(std::move(metrics)), ready_(std::move(ready)) {}

  beast::error_code Bind(const asio::ip::tcp::endpoint& endpoint) {
    beast::error_code error;
    acceptor_.open(endpoint.protocol(), error);
    if (!error)
      acceptor_.set_option(asio::socket_base::reuse_address(true), error);
    if (!error) acceptor_.bind(endpoint, error);
    if (!error) acceptor_.listen(16, error);
    return error;
  }

  void Accept() {
    acceptor_.async_accept(
        [self = shared_from_this()](beast::error_code error,
                                    asio::ip::tcp::socket socket) {
          if (error == asio::error::operation_aborted) return;
          if (!error) {
            std::make_shared<Session>(std::move(socket), self->metrics_,
                                      self->ready_)
                ->Start();
          }
          self->Accept();
        });
  }

 private:
  asio::ip::tcp::acceptor acceptor_;
  std::shared_ptr<prometheus::Registry> metrics_;
  std::function<bool()> ready_;
};

}  // namespace

absl::Status ServeMetrics(asio::io_context& io, const std::string& address,
                          std::shared_ptr<prometheus::Registry> metrics,
                          std::function<bool()> ready) {
  const size_t colon = address.rfind(':');
  beast::error_code error;
  const auto host = asio::ip::make_address(
      address.substr(0, colon == address.npos ? 0 : colon), error);
  const int port = error || colon == address.npos
                       ? 0
                       : std::atoi(address.c_str() + colon + 1);
  if (error || port <= 0 || port > 65535) {
    return InvalidArgument("metrics.listen must be <IP address>:<port>");
  }
  auto endpoint =
      std::make_shared<Endpoint>(io, std::move(metrics), std::move(ready));
  if (endpoint->Bind({host, static_cast<uint16_t>(port)})) {
    return Unavailable("cannot listen on {} for metrics", address);
  }
  endpoint->Accept();
  return absl::OkStatus();
}

}  // namespace garderobe
