// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string_view>

#include "api/sse/open_stream.h"
#include "api/sse/stream_identity.h"
#include "net/stream_connection.h"
#include "stream/sink.h"

namespace flagstream::stream {
class Subscriber;
}

namespace flagstream::api {

// A connection as a hub sees it: `net` below, `stream` above, and nothing kept in between, because
// there are many thousands of these. Lives on its shard and is owned by its subscriber. Holds one
// of the process's slots for streams.
class SseStream : public stream::Sink, private net::StreamConnection::Observer {
 public:
  explicit SseStream(OpenedStream opened);

  // Whom to tell of the connection's events; before the first of them.
  void Attach(stream::Subscriber& subscriber) { subscriber_ = &subscriber; }

  size_t Send(std::string_view bytes) override { return connection_->Send(bytes); }
  void WaitWritable() override { connection_->WaitWritable(); }
  void Finish() override { connection_->Finish(); }

  // Whom it is for, if it is for an identity.
  virtual std::optional<StreamIdentity> Identity() const { return std::nullopt; }
  const StreamSlot& slot() const { return slot_; }
  // As net::StreamConnection does; destroy it afterwards.
  std::optional<net::MovedConnection> MoveOut() { return connection_->MoveOut(); }

 private:
  void OnWritable() override;
  void OnClosed() override;

  const StreamSlot slot_;  // before the connection: given back when that is closed
  const std::unique_ptr<net::StreamConnection> connection_;
  stream::Subscriber* subscriber_ = nullptr;
};

}  // namespace flagstream::api
