#include "tests/support/http2_peer.h"

#include <array>
#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/write.hpp>

#include "core/base/bytes.h"

namespace garderobe {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

// RFC 9113, section 6.
constexpr uint8_t kData = 0, kHeaders = 1, kResetStream = 3, kSettings = 4;
constexpr uint8_t kEndStream = 1, kAck = 1, kEndHeaders = 4;
constexpr size_t kFrameHeaderBytes = 9;

// RFC 7541, section 5.1, with a prefix of seven bits.
void PutLength(std::string& out, size_t length) {
  if (length < 127) {
    out.push_back(static_cast<char>(length));
    return;
  }
  out.push_back(127);
  for (length -= 127; length >= 128; length >>= 7) {
    out.push_back(static_cast<char>((length & 127) | 128));
  }
  out.push_back(static_cast<char>(length));
}

// RFC 7541, section 6.2.2: a literal without indexing, with a new name.
void PutHeader(std::string& out, const Http2Peer::Header& header) {
  out.push_back(0);
  for (const std::string* text : {&header.first, &header.second}) {
    PutLength(out, text->size());
    out.append(*text);
  }
}

}  // namespace

struct Http2Peer::Connection {
  Connection() : context(asio::ssl::context::tls_client), socket(io) {}

  template <typename Buffer>
  void Write(const Buffer& buffer, error_code& error) {
    if (stream) {
      asio::write(*stream, buffer, error);
    } else {
      asio::write(socket, buffer, error);
    }
  }
  template <typename Buffer>
  void Read(const Buffer& buffer, error_code& error) {
    if (stream) {
      asio::read(*stream, buffer, error);
    } else {
      asio::read(socket, buffer, error);
    }
  }
  void SetTimeout(int seconds) {
    const timeval time{seconds, 0};
    setsockopt(socket.native_handle(), SOL_SOCKET, SO_RCVTIMEO, &time,
               sizeof time);
  }

  asio::io_context io;
  asio::ssl::context context;
  tcp::socket socket;
  std::optional<asio::ssl::stream<tcp::socket&>> stream;
};

std::unique_ptr<Http2Peer> Http2Peer::Connect(
    const std::string& address, const std::optional<TlsFiles>& files) {
  auto connection = std::make_unique<Connection>();
  error_code error;
  const auto port = std::stoi(address.substr(address.rfind(':') + 1));
  connection->socket.connect(
      {asio::ip::address_v4::loopback(), static_cast<uint16_t>(port)}, error);
  if (error) return nullptr;
  connection->SetTimeout(10);
  if (files) {
    auto& context = connection->context;
    context.use_certificate_chain_file(files->certificate, error);
    context.use_private_key_file(files->private_key, asio::ssl::context::pem,
                                 error);
    auto& stream = connection->stream;
    stream.emplace(connection->socket, context);
    constexpr std::array<unsigned char, 3> kAlpn = {2, 'h', '2'};
    SSL_set_alpn_protos(stream->native_handle(), kAlpn.data(), kAlpn.size());
    stream->handshake(asio::ssl::stream_base::client, error);
    if (error) return nullptr;
  }
  std::unique_ptr<Http2Peer> peer(new Http2Peer(std::move(connection)));
  const std::string preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
  peer->connection_->Write(asio::buffer(preface), error);
  peer->Frame(kSettings, 0, 0, "");
  return peer;
}

Http2Peer::Http2Peer(std::unique_ptr<Connection> connection)
    : connection_(std::move(connection)) {}
Http2Peer::~Http2Peer() = default;

void Http2Peer::Frame(uint8_t type, uint8_t flags, uint32_t stream,
                      const std::string& payload) {
  std::string frame;
  frame.push_back(static_cast<char>(payload.size() >> 16));
  PutBigEndian(frame, static_cast<uint16_t>(payload.size()));
  frame.push_back(static_cast<char>(type));
  frame.push_back(static_cast<char>(flags));
  PutBigEndian(frame, stream);
  frame.append(payload);
  error_code error;  // a peer that has gone shows when reading
  connection_->Write(asio::buffer(frame), error);
}

void Http2Peer::Call(uint32_t stream, const std::string& path,
                     const std::vector<Header>& more) {
  std::string block;
  for (const Header& header : std::initializer_list<Header>{
           {":method", "POST"},
           {":scheme", connection_->stream ? "https" : "http"},
           {":path", path},
           {":authority", "garderobe"},
           {"content-type", "application/grpc"},
           {"te", "trailers"}}) {
    PutHeader(block, header);
  }
  for (const Header& header : more) PutHeader(block, header);
  Frame(kHeaders, kEndHeaders | kEndStream, stream, block);
}

size_t Http2Peer::AwaitEnds(size_t streams, int seconds) {
  connection_->SetTimeout(seconds);
  size_t ended = 0;
  std::array<unsigned char, kFrameHeaderBytes> header;
  std::string payload;
  while (ended < streams) {
    error_code error;
    connection_->Read(asio::buffer(header), error);
    if (error) break;
    payload.resize(size_t{header[0]} << 16 | size_t{header[1]} << 8 |
                   size_t{header[2]});
    connection_->Read(asio::buffer(payload), error);
    if (error) break;
    const uint8_t type = header[3], flags = header[4];
    if (type == kSettings && (flags & kAck) == 0) Frame(kSettings, kAck, 0, "");
    ended += type == kResetStream ||
             ((type == kHeaders || type == kData) && (flags & kEndStream) != 0);
  }
  return ended;
}

}  // namespace garderobe
