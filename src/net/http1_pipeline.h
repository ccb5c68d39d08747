// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string_view>

#include <boost/smart_ptr/intrusive_ptr.hpp>

#include "net/responder.h"
#include "net/response.h"
#include "net/response_head.h"
#include "net/stream_socket.h"

namespace flagstream::net {

class Http1Session;

// One request in work and then its answer. Its responder refers to it, so it may be reused only
// after it was answered. A member of its session's pipeline, on the session's shard.
class Http1Exchange final : public Responder::Exchange {
 public:
  enum class State { kInWork, kAnswered, kStream };

  explicit Http1Exchange(Http1Session& session) : session_(session) {}

  void Send(Response response) override;
  std::unique_ptr<StreamConnection> TakeOver(std::string_view head) override;
  void Abandon() override;
  Executor& shard() override;

 private:
  friend class Http1Pipeline;
  friend class Http1Session;

  Http1Session& session_;
  State state_ = State::kInWork;
  AnswerForm form_;
  size_t body_bytes_ = 0;  // of the request
  // The answer; of a stream, its head as the body.
  Response response_;
  boost::intrusive_ptr<StreamSocket> stream_;
  std::unique_ptr<Http1Exchange> next_;
};

// The requests of one connection that are in work or answered but not yet sent, oldest first.
class Http1Pipeline {
 public:
  Http1Exchange& Push(Http1Session& session);
  // Requires that it is not in work.
  void PopFront();
  Http1Exchange* front() { return first_.get(); }

  size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  // Of all requests in it.
  size_t body_bytes() const { return body_bytes_; }
  void CountBody(Http1Exchange& exchange, size_t bytes);

 private:
  std::unique_ptr<Http1Exchange> first_;
  Http1Exchange* last_ = nullptr;
  std::unique_ptr<Http1Exchange> spare_;  // for the next Push, so that most need no memory
  size_t size_ = 0;
  size_t body_bytes_ = 0;
};

}  // namespace flagstream::net
