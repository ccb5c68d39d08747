// SPDX-License-Identifier: Apache-2.0
#include "server/move/client_messages.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <string>
#include <utility>

namespace flagstream::server {
namespace {

using std::chrono::milliseconds;

// Goal: what one process says of its clients is what the other one knows of them, and what it does
// not understand it refuses.

class ClientMessagesTest : public testing::Test {
 protected:
  ClientMessagesTest() {
    std::array<int, 2> ends{};
    EXPECT_EQ(::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends.data()), 0);
    here_.emplace(net::OwnedFd(ends[0]));
    there_.emplace(net::OwnedFd(ends[1]));
  }

  // A descriptor that is told apart by what can be read from it.
  static net::OwnedFd Readable(std::string_view text) {
    std::array<int, 2> ends{};
    EXPECT_EQ(::pipe2(ends.data(), O_CLOEXEC), 0);
    const net::OwnedFd writing(ends[1]);
    EXPECT_EQ(::write(writing.get(), text.data(), text.size()), static_cast<ssize_t>(text.size()));
    return net::OwnedFd(ends[0]);
  }
  static std::string Read(const net::OwnedFd& descriptor) {
    std::array<char, 64> text{};
    const ssize_t size = ::read(descriptor.get(), text.data(), text.size());
    return {text.data(), size < 0 ? 0 : static_cast<size_t>(size)};
  }

  Result<> TakeOne(MovedClients& clients) {
    FLAGSTREAM_ASSIGN(std::optional<MoveMessage> message, there_->Receive(milliseconds(1'000)));
    return TakeClient(std::move(*message), clients);
  }
  std::string Refusal(wire::Json::Object fields, std::vector<std::string> texts, int descriptor) {
    EXPECT_TRUE(
        here_
            ->Send({.fields = wire::Json(std::move(fields)), .texts = std::move(texts)}, descriptor)
            .ok());
    MovedClients clients;
    const Result<> taken = TakeOne(clients);
    return taken ? "" : taken.error().message();
  }

  std::optional<MoveChannel> here_;
  std::optional<MoveChannel> there_;
};

TEST_F(ClientMessagesTest, AllThatIsKnownOfAClientArrives) {
  MovedClients given;
  given.whose = net::Server::Sockets::kShared;
  given.clients.listening.push_back(Readable("public"));
  given.operators.listening.push_back(Readable("ops"));
  const std::string bytes("GET /\r\n\0\xff{}", 12);
  given.clients.connections.push_back(
      {.socket = Readable("kept"), .unread = bytes, .has_asked = true});
  given.operators.connections.push_back({.socket = Readable("fresh")});
  api::MovedSseStream of_identity;
  of_identity.stream.terms = {.age_max = milliseconds(1'500),
                              .age_jitter = 0,
                              .ends_after_change = true,
                              .needs_whole_events = true,
                              .is_repeat_free = true,
                              .client = stream::ClientKind::kRuby};
  of_identity.stream.age = milliseconds(90'000);
  of_identity.stream.sent = Stamp::FromMicros(1'777'627'800'015'625);
  of_identity.stream.rest = "the rest\n";
  of_identity.stream.is_end_due = of_identity.stream.is_repeat_owed = true;
  of_identity.identity = {EnvironmentId{7}, wire::KeyKind::kServer, "al\xc3\xa9\"\n"};
  of_identity.client = 0xffff'ffff'0000'0001;
  of_identity.connection = {.socket = Readable("alice"), .unread = bytes, .keep_alive = false};
  api::MovedSseStream ageless;
  ageless.stream.channel = std::string("a\0key\xff", 6);
  ageless.stream.terms = {.age_max = stream::kUnlimitedAge, .age_jitter = 0};
  ageless.connection = {.socket = Readable("ageless")};
  given.streams.push_back(std::move(of_identity));
  given.streams.push_back(std::move(ageless));

  ASSERT_TRUE(SendClients(*here_, given).ok());
  MovedClients taken;
  for (int i = 0; i < 6; ++i) ASSERT_TRUE(TakeOne(taken).ok());

  EXPECT_EQ(taken.whose, net::Server::Sockets::kShared);
  EXPECT_EQ(Read(taken.clients.listening.at(0)), "public");
  EXPECT_EQ(Read(taken.operators.listening.at(0)), "ops");
  EXPECT_EQ(Read(taken.clients.connections.at(0).socket), "kept");
  EXPECT_EQ(taken.clients.connections[0].unread, bytes);
  EXPECT_TRUE(taken.clients.connections[0].has_asked);
  EXPECT_FALSE(taken.operators.connections.at(0).has_asked);
  for (size_t i = 0; i < 2; ++i) {
    const stream::MovedStream& was = given.streams[i].stream;
    const stream::MovedStream& is = taken.streams.at(i).stream;
    EXPECT_EQ(is.channel, was.channel);
    EXPECT_EQ(is.terms, was.terms);
    EXPECT_EQ(is.age, was.age);
    EXPECT_EQ(is.sent, was.sent);
    EXPECT_EQ(is.rest, was.rest);
    EXPECT_EQ(is.is_end_due, was.is_end_due);
    EXPECT_EQ(is.is_repeat_owed, was.is_repeat_owed);
    EXPECT_EQ(taken.streams[i].client, given.streams[i].client);
    EXPECT_EQ(taken.streams[i].connection.unread, given.streams[i].connection.unread);
    EXPECT_EQ(taken.streams[i].connection.keep_alive, given.streams[i].connection.keep_alive);
  }
  EXPECT_EQ(Read(taken.streams[0].connection.socket), "alice");
  ASSERT_TRUE(taken.streams[0].identity);
  EXPECT_EQ(taken.streams[0].identity->environment, EnvironmentId{7});
  EXPECT_EQ(taken.streams[0].identity->kind, wire::KeyKind::kServer);
  EXPECT_EQ(taken.streams[0].identity->identifier, "al\xc3\xa9\"\n");
  EXPECT_FALSE(taken.streams[1].identity);
}

TEST_F(ClientMessagesTest, WhatIsNoClientIsRefusedByTheFieldItLacks) {
  const net::OwnedFd descriptor = Readable("");
  const wire::Json yes(true);
  EXPECT_NE(Refusal({{"kind", "listening"}, {"for_operators", yes}, {"shared", yes}}, {}, -1)
                .find("\"descriptor\""),
            std::string::npos);
  const auto refusal = [&](wire::Json::Object fields) {
    return Refusal(std::move(fields), {}, descriptor.get());
  };
  EXPECT_NE(refusal({{"kind", "other"}}).find("\"kind\""), std::string::npos);
  EXPECT_NE(refusal({{"kind", "listening"}}).find("\"for_operators\""), std::string::npos);
  EXPECT_NE(refusal({{"kind", "connection"}, {"for_operators", yes}, {"has_asked", yes}})
                .find("\"texts\""),
            std::string::npos);
  EXPECT_NE(refusal({{"kind", "stream"}}).find("\"texts\""), std::string::npos);
}

TEST_F(ClientMessagesTest, AClientThatNeedsTooLongAMessageIsLeftOut) {
  MovedClients given;
  given.clients.connections.push_back(
      {.socket = Readable("a"), .unread = std::string(1 << 20, 'x')});
  given.clients.connections.push_back({.socket = Readable("b")});
  ASSERT_TRUE(SendClients(*here_, given).ok());
  MovedClients taken;
  ASSERT_TRUE(TakeOne(taken).ok());
  EXPECT_EQ(Read(taken.clients.connections.at(0).socket), "b");
}

TEST_F(ClientMessagesTest, TheOtherEndsSilenceAndEndAreToldApart) {
  EXPECT_EQ(there_->Receive(milliseconds(1)).error().code(), ErrorCode::kUnavailable);
  here_.reset();
  const auto end = there_->Receive(milliseconds(1'000));
  ASSERT_TRUE(end.ok());
  EXPECT_FALSE(*end);
  EXPECT_FALSE(there_->Send({.fields = wire::Json(wire::Json::Object{})}).ok());
}

}  // namespace
}  // namespace flagstream::server
