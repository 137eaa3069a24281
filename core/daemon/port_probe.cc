#include "core/daemon/port_probe.h"

#include <array>
#include <boost/asio/read.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>
#include <string_view>

namespace garderobe {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;
using std::chrono::steady_clock;

constexpr std::chrono::seconds kTimeout{2};
constexpr std::chrono::seconds kGoodFor{1};

// RFC 9113, section 3.4: the client's preface, then an empty SETTINGS frame.
constexpr std::string_view kPreface(
    "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\4\0\0\0\0\0", 33);
constexpr size_t kFrameHeaderBytes = 9;
constexpr std::array<unsigned char, 3> kAlpn = {2, 'h', '2'};

}  // namespace

// One attempt. Keeps itself alive until it has answered.
struct PortProbe::Connection : std::enable_shared_from_this<Connection> {
  Connection(asio::io_context& io, std::shared_ptr<PortProbe> owner)
      : probe(std::move(owner)),
        context(asio::ssl::context::tls_client),
        timer(io),
        io_context(io) {}

  void Start() {
    error_code error;
    context.use_certificate_chain_file(probe->files_.certificate, error);
    if (error) return End("certificate: " + error.message());
    context.use_private_key_file(probe->files_.private_key,
                                 asio::ssl::context::pem, error);
    if (error) return End("private key: " + error.message());
    // It is the own port, and nothing is said to it that could be overheard.
    context.set_verify_mode(asio::ssl::verify_none, error);
    stream.emplace(io_context, context);
    SSL_set_alpn_protos(stream->native_handle(), kAlpn.data(), kAlpn.size());
    timer.expires_after(kTimeout);
    timer.async_wait([self = shared_from_this()](error_code cancelled) {
      if (!cancelled) self->End("no answer in time");
    });
    stream->next_layer().async_connect(
        probe->endpoint_, [self = shared_from_this()](error_code failed) {
          if (failed) return self->End("connect: " + failed.message());
          self->Handshake();
        });
  }

  void Handshake() {
    stream->async_handshake(
        asio::ssl::stream_base::client,
        [self = shared_from_this()](error_code failed) {
          if (failed) return self->End("handshake: " + failed.message());
          self->Greet();
        });
  }

  void Greet() {
    asio::async_write(*stream, asio::buffer(kPreface),
                      [self = shared_from_this()](error_code failed, size_t) {
                        if (failed)
                          return self->End("HTTP/2: " + failed.message());
                        self->ReadFrame();
                      });
  }

  void ReadFrame() {
    asio::async_read(*stream, asio::buffer(frame),
                     [self = shared_from_this()](error_code failed, size_t) {
                       self->End(failed ? "HTTP/2: " + failed.message() : "");
                     });
  }

  // An empty `why` says that the port answers.
  void End(const std::string& why) {
    if (ended) return;
    ended = true;
    timer.cancel();
    error_code ignored;
    if (stream) stream->next_layer().close(ignored);
    probe->Answer(why.empty(), why);
  }

  const std::shared_ptr<PortProbe> probe;
  asio::ssl::context context;
  asio::steady_timer timer;
  asio::io_context& io_context;
  std::optional<asio::ssl::stream<asio::ip::tcp::socket>> stream;
  std::array<char, kFrameHeaderBytes> frame{};
  bool ended = false;
};

PortProbe::PortProbe(asio::io_context& io,
                     const asio::ip::tcp::endpoint& endpoint, TlsFiles files)
    : io_(io), endpoint_(endpoint), files_(std::move(files)) {}

void PortProbe::Ask(Done done) {
  if (asked_at_ && steady_clock::now() - *asked_at_ < kGoodFor) {
    return done(answers_, why_);
  }
  waiting_.push_back(std::move(done));
  if (waiting_.size() > 1) return;
  std::make_shared<Connection>(io_, shared_from_this())->Start();
}

void PortProbe::Answer(bool answers, const std::string& why) {
  asked_at_ = steady_clock::now();
  answers_ = answers;
  why_ = why;
  std::vector<Done> waiting;
  waiting.swap(waiting_);
  for (const Done& done : waiting) done(answers_, why_);
}

}  // namespace garderobe
