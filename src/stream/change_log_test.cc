// SPDX-License-Identifier: Apache-2.0
#include "stream/change_log.h"

#include <gtest/gtest.h>

namespace flagstream::stream {
namespace {

Stamp StampAt(int64_t n) { return Stamp::FromMicros(n * Stamp::kTickMicros); }

// Goal: the newest are kept, whole and in their order, however many there were.
TEST(ChangeLogTest, KeepsTheNewest) {
  ChangeLog log(3);
  for (int64_t n = 1; n <= 7; ++n) log.Begin(StampAt(n), n, static_cast<size_t>(10 * n));
  EXPECT_EQ(log.All(), (std::vector<LoggedChange>{
                           {.stamp = StampAt(5), .committed = 5, .offered = 50},
                           {.stamp = StampAt(6), .committed = 6, .offered = 60},
                           {.stamp = StampAt(7), .committed = 7, .offered = 70},
                       }));
}

// Goal: the first write is that of the first turn, the last that of the last, and late ones are
// told apart.
TEST(ChangeLogTest, AddsUpTheTurnsOfAChange) {
  ChangeLog log(3);
  log.Begin(StampAt(1), 100, 9);
  log.Written(StampAt(1), 2, 110, 120);
  log.Written(StampAt(1), 3, 130, 140);
  log.WrittenLate(StampAt(1), 150);
  log.WrittenLate(StampAt(1), 160);
  EXPECT_EQ(log.All(), (std::vector<LoggedChange>{{.stamp = StampAt(1),
                                                   .committed = 100,
                                                   .offered = 9,
                                                   .written = 5,
                                                   .first_write = 110,
                                                   .last_write = 140,
                                                   .late = 2,
                                                   .last_late_write = 160}}));
}

// Goal: what is sent of a change that is not logged is no other's.
TEST(ChangeLogTest, OnlyTheNewestIsWritten) {
  ChangeLog log(2);
  log.Written(StampAt(1), 1, 1, 2);
  log.WrittenLate(StampAt(1), 3);
  EXPECT_TRUE(log.All().empty());
  for (int64_t n = 1; n <= 3; ++n) {
    log.Begin(StampAt(n), n, 1);
    log.Written(StampAt(n - 1), 1, 4, 5);
    log.WrittenLate(StampAt(n + 1), 6);
  }
  for (const LoggedChange& change : log.All()) {
    EXPECT_EQ(change.written, 0u);
    EXPECT_EQ(change.late, 0u);
  }
}

// Goal: of two shards each of which may have written nothing, or not know when it was committed.
TEST(LoggedChangeTest, AddsUpShards) {
  const LoggedChange written{.stamp = StampAt(1),
                             .committed = 100,
                             .offered = 3,
                             .written = 2,
                             .first_write = 120,
                             .last_write = 130,
                             .late = 1,
                             .last_late_write = 180};
  LoggedChange change = written;
  change.Add({.stamp = StampAt(1), .offered = 4});
  EXPECT_EQ(change.offered, 7u);
  change.offered = 3;
  EXPECT_EQ(change, written);
  change.Add({.stamp = StampAt(1),
              .committed = 100,
              .offered = 6,
              .written = 4,
              .first_write = 110,
              .last_write = 125,
              .late = 2,
              .last_late_write = 170});
  EXPECT_EQ(change, (LoggedChange{.stamp = StampAt(1),
                                  .committed = 100,
                                  .offered = 9,
                                  .written = 6,
                                  .first_write = 110,
                                  .last_write = 130,
                                  .late = 3,
                                  .last_late_write = 180}));
}

}  // namespace
}  // namespace flagstream::stream
