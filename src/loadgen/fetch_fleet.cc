// SPDX-License-Identifier: Apache-2.0
#include "loadgen/fetch_fleet.h"

#include <poll.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <string_view>

#include "base/assert.h"
#include "loadgen/http_client.h"

namespace flagstream::loadgen {
namespace {

constexpr size_t kReadBytes = 256 * 1024;
constexpr int kConnectPatienceMs = 10'000;

std::string FlagsRequest(const Endpoint& endpoint, const std::string& key) {
  return "GET /api/v1/flags/ HTTP/1.1\r\nHost: " + endpoint.host + "\r\nX-Environment-Key: " + key +
         "\r\n\r\n";
}

Result<> AwaitConnected(int descriptor) {
  pollfd waiting{descriptor, POLLOUT, 0};
  int failure = 0;
  socklen_t size = sizeof(failure);
  const bool answered = poll(&waiting, 1, kConnectPatienceMs) == 1 &&
                        getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &failure, &size) == 0;
  if (answered && failure == 0) return {};
  return Error::Unavailable("a connection for fetches could not be made");
}

}  // namespace

FetchFleet::FetchFleet(Endpoint endpoint, const std::string& environment_key)
    : endpoint_(std::move(endpoint)),
      request_(FlagsRequest(endpoint_, environment_key)),
      epoll_(epoll_create1(EPOLL_CLOEXEC)),
      buffer_(kReadBytes, '\0') {
  FLAGSTREAM_ASSERT(epoll_ >= 0);
}

FetchFleet::~FetchFleet() {
  for (const Connection& connection : connections_) {
    if (connection.descriptor >= 0) close(connection.descriptor);
  }
  close(epoll_);
}

Result<> FetchFleet::Open(size_t count, size_t first_number) {
  connections_.reserve(count);
  for (size_t i = 0; i < count; ++i) {
    Connection& connection = connections_.emplace_back();
    FLAGSTREAM_ASSIGN(connection.descriptor, StartConnect(endpoint_, first_number + i));
    FLAGSTREAM_TRY(AwaitConnected(connection.descriptor));
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.u64 = i;
    FLAGSTREAM_ASSERT(epoll_ctl(epoll_, EPOLL_CTL_ADD, connection.descriptor, &event) == 0);
  }
  return {};
}

void FetchFleet::Fetch(size_t index) {
  Connection& connection = connections_[index];
  if (connection.is_pending || connection.descriptor < 0) return;
  const ssize_t sent = send(connection.descriptor, request_.data(), request_.size(), MSG_NOSIGNAL);
  if (sent != static_cast<ssize_t>(request_.size())) return Break(connection);
  connection.is_pending = true;
  ++pending_;
}

void FetchFleet::Poll(int timeout_ms, const std::function<void(size_t, int)>& on_answer) {
  std::array<epoll_event, 512> events;
  const int count = epoll_wait(epoll_, events.data(), static_cast<int>(events.size()), timeout_ms);
  for (int i = 0; i < count; ++i) OnReadable(events[i].data.u64, on_answer);
}

void FetchFleet::OnReadable(size_t index, const std::function<void(size_t, int)>& on_answer) {
  Connection& connection = connections_[index];
  const ssize_t got = recv(connection.descriptor, buffer_.data(), buffer_.size(), 0);
  if (got < 0 && errno == EAGAIN) return;
  if (got <= 0) return Break(connection);
  std::string_view text(buffer_.data(), static_cast<size_t>(got));
  if (connection.status == 0) OnHead(connection, text);
  if (connection.status == 0 || connection.descriptor < 0) return;
  connection.bytes_missing -= std::min(connection.bytes_missing, text.size());
  if (connection.bytes_missing > 0) return;
  const int status = connection.status;
  connection.status = 0;
  connection.is_pending = false;
  --pending_;
  on_answer(index, status);
}

// Takes the head off `text` if it is whole by now.
void FetchFleet::OnHead(Connection& connection, std::string_view& text) {
  const size_t before = connection.head.size();
  connection.head.append(text);
  const size_t end = connection.head.find("\r\n\r\n");
  if (end == std::string::npos) return;
  text.remove_prefix(end + 4 - before);
  connection.head.resize(end + 2);
  const std::optional<size_t> length = ContentLength(connection.head);
  if (!length) return Break(connection);
  std::from_chars(connection.head.data() + 9, connection.head.data() + 12, connection.status);
  connection.bytes_missing = *length;
  connection.head.clear();
}

void FetchFleet::Break(Connection& connection) {
  close(connection.descriptor);
  connection.descriptor = -1;
  if (connection.is_pending) --pending_;
  connection.is_pending = false;
  ++broken_;
}

}  // namespace flagstream::loadgen
