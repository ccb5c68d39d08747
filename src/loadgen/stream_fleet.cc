// SPDX-License-Identifier: Apache-2.0
#include "loadgen/stream_fleet.h"

#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <string_view>
#include <system_error>
#include <utility>

#include "base/assert.h"

namespace flagstream::loadgen {
namespace {

constexpr size_t kReadBytes = 64 * 1024;
constexpr std::string_view kStampMark = "{\"updated_at\": ";

std::string StreamRequest(const Endpoint& endpoint, const std::string& key) {
  return "GET /sse/environments/" + key + "/stream HTTP/1.1\r\nHost: " + endpoint.host +
         "\r\nAccept: text/event-stream\r\n\r\n";
}

}  // namespace

StreamFleet::StreamFleet(Endpoint endpoint, std::string environment_key, size_t first_number)
    : endpoint_(std::move(endpoint)),
      request_(StreamRequest(endpoint_, environment_key)),
      first_number_(first_number),
      epoll_(epoll_create1(EPOLL_CLOEXEC)),
      buffer_(kReadBytes, '\0') {
  FLAGSTREAM_ASSERT(epoll_ >= 0);
}

StreamFleet::~StreamFleet() {
  for (Stream& stream : streams_) Close(stream);
  close(epoll_);
}

Result<> StreamFleet::Open(size_t count, std::chrono::seconds patience,
                           const std::function<void(size_t)>& progress) {
  const Time deadline = std::chrono::steady_clock::now() + patience;
  size_t next = streams_.size();
  const size_t wanted = next + count;
  streams_.resize(wanted);
  size_t reported = 0;
  while (open_ < wanted) {
    while (next < wanted && connecting_ < opening_max_) FLAGSTREAM_TRY(StartOne(next++));
    Poll(/*timeout_ms=*/100, [](const Delivery&) {});
    if (!failure_.empty()) return Error::Unavailable(failure_);
    if (std::chrono::steady_clock::now() > deadline) {
      return Error::Unavailable("only " + std::to_string(open_) + " of " + std::to_string(wanted) +
                                " streams were open in time");
    }
    if (open_ >= reported + 1'000) progress(reported = open_);
  }
  return {};
}

void StreamFleet::Read(Time deadline, const std::function<void(const Delivery&)>& on_delivery,
                       const std::function<bool()>& until_done) {
  while (!until_done()) {
    const auto left = deadline - std::chrono::steady_clock::now();
    const auto left_ms = std::chrono::duration_cast<std::chrono::milliseconds>(left).count();
    if (left_ms <= 0) return;
    Poll(static_cast<int>(std::min<int64_t>(left_ms, 100)), on_delivery);
  }
}

Result<> StreamFleet::StartOne(size_t index) {
  FLAGSTREAM_ASSIGN(streams_[index].descriptor, StartConnect(endpoint_, first_number_ + index));
  epoll_event event{};
  event.events = EPOLLOUT;
  event.data.u64 = index;
  FLAGSTREAM_ASSERT(epoll_ctl(epoll_, EPOLL_CTL_ADD, streams_[index].descriptor, &event) == 0);
  streams_[index].state = State::kConnecting;
  ++connecting_;
  return {};
}

void StreamFleet::Close(Stream& stream) {
  if (stream.descriptor >= 0) close(stream.descriptor);
  if (stream.state == State::kOpen) --open_;
  if (stream.state == State::kConnecting || stream.state == State::kAwaitingHead) --connecting_;
  stream.descriptor = -1;
  stream.state = State::kClosed;
  stream.unread.clear();
}

void StreamFleet::Poll(int timeout_ms, const std::function<void(const Delivery&)>& on_delivery) {
  std::array<epoll_event, 512> events;
  const int count = epoll_wait(epoll_, events.data(), static_cast<int>(events.size()), timeout_ms);
  for (int i = 0; i < count; ++i) OnEvents(events[i].data.u64, events[i].events, on_delivery);
}

void StreamFleet::OnEvents(size_t index, uint32_t events,
                           const std::function<void(const Delivery&)>& on_delivery) {
  Stream& stream = streams_[index];
  if (stream.state == State::kConnecting && (events & EPOLLOUT) != 0) {
    const ssize_t sent = send(stream.descriptor, request_.data(), request_.size(), MSG_NOSIGNAL);
    if (sent != static_cast<ssize_t>(request_.size())) {
      failure_ = "a stream could not be opened: " + std::generic_category().message(errno);
      return OnEnded(index);
    }
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.u64 = index;
    FLAGSTREAM_ASSERT(epoll_ctl(epoll_, EPOLL_CTL_MOD, stream.descriptor, &event) == 0);
    stream.state = State::kAwaitingHead;
    return;
  }
  OnReadable(index, on_delivery);
}

void StreamFleet::OnReadable(size_t index,
                             const std::function<void(const Delivery&)>& on_delivery) {
  Stream& stream = streams_[index];
  const ssize_t got = recv(stream.descriptor, buffer_.data(), buffer_.size(), 0);
  if (got < 0 && errno == EAGAIN) return;
  if (got <= 0) return OnEnded(index);
  std::string_view text(buffer_.data(), static_cast<size_t>(got));
  std::string joined;
  if (!stream.unread.empty()) {
    joined = std::exchange(stream.unread, {}).append(text);
    text = joined;
  }
  if (stream.state == State::kAwaitingHead) {
    const size_t end = text.find("\r\n\r\n");
    if (end == std::string_view::npos) {
      stream.unread = text;
      return;
    }
    if (!text.starts_with("HTTP/1.1 200")) {
      failure_ = "a stream was answered with: " + std::string(text.substr(0, text.find('\r')));
      return OnEnded(index);
    }
    stream.state = State::kOpen;
    --connecting_;
    ++open_;
    text.remove_prefix(end + 4);
  }
  ReadEvents(index, text, on_delivery);
}

void StreamFleet::ReadEvents(size_t index, std::string_view text,
                             const std::function<void(const Delivery&)>& on_delivery) {
  Stream& stream = streams_[index];
  for (;;) {
    if (text.starts_with("\r\n")) text.remove_prefix(2);  // the end of a chunk
    if (text.starts_with("0\r\n\r\n")) return OnEnded(index);
    const size_t end = text.find("\n\n");  // of an event or comment
    if (end == std::string_view::npos) {
      stream.unread = text;
      return;
    }
    const std::string_view event = text.substr(0, end);
    text.remove_prefix(end + 2);
    const size_t mark = event.find(kStampMark);
    if (mark == std::string_view::npos) continue;
    Delivery delivery{index, 0, std::chrono::steady_clock::now()};
    std::from_chars(event.data() + mark + kStampMark.size(), event.data() + event.size(),
                    delivery.stamp);
    if (delivery.stamp <= stream.newest_stamp) {
      ++repeated_;
      continue;
    }
    stream.newest_stamp = delivery.stamp;
    newest_stamp_ = std::max(newest_stamp_, delivery.stamp);
    on_delivery(delivery);
  }
}

void StreamFleet::OnEnded(size_t index) {
  const bool was_open = streams_[index].state == State::kOpen;
  Close(streams_[index]);
  if (!was_open) {
    if (failure_.empty()) failure_ = "a stream was closed before it was answered";
    return;
  }
  ++reopened_;
  if (auto started = StartOne(index); !started) failure_ = started.error().message();
}

}  // namespace flagstream::loadgen
