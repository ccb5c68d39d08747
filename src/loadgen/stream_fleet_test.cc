// SPDX-License-Identifier: Apache-2.0
#include "loadgen/stream_fleet.h"

#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <thread>

namespace flagstream::loadgen {
namespace {

// Goal: events are read however the bytes are cut, and a stream that ends is opened
// again.

constexpr std::string_view kHead =
    "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n";
constexpr std::string_view kFirst =
    "4e\r\nevent: environment_updated\ndata: {\"updated_at\": 1735229888.5}\nretry: 15000\n\n\r\n";
constexpr std::string_view kSecond =
    "4e\r\nevent: environment_updated\ndata: {\"updated_at\": 1735229889.5}\nretry: 15000\n\n\r\n";
constexpr std::string_view kComment = "3\r\n:\n\n\r\n";

// Accepts `connections` one after the other and plays a script of writes to each.
class ScriptedServer {
 public:
  ScriptedServer() : listener_(socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof(address);
    EXPECT_EQ(bind(listener_, reinterpret_cast<sockaddr*>(&address), size), 0);
    EXPECT_EQ(listen(listener_, 8), 0);
    EXPECT_EQ(getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size), 0);
    url_ = "http://127.0.0.1:" + std::to_string(ntohs(address.sin_port));
  }
  ~ScriptedServer() {
    thread_.join();
    for (const int connection : connections_) close(connection);
    close(listener_);
  }

  const std::string& url() const { return url_; }

  void Play(std::vector<std::vector<std::string>> scripts) {
    thread_ = std::thread([this, scripts = std::move(scripts)] {
      for (const auto& script : scripts) {
        const int connection = accept(listener_, nullptr, nullptr);
        connections_.push_back(connection);
        std::array<char, 1024> request;
        if (recv(connection, request.data(), request.size(), 0) <= 0) continue;
        for (const std::string& bytes : script) {
          EXPECT_EQ(send(connection, bytes.data(), bytes.size(), MSG_NOSIGNAL),
                    static_cast<ssize_t>(bytes.size()));
          std::this_thread::yield();
        }
      }
    });
  }

 private:
  int listener_;
  std::string url_;
  std::vector<int> connections_;
  std::thread thread_;
};

// Reads until some stream has seen `stamp`.
void ReadUntil(StreamFleet& fleet, double stamp) {
  fleet.Read(
      std::chrono::steady_clock::now() + std::chrono::seconds(20), [](const Delivery&) {},
      [&] { return fleet.newest_stamp() >= stamp; });
}

TEST(StreamFleetTest, ReadsEventsHoweverTheyAreCut) {
  ScriptedServer server;
  std::vector<std::string> script{std::string(kHead)};
  std::string bytes = std::string(kComment) + std::string(kFirst) + std::string(kSecond);
  bytes.resize(bytes.size() -
               2);  // an event counts before its chunk ends, and then the client goes
  for (const char c : bytes) script.emplace_back(1, c);
  server.Play({script});
  StreamFleet fleet(*Endpoint::Parse(server.url()), "key");
  ASSERT_TRUE(fleet.Open(1, std::chrono::seconds(20), [](size_t) {}));
  ReadUntil(fleet, 1735229889.5);
  EXPECT_EQ(fleet.newest_stamp(), 1735229889.5);
  EXPECT_EQ(fleet.reopened_count(), 0U);
}

TEST(StreamFleetTest, OpensAnEndedStreamAgainAndSkipsWhatIsNotNewer) {
  ScriptedServer server;
  server.Play({{std::string(kHead), std::string(kFirst) + "0\r\n\r\n"},
               {std::string(kHead), std::string(kFirst), std::string(kSecond)}});
  StreamFleet fleet(*Endpoint::Parse(server.url()), "key");
  ASSERT_TRUE(fleet.Open(1, std::chrono::seconds(20), [](size_t) {}));
  ReadUntil(fleet, 1735229889.5);
  EXPECT_EQ(fleet.reopened_count(), 1U);
  EXPECT_EQ(fleet.newest_stamp(), 1735229889.5);
}

TEST(StreamFleetTest, AnEventThatIsRepeatedIsOneDelivery) {
  ScriptedServer server;
  server.Play({{std::string(kHead), std::string(kFirst), std::string(kFirst),
                std::string(kSecond) + std::string(kSecond)}});
  StreamFleet fleet(*Endpoint::Parse(server.url()), "key");
  ASSERT_TRUE(fleet.Open(1, std::chrono::seconds(20), [](size_t) {}));
  // The first may have come with the head, while the stream was opened.
  int second = 0;
  fleet.Read(
      std::chrono::steady_clock::now() + std::chrono::seconds(20),
      [&](const Delivery& delivery) { second += delivery.stamp == 1735229889.5 ? 1 : 0; },
      [&] { return fleet.repeated_count() >= 2; });
  EXPECT_EQ(fleet.repeated_count(), 2U);
  EXPECT_LE(second, 1);
  EXPECT_EQ(fleet.newest_stamp(), 1735229889.5);
}

TEST(StreamFleetTest, SaysWithWhatAStreamWasAnswered) {
  ScriptedServer server;
  server.Play({{"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"}});
  StreamFleet fleet(*Endpoint::Parse(server.url()), "key");
  const Result<> opened = fleet.Open(1, std::chrono::seconds(20), [](size_t) {});
  ASSERT_FALSE(opened);
  EXPECT_NE(opened.error().message().find("404"), std::string::npos);
}

}  // namespace
}  // namespace flagstream::loadgen
