// SPDX-License-Identifier: Apache-2.0
#include "replica/watch/watched_identity.h"

#include <gtest/gtest.h>

#include "testing/sample_environment.h"

namespace flagstream::replica {
namespace {

// Goal: one evaluation waits or is under way at most and none is lost; what was told is told again
// only if it differs, and only with a stamp that can be fetched.

Stamp At(int64_t n) { return Stamp::FromMicros(1'777'627'800'000'000 + n * Stamp::kTickMicros); }

ServedEnvironmentPtr ServedAt(int64_t revision) {
  flags::Environment environment = testing::EnvironmentOfFeatures(1);
  environment.revision = revision;
  return std::make_shared<const ServedEnvironment>(std::move(environment));
}

class WatchedIdentityTest : public ::testing::Test {
 protected:
  static Evaluation Found(int64_t stamp, unsigned char digest, int64_t base_revision = 1) {
    static const ServedEnvironmentPtr served = ServedAt(5);
    return {.served = served,
            .version = {},
            .base_revision = base_revision,
            .answer_stamp = At(stamp),
            .digest = {digest}};
  }
  // What is told of it: "news 3", "3" to newcomers alone, or "".
  std::string TellOf(const Evaluation& found) {
    const std::optional<Telling> telling = watched.Judge(found, 7);
    if (!telling) return "";
    watched.Tell(*telling, found.digest);
    const int64_t n = (telling->frame->stamp.micros() - At(0).micros()) / Stamp::kTickMicros;
    return (telling->is_news ? "news " : "") + std::to_string(n);
  }

  WatchedIdentity watched{{1}, {wire::KeyKind::kClient, "alice"}, "i1", 3};
};

TEST_F(WatchedIdentityTest, KnowsWhichShardsHaveStreams) {
  EXPECT_FALSE(watched.HasStreams());
  watched.AddStream(2);
  watched.AddStream(0);
  watched.AddStream(2);
  EXPECT_EQ(watched.ShardsWithStreams(), (std::vector<size_t>{0, 2}));
  watched.RemoveStream(0);
  watched.RemoveStream(2);
  EXPECT_EQ(watched.ShardsWithStreams(), std::vector<size_t>{2});
  watched.RemoveStream(2);
  EXPECT_FALSE(watched.HasStreams());
}

TEST_F(WatchedIdentityTest, ManyWantsAreOneEvaluation) {
  watched.AddStream(0);
  EXPECT_TRUE(watched.Want(10));
  EXPECT_FALSE(watched.Want(20));
  EXPECT_FALSE(watched.Want(0));
  EXPECT_EQ(watched.Begin(), 20);
  EXPECT_FALSE(watched.End());
  EXPECT_TRUE(watched.Want(0));
  EXPECT_EQ(watched.Begin(), 0);
}

TEST_F(WatchedIdentityTest, AWantDuringAnEvaluationCausesOneMore) {
  watched.AddStream(0);
  EXPECT_TRUE(watched.Want(1));
  watched.Begin();
  EXPECT_FALSE(watched.Want(2));
  EXPECT_FALSE(watched.Want(3));
  EXPECT_TRUE(watched.End());
  EXPECT_TRUE(watched.IsWaiting());
  EXPECT_EQ(watched.Begin(), 3);
  EXPECT_FALSE(watched.End());
}

TEST_F(WatchedIdentityTest, WithoutStreamsItIsNotEvaluatedAgain) {
  watched.AddStream(0);
  EXPECT_TRUE(watched.Want(1));
  watched.Begin();
  EXPECT_FALSE(watched.Want(2));
  watched.RemoveStream(0);
  EXPECT_FALSE(watched.End());
  EXPECT_FALSE(watched.IsWaiting());
}

TEST_F(WatchedIdentityTest, TheFirstIsToldToAll) {
  EXPECT_EQ(watched.first(), nullptr);
  EXPECT_EQ(TellOf(Found(3, 'a')), "news 3");
  EXPECT_EQ(watched.first()->stamp, At(3));
}

TEST_F(WatchedIdentityTest, OnlyADifferenceIsNews) {
  TellOf(Found(3, 'a'));
  EXPECT_EQ(TellOf(Found(3, 'a')), "");
  EXPECT_EQ(TellOf(Found(4, 'a')), "4");
  EXPECT_EQ(watched.first()->stamp, At(4));
  EXPECT_EQ(TellOf(Found(5, 'b')), "news 5");
  EXPECT_EQ(TellOf(Found(6, 'a')), "news 6");
}

// Goal: an event that is not newer than what somebody has would move nobody to fetch.
TEST_F(WatchedIdentityTest, ADifferenceIsAlwaysToldWithANewerStamp) {
  TellOf(Found(3, 'a'));
  EXPECT_EQ(TellOf(Found(3, 'b')), "news 4");
  TellOf(Found(9, 'b'));
  EXPECT_EQ(TellOf(Found(2, 'c')), "news 10");
  EXPECT_EQ(TellOf(Found(2, 'c')), "");
}

TEST_F(WatchedIdentityTest, AStampThatCannotBeAnsweredYetIsNotTold) {
  TellOf(Found(3, 'a', /*base_revision=*/5));
  EXPECT_EQ(TellOf(Found(3, 'b', /*base_revision=*/6)), "");
  EXPECT_EQ(TellOf(Found(3, 'a', /*base_revision=*/6)), "");
  EXPECT_EQ(TellOf(Found(4, 'b', /*base_revision=*/5)), "news 4");
}

// Goal: who waits for a first event gets what can be answered now.
TEST_F(WatchedIdentityTest, TheFirstDoesNotWaitForASnapshot) {
  EXPECT_EQ(TellOf(Found(3, 'a', /*base_revision=*/6)), "news 3");
}

TEST_F(WatchedIdentityTest, AfterForgettingAllIsToldAnew) {
  TellOf(Found(3, 'a'));
  watched.ForgetWhatWasTold();
  EXPECT_EQ(TellOf(Found(2, 'a')), "news 2");
}

TEST_F(WatchedIdentityTest, SettlesOnceForEachVersion) {
  const IdentityVersion none;
  EXPECT_FALSE(watched.IsSettled(none));
  watched.Settle(none);
  EXPECT_TRUE(watched.IsSettled(none));
  EXPECT_FALSE(watched.IsSettled({.id = 1, .stamp = {}}));
  EXPECT_FALSE(watched.IsSettled({.id = 0, .stamp = At(1)}));
}

}  // namespace
}  // namespace flagstream::replica
