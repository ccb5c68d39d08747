// SPDX-License-Identifier: Apache-2.0
#include "stream/channel_view.h"

#include <gtest/gtest.h>

namespace flagstream::stream {
namespace {

Stamp StampAt(int64_t n) { return Stamp::FromMicros(n * Stamp::kTickMicros); }

ChannelView ViewAt(int64_t newest, StreamCounts of_browsers) {
  ChannelView view;
  view.newest = StampAt(newest);
  view.Of(ClientKind::kBrowser) = of_browsers;
  return view;
}

TEST(ChannelViewTest, AddsUpShards) {
  ChannelView view =
      ViewAt(2, {.streams = 5, .offered = 4, .written = 3, .behind = 1, .ages = {1, 1, 1, 2}});
  ChannelView other = ViewAt(
      2, {.streams = 50, .offered = 40, .written = 30, .behind = 10, .ages = {20, 10, 10, 10}});
  other.Of(ClientKind::kGo) = {.streams = 1, .ages = {0, 0, 0, 1}};
  view.Add(other);
  EXPECT_EQ(view.newest, StampAt(2));
  EXPECT_EQ(
      view.Of(ClientKind::kBrowser),
      (StreamCounts{
          .streams = 55, .offered = 44, .written = 33, .behind = 11, .ages = {21, 11, 11, 12}}));
  EXPECT_EQ(
      view.Total(),
      (StreamCounts{
          .streams = 56, .offered = 44, .written = 33, .behind = 11, .ages = {21, 11, 11, 13}}));
}

// Goal: as long as one shard has yet to offer the newest, its streams do not count as told of it.
TEST(ChannelViewTest, AnOlderFrameIsNotTheNewest) {
  const ChannelView ahead = ViewAt(3, {.streams = 1, .offered = 1, .written = 1});
  const ChannelView behind = ViewAt(2, {.streams = 10, .offered = 10, .written = 10, .behind = 2});
  for (auto [view, other] : {std::pair(ahead, behind), std::pair(behind, ahead)}) {
    view.Add(other);
    EXPECT_EQ(view.newest, StampAt(3));
    EXPECT_EQ(view.Total(), (StreamCounts{.streams = 11, .offered = 1, .written = 1, .behind = 2}));
    // Nor does a shard that never heard of the channel take from that.
    view.Add(ChannelView());
    EXPECT_EQ(view.Total().offered, 1u);
  }
}

// Goal: changes are told apart by stamp; where shards had streams at different times the newest
// hundred of all are left.
TEST(ChannelViewTest, TheNewestChangesOfAllShardsAreLeft) {
  ChannelView even;
  ChannelView odd_and_last;
  for (int64_t n = 1; n <= 120; ++n) {
    (n % 2 == 0 ? even : odd_and_last).changes.push_back({.stamp = StampAt(n), .offered = 1});
  }
  odd_and_last.changes.push_back({.stamp = StampAt(120), .offered = 1});
  even.Add(odd_and_last);
  ASSERT_EQ(even.changes.size(), 100u);
  for (int64_t i = 0; i < 100; ++i) {
    const LoggedChange& change = even.changes[static_cast<size_t>(i)];
    EXPECT_EQ(change.stamp, StampAt(21 + i));
    EXPECT_EQ(change.offered, i == 99 ? 2u : 1u);
  }
}

}  // namespace
}  // namespace flagstream::stream
