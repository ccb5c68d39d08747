// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <atomic>
#include <optional>
#include <string_view>
#include <thread>

#include "base/worker_pool.h"
#include "bus/local_bus.h"
#include "replica/replica_test_world.h"
#include "replica/shard_group.h"
#include "replica/watch/evaluate_by_plan.h"
#include "wire/sse.h"

namespace flagstream::replica {
namespace {

// Goal: the same with real threads, for the sanitizers to look at.

// A shard: one thread, tasks in order.
class ThreadExecutor final : public Executor {
 public:
  void Post(Task task) override { FLAGSTREAM_ASSERT(pool_.Submit(std::move(task))); }
  // These tests have no time to wait: what is delayed is not run.
  void PostAfter(std::chrono::milliseconds /*delay*/, Task /*task*/) override {}
  bool IsHere() const override { return false; }
  void Stop() { pool_.Stop(); }

 private:
  WorkerPool pool_{1, 1'000'000};
};

TEST(ShardGroupTest, ThenComesAfterAllHaveDoneTheirs) {
  ThreadExecutor executors[4];
  const ShardGroup group({&executors[0], &executors[1], &executors[2], &executors[3]});
  std::atomic<int> wrong = 0;
  for (int round = 0; round < 500; ++round) {
    auto done = std::make_shared<std::vector<int>>(4, 0);
    group.OnEach([done](size_t shard) { (*done)[shard] = 1; },
                 [done, &wrong] {
                   if (*done != std::vector<int>(4, 1)) ++wrong;
                 });
  }
  for (ThreadExecutor& executor : executors) executor.Stop();
  EXPECT_EQ(wrong, 0);
}

TEST(OutstandingTest, WaitsForWorkOnOtherThreads) {
  Outstanding outstanding;
  outstanding.WaitForNone();
  std::atomic<int> done = 0;
  WorkerPool pool(2, 1'000);
  for (int i = 0; i < 100; ++i) {
    ASSERT_TRUE(pool.Submit([&done, token = Outstanding::Token(outstanding)] { ++done; }));
  }
  outstanding.WaitForNone();
  EXPECT_EQ(done, 100);
}

// Counts the events of a stream.
class CountingSink final : public stream::Sink {
 public:
  explicit CountingSink(std::atomic<int>& events) : events_(events) {}
  size_t Send(std::string_view bytes) override {
    if (bytes.find("updated_at") != std::string_view::npos) ++events_;
    return bytes.size();
  }
  void WaitWritable() override {}
  void Finish() override {}

 private:
  std::atomic<int>& events_;
};

TEST(ReplicaThreadsTest, WritersReadersAndStreamsOnThreeShards) {
  ReplicaWorld made;  // for its store and what it can do to it; its own replica stands still
  const EnvironmentId id = made.AddEnvironment();
  bus::LocalBus bus;
  telemetry::Registry registry;
  WorkerPool workers(2, 10'000);
  ThreadExecutor executors[3];
  std::vector<std::unique_ptr<stream::Hub>> hubs;
  std::vector<ShardPorts> ports;
  for (ThreadExecutor& executor : executors) {
    hubs.push_back(std::make_unique<stream::Hub>(stream::HubOptions{}, executor, made.clock,
                                                 Random(1), registry));
    ports.push_back({&executor, hubs.back().get()});
  }
  Replica replica({},
                  {made.store, bus, [&](Task task) { return workers.Submit(std::move(task)); },
                   made.clock, registry, EvaluateByPlan},
                  ports, Random(2));
  ASSERT_TRUE(replica.LoadAll().ok());
  EXPECT_TRUE(replica.IsReady());

  // A stream of the identity on each shard; the interests are touched there only.
  std::optional<IdentityWatch::Interest> interests[3];
  std::atomic<int> events[3] = {};
  for (size_t shard = 0; shard < 3; ++shard) {
    executors[shard].Post([&, shard] {
      IdentityWatch::Joining joining =
          replica.shard(shard).WatchIdentity(id, wire::KeyKind::kClient, "alice");
      interests[shard].emplace(std::move(joining.interest));
      hubs[shard]->JoinPassing(joining.channel, std::move(joining.first),
                               std::make_unique<CountingSink>(events[shard]),
                               {.age_max = stream::kUnlimitedAge});
    });
  }

  std::atomic<int> served = 0;
  std::atomic<int> stale = 0;
  std::atomic<int> trait_answers = 0;
  constexpr int kChanges = 100;
  for (int i = 0; i < kChanges; ++i) {
    const bus::Change change = made.Change(id);
    bus.Publish(change);
    const auto shard = static_cast<size_t>(i % 3);
    replica.WhenServed({change}, std::chrono::seconds(60), executors[shard], [&, shard, change] {
      ++served;
      const auto found = replica.shard(shard).FindById(id);
      if (found->environment().revision < change.revision) ++stale;
    });
    executors[shard].Post([&, shard, i] {
      replica.shard(shard).WriteTraits(
          id, "alice", {{.key = "plan", .value = int64_t{i}}},
          [&](const Result<IdentityPtr>& written) { trait_answers += written.ok() ? 1 : 0; });
    });
  }
  while (served < kChanges || trait_answers < kChanges) std::this_thread::yield();
  EXPECT_EQ(stale, 0);
  const auto has_told_all = [&] {
    return registry.PrometheusText().find("\nflagstream_identity_evaluations_pending 0\n") !=
           std::string::npos;
  };
  while (!has_told_all()) std::this_thread::yield();
  for (size_t shard = 0; shard < 3; ++shard) {
    executors[shard].Post([&, shard] { interests[shard].reset(); });
  }
  replica.Stop();
  bus.Stop();
  workers.Stop();
  for (ThreadExecutor& executor : executors) executor.Stop();
  for (const std::atomic<int>& count : events) EXPECT_GE(count, 2);
}

}  // namespace
}  // namespace flagstream::replica
