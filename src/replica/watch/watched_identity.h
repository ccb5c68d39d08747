// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/intrusive/list.hpp>

#include "base/hash.h"
#include "base/ids.h"
#include "base/stamp.h"
#include "replica/identity.h"
#include "replica/served_environment.h"
#include "stream/frame.h"
#include "wire/sdk.h"

namespace flagstream::replica {

// Whose streams are meant: what an identity is served depends on the kind of key, too. Within one
// environment; does not own its text.
struct WatchKey {
  wire::KeyKind kind = wire::KeyKind::kClient;
  std::string_view identifier;

  bool operator==(const WatchKey&) const = default;
};

struct WatchKeyHash {
  size_t operator()(const WatchKey& key) const {
    return std::hash<std::string_view>()(key.identifier) + static_cast<size_t>(key.kind);
  }
};

// An identity as it was found at one time, and what it is served by a snapshot that every shard
// holds.
struct Evaluation {
  ServedEnvironmentPtr served;
  IdentityVersion version;
  int64_t base_revision = 0;
  Stamp answer_stamp;  // of an answer made of both
  Sha256Digest digest = {};
};

// What streams have to be told.
struct Telling {
  stream::FramePtr frame;
  bool is_news = false;  // to all of them; else only to those who join later
};

using WatchQueueHook =
    boost::intrusive::list_base_hook<boost::intrusive::link_mode<boost::intrusive::auto_unlink>>;

// One identity that has streams on this node: how many on which shard, what they were told last,
// and whether it is to be evaluated. Only bookkeeping: the IdentityWatch evaluates and offers. At
// most one evaluation of it waits or is under way; what happens meanwhile causes one more. Leaves
// the queue it is in when it is destroyed. Not thread-safe.
class WatchedIdentity : public WatchQueueHook {
 public:
  // `channel`: of the hubs, for its streams.
  WatchedIdentity(EnvironmentId environment, WatchKey key, std::string channel, size_t shards);
  WatchedIdentity(const WatchedIdentity&) = delete;
  WatchedIdentity& operator=(const WatchedIdentity&) = delete;

  // ---- Constant: safe from any thread
  EnvironmentId environment() const { return environment_; }
  wire::KeyKind kind() const { return kind_; }
  const std::string& identifier() const { return identifier_; }
  WatchKey key() const { return {kind_, identifier_}; }
  const std::string& channel() const { return channel_; }

  // ---- Its streams
  void AddStream(size_t shard) { ++streams_.at(shard); }
  void RemoveStream(size_t shard);
  bool HasStreams() const;
  std::vector<size_t> ShardsWithStreams() const;

  // ---- When to evaluate it
  // Something may have changed what it is served, in a transaction of that time (0: none). Whether
  // it has to be queued now; if not, it is already, or End will say so.
  [[nodiscard]] bool Want(int64_t committed_micros);
  // Taken from its queue. Returns when what it was wanted for was committed.
  int64_t Begin();
  // Whether it has to be queued again.
  [[nodiscard]] bool End();
  // Taken from its queue without being evaluated.
  void Drop();
  bool IsWaiting() const { return state_ == State::kWaiting; }

  // ---- What it was told
  // What a stream that joins now is told at once; null if nothing is known yet.
  const stream::FramePtr& first() const { return first_; }
  // Whether all shards were made to forget what is not of this version.
  bool IsSettled(const IdentityVersion& version) const { return settled_ == version; }
  void Settle(const IdentityVersion& version) { settled_ = version; }
  // What streams have to be told of this, if anything. What is told can be fetched from any shard,
  // once all of them forgot older versions of the identity.
  std::optional<Telling> Judge(const Evaluation& found, int64_t committed_micros) const;
  // They are being told.
  void Tell(const Telling& telling, const Sha256Digest& digest);
  // Its environment is gone, and so are its streams; what is told next is told anew.
  void ForgetWhatWasTold() { first_ = nullptr; }

 private:
  enum class State : uint8_t { kIdle, kWaiting, kUnderWay };

  const EnvironmentId environment_;
  const std::string identifier_;
  const std::string channel_;
  const wire::KeyKind kind_;

  State state_ = State::kIdle;
  bool again_ = false;  // wanted since the evaluation began
  int64_t committed_micros_ = 0;
  std::vector<uint32_t> streams_;  // by shard

  stream::FramePtr first_;
  Sha256Digest told_digest_ = {};  // of what those who were told have, once there is a first
  std::optional<IdentityVersion> settled_;
};

// What an identity with streams costs beside them, its texts and its channel not counted. Named in
// ARCHITECTURE.md.
static_assert(sizeof(WatchedIdentity) <= 256);

using WatchedIdentityPtr = std::shared_ptr<WatchedIdentity>;

}  // namespace flagstream::replica
