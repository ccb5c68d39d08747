// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/random.h"
#include "bus/bus.h"
#include "replica/replica.h"
#include "store/memory_store.h"
#include "stream/hub.h"
#include "telemetry/registry.h"
#include "testing/fake_clock.h"
#include "testing/manual_executor.h"

namespace flagstream::replica {

// A bus whose messages a test can lose.
class LossyBus final : public bus::Bus {
 public:
  void Listen(Listener listener) override { listener_ = std::move(listener); }
  void Publish(const bus::Change& change) override {
    published.push_back(change);
    if (!loses && listener_) listener_(change);
  }
  void Stop() override { listener_ = {}; }

  bool loses = false;
  std::vector<bus::Change> published;

 private:
  Listener listener_;
};

// A node of several shards on one thread: nothing happens but what the test lets happen. Every
// event that reaches a subscriber is checked: each shard must hold data at least as new, whose
// values are those of exactly its revision. An identity with the trait "plan" is served that in
// place of the value.
class ReplicaWorld {
 public:
  explicit ReplicaWorld(size_t shards = 3, ReplicaOptions options = {});
  ~ReplicaWorld();

  // ---- What the management side does; changes are committed and not published
  EnvironmentId AddEnvironment();
  // Sets the value of the one feature to "v<revision>".
  bus::Change Change(EnvironmentId id);
  // Raises the revision without a stamp.
  bus::Change Revise(EnvironmentId id);
  bus::Change Delete(EnvironmentId id);
  bus::Change DeleteIdentity(EnvironmentId id, const std::string& identifier);
  void SetRealtime(EnvironmentId id, bool on);
  // Goes back to an older revision, as a restore does.
  void SetRevision(EnvironmentId id, int64_t revision);

  // ---- Time and turns
  size_t shard_count() const { return executors_.size(); }
  testing::ManualExecutor& executor(size_t shard) { return *executors_[shard]; }
  // Runs the oldest task of the workers; false if there is none.
  bool RunWorker();
  size_t worker_tasks() const { return worker_tasks_.size(); }
  // Runs everything that is due, shards and workers.
  void Settle();
  void AdvanceBy(std::chrono::milliseconds by);

  // ---- What clients see
  static std::string KeyOf(EnvironmentId id) { return "client-" + std::to_string(id.value); }
  // Null if the shard does not serve it.
  ServedEnvironmentPtr Find(size_t shard, EnvironmentId id);
  int64_t RevisionOn(size_t shard, EnvironmentId id);
  // A stream for the environment on the shard; `events` of it is a list of stamps as text.
  void Subscribe(size_t shard, EnvironmentId id);
  const std::vector<std::string>& events(EnvironmentId id) { return events_[id]; }
  // A stream of the identity, for as long as the world lasts.
  void SubscribeIdentity(size_t shard, EnvironmentId id, const std::string& identifier);
  const std::vector<Stamp>& events(EnvironmentId id, const std::string& identifier) {
    return identity_events_[{id, identifier}];
  }
  void OnEvent(EnvironmentId id, const std::string& stamp_text);
  void OnIdentityEvent(EnvironmentId id, const std::string& identifier,
                       const std::string& stamp_text);

  testing::FakeClock clock;
  store::MemoryStore store{clock};
  LossyBus bus;
  telemetry::Registry registry;
  bool workers_refuse = false;
  std::unique_ptr<Replica> replica;

 private:
  std::vector<std::unique_ptr<testing::ManualExecutor>> executors_;
  std::vector<std::unique_ptr<stream::Hub>> hubs_;
  std::deque<Task> worker_tasks_;
  std::map<EnvironmentId, std::vector<std::string>> events_;
  std::vector<IdentityWatch::Interest> interests_;
  std::map<std::pair<EnvironmentId, std::string>, std::vector<Stamp>> identity_events_;
};

}  // namespace flagstream::replica
