// SPDX-License-Identifier: Apache-2.0
#include "server/move/client_messages.h"

#include <chrono>
#include <string>
#include <string_view>
#include <utility>

#include "base/log.h"

namespace flagstream::server {
namespace {

using wire::Json;

constexpr std::string_view kListening = "listening";
constexpr std::string_view kConnection = "connection";
constexpr std::string_view kStream = "stream";

Error Lacks(std::string_view field) {
  return {ErrorCode::kInvalidArgument,
          "what the other process says of a client has no \"" + std::string(field) + "\""};
}

Result<bool> Flag(const Json& fields, std::string_view name) {
  const Json* const found = fields.Find(name);
  if (found == nullptr || found->AsBool() == nullptr) return Lacks(name);
  return *found->AsBool();
}

Result<int64_t> Integer(const Json& fields, std::string_view name) {
  const Json* const found = fields.Find(name);
  if (found == nullptr || found->AsInteger() == nullptr) return Lacks(name);
  return *found->AsInteger();
}

// One that is not known here counts with the others: it only matters for figures.
Result<stream::ClientKind> ClientKindOf(const Json& fields) {
  const Json* const found = fields.Find("client_kind");
  if (found == nullptr || found->AsString() == nullptr) return Lacks("client_kind");
  for (size_t i = 0; i < stream::kClientKindCount; ++i) {
    const auto kind = static_cast<stream::ClientKind>(i);
    if (stream::ClientKindName(kind) == *found->AsString()) return kind;
  }
  return stream::ClientKind::kOther;
}

// ---- To messages

Json OfKind(std::string_view kind) { return Json(Json::Object{{"kind", Json(kind)}}); }

// Nobody is lost whom the other process could take.
Result<> SendOne(MoveChannel& channel, const MoveMessage& message, int descriptor) {
  Result<> sent = channel.Send(message, descriptor);
  if (sent || sent.error().code() != ErrorCode::kTooLarge) return sent;
  log::Warning("a connection is not moved", {{"error", sent.error().message()}});
  return {};
}

Result<> SendSide(MoveChannel& channel, const MovedSide& side, bool is_for_operators,
                  net::Server::Sockets whose) {
  for (const net::OwnedFd& socket : side.listening) {
    MoveMessage message{.fields = OfKind(kListening)};
    message.fields.Set("for_operators", is_for_operators);
    message.fields.Set("shared", whose == net::Server::Sockets::kShared);
    FLAGSTREAM_TRY(SendOne(channel, message, socket.get()));
  }
  for (const net::MovedConnection& connection : side.connections) {
    MoveMessage message{.fields = OfKind(kConnection), .texts = {connection.unread}};
    message.fields.Set("for_operators", is_for_operators);
    message.fields.Set("has_asked", connection.has_asked);
    FLAGSTREAM_TRY(SendOne(channel, message, connection.socket.get()));
  }
  return {};
}

MoveMessage ToMessage(const api::MovedSseStream& moved) {
  const stream::MovedStream& stream = moved.stream;
  MoveMessage message{.fields = OfKind(kStream),
                      .texts = {moved.connection.unread, stream.channel, stream.rest}};
  message.fields.Set("keep_alive", moved.connection.keep_alive);
  message.fields.Set("age_left_ms", int64_t{stream.terms.age_max.count()});
  message.fields.Set("ends_after_change", stream.terms.ends_after_change);
  message.fields.Set("needs_whole_events", stream.terms.needs_whole_events);
  message.fields.Set("is_repeat_free", stream.terms.is_repeat_free);
  message.fields.Set("client_kind", stream::ClientKindName(stream.terms.client));
  message.fields.Set("age_ms", int64_t{stream.age.count()});
  message.fields.Set("sent", stream.sent.micros());
  message.fields.Set("is_end_due", stream.is_end_due);
  message.fields.Set("is_repeat_owed", stream.is_repeat_owed);
  if (moved.client) message.fields.Set("client", static_cast<int64_t>(*moved.client));
  if (!moved.identity) return message;
  message.fields.Set("environment", moved.identity->environment.value);
  message.fields.Set("is_server_key", moved.identity->kind == wire::KeyKind::kServer);
  message.texts.push_back(moved.identity->identifier);
  return message;
}

// ---- From messages

Result<MovedSide*> SideOf(const Json& fields, MovedClients& clients) {
  FLAGSTREAM_ASSIGN(const bool is_for_operators, Flag(fields, "for_operators"));
  return is_for_operators ? &clients.operators : &clients.clients;
}

Result<> TakeListening(MoveMessage message, MovedClients& clients) {
  FLAGSTREAM_ASSIGN(MovedSide* const side, SideOf(message.fields, clients));
  FLAGSTREAM_ASSIGN(const bool is_shared, Flag(message.fields, "shared"));
  clients.whose = is_shared ? net::Server::Sockets::kShared : net::Server::Sockets::kOwned;
  side->listening.push_back(std::move(message.descriptor));
  return {};
}

Result<> TakeConnection(MoveMessage message, MovedClients& clients) {
  FLAGSTREAM_ASSIGN(MovedSide* const side, SideOf(message.fields, clients));
  net::MovedConnection connection{.socket = std::move(message.descriptor)};
  FLAGSTREAM_ASSIGN(connection.has_asked, Flag(message.fields, "has_asked"));
  if (message.texts.size() != 1) return Lacks("texts");
  connection.unread = std::move(message.texts[0]);
  side->connections.push_back(std::move(connection));
  return {};
}

Result<stream::MovedStream> StreamOf(const Json& fields) {
  stream::MovedStream stream;
  FLAGSTREAM_ASSIGN(const int64_t age_left, Integer(fields, "age_left_ms"));
  if (age_left <= 0) return Lacks("age_left_ms");
  stream.terms.age_max = std::chrono::milliseconds(age_left);
  stream.terms.age_jitter = 0;
  FLAGSTREAM_ASSIGN(stream.terms.ends_after_change, Flag(fields, "ends_after_change"));
  FLAGSTREAM_ASSIGN(stream.terms.needs_whole_events, Flag(fields, "needs_whole_events"));
  FLAGSTREAM_ASSIGN(stream.terms.is_repeat_free, Flag(fields, "is_repeat_free"));
  FLAGSTREAM_ASSIGN(stream.terms.client, ClientKindOf(fields));
  FLAGSTREAM_ASSIGN(const int64_t age, Integer(fields, "age_ms"));
  stream.age = std::chrono::milliseconds(age);
  FLAGSTREAM_ASSIGN(const int64_t sent, Integer(fields, "sent"));
  stream.sent = Stamp::FromMicros(sent);
  FLAGSTREAM_ASSIGN(stream.is_end_due, Flag(fields, "is_end_due"));
  FLAGSTREAM_ASSIGN(stream.is_repeat_owed, Flag(fields, "is_repeat_owed"));
  return stream;
}

Result<> TakeStream(MoveMessage message, MovedClients& clients) {
  const bool is_of_identity = message.fields.Find("environment") != nullptr;
  if (message.texts.size() != (is_of_identity ? 4 : 3)) return Lacks("texts");
  api::MovedSseStream moved;
  FLAGSTREAM_ASSIGN(moved.stream, StreamOf(message.fields));
  moved.connection = {.socket = std::move(message.descriptor),
                      .unread = std::move(message.texts[0]),
                      .has_asked = true};
  FLAGSTREAM_ASSIGN(moved.connection.keep_alive, Flag(message.fields, "keep_alive"));
  if (message.fields.Find("client") != nullptr) {
    FLAGSTREAM_ASSIGN(const int64_t client, Integer(message.fields, "client"));
    moved.client = static_cast<uint64_t>(client);
  }
  moved.stream.channel = std::move(message.texts[1]);
  moved.stream.rest = std::move(message.texts[2]);
  if (is_of_identity) {
    FLAGSTREAM_ASSIGN(const int64_t environment, Integer(message.fields, "environment"));
    FLAGSTREAM_ASSIGN(const bool is_server_key, Flag(message.fields, "is_server_key"));
    moved.identity = {EnvironmentId{environment},
                      is_server_key ? wire::KeyKind::kServer : wire::KeyKind::kClient,
                      std::move(message.texts[3])};
  }
  clients.streams.push_back(std::move(moved));
  return {};
}

}  // namespace

Result<> SendClients(MoveChannel& channel, const MovedClients& clients) {
  FLAGSTREAM_TRY(SendSide(channel, clients.clients, /*is_for_operators=*/false, clients.whose));
  FLAGSTREAM_TRY(SendSide(channel, clients.operators, /*is_for_operators=*/true, clients.whose));
  for (const api::MovedSseStream& stream : clients.streams)
    FLAGSTREAM_TRY(SendOne(channel, ToMessage(stream), stream.connection.socket.get()));
  return {};
}

Result<> TakeClient(MoveMessage message, MovedClients& clients) {
  if (message.descriptor.get() < 0) return Lacks("descriptor");
  const Json* const field = message.fields.Find("kind");
  const std::string kind =
      field != nullptr && field->AsString() != nullptr ? *field->AsString() : "";
  if (kind == kListening) return TakeListening(std::move(message), clients);
  if (kind == kConnection) return TakeConnection(std::move(message), clients);
  if (kind == kStream) return TakeStream(std::move(message), clients);
  return Lacks("kind");
}

}  // namespace flagstream::server
