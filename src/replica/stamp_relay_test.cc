// SPDX-License-Identifier: Apache-2.0
#include "replica/stamp_relay.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "testing/fake_clock.h"
#include "testing/manual_executor.h"

namespace flagstream::replica {
namespace {

// Goal: nobody hears of a stamp that a restart could forget, and what is durable is heard on every
// shard.

// A disk that takes its time: what it is given is durable when the test says so.
class SlowKeeper final : public StampKeeper {
 public:
  void Keep(std::vector<KeyStamp> stamps, UniqueFunction<void(Result<>)> done) override {
    std::ranges::sort(stamps, {}, &KeyStamp::key);
    writes.push_back(std::move(stamps));
    dones.push_back(std::move(done));
  }
  void FinishAll(const Result<>& result = {}) {
    for (auto& done : std::exchange(dones, {})) done(result);
  }

  std::vector<std::vector<KeyStamp>> writes;
  std::vector<UniqueFunction<void(Result<>)>> dones;
};

// A stream that takes everything.
class Reader final : public stream::Sink {
 public:
  explicit Reader(std::string& received) : received_(received) {}
  size_t Send(std::string_view bytes) override {
    received_ += bytes;
    return bytes.size();
  }
  void WaitWritable() override {}
  void Finish() override {}

 private:
  std::string& received_;
};

class StampRelayTest : public ::testing::Test {
 protected:
  static constexpr size_t kKeysMax = 3;

  std::string Put(std::string key, int64_t micros, size_t shard = 0) {
    const size_t answer = answers_.size();
    answers_.emplace_back("waits");
    relay_.port(shard).Put(
        std::move(key), Stamp::FromMicros(micros), [this, answer](Result<> done) {
          answers_[answer] = done ? "ok" : std::string(ErrorCodeName(done.error().code()));
        });
    return answers_[answer];
  }
  void Run() {
    for (int i = 0; i < 3; ++i) {
      shard0_.RunReady();
      shard1_.RunReady();
    }
  }
  static size_t EventCount(const std::string& received) {
    size_t count = 0;
    for (size_t at = received.find("event:"); at != std::string::npos;
         at = received.find("event:", at + 1))
      ++count;
    return count;
  }

  testing::FakeClock clock_;
  testing::ManualExecutor shard0_{clock_};
  testing::ManualExecutor shard1_{clock_};
  telemetry::Registry metrics_;
  stream::Hub hub0_{{}, shard0_, clock_, Random(1), metrics_};
  stream::Hub hub1_{{}, shard1_, clock_, Random(2), metrics_};
  SlowKeeper keeper_;
  StampRelay relay_{kKeysMax, keeper_, clock_, {{&shard0_, &hub0_}, {&shard1_, &hub1_}}};
  std::vector<std::string> answers_;
};

using Answers = std::vector<std::string>;

TEST_F(StampRelayTest, NothingIsSaidBeforeItIsDurable) {
  std::string received;
  hub1_.Join("k", std::make_unique<Reader>(received), {});
  Put("k", 1'500'000);
  Run();
  EXPECT_EQ(answers_, Answers{"waits"});
  EXPECT_EQ(received, "");

  keeper_.FinishAll();
  Run();
  EXPECT_EQ(answers_, Answers{"ok"});
  EXPECT_NE(received.find("{\"updated_at\": 1.5}"), std::string::npos) << received;
}

TEST_F(StampRelayTest, OneTurnIsOneWriteOfTheNewest) {
  Put("a", 2'000'000);
  Put("b", 1'000'000);
  Put("a", 3'000'000);
  Put("a", 1'000'000);
  Run();
  ASSERT_EQ(keeper_.writes.size(), 1U);
  EXPECT_EQ(keeper_.writes[0], (std::vector<KeyStamp>{{"a", Stamp::FromMicros(3'000'000)},
                                                      {"b", Stamp::FromMicros(1'000'000)}}));
  keeper_.FinishAll();
  Run();
  EXPECT_EQ(answers_, (Answers{"ok", "ok", "ok", "ok"}));
}

TEST_F(StampRelayTest, OlderStampsAreTakenAndDropped) {
  Put("k", 2'000'000);
  Run();
  keeper_.FinishAll();
  Run();
  std::string received;
  hub0_.Join("k", std::make_unique<Reader>(received), {});
  Put("k", 2'000'000);
  Put("k", 1'000'000, 1);
  Run();
  EXPECT_EQ(answers_, (Answers{"ok", "ok", "ok"}));
  EXPECT_EQ(keeper_.writes.size(), 1U);
  EXPECT_EQ(EventCount(received), 1U);
}

TEST_F(StampRelayTest, AnOlderStampWaitsWhileTheNewerIsNotDurable) {
  Put("k", 2'000'000);
  Run();
  Put("k", 1'000'000, 1);
  Run();
  EXPECT_EQ(answers_, (Answers{"waits", "waits"}));
  keeper_.FinishAll();
  Run();
  EXPECT_EQ(answers_, (Answers{"ok", "ok"}));
}

TEST_F(StampRelayTest, AFailureIsToldAndNobodyHearsOfTheStamp) {
  std::string received;
  hub0_.Join("k", std::make_unique<Reader>(received), {});
  Put("k", 2'000'000);
  Run();
  keeper_.FinishAll(Error::Unavailable("disk full"));
  Run();
  EXPECT_EQ(answers_, Answers{std::string(ErrorCodeName(ErrorCode::kUnavailable))});
  EXPECT_EQ(received, "");

  Put("k", 2'000'000);
  Run();
  keeper_.FinishAll();
  Run();
  EXPECT_EQ(answers_.back(), "ok");
  EXPECT_EQ(EventCount(received), 1U);
}

TEST_F(StampRelayTest, KeysAreBounded) {
  for (const char* key : {"a", "b", "c", "d"}) Put(key, 1'000'000);
  Run();
  keeper_.FinishAll();
  Run();
  EXPECT_EQ(answers_,
            (Answers{"ok", "ok", "ok", std::string(ErrorCodeName(ErrorCode::kTooLarge))}));
  EXPECT_EQ(relay_.key_count(), kKeysMax);
  Put("a", 2'000'000);
  Run();
  keeper_.FinishAll();
  Run();
  EXPECT_EQ(answers_.back(), "ok");
}

TEST_F(StampRelayTest, WhatWasRestoredIsTheFirstEvent) {
  relay_.Restore({{"k", Stamp::FromMicros(2'500'000)}});
  relay_.port(0).OfferRestored();
  std::string received;
  hub0_.Join("k", std::make_unique<Reader>(received), {});
  Run();
  EXPECT_NE(received.find("{\"updated_at\": 2.5}"), std::string::npos) << received;
  Put("k", 2'000'000);
  Run();
  EXPECT_EQ(answers_, Answers{"ok"});
  EXPECT_TRUE(keeper_.writes.empty());
}

}  // namespace
}  // namespace flagstream::replica
