// SPDX-License-Identifier: Apache-2.0
#include "replica/watch/watched_identity.h"

#include <algorithm>
#include <utility>

#include "base/assert.h"

namespace flagstream::replica {

WatchedIdentity::WatchedIdentity(EnvironmentId environment, WatchKey key, std::string channel,
                                 size_t shards)
    : environment_(environment),
      identifier_(key.identifier),
      channel_(std::move(channel)),
      kind_(key.kind),
      streams_(shards) {}

void WatchedIdentity::RemoveStream(size_t shard) {
  FLAGSTREAM_ASSERT(streams_.at(shard) > 0);
  --streams_[shard];
}

bool WatchedIdentity::HasStreams() const {
  return std::ranges::any_of(streams_, [](uint32_t count) { return count > 0; });
}

std::vector<size_t> WatchedIdentity::ShardsWithStreams() const {
  std::vector<size_t> shards;
  for (size_t shard = 0; shard < streams_.size(); ++shard) {
    if (streams_[shard] > 0) shards.push_back(shard);
  }
  return shards;
}

bool WatchedIdentity::Want(int64_t committed_micros) {
  if (committed_micros != 0) committed_micros_ = committed_micros;
  if (state_ == State::kIdle) {
    state_ = State::kWaiting;
    return true;
  }
  again_ = state_ == State::kUnderWay;
  return false;
}

int64_t WatchedIdentity::Begin() {
  FLAGSTREAM_ASSERT(state_ == State::kWaiting);
  state_ = State::kUnderWay;
  return std::exchange(committed_micros_, 0);
}

bool WatchedIdentity::End() {
  FLAGSTREAM_ASSERT(state_ == State::kUnderWay);
  const bool again = std::exchange(again_, false) && HasStreams();
  state_ = again ? State::kWaiting : State::kIdle;
  return again;
}

void WatchedIdentity::Drop() {
  FLAGSTREAM_ASSERT(state_ == State::kWaiting);
  state_ = State::kIdle;
}

std::optional<Telling> WatchedIdentity::Judge(const Evaluation& found,
                                              int64_t committed_micros) const {
  if (first_ == nullptr) {
    return Telling{stream::MakeFrame(found.answer_stamp, committed_micros), /*is_news=*/true};
  }
  // Its stamp cannot be answered yet, so it cannot be told. The snapshot that can is on its way,
  // and causes an evaluation of its own.
  if (found.served->environment().revision < found.base_revision) return std::nullopt;
  if (found.digest != told_digest_) {
    // All that makes a difference has a stamp of its own. If ever it has not, clients fetch once
    // for nothing; without a newer one they would not fetch at all.
    const Stamp stamp = std::max(found.answer_stamp, first_->stamp.Next());
    return Telling{stream::MakeFrame(stamp, committed_micros), /*is_news=*/true};
  }
  if (found.answer_stamp <= first_->stamp) return std::nullopt;
  return Telling{stream::MakeFrame(found.answer_stamp), /*is_news=*/false};
}

void WatchedIdentity::Tell(const Telling& telling, const Sha256Digest& digest) {
  first_ = telling.frame;
  told_digest_ = digest;
}

}  // namespace flagstream::replica
