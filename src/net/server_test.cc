// SPDX-License-Identifier: Apache-2.0
#include "net/server_test.h"

#include <fcntl.h>
#include <sys/resource.h>

#include <thread>

#include "net/listening_socket.h"

namespace flagstream::net {
namespace {

using std::chrono::milliseconds;

// Goal: over real sockets, every request gets its answer, in order, and no client can hurt the
// rest.

TEST_F(ServerTest, KeepsTheConnectionForFurtherRequests) {
  Start();
  Client client(server_->port());
  EXPECT_EQ(client.Ask(Get("/echo/a")), "200 a");
  EXPECT_EQ(client.last_head().find("Connection:"), std::string::npos);
  EXPECT_NE(client.last_head().find("\r\nDate: "), std::string::npos);
  EXPECT_EQ(client.Ask(Post("/echo", "hello")), "200 hello");
  EXPECT_EQ(client.Ask(Get("/nowhere")), "404 ");
  EXPECT_EQ(server_->counts().requests, 3U);
  EXPECT_EQ(server_->counts().connections_accepted, 1U);
}

TEST_F(ServerTest, ClosesWhenAsked) {
  Start();
  Client closing(server_->port());
  closing.Send(Get("/echo/a", "Connection: close\r\n") + Get("/echo/ignored"));
  const std::string all = closing.ReadAll();
  EXPECT_NE(all.find("Connection: close\r\n"), std::string::npos);
  EXPECT_EQ(all.substr(all.size() - 5), "\r\n\r\na");

  Client old(server_->port());
  old.Send("GET /echo/b HTTP/1.0\r\n\r\n");
  EXPECT_NE(old.ReadAll().find("Connection: close\r\n"), std::string::npos);

  Client old_kept(server_->port());
  EXPECT_EQ(old_kept.Ask("GET /echo/c HTTP/1.0\r\nConnection: keep-alive\r\n\r\n"), "200 c");
  EXPECT_NE(old_kept.last_head().find("Connection: keep-alive\r\n"), std::string::npos);
  EXPECT_EQ(old_kept.Ask(Get("/echo/d")), "200 d");
}

TEST_F(ServerTest, AnswersPipelinedRequestsInOrder) {
  Start({.pipelined_requests_max = 4});
  Client client(server_->port());
  std::string requests = Get("/hold/1") + Get("/echo/2") + Get("/hold/3");
  for (int i = 4; i < 100; ++i) requests += Get("/echo/" + std::to_string(i));
  client.Send(requests);
  Responder first = WaitForHeld("1");
  Responder third = WaitForHeld("3");
  EXPECT_EQ(server_->counts().requests, 4U);  // no more than that at once
  third.Send(std::move(Response(200).SetBody(std::string("3"))));
  first.Send(std::move(Response(200).SetBody(std::string("1"))));
  for (int i = 1; i < 100; ++i) EXPECT_EQ(client.ReadAnswer(), "200 " + std::to_string(i));
}

TEST_F(ServerTest, ReadsRequestsByteByByte) {
  Start();
  Client client(server_->port());
  for (const char c : Post("/echo", "hello") + Get("/echo/x")) client.Send(std::string(1, c));
  EXPECT_EQ(client.ReadAnswer(), "200 hello");
  EXPECT_EQ(client.ReadAnswer(), "200 x");
}

TEST_F(ServerTest, TakesLargeBodiesAndSendsLargeAnswers) {
  Start();
  Client client(server_->port());
  const std::string body(2 * 1024 * 1024, 'b');
  std::thread sender([&] { client.Send(Post("/echo", body)); });
  EXPECT_EQ(client.ReadAnswer(), "200 " + body);
  sender.join();
  EXPECT_EQ(client.Ask(Get("/large")), "200 " + *large_);
}

TEST_F(ServerTest, HeadHasNoBody) {
  Start();
  Client client(server_->port());
  client.Send("HEAD /echo/abc HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_NE(client.ReadUntil("\r\n\r\n").find("Content-Length: 3\r\n"), std::string::npos);
  EXPECT_EQ(client.Ask(Get("/echo/d")), "200 d");
}

TEST_F(ServerTest, SaysContinueOnlyWhenTheBodyIsWanted) {
  Start();
  Client client(server_->port());
  const std::string head = "POST /echo HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\n";
  client.Send(head + "Content-Length: 3\r\n\r\n");
  EXPECT_EQ(client.ReadUntil("\r\n\r\n"), "HTTP/1.1 100 Continue\r\n\r\n");
  EXPECT_EQ(client.Ask("abc"), "200 abc");
  EXPECT_EQ(client.Ask(head + "Content-Length: 3\r\n\r\nabc"), "200 abc");  // did not wait
  EXPECT_EQ(client.Ask(head + "Content-Length: 3000000\r\n\r\n").substr(0, 3), "413");
  EXPECT_EQ(client.ReadAll(), "");
}

TEST_F(ServerTest, ContinueWaitsForEarlierAnswers) {
  Start();
  Client client(server_->port());
  client.Send(
      Get("/hold/1") +
      "POST /echo HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n");
  WaitForHeld("1").Send(Response(200));
  EXPECT_EQ(client.ReadAnswer(), "200 ");
  EXPECT_EQ(client.ReadUntil("\r\n\r\n"), "HTTP/1.1 100 Continue\r\n\r\n");
  EXPECT_EQ(client.Ask("ab"), "200 ab");
}

TEST_F(ServerTest, AnswersBadRequestsAndClosesWithoutReset) {
  Start();
  const std::string endless(4'000'000, 'x');
  for (const auto& [request, status] : std::vector<std::pair<std::string, std::string>>{
           {"nonsense\r\n\r\n", "400"},
           {"GET / HTTP/2.0\r\n\r\n", "505"},
           {Get("/", "A: " + std::string(20'000, 'a') + "\r\n"), "431"},
           {Post("/echo", endless), "413"},
           {"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip\r\n\r\n", "501"},
       }) {
    Client client(server_->port());
    std::thread sender([&, &text = request] { client.Send(text + endless); });
    const std::string all = client.ReadAll();
    sender.join();
    EXPECT_EQ(all.substr(0, 12), "HTTP/1.1 " + status);
    EXPECT_NE(all.find("Connection: close\r\n"), std::string::npos);
  }
}

TEST_F(ServerTest, ARequestThatNobodyAnswersGets500) {
  Start();
  Client client(server_->port());
  EXPECT_EQ(client.Ask(Get("/drop")), "500 Internal server error.");
  EXPECT_EQ(client.Ask(Get("/echo/a")), "200 a");
}

TEST_F(ServerTest, AnswersAClientThatHasClosedItsSendingSide) {
  Start();
  Client client(server_->port());
  client.Send(Get("/hold/1") + Get("/echo/2") + "GET /unfinished");
  client.ShutDownSend();
  WaitForHeld("1").Send(std::move(Response(200).SetBody(std::string("1"))));
  EXPECT_EQ(client.ReadAnswer(), "200 1");
  EXPECT_EQ(client.ReadAnswer(), "200 2");
  EXPECT_EQ(client.ReadAll(), "");
}

TEST_F(ServerTest, AClientMayBeGoneWhenItsAnswerComes) {
  Start();
  Client client(server_->port());
  client.Send(Get("/hold/1") + Get("/hold/2"));
  Responder first = WaitForHeld("1");
  Responder second = WaitForHeld("2");
  client.Reset();
  WaitForOpen(0);
  first.Send(Response(200));
  second = Responder();
  EXPECT_EQ(Client(server_->port()).Ask(Get("/echo/a")), "200 a");
}

TEST_F(ServerTest, TimesOutEachPhase) {
  Start({.header_timeout = milliseconds(60),
         .body_timeout = milliseconds(60),
         .idle_timeout = milliseconds(60)});
  Client silent(server_->port());
  EXPECT_EQ(silent.ReadAll(), "");
  Client slow_head(server_->port());
  slow_head.Send("GET / HT");
  EXPECT_EQ(slow_head.ReadAnswer().substr(0, 3), "408");
  EXPECT_EQ(slow_head.ReadAll(), "");
  Client slow_body(server_->port());
  slow_body.Send("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nab");
  EXPECT_EQ(slow_body.ReadAnswer().substr(0, 3), "408");
  Client idle(server_->port());
  EXPECT_EQ(idle.Ask(Get("/echo/a")), "200 a");
  EXPECT_EQ(idle.ReadAll(), "");
  EXPECT_EQ(server_->counts().timeouts, 2U);
}

TEST_F(ServerTest, AHandlerMayTakeLongerThanTheTimeouts) {
  Start({.header_timeout = milliseconds(40), .idle_timeout = milliseconds(40)});
  Client waiting(server_->port());
  waiting.Send(Get("/hold/1"));
  Responder responder = WaitForHeld("1");
  Client idle(server_->port());
  EXPECT_EQ(idle.ReadAll(), "");  // so the time has passed
  responder.Send(Response(204));
  EXPECT_EQ(waiting.ReadAnswer(), "204 ");
}

TEST_F(ServerTest, ClosesAClientThatDoesNotTakeItsAnswers) {
  Start({.pipelined_requests_max = 2, .write_timeout = milliseconds(60)});
  Client client(server_->port());
  for (int i = 0; i < 8; ++i) client.Send(Get("/large"));
  WaitUntil([&] { return server_->counts().timeouts == 1; });
  EXPECT_EQ(server_->counts().timeouts, 1U);
  WaitForOpen(0);
  // With that much unsent no further request was taken.
  EXPECT_EQ(server_->counts().requests, 2U);
}

TEST_F(ServerTest, RefusesMoreConnectionsThanAllowed) {
  Start({.connections_max = 2});
  Client first(server_->port());
  Client second(server_->port());
  EXPECT_EQ(first.Ask(Get("/echo/a")), "200 a");
  EXPECT_EQ(second.Ask(Get("/echo/a")), "200 a");
  Client third(server_->port());
  EXPECT_EQ(third.Ask(Get("/echo/a")), "NONE");
  EXPECT_EQ(server_->counts().connections_refused, 1U);
  first.Close();
  WaitForOpen(1);
  Client fourth(server_->port());
  EXPECT_EQ(fourth.Ask(Get("/echo/a")), "200 a");
}

TEST_F(ServerTest, SurvivesRunningOutOfDescriptors) {
  Start();
  std::vector<std::unique_ptr<Client>> clients;
  for (int i = 0; i < 4; ++i) clients.push_back(std::make_unique<Client>(server_->port()));
  for (auto& client : clients) EXPECT_EQ(client->Ask(Get("/echo/a")), "200 a");
  rlimit saved{};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &saved), 0);
  const int client_fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  rlimit tight = saved;
  tight.rlim_cur = static_cast<rlim_t>(client_fd) + 1;
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &tight), 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(server_->port());
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  EXPECT_EQ(::connect(client_fd, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
  WaitUntil([&] { return server_->counts().connections_refused > 0; });
  EXPECT_GE(server_->counts().connections_refused, 1U);
  EXPECT_EQ(clients[0]->Ask(Get("/echo/c")), "200 c");  // those who are in go on
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &saved), 0);
  ::close(client_fd);
  EXPECT_EQ(Client(server_->port()).Ask(Get("/echo/d")), "200 d");
}

// Goal: what a connection asks that was there before waits for a few of the new ones, not for all.
TEST_F(ServerTest, AStormOfNewConnectionsLeavesRoomForOthers) {
  constexpr size_t kNew = 300;
  Start();
  Client known(server_->port());
  EXPECT_EQ(known.Ask(Get("/streams")), "200 0");
  std::vector<std::unique_ptr<Client>> fresh;
  for (size_t i = 0; i < kNew; ++i) fresh.push_back(std::make_unique<Client>(server_->port()));
  WaitForOpen(kNew + 1);

  std::promise<void> is_busy;
  std::promise<void> may_go_on;
  server_->shard(0).Post([&] {
    is_busy.set_value();
    may_go_on.get_future().wait();
  });
  is_busy.get_future().wait();
  for (const auto& client : fresh) client->Send(Get("/stream"));
  known.Send(Get("/streams"));
  may_go_on.set_value();

  const std::string answer = known.ReadAnswer();
  ASSERT_TRUE(answer.starts_with("200 ")) << answer;
  EXPECT_LT(std::stoul(answer.substr(4)), kNew / 2);
  EXPECT_GT(waiting_seen_, 0U);
  WaitForStream(kNew - 1);
  EXPECT_EQ(CountStreams(), kNew);
  EXPECT_EQ(server_->counts().connections_waiting, 0U);
}

TEST_F(ServerTest, NewConnectionsThatAskAndLeaveAreNoTrouble) {
  Start();
  std::vector<std::unique_ptr<Client>> fresh;
  for (size_t i = 0; i < 100; ++i) {
    fresh.push_back(std::make_unique<Client>(server_->port()));
    fresh.back()->Send(Get("/echo/a").substr(0, i));
    i % 2 == 0 ? fresh.back()->Reset() : fresh.back()->Close();
  }
  WaitForOpen(0);
  EXPECT_EQ(server_->counts().connections_waiting, 0U);
  Client other(server_->port());
  EXPECT_EQ(other.Ask(Get("/echo/a")), "200 a");
}

TEST_F(ServerTest, TellsTheClientsAddress) {
  Start({.trusted_proxies = {"127.0.0.0/8"}});
  Client client(server_->port());
  EXPECT_EQ(client.Ask(Get("/address")), "200 127.0.0.1");
  EXPECT_EQ(client.Ask(Get("/address", "X-Forwarded-For: 192.0.2.7\r\n")), "200 192.0.2.7");
}

TEST_F(ServerTest, ServesWithManyShards) {
  Start({.threads = 3});
  EXPECT_EQ(server_->shard_count(), 3U);
  std::vector<std::thread> threads;
  std::atomic<int> good = 0;
  for (int t = 0; t < 8; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 20; ++i) {
        Client client(server_->port());
        if (client.Ask(Get("/echo/a")) == "200 a" && client.Ask(Get("/echo/b")) == "200 b") ++good;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(good, 160);
  EXPECT_EQ(server_->counts().requests, 320U);
}

TEST_F(ServerTest, ShardsRunTasks) {
  Start({.threads = 2});
  for (size_t i = 0; i < 2; ++i) {
    Shard& shard = server_->shard(i);
    EXPECT_EQ(shard.index(), i);
    EXPECT_FALSE(shard.IsHere());
    EXPECT_TRUE(OnShard(shard, [&] { return shard.IsHere(); }));
    std::promise<bool> later;
    shard.PostAfter(milliseconds(1), [&] { later.set_value(shard.IsHere()); });
    EXPECT_TRUE(later.get_future().get());
  }
}

TEST_F(ServerTest, TwoServersDoNotShareAPort) {
  Start({.threads = 2});
  const auto second = Server::Listen({.port = server_->port(), .threads = 2});
  ASSERT_FALSE(second.ok());
  EXPECT_EQ(second.error().code(), ErrorCode::kUnavailable);
  EXPECT_NE(second.error().message().find("127.0.0.1"), std::string::npos);
}

TEST_F(ServerTest, NamesWhatItCannotListenOn) {
  EXPECT_NE(Server::Listen({.address = "nowhere"}).error().message().find("nowhere"),
            std::string::npos);
  EXPECT_EQ(Server::Listen({.trusted_proxies = {"x"}}).error().code(), ErrorCode::kInvalidArgument);
  EXPECT_TRUE(Server::Listen({.address = "[::1]"}).ok());
}

// Streams

TEST_F(ServerTest, AStreamSendsAndFinishesAndTheConnectionGoesOn) {
  first_bytes_ = "3\r\none\r\n";
  Start();
  Client client(server_->port());
  client.Send(Get("/stream"));
  EXPECT_EQ(client.ReadUntil("\r\n\r\n"), kStreamHead);
  TestStream& stream = WaitForStream();
  EXPECT_EQ(first_taken_, first_bytes_.size());  // taken inside the handler already
  EXPECT_EQ(client.ReadBytes(8), first_bytes_);
  EXPECT_EQ(SendOn(stream, "0\r\n\r\n"), 5U);
  OnShard(stream.shard, [&] { stream.connection->Finish(); });
  EXPECT_EQ(client.ReadBytes(5), "0\r\n\r\n");
  EXPECT_EQ(client.Ask(Get("/echo/after")), "200 after");
  EXPECT_FALSE(stream.closed);
}

TEST_F(ServerTest, AStreamEndsWithFinIfTheClientWantsNoMore) {
  Start();
  Client client(server_->port());
  client.Send(Get("/stream", "Connection: close\r\n"));
  TestStream& stream = WaitForStream();
  EXPECT_EQ(SendOn(stream, "0\r\n\r\n"), 5U);
  OnShard(stream.shard, [&] { stream.connection->Finish(); });
  EXPECT_EQ(client.ReadAll(), std::string(kStreamHead) + "0\r\n\r\n");
}

TEST_F(ServerTest, AStreamWaitsForEarlierAnswersAndLaterOnesForIt) {
  Start();
  Client client(server_->port());
  client.Send(Get("/hold/1") + Get("/stream") + Get("/echo/3") + Get("/echo/4"));
  TestStream& stream = WaitForStream();
  EXPECT_EQ(SendOn(stream, "3\r\none\r\n"), 0U);
  OnShard(stream.shard, [&] { stream.connection->WaitWritable(); });
  WaitForHeld("1").Send(Response(204));
  EXPECT_EQ(client.ReadAnswer(), "204 ");
  EXPECT_EQ(client.ReadUntil("\r\n\r\n"), kStreamHead);
  WaitUntil([&] { return stream.writable == 1; });
  EXPECT_EQ(SendOn(stream, "3\r\none\r\n"), 8U);
  client.Send(Get("/echo/5"));
  EXPECT_EQ(client.ReadBytes(8), "3\r\none\r\n");
  EXPECT_EQ(SendOn(stream, "0\r\n\r\n"), 5U);
  OnShard(stream.shard, [&] { stream.connection->Finish(); });
  EXPECT_EQ(client.ReadBytes(5), "0\r\n\r\n");
  for (const char* text : {"3", "4", "5"})
    EXPECT_EQ(client.ReadAnswer(), std::string("200 ") + text);
}

TEST_F(ServerTest, ALateStreamKeepsLaterRequestsThatAreInWork) {
  Start();
  Client client(server_->port());
  client.Send(Get("/hold/stream") + Get("/hold/2"));
  Responder responder = WaitForHeld("stream");
  Responder second = WaitForHeld("2");
  Executor& shard = responder.shard();
  OnShard(shard, [&] { StartStream(shard, std::move(responder)); });
  EXPECT_EQ(client.ReadUntil("\r\n\r\n"), kStreamHead);
  second.Send(std::move(Response(200).SetBody(std::string("2"))));
  TestStream& stream = WaitForStream();
  EXPECT_EQ(SendOn(stream, "0\r\n\r\n"), 5U);
  OnShard(stream.shard, [&] { stream.connection->Finish(); });
  EXPECT_EQ(client.ReadBytes(5), "0\r\n\r\n");
  EXPECT_EQ(client.ReadAnswer(), "200 2");
  EXPECT_EQ(client.Ask(Get("/echo/3")), "200 3");
}

TEST_F(ServerTest, AStreamIsToldWhenItsClientIsGone) {
  Start();
  for (const bool is_reset : {false, true}) {
    Client client(server_->port());
    client.Send(Get("/stream"));
    EXPECT_EQ(client.ReadUntil("\r\n\r\n"), kStreamHead);
    TestStream& stream = WaitForStream(is_reset ? 1 : 0);
    is_reset ? client.Reset() : client.Close();
    WaitUntil([&] { return stream.closed.load(); });
    EXPECT_TRUE(stream.closed);
    EXPECT_EQ(SendOn(stream, "x"), 0U);
    OnShard(stream.shard, [&] { stream.connection.reset(); });
    WaitForOpen(0);
  }
}

TEST_F(ServerTest, AStreamThatWaitsIsToldWhenItsClientIsGone) {
  Start();
  Client client(server_->port());
  client.Send(Get("/hold/1") + Get("/stream"));
  TestStream& stream = WaitForStream();
  Responder first = WaitForHeld("1");
  client.Close();
  first.Send(Response(204));
  WaitUntil([&] { return stream.closed.load(); });
  EXPECT_TRUE(stream.closed);
}

TEST_F(ServerTest, AClientThatSendsTooMuchDuringAStreamIsClosed) {
  Start();
  Client client(server_->port());
  client.Send(Get("/stream"));
  TestStream& stream = WaitForStream();
  client.Send(std::string(100'000, 'x'));
  WaitUntil([&] { return stream.closed.load(); });
  EXPECT_TRUE(stream.closed);
}

TEST_F(ServerTest, ASlowStreamTakesABoundedNumberOfBytesAndGoesOn) {
  Start();
  Client client(server_->port());
  client.SetReceiveBuffer(8 * 1024);
  client.Send(Get("/stream"));
  EXPECT_EQ(client.ReadUntil("\r\n\r\n"), kStreamHead);
  TestStream& stream = WaitForStream();
  const std::string piece(1'000, 's');
  size_t taken = 0;
  for (size_t now = piece.size(); now == piece.size(); taken += now) now = SendOn(stream, piece);
  EXPECT_LT(taken, 1'000'000U);
  OnShard(stream.shard, [&] { stream.connection->WaitWritable(); });
  EXPECT_EQ(client.ReadBytes(taken), std::string(taken, 's'));
  WaitUntil([&] { return stream.writable == 1; });
  EXPECT_EQ(stream.writable, 1);
  EXPECT_EQ(SendOn(stream, piece), piece.size());
}

TEST_F(ServerTest, DestroyingAStreamClosesTheConnection) {
  Start();
  Client client(server_->port());
  client.Send(Get("/stream"));
  TestStream& stream = WaitForStream();
  OnShard(stream.shard, [&] { stream.connection.reset(); });
  EXPECT_EQ(client.ReadAll(), kStreamHead);
  EXPECT_FALSE(stream.closed);
}

TEST_F(ServerTest, HeadOfAStreamIsItsHead) {
  Start();
  Client client(server_->port());
  client.Send("HEAD /stream HTTP/1.1\r\nHost: x\r\n\r\n" + Get("/echo/a"));
  EXPECT_EQ(client.ReadUntil("\r\n\r\n"), kStreamHead);
  EXPECT_EQ(client.ReadAnswer(), "200 a");
  EXPECT_EQ(refused_streams_, 1);
}

// Stopping

TEST_F(ServerTest, StoppingEndsIdleConnectionsAndAnswersWhatIsUnderWay) {
  Start({.threads = 2});
  Client idle(server_->port());
  EXPECT_EQ(idle.Ask(Get("/echo/a")), "200 a");
  Client busy(server_->port());
  busy.Send(Get("/hold/1"));
  Responder responder = WaitForHeld("1");
  Client begun(server_->port());
  begun.Send("GET /echo/begun HTTP/1.1\r\n");
  WaitForOpen(3);
  OnShard(server_->shard(0), [] { return 0; });
  OnShard(server_->shard(1), [] { return 0; });

  server_->StopAccepting();
  EXPECT_EQ(idle.ReadAll(), "");
  EXPECT_FALSE(Client(server_->port()).is_connected());
  begun.Send("Host: x\r\n\r\n");
  const std::string answer = begun.ReadAll();
  if (!answer.empty()) {  // empty if the server had not read its beginning yet
    EXPECT_NE(answer.find("Connection: close\r\n"), std::string::npos);
  }
  std::thread answering([&] { responder.Send(Response(204)); });
  server_->Stop(milliseconds(kPatienceMs));
  answering.join();
  EXPECT_NE(busy.ReadAll().find("204 No Content"), std::string::npos);
}

TEST_F(ServerTest, WhoHasJustConnectedIsAnsweredWhileStopping) {
  Start();
  Client fresh(server_->port());
  Client silent(server_->port());
  WaitForOpen(2);
  Client kept(server_->port());
  EXPECT_EQ(kept.Ask(Get("/echo/a")), "200 a");
  server_->StopAccepting();
  fresh.Send(Get("/echo/fresh"));
  const std::string answer = fresh.ReadAll();
  EXPECT_NE(answer.find("Connection: close\r\n"), std::string::npos);
  EXPECT_TRUE(answer.ends_with("fresh"));
  EXPECT_EQ(kept.ReadAll(), "");
  EXPECT_EQ(silent.ReadAll(), "");
}

// Sockets that somebody keeps

// Some that share a port, as a service manager passes them.
class KeptSockets {
 public:
  explicit KeptSockets(size_t count) {
    ListenAddress listen{"127.0.0.1", 0};
    for (size_t i = 0; i < count; ++i) {
      sockets_.push_back(std::move(*OpenListeningSocket(listen, /*is_shared=*/true)));
      listen.port = LocalPort(sockets_.back().get());
    }
    port_ = listen.port;
  }
  std::vector<OwnedFd> Pass() const {
    std::vector<OwnedFd> passed;
    for (const OwnedFd& socket : sockets_) passed.push_back(std::move(*ShareSocket(socket.get())));
    return passed;
  }
  uint16_t port() const { return port_; }

 private:
  std::vector<OwnedFd> sockets_;
  uint16_t port_ = 0;
};

TEST_F(ServerTest, ServesOnSocketsThatWerePassed) {
  for (const size_t sockets : {1, 2, 3}) {
    const KeptSockets kept(sockets);
    StartOn(kept.Pass(), {.threads = 2});
    EXPECT_EQ(server_->address(), "127.0.0.1");
    EXPECT_EQ(server_->port(), kept.port());
    // The kernel deals them out among the sockets, each of which somebody must accept from.
    for (int i = 0; i < 20; ++i) EXPECT_EQ(Client(kept.port()).Ask(Get("/echo/a")), "200 a");
  }
}

TEST_F(ServerTest, WhoConnectsBetweenTwoServersIsAnsweredByTheSecond) {
  const KeptSockets kept(2);
  StartOn(kept.Pass(), {});
  server_->StopAccepting();
  server_->Stop(milliseconds(kPatienceMs));
  std::vector<std::unique_ptr<Client>> waiting;
  for (int i = 0; i < 20; ++i) {
    waiting.push_back(std::make_unique<Client>(kept.port()));
    EXPECT_TRUE(waiting.back()->is_connected());
    waiting.back()->Send(Get("/echo/waited", "Connection: close\r\n"));
  }
  StartOn(kept.Pass(), {.threads = 3});
  for (const auto& client : waiting) EXPECT_TRUE(client->ReadAll().ends_with("waited"));
}

TEST_F(ServerTest, NamesWhatItCannotServeOn) {
  const auto refusal = [](OwnedFd fd) {
    std::vector<OwnedFd> passed;
    passed.push_back(std::move(fd));
    const auto server = Server::ServeOn(std::move(passed), Server::Sockets::kOwned, {});
    return server ? std::string() : server.error().message();
  };
  EXPECT_NE(refusal(OwnedFd(::open("/dev/null", O_RDONLY))).find("is no socket"),
            std::string::npos);
  EXPECT_NE(refusal(OwnedFd(::socket(AF_INET, SOCK_DGRAM, 0))).find("is not of TCP"),
            std::string::npos);
  EXPECT_NE(refusal(OwnedFd(::socket(AF_INET, SOCK_STREAM, 0))).find("does not listen"),
            std::string::npos);
}

TEST_F(ServerTest, StoppingDoesNotWaitLongerThanTheGrace) {
  Start();
  Client busy(server_->port());
  busy.Send(Get("/hold/1"));
  Responder responder = WaitForHeld("1");
  server_->Stop(milliseconds(20));
  EXPECT_NE(busy.ReadAll(), "STILL OPEN");
  responder.Send(Response(204));  // goes nowhere
}

TEST_F(ServerTest, MayBeDestroyedWithoutBeingStarted) {
  EXPECT_TRUE(Server::Listen({.threads = 3}).ok());
  auto server = Server::Listen({});
  ASSERT_TRUE(server.ok());
  (*server)->StopAccepting();
  (*server)->Stop(milliseconds(0));
}

}  // namespace
}  // namespace flagstream::net
