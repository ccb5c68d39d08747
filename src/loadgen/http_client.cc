// SPDX-License-Identifier: Apache-2.0
#include "loadgen/http_client.h"

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cerrno>
#include <charconv>
#include <optional>
#include <utility>

namespace flagstream::loadgen {
namespace {

constexpr int kTimeoutMs = 10'000;

Result<> WaitFor(int descriptor, short events) {
  pollfd waiting{descriptor, events, 0};
  if (poll(&waiting, 1, kTimeoutMs) == 1) return {};
  return Error::Unavailable("the server did not answer within ten seconds");
}

}  // namespace

std::optional<size_t> ContentLength(std::string head) {
  std::transform(head.begin(), head.end(), head.begin(),
                 [](unsigned char c) { return std::tolower(c); });
  static constexpr std::string_view kName = "\r\ncontent-length:";
  const size_t at = head.find(kName);
  if (at == std::string::npos)
    return head.find(" 204 ") != std::string::npos ? std::optional<size_t>(0) : std::nullopt;
  const size_t digits = head.find_first_not_of(' ', at + kName.size());
  size_t length = 0;
  std::from_chars(head.data() + digits, head.data() + head.size(), length);
  return length;
}

Result<HttpClient> HttpClient::Connect(const Endpoint& endpoint) {
  FLAGSTREAM_ASSIGN(const int descriptor, StartConnect(endpoint, /*number=*/0));
  HttpClient client(descriptor, endpoint.host);
  FLAGSTREAM_TRY(WaitFor(descriptor, POLLOUT));
  return client;
}

HttpClient::HttpClient(HttpClient&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)),
      host_(std::move(other.host_)),
      input_(std::move(other.input_)) {}

HttpClient::~HttpClient() {
  if (descriptor_ >= 0) close(descriptor_);
}

Result<> HttpClient::ReadMore() {
  FLAGSTREAM_TRY(WaitFor(descriptor_, POLLIN));
  std::array<char, 64 * 1024> buffer;
  const ssize_t got = recv(descriptor_, buffer.data(), buffer.size(), 0);
  if (got <= 0) return Error::Unavailable("the server closed the connection");
  input_.append(buffer.data(), static_cast<size_t>(got));
  return {};
}

Result<> HttpClient::Send(std::string_view method, std::string_view path, std::string_view headers,
                          std::string_view body) {
  std::string request;
  request.append(method)
      .append(" ")
      .append(path)
      .append(" HTTP/1.1\r\nHost: ")
      .append(host_)
      .append("\r\n");
  request.append(headers);
  if (!body.empty()) {
    request.append("Content-Type: application/json\r\nContent-Length: ")
        .append(std::to_string(body.size()))
        .append("\r\n");
  }
  request.append("\r\n").append(body);
  for (size_t sent = 0; sent < request.size();) {
    const ssize_t took =
        send(descriptor_, request.data() + sent, request.size() - sent, MSG_NOSIGNAL);
    if (took < 0 && errno != EAGAIN) return Error::Unavailable("the server closed the connection");
    if (took < 0) FLAGSTREAM_TRY(WaitFor(descriptor_, POLLOUT));
    if (took > 0) sent += static_cast<size_t>(took);
  }
  return {};
}

Result<HttpAnswer> HttpClient::ReadAnswer() {
  size_t head_end = std::string::npos;
  while ((head_end = input_.find("\r\n\r\n")) == std::string::npos) FLAGSTREAM_TRY(ReadMore());
  HttpAnswer answer;
  const std::string head = input_.substr(0, head_end + 2);
  if (head.size() > 12) std::from_chars(head.data() + 9, head.data() + 12, answer.status);
  const std::optional<size_t> length = ContentLength(head);
  if (!length) return Error::Unavailable("the server's answer has no Content-Length");
  while (input_.size() < head_end + 4 + *length) FLAGSTREAM_TRY(ReadMore());
  answer.body = input_.substr(head_end + 4, *length);
  input_.erase(0, head_end + 4 + *length);
  return answer;
}

}  // namespace flagstream::loadgen
