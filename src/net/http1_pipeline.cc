// SPDX-License-Identifier: Apache-2.0
#include "net/http1_pipeline.h"

#include <utility>

#include "base/assert.h"
#include "net/http1_session.h"

namespace flagstream::net {

void Http1Exchange::Send(Response response) {
  FLAGSTREAM_ASSERT(state_ == State::kInWork);
  response_ = std::move(response);
  state_ = State::kAnswered;
  session_.OnAnswered();
}

std::unique_ptr<StreamConnection> Http1Exchange::TakeOver(std::string_view head) {
  FLAGSTREAM_ASSERT(state_ == State::kInWork);
  return session_.OnTakeOver(*this, head);
}

void Http1Exchange::Abandon() { Send(session_.Failure(500, "Internal server error.")); }

Executor& Http1Exchange::shard() { return session_.shard(); }

Http1Exchange& Http1Pipeline::Push(Http1Session& session) {
  std::unique_ptr<Http1Exchange> pushed = std::move(spare_);
  if (pushed == nullptr) pushed = std::make_unique<Http1Exchange>(session);
  Http1Exchange& exchange = *pushed;
  (last_ == nullptr ? first_ : last_->next_) = std::move(pushed);
  last_ = &exchange;
  ++size_;
  return exchange;
}

void Http1Pipeline::PopFront() {
  FLAGSTREAM_ASSERT(first_ != nullptr && first_->state_ != Http1Exchange::State::kInWork);
  std::unique_ptr<Http1Exchange> popped = std::move(first_);
  first_ = std::move(popped->next_);
  if (first_ == nullptr) last_ = nullptr;
  --size_;
  body_bytes_ -= popped->body_bytes_;

  popped->state_ = Http1Exchange::State::kInWork;
  popped->form_ = {};
  popped->body_bytes_ = 0;
  popped->response_ = Response();
  popped->stream_.reset();
  spare_ = std::move(popped);
}

void Http1Pipeline::CountBody(Http1Exchange& exchange, size_t bytes) {
  exchange.body_bytes_ = bytes;
  body_bytes_ += bytes;
}

}  // namespace flagstream::net
