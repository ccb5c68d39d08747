// SPDX-License-Identifier: Apache-2.0
#include "net/stream_socket.h"

#include <netinet/tcp.h>
#include <sys/socket.h>

#include <cerrno>
#include <utility>

#include <boost/asio/socket_base.hpp>

#include "base/assert.h"
#include "net/http1_session.h"
#include "net/socket_errno.h"

namespace flagstream::net {
namespace {

using boost::system::error_code;

using UserTimeout = boost::asio::detail::socket_option::integer<IPPROTO_TCP, TCP_USER_TIMEOUT>;

class SharedStreamConnection final : public StreamConnection {
 public:
  explicit SharedStreamConnection(boost::intrusive_ptr<StreamSocket> stream)
      : stream_(std::move(stream)) {}
  ~SharedStreamConnection() override { stream_->Abandon(); }
  SharedStreamConnection(const SharedStreamConnection&) = delete;
  SharedStreamConnection& operator=(const SharedStreamConnection&) = delete;

  void Observe(Observer& observer) override { stream_->Observe(observer); }
  size_t Send(std::string_view bytes) override { return stream_->Send(bytes); }
  void WaitWritable() override { stream_->WaitWritable(); }
  void Finish() override { stream_->Finish(); }
  std::optional<MovedConnection> MoveOut() override { return stream_->MoveOut(); }

 private:
  const boost::intrusive_ptr<StreamSocket> stream_;
};

}  // namespace

std::unique_ptr<StreamConnection> MakeStreamConnection(boost::intrusive_ptr<StreamSocket> stream) {
  return std::make_unique<SharedStreamConnection>(std::move(stream));
}

boost::intrusive_ptr<StreamSocket> MoveInStream(ShardContext& context, MovedConnection stream) {
  const boost::asio::ip::tcp protocol = TcpOf(stream.socket.get());
  std::optional<Connection> connection =
      Connection::Open(context, std::move(stream.socket), protocol);
  if (!connection) return nullptr;
  std::shared_ptr<Http1Session> parked;
  if (!stream.unread.empty()) {
    parked = Http1Session::MakeParked(context);
    parked->KeepForLater(stream.unread);
  }
  boost::intrusive_ptr<StreamSocket> socket(new StreamSocket(context));
  socket->Start(std::move(*connection), stream.keep_alive, std::move(parked));
  return socket;
}

void StreamSocket::Start(Connection connection, bool keep_alive,
                         std::shared_ptr<Http1Session> parked) {
  connection_.emplace(std::move(connection));
  keep_alive_ = keep_alive;
  parked_ = std::move(parked);
  SetOptions();
  AwaitReadable();
  if (wants_writable_) AwaitWritable();
}

// Without them the stream works; only the kernel keeps more for a slow client, and longer for one
// that has vanished.
void StreamSocket::SetOptions() {
  error_code ignored;
  connection_->socket().set_option(boost::asio::socket_base::send_buffer_size(
                                       static_cast<int>(context_.options.stream_send_buffer_bytes)),
                                   ignored);
  // Keep-alives to a peer that is gone find room in the kernel for hours, so that no write times
  // out. Twice the write timeout, so that it comes first where a write waits (tcp(7), in ms).
  connection_->socket().set_option(
      UserTimeout(static_cast<int>(2 * context_.options.write_timeout.count())), ignored);
}

void StreamSocket::OnSessionClosed() { OnClosed(); }

void StreamSocket::Observe(StreamConnection::Observer& observer) {
  FLAGSTREAM_ASSERT(observer_ == nullptr);
  observer_ = &observer;
  if (is_closed_) TellClosed();
}

size_t StreamSocket::Send(std::string_view bytes) {
  if (is_closed_ || !connection_) return 0;
  const ssize_t sent =
      ::send(connection_->fd(), bytes.data(), bytes.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
  if (sent >= 0) return static_cast<size_t>(sent);
  if (!IsNotYet(errno)) OnClosed();
  return 0;
}

void StreamSocket::WaitWritable() {
  wants_writable_ = true;
  if (connection_ && !is_closed_) AwaitWritable();
}

void StreamSocket::Finish() {
  if (is_closed_ || !connection_) return;
  observer_ = nullptr;
  wants_writable_ = false;
  // Ends what waits for the socket; the session waits anew.
  error_code ignored;
  connection_->socket().cancel(ignored);
  Connection connection = std::move(*connection_);
  connection_.reset();
  Http1Session::GoOn(context_, std::move(connection), keep_alive_, std::move(parked_));
}

std::optional<MovedConnection> StreamSocket::MoveOut() {
  if (is_closed_ || !connection_) return std::nullopt;
  std::optional<std::string> unread(std::string{});
  if (parked_ != nullptr) unread = parked_->TakeUnread();
  if (!unread) return std::nullopt;
  parked_.reset();
  observer_ = nullptr;
  wants_writable_ = false;
  MovedConnection moved{.socket = connection_->Release(),
                        .unread = std::move(*unread),
                        .has_asked = true,
                        .keep_alive = keep_alive_};
  connection_.reset();
  return moved;
}

void StreamSocket::Abandon() {
  is_abandoned_ = true;
  observer_ = nullptr;
  connection_.reset();
  if (parked_ != nullptr) std::exchange(parked_, nullptr)->Close();
}

void StreamSocket::AwaitReadable() {
  connection_->socket().async_wait(
      Socket::wait_read,
      [self = boost::intrusive_ptr<StreamSocket>(this)](const error_code& error) {
        if (!error) self->OnReadable();
      });
}

void StreamSocket::OnReadable() {
  if (!connection_ || is_closed_) return;
  auto& buffer = context_.read_buffer;
  const ssize_t got = ::recv(connection_->fd(), buffer.data(), buffer.size(), MSG_DONTWAIT);
  const bool is_nothing_yet = got < 0 && IsNotYet(errno);
  const bool is_kept = got > 0 && KeepForLater({buffer.data(), static_cast<size_t>(got)});
  if (is_nothing_yet || is_kept) {
    AwaitReadable();
  } else {
    OnClosed();
  }
}

bool StreamSocket::KeepForLater(std::string_view bytes) {
  if (parked_ == nullptr) parked_ = Http1Session::MakeParked(context_);
  return parked_->KeepForLater(bytes);
}

void StreamSocket::AwaitWritable() {
  if (is_waiting_writable_) return;
  is_waiting_writable_ = true;
  connection_->socket().async_wait(
      Socket::wait_write,
      [self = boost::intrusive_ptr<StreamSocket>(this)](const error_code& error) {
        self->is_waiting_writable_ = false;
        if (error || !self->connection_ || self->is_closed_ || !self->wants_writable_) return;
        self->wants_writable_ = false;
        if (self->observer_ != nullptr) self->observer_->OnWritable();
      });
}

void StreamSocket::OnClosed() {
  if (is_closed_) return;
  is_closed_ = true;
  if (observer_ != nullptr) TellClosed();
}

// Not at once: it may be found out inside a call of the observer's own.
void StreamSocket::TellClosed() {
  if (std::exchange(is_told_, true)) return;
  context_.executor.Post([self = boost::intrusive_ptr<StreamSocket>(this)] {
    if (self->observer_ != nullptr) self->observer_->OnClosed();
  });
}

}  // namespace flagstream::net
