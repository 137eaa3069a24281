#include "core/daemon/metrics_endpoint.h"

#include <algorithm>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <chrono>
#include <stdexcept>

#include "core/config/listen_address.h"
#include "prometheus/text_serializer.h"

namespace garderobe {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;

constexpr std::chrono::seconds kRequestTimeout{5};
constexpr size_t kRequestBytesMax = 8192;
constexpr std::chrono::milliseconds kAcceptPause{100};

// One connection, one request.
class Session : public std::enable_shared_from_this<Session> {
 public:
  Session(asio::ip::tcp::socket socket,
          std::shared_ptr<prometheus::Registry> metrics, HealthCheck health)
      : stream_(std::move(socket)),
        buffer_(kRequestBytesMax),
        metrics_(std::move(metrics)),
        health_(std::move(health)) {}

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
      return health_([self = shared_from_this()](const std::string& fault) {
        if (!fault.empty()) {
          self->response_.result(http::status::service_unavailable);
        }
        self->response_.body() = fault.empty() ? "ok\n" : fault + "\n";
        self->Write();
      });
    } else {
      response_.result(http::status::not_found);
    }
    Write();
  }

  void Write() {
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
  const HealthCheck health_;
};

class Endpoint : public std::enable_shared_from_this<Endpoint> {
 public:
  Endpoint(asio::io_context& io, std::shared_ptr<prometheus::Registry> metrics,
           HealthCheck health)
      : acceptor_(io),
        pause_(io),
        metrics_(std::move(metrics)),
        health_(std::move(health)) {}

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
          // Most often no descriptor is left; asking again at once would take
          // a whole core.
          if (error) return self->Pause();
          std::make_shared<Session>(std::move(socket), self->metrics_,
                                    self->health_)
              ->Start();
          self->Accept();
        });
  }

 private:
  void Pause() {
    pause_.expires_after(kAcceptPause);
    pause_.async_wait([self = shared_from_this()](beast::error_code error) {
      if (!error) self->Accept();
    });
  }

  asio::ip::tcp::acceptor acceptor_;
  asio::steady_timer pause_;
  std::shared_ptr<prometheus::Registry> metrics_;
  const HealthCheck health_;
};

}  // namespace

absl::Status ServeMetrics(asio::io_context& io, const std::string& address,
                          std::shared_ptr<prometheus::Registry> metrics,
                          HealthCheck health) {
  const auto at = ParseListenAddress(address);
  if (!at.ok()) return Annotate(at.status(), "metrics.listen");
  auto endpoint =
      std::make_shared<Endpoint>(io, std::move(metrics), std::move(health));
  if (endpoint->Bind(*at)) {
    return Unavailable("cannot listen on {} for metrics", address);
  }
  endpoint->Accept();
  return absl::OkStatus();
}

}  // namespace garderobe
