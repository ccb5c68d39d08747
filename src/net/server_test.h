// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <future>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/mutex.h"
#include "net/server.h"

namespace flagstream::net {

inline constexpr int kPatienceMs = 20'000;

// A client that writes and reads bytes, blocking.
class Client {
 public:
  explicit Client(uint16_t port) : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    is_connected_ =
        ::connect(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
  }
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;
  ~Client() { Close(); }

  bool is_connected() const { return is_connected_; }
  void Close() {
    if (fd_ >= 0) ::close(fd_);
    fd_ = -1;
  }
  void Reset() {
    const linger now{1, 0};
    ::setsockopt(fd_, SOL_SOCKET, SO_LINGER, &now, sizeof now);
    Close();
  }
  void ShutDownSend() { ::shutdown(fd_, SHUT_WR); }
  void SetReceiveBuffer(int bytes) {
    ::setsockopt(fd_, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof bytes);
  }

  // How many bytes could be sent before the peer closed.
  size_t Send(std::string_view bytes) {
    size_t sent = 0;
    while (sent < bytes.size()) {
      const ssize_t n = ::send(fd_, bytes.data() + sent, bytes.size() - sent, MSG_NOSIGNAL);
      if (n <= 0) break;
      sent += static_cast<size_t>(n);
    }
    return sent;
  }
  // Whether bytes or the end came.
  bool Receive() {
    pollfd wait{fd_, POLLIN, 0};
    if (::poll(&wait, 1, kPatienceMs) != 1) return false;
    std::array<char, 65536> buffer;
    const ssize_t n = ::recv(fd_, buffer.data(), buffer.size(), 0);
    if (n == 0) is_ended_ = true;
    if (n < 0) is_reset_ = true;
    if (n > 0) received_.append(buffer.data(), static_cast<size_t>(n));
    return true;
  }
  // Up to and with `end`, from what was not read yet; all there is if it does not come.
  std::string ReadUntil(std::string_view end) {
    while (true) {
      const size_t at = received_.find(end);
      if (at != std::string::npos) return Take(at + end.size());
      if (is_ended_ || is_reset_ || !Receive()) return Take(received_.size());
    }
  }
  std::string ReadBytes(size_t count) {
    while (received_.size() < count && !is_ended_ && !is_reset_ && Receive()) {
    }
    return Take(std::min(count, received_.size()));
  }
  // All up to the peer's FIN; "RESET" if it was reset instead.
  std::string ReadAll() {
    while (!is_ended_ && !is_reset_ && Receive()) {
    }
    return is_reset_ ? "RESET" : is_ended_ ? Take(received_.size()) : "STILL OPEN";
  }
  // One answer with Content-Length: "status body".
  std::string ReadAnswer() {
    const std::string head = ReadUntil("\r\n\r\n");
    if (head.size() < 12) return "NONE";
    const std::string_view name = "Content-Length: ";
    const size_t at = head.find(name);
    const size_t length = at == std::string::npos ? 0 : std::stoul(head.substr(at + name.size()));
    last_head_ = head;
    return head.substr(9, 3) + " " + ReadBytes(length);
  }
  std::string Ask(std::string_view request) {
    Send(request);
    return ReadAnswer();
  }
  const std::string& last_head() const { return last_head_; }

 private:
  std::string Take(size_t count) {
    std::string taken = received_.substr(0, count);
    received_.erase(0, count);
    return taken;
  }

  int fd_;
  bool is_connected_ = false;
  bool is_ended_ = false;
  bool is_reset_ = false;
  std::string received_;
  std::string last_head_;
};

inline constexpr std::string_view kStreamHead =
    "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n";

inline std::string Get(std::string_view path, std::string_view more = "") {
  return "GET " + std::string(path) + " HTTP/1.1\r\nHost: x\r\n" + std::string(more) + "\r\n";
}

inline std::string Post(std::string_view path, std::string_view body) {
  return "POST " + std::string(path) +
         " HTTP/1.1\r\nHost: x\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" +
         std::string(body);
}

// A stream that the test drives from its own thread.
class TestStream final : public StreamConnection::Observer {
 public:
  explicit TestStream(Executor& own_shard) : shard(own_shard) {}
  ~TestStream() = default;
  void OnWritable() override { ++writable; }
  void OnClosed() override { closed = true; }

  Executor& shard;
  std::unique_ptr<StreamConnection> connection;  // on the shard
  std::atomic<int> writable = 0;
  std::atomic<bool> closed = false;
};

class ServerTest : public testing::Test {
 protected:
  ~ServerTest() override { StopServer(std::chrono::milliseconds(0)); }

  void Start(ServerOptions options = {}) { StartServer(Server::Listen(std::move(options))); }
  void StartOn(std::vector<OwnedFd> sockets, ServerOptions options,
               Server::Sockets whose = Server::Sockets::kShared) {
    StartServer(Server::ServeOn(std::move(sockets), whose, std::move(options)));
  }
  void StartServer(Result<std::unique_ptr<Server>> listening) {
    ASSERT_TRUE(listening.ok()) << listening.error().message();
    server_ = std::move(*listening);
    server_->Start([this](Shard& shard) { return MakeRouter(shard); });
    server_->StartAccepting();
  }

  template <class F>
  auto OnShard(Executor& shard, F f) {
    std::packaged_task<decltype(f())()> task(std::move(f));
    auto result = task.get_future();
    shard.Post(std::move(task));
    return result.get();
  }
  void StopServer(std::chrono::milliseconds grace) {
    if (server_ == nullptr) return;
    for (auto& stream : TakeStreams()) {
      OnShard(stream->shard, [&stream] { stream->connection.reset(); });
    }
    {
      const std::lock_guard lock(mutex_);
      held_.clear();
    }
    server_->Stop(grace);
    server_.reset();
  }

  std::unique_ptr<Router> MakeRouter(Shard& shard) {
    const auto plain = [](int status) {
      return [status](const Request&, std::string_view) { return Response(status); };
    };
    auto router = std::make_unique<Router>(
        FallbackAnswers{.not_found = [](const Request&) { return Response(404); },
                        .method_not_allowed = plain(405),
                        .options = plain(204),
                        .bad_request =
                            [](int status, std::string_view sentence) {
                              return std::move(Response(status).SetBody(std::string(sentence)));
                            }});
    router->Add(Method::kGet, "/echo/{text}", [](const Request& request, Responder responder) {
      responder.Send(std::move(Response(200).SetBody(request.Path("text"))));
    });
    router->Add(Method::kPost, "/echo", [](const Request& request, Responder responder) {
      responder.Send(std::move(Response(200).SetBody(std::string(request.body()))));
    });
    router->Add(Method::kGet, "/address", [](const Request& request, Responder responder) {
      responder.Send(std::move(Response(200).SetBody(request.client_address())));
    });
    router->Add(Method::kGet, "/large", [this](const Request&, Responder responder) {
      responder.Send(std::move(Response(200).SetBody(large_)));
    });
    router->Add(Method::kGet, "/drop", [](const Request&, const Responder&) {});
    // Waits until the test answers it.
    router->Add(Method::kGet, "/hold/{text}", [this](const Request& request, Responder responder) {
      const std::lock_guard lock(mutex_);
      held_[request.Path("text")] = std::move(responder);
    });
    router->Add(Method::kGet, "/stream", [this, &shard](const Request&, Responder responder) {
      StartStream(shard, std::move(responder));
    });
    router->Add(Method::kGet, "/streams", [this](const Request&, Responder responder) {
      waiting_seen_ = server_->counts().connections_waiting;
      responder.Send(std::move(Response(200).SetBody(std::to_string(CountStreams()))));
    });
    return router;
  }

  void StartStream(Executor& shard, Responder responder) {
    auto stream = std::make_unique<TestStream>(shard);
    stream->connection = responder.TakeOver(kStreamHead);
    if (stream->connection == nullptr) {
      ++refused_streams_;
      return;
    }
    stream->connection->Observe(*stream);
    if (!first_bytes_.empty()) first_taken_ = stream->connection->Send(first_bytes_);
    const std::lock_guard lock(mutex_);
    streams_.push_back(std::move(stream));
  }

  std::vector<std::unique_ptr<TestStream>> TakeStreams() {
    const std::lock_guard lock(mutex_);
    return std::move(streams_);
  }
  size_t CountStreams() {
    const std::lock_guard lock(mutex_);
    return streams_.size();
  }
  TestStream& WaitForStream(size_t index = 0) {
    TestStream* found = nullptr;
    WaitUntil([&] {
      const std::lock_guard lock(mutex_);
      if (streams_.size() > index) found = streams_[index].get();
      return found != nullptr;
    });
    return *found;
  }
  Responder WaitForHeld(const std::string& text) {
    Responder responder;
    WaitUntil([&] {
      const std::lock_guard lock(mutex_);
      const auto found = held_.find(text);
      if (found == held_.end()) return false;
      responder = std::move(found->second);
      held_.erase(found);
      return true;
    });
    return responder;
  }

  size_t SendOn(TestStream& stream, std::string bytes) {
    return OnShard(stream.shard, [&] { return stream.connection->Send(bytes); });
  }

  // Looks often; how long it takes says nothing, that it never happens does.
  template <class Condition>
  static void WaitUntil(Condition condition) {
    Mutex mutex;
    CondVar never;
    const MutexLock lock(mutex);
    for (int i = 0; i < kPatienceMs && !condition(); ++i)
      never.WaitFor(mutex, std::chrono::milliseconds(1));
  }
  void WaitForOpen(uint64_t count) {
    WaitUntil([&] { return server_->counts().connections_open == count; });
    EXPECT_EQ(server_->counts().connections_open, count);
  }

  std::mutex mutex_;
  std::map<std::string, Responder> held_;
  std::vector<std::unique_ptr<TestStream>> streams_;
  std::atomic<int> refused_streams_ = 0;
  std::string first_bytes_;
  std::atomic<size_t> first_taken_ = 0;
  std::shared_ptr<const std::string> large_ = std::make_shared<const std::string>(3'000'000, 'L');
  std::atomic<uint64_t> waiting_seen_ = 0;  // when /streams was asked
  std::unique_ptr<Server> server_;
};

}  // namespace flagstream::net
