// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "api/ops/register_ops.h"
#include "api/request_metrics.h"
#include "api/sse/open_stream.h"
#include "api/sse/stream_slots.h"
#include "base/clock.h"
#include "base/random.h"
#include "base/result.h"
#include "net/server.h"
#include "server/memory_ceiling.h"
#include "server/move/moved_clients.h"
#include "server/options.h"
#include "stream/channel_view.h"
#include "stream/client_profile.h"
#include "stream/hub.h"
#include "telemetry/registry.h"

namespace flagstream::server {

// What one shard has of its own, whatever the node serves. Used on that shard, but for `executor`.
struct FrontShard {
  FrontShard(const stream::HubOptions& hub_options, net::Shard& shard, const Clock& clock,
             telemetry::Registry& metrics);

  net::Shard& executor;
  Random random;
  api::RequestMetrics requests;
  stream::Hub hub;
};

// The side of a node that faces its clients: listening sockets, shards with their hubs, the slots
// for streams, and the order in which all of that ends. `serve` and `hub` differ only in the routes
// they add.
class Front {
 public:
  // Adds the routes of shard `index` to its router; on that shard's thread.
  using AddRoutes = std::function<void(net::Router& router, size_t index)>;

  // Goes on with one stream of another process, on shard `index`.
  using MoveInStream = std::function<void(size_t index, api::MovedSseStream stream)>;

  // Takes the listening sockets of `moved`, or binds those of `--listen` and `--ops-listen`. Of
  // each channel `changes_kept` changes can be looked at. `metrics` and `clock` outlive the Front.
  // kUnavailable, with a sentence, if an address cannot be had.
  static Result<std::unique_ptr<Front>> Open(const NodeOptions& options, size_t changes_kept,
                                             MovedClients& moved, const Clock& clock,
                                             telemetry::Registry& metrics);
  Front(const Front&) = delete;
  Front& operator=(const Front&) = delete;

  // Starts the threads; nobody is served yet.
  void Start(const AddRoutes& add_routes, const api::OpsContext& ops);
  // Goes on with the connections of another process.
  void MoveIn(MovedClients moved, const MoveInStream& move_in_stream);
  void StartAccepting();
  // Gives all clients away once what is under way is finished, for which it waits for a moment.
  // What takes longer is all that is left to do, before Stop.
  MovedClients MoveOut();
  // No new connections from now on; the streams end cleanly, a thousand a second at most and all
  // within --drain-seconds.
  void EndStreams();
  // Answers under way get --drain-seconds; then the threads end.
  void Stop();

  std::vector<std::unique_ptr<FrontShard>>& shards() { return shards_; }
  // What the streams of shard `index` use.
  api::StreamContext StreamContext(size_t index);
  // What can be seen of a channel, on all shards together. Waits for them, so it must not be called
  // on one. kUnavailable if that takes longer than kLookPatience.
  Result<stream::ChannelView> LookAtStreams(const std::string& channel);
  // "http://127.0.0.1:8000", of the address that clients use.
  std::string url() const;

 private:
  Front(const NodeOptions& options, size_t changes_kept, const Clock& clock,
        telemetry::Registry& metrics, std::unique_ptr<net::Server> server,
        std::unique_ptr<net::Server> ops_server, const api::StreamLimits& stream_limits,
        net::Server::Sockets whose);

  std::unique_ptr<net::Router> MakeRouter(size_t index, const AddRoutes& add_routes,
                                          const api::OpsContext& ops);
  std::vector<api::MovedSseStream> MoveOutStreams();
  void AddServerMetrics();
  // Now and once a second, on the first shard.
  void WatchMemory();

  const std::chrono::milliseconds drain_;
  const net::Server::Sockets whose_sockets_;
  const Clock& clock_;
  telemetry::Registry& metrics_;
  const stream::ClientProfiles client_profiles_;
  api::StreamSlots stream_slots_;
  std::optional<MemoryCeiling> memory_ceiling_;  // used on the first shard
  std::unique_ptr<api::RequestMetrics> ops_requests_;
  std::unique_ptr<net::Server> server_;
  std::unique_ptr<net::Server> ops_server_;  // null: operators use server_
  // After the servers, so destroyed before: the connections of streams live in the server's shards.
  std::vector<std::unique_ptr<FrontShard>> shards_;
  std::vector<telemetry::CallbackMetric> server_metrics_;
};

}  // namespace flagstream::server
