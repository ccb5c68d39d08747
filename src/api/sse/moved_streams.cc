// SPDX-License-Identifier: Apache-2.0
#include "api/sse/moved_streams.h"

#include <charconv>
#include <memory>
#include <string>
#include <utility>

#include "api/sse/identity_stream.h"
#include "api/sse/sse_stream.h"
#include "wire/sse.h"

namespace flagstream::api {
namespace {

// What is left of the chunk under way, and the last one. Who does not take even that is behind, and
// closed.
void EndCleanly(net::StreamConnection& connection, const stream::MovedStream& stream) {
  const std::string end = stream.rest + std::string(wire::kLastChunk);
  if (connection.Send(end) == end.size()) connection.Finish();
}

// The environment by the name of its channel; nothing if the stream is told nothing.
std::optional<std::string> EnvironmentOf(const MovedSseStream& moved) {
  if (moved.identity) return std::to_string(moved.identity->environment.value);
  if (moved.stream.channel.empty()) return std::nullopt;
  return moved.stream.channel;
}

// Nothing if the stream has ended instead.
std::optional<OpenedStream> Open(const StreamContext& context, net::Shard& shard,
                                 MovedSseStream& moved, bool is_served) {
  auto connection = shard.MoveIn(std::move(moved.connection));
  if (connection == nullptr) return std::nullopt;
  StreamSlot slot;
  if (is_served) slot = context.slots.TakeMoved(EnvironmentOf(moved), moved.client);
  if (slot) return OpenedStream{std::move(connection), std::move(slot)};
  EndCleanly(*connection, moved.stream);
  return std::nullopt;
}

void Join(const StreamContext& context, stream::MovedStream stream, OpenedStream opened) {
  auto sink = std::make_unique<SseStream>(std::move(opened));
  SseStream& joined = *sink;
  joined.Attach(context.hub.MoveIn(std::move(stream), std::move(sink)));
}

// The channels of `serve` are named by the ids of environments.
bool IsServed(const replica::ShardReplica& replica, const MovedSseStream& moved) {
  const std::optional<std::string> name = EnvironmentOf(moved);
  if (!name) return true;
  EnvironmentId environment;
  std::from_chars(name->data(), name->data() + name->size(), environment.value);
  return replica.FindById(environment) != nullptr;
}

}  // namespace

std::vector<MovedSseStream> MoveOutStreams(stream::Hub& hub) {
  std::vector<MovedSseStream> all;
  hub.MoveOut([&all](stream::MovedStream stream, std::unique_ptr<stream::Sink> sink) {
    auto& sse_stream = static_cast<SseStream&>(*sink);  // a hub's sinks are those that we gave it
    std::optional<net::MovedConnection> connection = sse_stream.MoveOut();
    if (!connection) return;
    all.push_back({std::move(stream), sse_stream.Identity(),
                   StreamSlots::client_of(sse_stream.slot()), std::move(*connection)});
  });
  return all;
}

void MoveInStream(const StreamContext& context, replica::ShardReplica& replica, net::Shard& shard,
                  MovedSseStream moved) {
  auto opened = Open(context, shard, moved, IsServed(replica, moved));
  if (!opened) return;
  if (!moved.identity) return Join(context, std::move(moved.stream), std::move(*opened));
  MoveInIdentityStream(context, replica, *moved.identity, std::move(moved.stream),
                       std::move(*opened));
}

void MoveInStream(const StreamContext& context, net::Shard& shard, MovedSseStream moved) {
  auto opened = Open(context, shard, moved, /*is_served=*/true);
  if (opened) Join(context, std::move(moved.stream), std::move(*opened));
}

}  // namespace flagstream::api
