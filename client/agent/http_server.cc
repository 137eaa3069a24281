#include "client/agent/http_server.h"

#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <chrono>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include "core/base/version.h"
#include "core/config/listen_address.h"

namespace garderobe::client {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;

constexpr uint64_t kBodyBytesMax = uint64_t{16} << 20;
// The most that all bodies together take while they are read and answered.
constexpr uint64_t kBodiesBytesMax = uint64_t{256} << 20;
constexpr uint32_t kHeaderBytesMax = 8 << 10;
constexpr size_t kConnectionsMax = 256;
// Before a token was seen, and after.
constexpr std::chrono::seconds kFirstHeaderTime{10}, kHeaderTime{60};
// How much is still read of a request that is refused, so that its sender reads
// the answer.
constexpr uint64_t kLingerBytesMax = uint64_t{32} << 20;
constexpr std::chrono::seconds kLingerTime{10};
constexpr std::chrono::seconds kBodyTime{60};
constexpr std::chrono::milliseconds kAcceptPause{100};

// What all connections share.
struct Shared {
  explicit Shared(Api& answers) : api(answers) {}
  Api& api;
  std::atomic<size_t> connections{0};
  std::atomic<uint64_t> body_bytes{0};
};

// Room for a body, given back at the end.
class BodyRoom {
 public:
  BodyRoom(Shared& shared, uint64_t bytes) : shared_(shared), bytes_(bytes) {
    is_there_ =
        shared_.body_bytes.fetch_add(bytes_) + bytes_ <= kBodiesBytesMax;
  }
  BodyRoom(const BodyRoom&) = delete;
  BodyRoom& operator=(const BodyRoom&) = delete;
  ~BodyRoom() { shared_.body_bytes.fetch_sub(bytes_); }
  bool is_there() const { return is_there_; }

 private:
  Shared& shared_;
  const uint64_t bytes_;
  bool is_there_;
};

std::string Text(beast::string_view text) { return {text.data(), text.size()}; }

ApiResponse Plain(int status, std::string_view code, std::string_view message) {
  ApiResponse response;
  response.status = status;
  response.body = fmt::format(
      "{{\"error\":{{\"code\":\"{}\",\"message\":\"{}\"}}}}\n", code, message);
  return response;
}

// One connection: request after request, one at a time.
template <typename Protocol>
class Connection : public std::enable_shared_from_this<Connection<Protocol>> {
 public:
  using Stream = beast::basic_stream<Protocol>;
  Connection(typename Protocol::socket socket, Shared& shared)
      : stream_(std::move(socket)), shared_(shared) {
    ++shared_.connections;
  }
  ~Connection() { --shared_.connections; }

  void Start() { ReadHeader(); }

 private:
  auto Self() { return this->shared_from_this(); }

  void ReadHeader() {
    room_.reset();
    parser_.emplace();
    parser_->header_limit(kHeaderBytesMax);
    parser_->body_limit(kBodyBytesMax);
    stream_.expires_after(is_known_ ? kHeaderTime : kFirstHeaderTime);
    http::async_read_header(stream_, buffer_, *parser_,
                            [self = Self()](beast::error_code error, size_t) {
                              self->TakeHeader(error);
                            });
  }

  void TakeHeader(beast::error_code error) {
    if (error == http::error::end_of_stream) return Close();
    if (error) return Fail(error);
    const auto& head = parser_->get();
    request_.method = Text(head.method_string());
    request_.target = Text(head.target());
    request_.content_type = Text(head[http::field::content_type]);
    request_.authorization = Text(head[http::field::authorization]);
    request_.host = Text(head[http::field::host]);
    request_.origin = Text(head[http::field::origin]);
    request_.is_local_socket =
        std::is_same_v<Protocol, asio::local::stream_protocol>;
    request_.has_body =
        parser_->chunked() || parser_->content_length().value_or(0) > 0;
    keeps_open_ = head.keep_alive();
    version_ = head.version();
    // Who may not ask sends no body.
    if (const auto refused = shared_.api.Refuse(request_)) {
      keeps_open_ = false;
      return Write(*refused);
    }
    is_known_ = true;
    const auto length = parser_->content_length();
    room_.emplace(shared_, length ? std::min<uint64_t>(*length, kBodyBytesMax)
                           : parser_->chunked() ? kBodyBytesMax
                                                : 0);
    if (!room_->is_there()) {
      keeps_open_ = false;
      ApiResponse busy =
          Plain(503, "BUSY", "too much is being sent at once; try again");
      busy.retry_after_s = 1;
      return Write(busy);
    }
    if (beast::iequals(head[http::field::expect], "100-continue")) {
      return WriteContinue();
    }
    ReadBody();
  }

  void WriteContinue() {
    auto go_on = std::make_shared<http::response<http::empty_body>>(
        http::status::continue_, version_);
    http::async_write(stream_, *go_on,
                      [self = Self(), go_on](beast::error_code error, size_t) {
                        if (error) return self->Close();
                        self->ReadBody();
                      });
  }

  void ReadBody() {
    stream_.expires_after(kBodyTime);
    http::async_read(stream_, buffer_, *parser_,
                     [self = Self()](beast::error_code error, size_t) {
                       if (error) return self->Fail(error);
                       self->Write(self->shared_.api.Answer(
                           self->request_, self->parser_->get().body()));
                     });
  }

  // What was sent is no request.
  void Fail(beast::error_code error) {
    keeps_open_ = false;
    if (error == http::error::body_limit) {
      return Write(Plain(413, "BODY_TOO_LARGE",
                         "a request has 16 MiB at most; send the rest in "
                         "further ones"));
    }
    if (error == http::error::header_limit) {
      return Write(
          Plain(431, "HEADER_TOO_LARGE", "headers have 8 KiB at most"));
    }
    if (error.category() ==
            http::make_error_code(http::error::bad_method).category() &&
        error != http::error::partial_message) {
      return Write(Plain(400, "NO_HTTP", "this is no HTTP/1.1 request"));
    }
    Close();
  }

  void Write(const ApiResponse& answer) {
    response_ = {};
    response_.version(version_);
    response_.result(static_cast<unsigned>(answer.status));
    response_.set(http::field::server,
                  std::string("garderobe-agent/") + kVersion);
    response_.set(http::field::content_type, answer.content_type);
    response_.set(http::field::cache_control, "no-store");
    if (answer.retry_after_s > 0) {
      response_.set(http::field::retry_after,
                    std::to_string(answer.retry_after_s));
    }
    if (answer.status == 401) {
      response_.set(http::field::www_authenticate, "Bearer");
    }
    shared_.api.Count(answer.status);
    response_.body() = answer.body;
    response_.keep_alive(keeps_open_);
    response_.prepare_payload();
    if (request_.method == "HEAD") response_.body().clear();
    stream_.expires_after(kBodyTime);
    http::async_write(stream_, response_,
                      [self = Self()](beast::error_code error, size_t) {
                        if (error) return self->Close();
                        if (!self->keeps_open_) return self->Linger();
                        self->ReadHeader();
                      });
  }

  // Reads on for a while: a connection that is closed with something unread
  // takes the answer with it.
  void Linger() {
    beast::error_code ignored;
    stream_.socket().shutdown(Protocol::socket::shutdown_send, ignored);
    stream_.expires_after(kLingerTime);
    Discard(kLingerBytesMax);
  }
  void Discard(uint64_t most) {
    stream_.async_read_some(
        asio::buffer(discarded_),
        [self = Self(), most](beast::error_code error, size_t bytes) {
          if (!error && bytes < most) self->Discard(most - bytes);
        });
  }

  void Close() {
    beast::error_code ignored;
    stream_.socket().shutdown(Protocol::socket::shutdown_send, ignored);
  }

  Stream stream_;
  Shared& shared_;
  beast::flat_buffer buffer_{kHeaderBytesMax + kBodyBytesMax};
  std::optional<http::request_parser<http::string_body>> parser_;
  std::optional<BodyRoom> room_;
  ApiRequest request_;
  http::response<http::string_body> response_;
  bool keeps_open_ = false;
  bool is_known_ = false;  // a request of it was allowed
  unsigned version_ = 11;
  std::array<char, 16384> discarded_;
};

template <typename Protocol>
class Listener : public std::enable_shared_from_this<Listener<Protocol>> {
 public:
  Listener(asio::io_context& io, Shared& shared)
      : io_(io), acceptor_(io), pause_(io), shared_(shared) {}

  beast::error_code Bind(const typename Protocol::endpoint& endpoint) {
    beast::error_code error;
    acceptor_.open(endpoint.protocol(), error);
    if constexpr (std::is_same_v<Protocol, asio::ip::tcp>) {
      if (!error) {
        acceptor_.set_option(asio::socket_base::reuse_address(true), error);
      }
    }
    if (!error) acceptor_.bind(endpoint, error);
    if (!error) acceptor_.listen(64, error);
    return error;
  }

  void Accept() {
    // Further callers wait in the queue of the system.
    if (shared_.connections >= kConnectionsMax) return Pause();
    acceptor_.async_accept(
        asio::make_strand(io_),
        [self = this->shared_from_this()](beast::error_code error,
                                          typename Protocol::socket socket) {
          if (error == asio::error::operation_aborted) return;
          if (error) return self->Pause();
          std::make_shared<Connection<Protocol>>(std::move(socket),
                                                 self->shared_)
              ->Start();
          self->Accept();
        });
  }

 private:
  void Pause() {
    pause_.expires_after(kAcceptPause);
    pause_.async_wait([self = this->shared_from_this()](auto error) {
      if (!error) self->Accept();
    });
  }

  asio::io_context& io_;
  typename Protocol::acceptor acceptor_;
  asio::steady_timer pause_;
  Shared& shared_;
};

// Whether something answers at the socket; one that nobody serves was left by
// an agent that was killed.
bool IsServed(const std::string& path) {
  asio::io_context io;
  asio::local::stream_protocol::socket socket(io);
  beast::error_code error;
  socket.connect(path, error);
  return !error;
}

}  // namespace

struct HttpServer::State {
  explicit State(Api& api) : shared(api) {}
  Shared shared;
  asio::io_context io;
  std::string socket;
  std::vector<std::thread> threads;
};

HttpServer::HttpServer(std::unique_ptr<State> state)
    : state_(std::move(state)) {}

HttpServer::~HttpServer() {
  state_->io.stop();
  for (std::thread& thread : state_->threads) thread.join();
  if (!state_->socket.empty()) unlink(state_->socket.c_str());
}

absl::StatusOr<std::unique_ptr<HttpServer>> HttpServer::Start(
    const HttpOptions& options, Api& api) {
  auto state = std::make_unique<State>(api);
  if (!options.listen.empty()) {
    GARDEROBE_ASSIGN_OR_RETURN(const auto at,
                               ParseListenAddress(options.listen));
    if (!at.address().is_loopback()) {
      return InvalidArgument(
          "listen.address {}: the agent takes personal data in the clear, and "
          "answers on loopback only",
          options.listen);
    }
    auto listener =
        std::make_shared<Listener<asio::ip::tcp>>(state->io, state->shared);
    if (const auto error = listener->Bind(at)) {
      return Unavailable("cannot listen on {}: {}", options.listen,
                         error.message());
    }
    listener->Accept();
  }
  if (!options.socket.empty()) {
    if (options.socket.size() > kSocketPathMax) {
      return InvalidArgument("listen.socket: a path has {} bytes at most",
                             kSocketPathMax);
    }
    struct stat about;
    if (lstat(options.socket.c_str(), &about) == 0 &&
        !S_ISSOCK(about.st_mode)) {
      return InvalidArgument(
          "listen.socket: {} exists and is no socket; name another path",
          options.socket);
    }
    if (IsServed(options.socket)) {
      return Unavailable("another agent answers at {}", options.socket);
    }
    unlink(options.socket.c_str());
    using Local = asio::local::stream_protocol;
    auto listener = std::make_shared<Listener<Local>>(state->io, state->shared);
    const mode_t before = umask(0177);
    const beast::error_code error =
        listener->Bind(Local::endpoint(options.socket));
    umask(before);
    if (error) {
      return Unavailable("cannot listen at {}: {}", options.socket,
                         error.message());
    }
    state->socket = options.socket;
    listener->Accept();
  }
  for (size_t i = 0; i < options.threads; ++i) {
    state->threads.emplace_back([io = &state->io] { io->run(); });
  }
  return std::unique_ptr<HttpServer>(new HttpServer(std::move(state)));
}

}  // namespace garderobe::client
