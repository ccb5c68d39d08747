// SPDX-License-Identifier: Apache-2.0
#include "net/first_requests.h"

#include <chrono>
#include <utility>

#include "net/http1_session.h"
#include "net/shard_context.h"

namespace flagstream::net {
namespace {

// Some 25 us each: others wait 0.8 ms for these.
constexpr size_t kPerTurn = 32;
// Clients give up after six seconds at the earliest. From here on new ones are as good as others,
// so that 20,000 of them, on a shard that is busy with other things, are served within three.
constexpr std::chrono::seconds kPatience{1};
constexpr size_t kPerTurnWhenLate = 256;

}  // namespace

FirstRequests::~FirstRequests() = default;

void FirstRequests::Add(std::shared_ptr<Http1Session> session) {
  waiting_.push_back({std::move(session), context_.Now()});
  context_.counts.waiting.Add();
  if (waiting_.size() == 1) PostTurn();
}

size_t FirstRequests::CountPerTurn(SteadyTime::duration waited) {
  return waited < kPatience ? kPerTurn : kPerTurnWhenLate;
}

void FirstRequests::PostTurn() {
  context_.executor.Post([this] { ReadSome(); });
}

void FirstRequests::ReadSome() {
  const size_t count = CountPerTurn(context_.Now() - waiting_.front().since);
  for (size_t i = 0; i < count && !waiting_.empty(); ++i) {
    const std::shared_ptr<Http1Session> session = std::move(waiting_.front().session);
    waiting_.pop_front();
    context_.counts.waiting.Subtract();
    session->ReadFirst();
  }
  if (!waiting_.empty()) PostTurn();
}

}  // namespace flagstream::net
