// SPDX-License-Identifier: Apache-2.0
// Goal: an idle stream stays as small as the README of this module says. A program of its own, so
// that nothing else allocates meanwhile.

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <malloc.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <future>
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

#include "net/server.h"

namespace flagstream::net {
namespace {

constexpr size_t kStreams = 1'000;
constexpr size_t kBytesPerStreamMax = 600;
constexpr std::string_view kHead = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";

// As small as can be, since it is measured too: nothing but the connection.
struct Observer final : StreamConnection::Observer {
  void OnWritable() override {}
  void OnClosed() override {}
};

Observer observer;
std::vector<std::unique_ptr<StreamConnection>> streams;  // on the shard

std::unique_ptr<Router> MakeRouter() {
  const auto plain = [](const auto&...) { return Response(400); };
  auto router = std::make_unique<Router>(FallbackAnswers{plain, plain, plain, plain});
  router->Add(Method::kGet, "/stream", [](const Request&, Responder responder) {
    streams.push_back(responder.TakeOver(kHead));
    streams.back()->Observe(observer);
  });
  return router;
}

size_t HeapBytes(Shard& shard) {
  std::promise<size_t> bytes;
  shard.Post([&] { bytes.set_value(::mallinfo2().uordblks); });
  return bytes.get_future().get();
}

int OpenStream(uint16_t port) {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  EXPECT_EQ(::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
  constexpr std::string_view kRequest = "GET /stream HTTP/1.1\r\nHost: x\r\n\r\n";
  EXPECT_EQ(::send(fd, kRequest.data(), kRequest.size(), MSG_NOSIGNAL),
            static_cast<ssize_t>(kRequest.size()));
  std::array<char, kHead.size()> head;
  EXPECT_EQ(::recv(fd, head.data(), head.size(), MSG_WAITALL), static_cast<ssize_t>(head.size()));
  return fd;
}

TEST(StreamMemoryTest, AnIdleStreamIsSmall) {
  const auto server = std::move(*Server::Listen({}));
  server->Start([](Shard&) { return MakeRouter(); });
  server->StartAccepting();
  std::vector<int> clients;
  clients.reserve(kStreams + 1);
  streams.reserve(kStreams + 1);
  clients.push_back(OpenStream(server->port()));  // what is needed once is there now

  const size_t before = HeapBytes(server->shard(0));
  while (clients.size() < kStreams + 1) clients.push_back(OpenStream(server->port()));
  const size_t per_stream = (HeapBytes(server->shard(0)) - before) / kStreams;
  std::printf("%zu bytes of heap per idle stream\n", per_stream);
  RecordProperty("bytes_per_stream", static_cast<int>(per_stream));
  EXPECT_LE(per_stream, kBytesPerStreamMax);

  std::promise<void> done;
  server->shard(0).Post([&] {
    streams.clear();
    done.set_value();
  });
  done.get_future().wait();
  for (const int fd : clients) ::close(fd);
  server->Stop(std::chrono::milliseconds(0));
  if (before == 0) GTEST_SKIP() << "the sanitizer's heap does not tell its size";
}

}  // namespace
}  // namespace flagstream::net
