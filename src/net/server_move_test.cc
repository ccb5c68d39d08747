// SPDX-License-Identifier: Apache-2.0
#include <thread>

#include "net/server_test.h"

namespace flagstream::net {
namespace {

using std::chrono::milliseconds;

// Goal: the clients of a server that moves to another one notice nothing. Both are in this process;
// what is between them are descriptors, which go to other processes just as well.
class ServerMoveTest : public ServerTest {
 protected:
  // The first server gives everything away, and a second one takes it.
  void Move(ServerOptions options = {}, milliseconds grace = milliseconds(kPatienceMs)) {
    Pause(grace);
    MoveOut();
    StopServer(milliseconds(kPatienceMs));
    MoveIn(std::move(options));
  }
  void Pause(milliseconds grace = milliseconds(kPatienceMs)) { listening_ = server_->Pause(grace); }
  void MoveOut() {
    for (const auto& stream : TakeStreams()) {
      OnShard(stream->shard, [&] {
        if (auto moved = stream->connection->MoveOut()) moved_streams_.push_back(std::move(*moved));
        stream->connection.reset();
      });
    }
    moved_ = server_->MoveOut();
  }
  void MoveIn(ServerOptions options = {}) {
    ASSERT_FALSE(listening_.empty());
    StartOn(std::move(listening_), std::move(options), Server::Sockets::kOwned);
    server_->MoveIn(std::move(moved_));
    for (MovedConnection& moved : moved_streams_) MoveInStream(std::move(moved));
    moved_streams_.clear();
  }
  void MoveInStream(MovedConnection moved) {
    Shard& shard = server_->shard(0);
    auto stream = std::make_unique<TestStream>(shard);
    OnShard(shard, [&] {
      stream->connection = shard.MoveIn(std::move(moved));
      stream->connection->Observe(*stream);
    });
    const std::lock_guard lock(mutex_);
    streams_.push_back(std::move(stream));
  }

  std::vector<OwnedFd> listening_;
  std::vector<MovedConnection> moved_;
  std::vector<MovedConnection> moved_streams_;
};

TEST_F(ServerMoveTest, KeptConnectionsAreAnsweredByTheNextServer) {
  Start({.threads = 2});
  std::vector<std::unique_ptr<Client>> clients;
  for (int i = 0; i < 20; ++i) {
    clients.push_back(std::make_unique<Client>(server_->port()));
    EXPECT_EQ(clients.back()->Ask(Get("/echo/a")), "200 a");
  }
  for (const size_t threads : {3, 1}) {
    Move({.threads = threads});
    for (const auto& client : clients) EXPECT_EQ(client->Ask(Get("/echo/b")), "200 b");
    EXPECT_EQ(server_->counts().connections_open, 20U);
  }
}

TEST_F(ServerMoveTest, WhoConnectsMeanwhileIsAnsweredByTheNextServer) {
  Start({.threads = 2});
  const uint16_t port = server_->port();
  Client silent(port);
  Client kept(port);
  EXPECT_EQ(kept.Ask(Get("/echo/a")), "200 a");
  WaitForOpen(2);
  Pause();
  kept.Send(Get("/echo/kept"));
  std::vector<std::unique_ptr<Client>> waiting;
  for (int i = 0; i < 20; ++i) {
    waiting.push_back(std::make_unique<Client>(port));
    EXPECT_TRUE(waiting.back()->is_connected());
    waiting.back()->Send(Get("/echo/waited"));
  }
  MoveOut();
  EXPECT_EQ(moved_.size(), 2U);
  EXPECT_EQ(std::ranges::count(moved_, true, &MovedConnection::has_asked), 1);
  StopServer(milliseconds(kPatienceMs));
  MoveIn({.threads = 2});
  EXPECT_EQ(server_->port(), port);
  for (const auto& client : waiting) EXPECT_EQ(client->ReadAnswer(), "200 waited");
  EXPECT_EQ(silent.Ask(Get("/echo/late")), "200 late");
  EXPECT_EQ(kept.ReadAnswer(), "200 kept");
}

TEST_F(ServerMoveTest, WhatWasReadOfAHeadMovesWithIt) {
  Start();
  Client half(server_->port());
  EXPECT_EQ(half.Ask(Get("/echo/first")), "200 first");
  half.Send("GET /echo/hal");
  Client untouched(server_->port());
  untouched.Send("GET /echo/untouched HTTP/1.1\r\n");
  WaitForOpen(2);
  Move();
  half.Send("f HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_EQ(half.ReadAnswer(), "200 half");
  untouched.Send("Host: x\r\n\r\n");
  EXPECT_EQ(untouched.ReadAnswer(), "200 untouched");
}

TEST_F(ServerMoveTest, RequestsUnderWayAreFinishedAndTheirConnectionMoves) {
  Start();
  Client busy(server_->port());
  busy.Send(Get("/hold/1") + Get("/echo/behind"));
  Client sending(server_->port());
  sending.Send("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhe");
  Responder responder = WaitForHeld("1");
  WaitForOpen(2);
  std::thread pausing([this] { Pause(); });
  sending.Send("llo");
  EXPECT_EQ(sending.ReadAnswer(), "200 hello");
  EXPECT_EQ(sending.last_head().find("Connection:"), std::string::npos);
  responder.Send(std::move(Response(200).SetBody(std::string("1"))));
  EXPECT_EQ(busy.ReadAnswer(), "200 1");
  pausing.join();
  MoveOut();
  StopServer(milliseconds(kPatienceMs));
  MoveIn();
  EXPECT_EQ(busy.ReadAnswer(), "200 behind");
  EXPECT_EQ(sending.Ask(Get("/echo/next")), "200 next");
}

TEST_F(ServerMoveTest, WhatTakesLongerIsAnsweredByTheFirstServerAndIsTheLast) {
  Start();
  Client busy(server_->port());
  busy.Send(Get("/hold/1"));
  Responder responder = WaitForHeld("1");
  Client sending(server_->port());
  sending.Send("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhe");
  WaitUntil([&] { return server_->counts().connections_open == 2; });
  Pause(milliseconds(50));
  MoveOut();
  EXPECT_EQ(moved_.size(), 0U);
  sending.Send("llo" + Get("/echo/ignored"));
  EXPECT_EQ(sending.ReadAnswer().substr(0, 3), "503");
  EXPECT_NE(sending.last_head().find("\r\nRetry-After: 1\r\n"), std::string::npos);
  EXPECT_NE(sending.last_head().find("\r\nConnection: close\r\n"), std::string::npos);
  EXPECT_EQ(sending.ReadAll(), "");
  responder.Send(std::move(Response(200).SetBody(std::string("1"))));
  EXPECT_EQ(busy.ReadAnswer(), "200 1");
  EXPECT_NE(busy.last_head().find("\r\nConnection: close\r\n"), std::string::npos);
  EXPECT_EQ(busy.ReadAll(), "");
}

TEST_F(ServerMoveTest, StreamsGoOnInTheNextServer) {
  Start();
  Client client(server_->port());
  client.Send(Get("/stream"));
  EXPECT_EQ(SendOn(WaitForStream(), "1\r\na\r\n"), 6U);
  client.Send(Get("/echo/behind"));
  Move();
  EXPECT_EQ(SendOn(WaitForStream(), "1\r\nb\r\n0\r\n\r\n"), 11U);
  OnShard(WaitForStream().shard, [this] { WaitForStream().connection->Finish(); });
  EXPECT_EQ(client.ReadUntil("0\r\n\r\n"),
            std::string(kStreamHead) + "1\r\na\r\n1\r\nb\r\n0\r\n\r\n");
  EXPECT_EQ(client.ReadAnswer(), "200 behind");
}

TEST_F(ServerMoveTest, AStreamsEndIsSeenInTheNextServer) {
  Start();
  auto client = std::make_unique<Client>(server_->port());
  client->Send(Get("/stream"));
  WaitForStream();
  client->ReadUntil("\r\n\r\n");
  Move();
  client->Close();
  WaitUntil([this] { return WaitForStream().closed.load(); });
  EXPECT_TRUE(WaitForStream().closed);
}

TEST_F(ServerMoveTest, WhoIsGoneDoesNotMove) {
  Start();
  Client client(server_->port());
  client.Send(Get("/stream"));
  TestStream& stream = WaitForStream();
  client.Close();
  WaitUntil([&] { return stream.closed.load(); });
  Pause();
  MoveOut();
  EXPECT_TRUE(moved_streams_.empty());
}

}  // namespace
}  // namespace flagstream::net
