// SPDX-License-Identifier: Apache-2.0
#include "net/responder.h"

#include <utility>

#include "base/assert.h"

namespace flagstream::net {
namespace {

// Runs `task(exchange)` on the exchange's shard: now if that is here.
template <class F>
void OnShard(std::shared_ptr<Responder::Exchange> exchange, F task) {
  Executor& shard = exchange->shard();
  if (shard.IsHere()) {
    task(*exchange);
    return;
  }
  shard.Post(
      [exchange = std::move(exchange), task = std::move(task)]() mutable { task(*exchange); });
}

}  // namespace

void Responder::Exchange::Abandon() {
  Response response(500);
  response.AddHeader("Content-Type", "application/json")
      .SetBody(std::string(R"({"detail":"Internal server error."})"));
  Send(std::move(response));
}

Responder& Responder::operator=(Responder&& other) noexcept {
  Responder abandoned(std::move(*this));
  exchange_ = std::move(other.exchange_);
  return *this;
}

Responder::~Responder() {
  if (exchange_ == nullptr) return;
  OnShard(std::move(exchange_), [](Exchange& exchange) { exchange.Abandon(); });
}

void Responder::Send(Response response) {
  FLAGSTREAM_ASSERT(IsPending());
  OnShard(std::move(exchange_), [response = std::move(response)](Exchange& exchange) mutable {
    exchange.Send(std::move(response));
  });
}

std::unique_ptr<StreamConnection> Responder::TakeOver(std::string_view head) {
  FLAGSTREAM_ASSERT(IsPending() && shard().IsHere());
  const std::shared_ptr<Exchange> exchange = std::move(exchange_);
  return exchange->TakeOver(head);
}

}  // namespace flagstream::net
