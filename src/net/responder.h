// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string_view>
#include <utility>

#include "base/executor.h"
#include "net/response.h"
#include "net/stream_connection.h"

namespace flagstream::net {

// The right and the duty to answer one request, exactly once. Moves with the work, also to other
// threads; one that is destroyed without an answer sends a 500. The connection may be gone by then,
// which is not an error. All responders must be gone before the Server is destroyed.
class Responder {
 public:
  // What the session gives it; on the session's shard. One of Send, TakeOver and Abandon is called,
  // once. Tests that need no socket derive from it.
  class Exchange {
   public:
    virtual ~Exchange() = default;
    virtual void Send(Response response) = 0;
    virtual std::unique_ptr<StreamConnection> TakeOver(std::string_view head) = 0;
    // The responder was destroyed without an answer. As it stands here: sends a plain 500.
    virtual void Abandon();
    virtual Executor& shard() = 0;
  };

  Responder() = default;
  explicit Responder(std::shared_ptr<Exchange> exchange) : exchange_(std::move(exchange)) {}
  Responder(Responder&&) noexcept = default;
  Responder& operator=(Responder&& other) noexcept;
  ~Responder();

  // Safe from any thread: posts to the shard when not on it. Answers to pipelined requests leave in
  // the order of the requests.
  void Send(Response response);

  // Turns the connection into a stream: sends `head` (status line to empty line) and gives up HTTP
  // until the stream finishes. While earlier requests of the connection still wait for their
  // answers the stream takes no bytes. On the shard only. Null if the peer is gone; the request
  // counts as answered either way.
  std::unique_ptr<StreamConnection> TakeOver(std::string_view head);

  // The shard of the connection; outlives the responder.
  Executor& shard() { return exchange_->shard(); }
  bool IsPending() const { return exchange_ != nullptr; }

 private:
  std::shared_ptr<Exchange> exchange_;
};

}  // namespace flagstream::net
