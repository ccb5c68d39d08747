// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "bus/bus.h"
#include "replica/watch/identity_watch.h"
#include "store/memory_store.h"
#include "stream/hub.h"
#include "telemetry/registry.h"
#include "testing/fake_clock.h"
#include "testing/manual_executor.h"

namespace flagstream::replica {

// An IdentityWatch over shards on one thread, one environment, and an evaluator by which the one
// feature has the value of the trait "plan", or that of the environment where there is none.
// Nothing happens but what the test lets happen.
//
// Every event is checked: each shard must have been made to forget what is not of the version that
// a fetch would read now, and that fetch must be answered with at least the event's stamp.
class WatchWorld {
 public:
  explicit WatchWorld(size_t shards = 2, WatchOptions options = {});
  ~WatchWorld();

  // ---- What is written; committed and not told to the watch
  // Of a change of traits.
  bus::Change SetTrait(const std::string& identifier, const std::string& key, std::string value);
  bus::Change DeleteIdentity(const std::string& identifier);
  // Stamps the environment; the default value too, if it is given.
  void ChangeEnvironment(const std::string& value = "");
  void SetRealtime(bool on);

  // ---- What the watch is told
  void Tell(const bus::Change& change) { watch->OnIdentityChanged(change); }
  // Every shard holds the environment as it is stored now.
  void Serve();
  void Remove();

  // ---- Turns
  // Runs the oldest task of the workers; false if there is none.
  bool RunWorker();
  size_t worker_tasks() const { return worker_tasks_.size(); }
  testing::ManualExecutor& executor(size_t shard) { return *executors_[shard]; }
  void Settle();
  void AdvanceBy(std::chrono::milliseconds by);

  // ---- What clients do and see
  struct Client {
    std::string identifier;
    std::vector<Stamp> events;
    std::unique_ptr<IdentityWatch::Interest> interest;
    bool ended = false;
  };
  Client& Open(size_t shard, const std::string& identifier);
  // The stream is gone, its sink included.
  void Close(Client& client) { client.interest.reset(); }
  // Of an answer that is fetched now.
  Stamp AnswerStampOf(const std::string& identifier);
  double Metric(const std::string& name) const;

  testing::FakeClock clock;
  store::MemoryStore store{clock};
  telemetry::Registry registry;
  bool workers_refuse = false;
  size_t evaluations = 0;
  std::unique_ptr<IdentityWatch> watch;

 private:
  IdentityData Read(const std::string& identifier);
  void OnEvent(Client& client, Stamp stamp);

  std::vector<std::unique_ptr<testing::ManualExecutor>> executors_;
  std::vector<std::unique_ptr<stream::Hub>> hubs_;
  std::unique_ptr<ShardGroup> group_;
  Outstanding outstanding_;
  std::deque<Task> worker_tasks_;
  ServedEnvironmentPtr served_;
  // By shard: the version that it was made to keep last.
  std::vector<std::map<std::string, IdentityVersion>> kept_;
  std::deque<Client> clients_;
};

}  // namespace flagstream::replica
