// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "api/errors.h"
#include "api/sdk/register_sdk.h"
#include "bus/local_bus.h"
#include "net/request_builder.h"
#include "net/router.h"
#include "replica/identity_reader.h"
#include "replica/outstanding.h"
#include "replica/replica_metrics.h"
#include "replica/shard_group.h"
#include "replica/shard_replica.h"
#include "replica/trait_writer.h"
#include "replica/watch/identity_watch.h"
#include "store/memory_store.h"
#include "store/query.h"
#include "store/records.h"
#include "stream/hub.h"
#include "telemetry/registry.h"
#include "testing/fake_clock.h"
#include "testing/http_client.h"
#include "testing/manual_executor.h"

namespace flagstream::api {

// One shard with everything below the SDK endpoints, over a store in memory: environment 1 with the
// keys "client" and "ser.server" and three features: 1 "banner" (on, "blue"), 2 "secret" (on, for
// server keys only), 3 "beta" (off, 7).
class SdkTestCase : public ::testing::Test {
 protected:
  static constexpr std::string_view kClientKey = "client";
  static constexpr std::string_view kServerKey = "ser.server";
  static constexpr std::string_view kStampText = "1777627800.765625";
  static constexpr std::string_view kStampHeader = "X-Flagsmith-Document-Updated-At";
  static constexpr int64_t kStamp = 1'777'627'800'765'625;

  SdkTestCase();
  ~SdkTestCase() override;

  // Alters stored rows as they are given, and serves the result.
  void Change(const std::function<void(store::Organisation&, store::Project&, store::Environment&)>&
                  change);
  // The environment as it is stored goes to the shard.
  void Serve();

  // Asks and lets everything run that the request set in motion.
  testing::HttpAnswerPtr Ask(net::Request request);
  testing::HttpAnswerPtr Get(std::string_view target, std::string_view key = kClientKey);
  testing::HttpAnswerPtr Send(std::string_view method, std::string_view target,
                              std::string_view body, std::string_view key = kClientKey);
  testing::HttpAnswerPtr Post(std::string_view target, std::string_view body,
                              std::string_view key = kClientKey) {
    return Send("POST", target, body, key);
  }

  // Traits of an identity as text ("plan=pro age=41"); nothing if it is not stored.
  std::optional<std::string> StoredTraits(const std::string& identifier);
  int64_t StoredIdentities();
  // Counted since the last time: flags, identities, traits, environment documents.
  replica::SdkResourceCounts TakeRequests() { return requests_.Take()[1]; }
  replica::ServedEnvironmentPtr served() { return replica_.FindById(EnvironmentId{1}); }

  class Usage final : public FeatureUsage {
   public:
    void Count(EnvironmentId environment, FeatureId feature, int64_t evaluations) override {
      counts[{environment.value, feature.value}] += evaluations;
    }
    std::map<std::pair<int64_t, int64_t>, int64_t> counts;
  };

  telemetry::Registry registry_;
  testing::FakeClock clock_;
  testing::ManualExecutor shard_{clock_};
  store::MemoryStore store_{clock_};
  bus::LocalBus bus_;
  replica::Outstanding outstanding_;
  replica::ShardGroup shards_{{&shard_}};
  replica::IdentityReader identities_;
  replica::TraitWriter traits_;
  stream::Hub hub_{{}, shard_, clock_, Random(1), registry_};
  replica::IdentityWatch watch_;
  replica::ShardReplica replica_;
  replica::SdkRequests requests_;
  Usage usage_;
  net::Router router_{MakeFallbackAnswers()};
  testing::HttpClient client_{router_, shard_};
};

}  // namespace flagstream::api
