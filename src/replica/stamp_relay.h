// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/clock.h"
#include "base/executor.h"
#include "base/mutex.h"
#include "base/result.h"
#include "base/stamp.h"
#include "base/thread_role.h"
#include "base/unique_function.h"
#include "stream/frame.h"
#include "stream/hub.h"

// The serving side of `hub`: stamps come in from the data's owner, are made durable, and go out to
// every stream.
namespace flagstream::replica {

struct KeyStamp {
  std::string key;
  Stamp stamp;

  bool operator==(const KeyStamp&) const = default;
};

// Where a relay keeps the newest stamp of each key, so that it survives a restart. Safe from any
// thread.
class StampKeeper {
 public:
  virtual ~StampKeeper() = default;

  // Keeps each of these unless it has a newer one of that key. `done` runs on any thread once they
  // are durable. Does not block.
  virtual void Keep(std::vector<KeyStamp> stamps, UniqueFunction<void(Result<>)> done) = 0;
};

// One shard as the wiring made it; both outlive the relay.
struct RelayShard {
  Executor* executor;
  stream::Hub* hub;
};

// Takes stamps on all shards and offers each to the hubs of all shards, but only when it is
// durable: what a client was told is never forgotten. Of one key the newest stamp counts; an older
// one is taken and dropped. Stamps that come in one turn of a shard's loop go on together, so that
// a burst costs one hand-over and one write.
//
// Safe from any thread but for its ports. Ends after the keeper, whose callbacks refer to it, and
// after the shards' threads.
class StampRelay {
 public:
  using Then = UniqueFunction<void(Result<>)>;

  // What the requests of one shard are given to. Used on that shard only.
  class Port {
   public:
    Port(StampRelay& relay, RelayShard shard) : relay_(relay), shard_(shard) {}
    Port(const Port&) = delete;
    Port& operator=(const Port&) = delete;

    // `then` runs on this shard once the stamp, or a newer one of the key, is durable. kTooLarge if
    // there is no room for one more key, kUnavailable if the stamp could not be kept.
    void Put(std::string key, Stamp stamp, Then then);
    // Tells this shard's hub of everything that was restored; before it has streams.
    void OfferRestored();

   private:
    friend class StampRelay;
    struct Request {
      KeyStamp stamp;
      Then then;
    };

    void Flush();

    StampRelay& relay_;
    const RelayShard shard_;
    const ThreadRole role_;
    std::vector<Request> waiting_ GUARDED_BY(role_);  // for the end of this turn of the loop
  };

  // `keeper` and `clock` outlive this.
  StampRelay(size_t keys_max, StampKeeper& keeper, const Clock& clock,
             std::vector<RelayShard> shards);
  ~StampRelay();
  StampRelay(const StampRelay&) = delete;
  StampRelay& operator=(const StampRelay&) = delete;

  // What the keeper had when this process started. Before the first Put. Keys above the limit are
  // kept as well.
  void Restore(const std::vector<KeyStamp>& stamps) EXCLUDES(mutex_);

  Port& port(size_t shard) { return *ports_[shard]; }
  size_t key_count() const EXCLUDES(mutex_);
  size_t keys_max() const { return keys_max_; }

 private:
  struct KeyHash {
    using is_transparent = void;
    size_t operator()(std::string_view key) const { return std::hash<std::string_view>()(key); }
  };
  // The newest durable stamp of each key; Stamp() while the first one is being kept.
  using Keys = std::unordered_map<std::string, Stamp, KeyHash, std::equal_to<>>;

  // Requests of one turn of one shard, until their stamps are durable.
  struct Batch {
    Port* port;
    std::vector<Then> thens;
    std::vector<KeyStamp> stamps;  // the newest of each key
  };
  struct Offer {
    std::string key;
    stream::FramePtr frame;
  };

  enum class Verdict { kNew, kOld, kNoRoom };

  void Submit(Port& port, std::vector<Port::Request> requests) EXCLUDES(mutex_);
  Verdict Judge(const KeyStamp& stamp) REQUIRES(mutex_);
  void OnKept(const std::shared_ptr<Batch>& batch, Result<> kept) EXCLUDES(mutex_);
  void Record(const std::vector<KeyStamp>& stamps) EXCLUDES(mutex_);
  std::vector<Offer> MakeOffers(const std::vector<KeyStamp>& stamps) const;

  const size_t keys_max_;
  StampKeeper& keeper_;
  const Clock& clock_;

  mutable Mutex mutex_;
  Keys keys_ GUARDED_BY(mutex_);

  std::vector<std::unique_ptr<Port>> ports_;
};

}  // namespace flagstream::replica
