// SPDX-License-Identifier: Apache-2.0
#include "store/stamping.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <vector>

#include "store/memory_store.h"
#include "store/query.h"
#include "testing/fake_clock.h"
#include "testing/store_data.h"

namespace flagstream::store {
namespace {

// Goal: stamps rise strictly whatever the clock does, are later than all that clients may hold, and
// are stored with their change.

using flagstream::testing::FakeClock;
using flagstream::testing::InsertEnvironment;
using flagstream::testing::InsertIdentity;
using flagstream::testing::InsertPlace;
using flagstream::testing::Place;

class StampingTest : public ::testing::Test {
 protected:
  StampingTest() {
    MustWrite([&](Transaction& tx) -> Result<void> {
      FLAGSTREAM_ASSIGN(place_, InsertPlace(tx));
      return {};
    });
  }

  void MustWrite(const WriteWork& work) {
    const Result<void> result = WriteAndWait(store_, work);
    ASSERT_TRUE(result.ok()) << result.error().ToString();
  }

  EnvironmentId environment() const { return {place_.environment.id}; }

  IssuedStamp Stamp1() {
    IssuedStamp issued;
    MustWrite([&](Transaction& tx) -> Result<void> {
      FLAGSTREAM_ASSIGN(issued, StampEnvironment(tx, environment()));
      return {};
    });
    return issued;
  }

  Identity NewIdentity(const std::string& identifier) {
    Identity identity;
    MustWrite([&](Transaction& tx) -> Result<void> {
      FLAGSTREAM_ASSIGN(identity, InsertIdentity(tx, environment().value, identifier));
      return {};
    });
    return identity;
  }

  IssuedStamp StampAndStore(Identity& identity) {
    IssuedStamp issued;
    MustWrite([&](Transaction& tx) -> Result<void> {
      FLAGSTREAM_ASSIGN(issued, StampIdentity(tx, identity));
      return Update(tx, identity);
    });
    return issued;
  }

  IssuedStamp DeleteIt(const Identity& identity) {
    IssuedStamp issued;
    MustWrite([&](Transaction& tx) -> Result<void> {
      FLAGSTREAM_ASSIGN(issued, DeleteIdentity(tx, identity));
      return {};
    });
    return issued;
  }

  Identity InsertIt(const std::string& identifier) {
    Identity identity = {.environment_id = environment().value, .identifier = identifier};
    MustWrite([&](Transaction& tx) { return InsertIdentity(tx, identity); });
    return identity;
  }

  // Stamp() if none.
  Stamp StampLeftBy(const std::string& identifier) {
    std::optional<DeletedIdentity> found;
    MustWrite([&](Transaction& tx) -> Result<void> {
      FLAGSTREAM_ASSIGN(found, FindDeletedIdentity(tx, environment(), identifier));
      return {};
    });
    return found ? Stamp::FromMicros(found->stamp) : Stamp();
  }

  Environment Stored(int64_t id) {
    std::optional<Environment> found;
    const Result<void> read = store_.Read([&](Reader& reader) -> Result<void> {
      FLAGSTREAM_ASSIGN(found, Get<Environment>(reader, id));
      return {};
    });
    EXPECT_TRUE(read.ok());
    return found.value();
  }

  FakeClock clock_;
  MemoryStore store_{clock_};
  Place place_;
};

TEST_F(StampingTest, StampsWithTheStoresClockAndRaisesTheRevision) {
  const IssuedStamp issued = Stamp1();
  EXPECT_EQ(issued.environment, environment());
  EXPECT_EQ(issued.stamp, Stamp::RoundUp(clock_.NowMicros()));
  EXPECT_EQ(issued.revision, 1);
  const Environment stored = Stored(place_.environment.id);
  EXPECT_EQ(stored.stamp, issued.stamp.micros());
  EXPECT_EQ(stored.previous_stamp, 0);
  EXPECT_EQ(stored.revision, 1);
}

TEST_F(StampingTest, RemembersTheStampBefore) {
  const IssuedStamp first = Stamp1();
  Stamp1();
  EXPECT_EQ(Stored(place_.environment.id).previous_stamp, first.stamp.micros());
}

TEST_F(StampingTest, RisesWhenTheClockStandsStillAndWhenItStepsBack) {
  const IssuedStamp first = Stamp1();
  const IssuedStamp second = Stamp1();
  EXPECT_EQ(second.stamp, first.stamp.Next());
  clock_.SetWall(clock_.NowMicros() - 3'600'000'000);
  const IssuedStamp third = Stamp1();
  EXPECT_EQ(third.stamp, second.stamp.Next());
  EXPECT_EQ(third.revision, 3);
}

TEST_F(StampingTest, IsLaterThanEveryIdentityOfTheEnvironment) {
  Identity ahead = NewIdentity("ahead");
  Identity behind = NewIdentity("behind");
  StampAndStore(behind);
  clock_.Advance(std::chrono::hours(1));
  const IssuedStamp of_identity = StampAndStore(ahead);
  clock_.SetWall(clock_.NowMicros() - 7'200'000'000);
  EXPECT_EQ(Stamp1().stamp, of_identity.stamp.Next());
}

TEST_F(StampingTest, IdentityStampLeavesTheEnvironmentAsItIs) {
  const IssuedStamp before = Stamp1();
  Identity identity = NewIdentity("i");
  const IssuedStamp issued = StampAndStore(identity);
  EXPECT_EQ(issued.stamp, before.stamp.Next());
  EXPECT_EQ(issued.revision, before.revision);
  EXPECT_EQ(identity.stamp, issued.stamp.micros());
  EXPECT_EQ(identity.base_revision, before.revision);
  const Environment stored = Stored(place_.environment.id);
  EXPECT_EQ(stored.stamp, before.stamp.micros());
  EXPECT_EQ(stored.revision, before.revision);
}

TEST_F(StampingTest, IdentityStampGoesByWhatIsStoredNotByWhatTheCallerHolds) {
  Identity identity = NewIdentity("i");
  Identity outdated = identity;
  const IssuedStamp first = StampAndStore(identity);
  const IssuedStamp second = StampAndStore(outdated);
  EXPECT_EQ(second.stamp, first.stamp.Next());
}

TEST_F(StampingTest, ANewIdentityIsStampedBeforeItIsStored) {
  MustWrite([&](Transaction& tx) -> Result<void> {
    Identity fresh = {.environment_id = environment().value, .identifier = "new"};
    FLAGSTREAM_ASSIGN(const IssuedStamp issued, StampIdentity(tx, fresh));
    EXPECT_EQ(fresh.stamp, issued.stamp.micros());
    return Insert(tx, fresh);
  });
}

TEST_F(StampingTest, ADeletedIdentityLeavesItsStampToTheNextOfItsName) {
  Identity identity = NewIdentity("i");
  const IssuedStamp written = StampAndStore(identity);
  const IssuedStamp deleted = DeleteIt(identity);
  EXPECT_EQ(deleted.stamp, written.stamp.Next());
  EXPECT_EQ(StampLeftBy("i"), deleted.stamp);
  EXPECT_EQ(StampLeftBy("other"), Stamp());

  Identity other = InsertIt("other");
  EXPECT_EQ(other.stamp, 0);
  Identity next = InsertIt("i");
  EXPECT_EQ(next.stamp, deleted.stamp.micros());
  EXPECT_EQ(next.base_revision, deleted.revision);
  EXPECT_EQ(StampLeftBy("i"), Stamp());
  EXPECT_EQ(StampAndStore(next).stamp, deleted.stamp.Next());
}

TEST_F(StampingTest, TheNextStampOfTheEnvironmentIsLaterThanAllThatWasLeft) {
  Identity identity = NewIdentity("i");
  clock_.Advance(std::chrono::hours(1));
  StampAndStore(identity);
  const IssuedStamp deleted = DeleteIt(identity);
  clock_.SetWall(clock_.NowMicros() - 7'200'000'000);
  EXPECT_EQ(Stamp1().stamp, deleted.stamp.Next());
  // A replica may still serve the environment as it was before.
  EXPECT_EQ(StampLeftBy("i"), deleted.stamp);
  Stamp1();
  EXPECT_EQ(StampLeftBy("i"), Stamp());
}

TEST_F(StampingTest, SeveralAreStampedOnceEachInTheOrderOfTheirIds) {
  Environment second;
  MustWrite([&](Transaction& tx) -> Result<void> {
    FLAGSTREAM_ASSIGN(second, InsertEnvironment(tx, place_.project.id, "two"));
    return {};
  });
  MustWrite([&](Transaction& tx) -> Result<void> {
    FLAGSTREAM_ASSIGN(const auto issued,
                      StampEnvironments(tx, {{second.id}, environment(), {second.id}}));
    EXPECT_EQ(issued.size(), 2U);
    EXPECT_EQ(issued.at(0).environment, environment());
    EXPECT_EQ(issued.at(1).environment.value, second.id);
    EXPECT_EQ(issued.at(1).revision, 1);
    return {};
  });
}

TEST_F(StampingTest, AProjectStampsItsEnvironmentsAndNoOthers) {
  Environment second;
  Place elsewhere;
  MustWrite([&](Transaction& tx) -> Result<void> {
    FLAGSTREAM_ASSIGN(second, InsertEnvironment(tx, place_.project.id, "two"));
    FLAGSTREAM_ASSIGN(elsewhere, InsertPlace(tx, "elsewhere"));
    FLAGSTREAM_ASSIGN(const auto issued, StampProject(tx, {place_.project.id}));
    EXPECT_EQ(issued.size(), 2U);
    return {};
  });
  EXPECT_EQ(Stored(place_.environment.id).revision, 1);
  EXPECT_EQ(Stored(second.id).revision, 1);
  EXPECT_EQ(Stored(elsewhere.environment.id).revision, 0);
}

TEST_F(StampingTest, EverythingIsStampedLaterThanTheFloor) {
  MustWrite([&](Transaction& tx) -> Result<void> {
    FLAGSTREAM_ASSIGN(const Place elsewhere, InsertPlace(tx, "elsewhere"));
    const Stamp floor = Stamp::RoundUp(clock_.NowMicros() + 3'600'000'000);
    FLAGSTREAM_ASSIGN(const auto issued, StampEverything(tx, floor));
    EXPECT_EQ(issued.size(), 2U);
    for (const IssuedStamp& one : issued) EXPECT_EQ(one.stamp, floor.Next());
    return {};
  });
}

TEST_F(StampingTest, ARevisionAloneLeavesTheStamp) {
  const IssuedStamp before = Stamp1();
  MustWrite([&](Transaction& tx) -> Result<void> {
    FLAGSTREAM_ASSIGN(const int64_t revision, RaiseRevision(tx, environment()));
    EXPECT_EQ(revision, before.revision + 1);
    return {};
  });
  const Environment stored = Stored(place_.environment.id);
  EXPECT_EQ(stored.stamp, before.stamp.micros());
  EXPECT_EQ(stored.revision, before.revision + 1);
}

TEST_F(StampingTest, WhatIsGoneIsNotFound) {
  const std::vector<WriteWork> works = {
      [](Transaction& tx) -> Result<void> {
        FLAGSTREAM_TRY(StampEnvironment(tx, {99}));
        return {};
      },
      [](Transaction& tx) -> Result<void> {
        FLAGSTREAM_TRY(RaiseRevision(tx, {99}));
        return {};
      },
      [](Transaction& tx) -> Result<void> {
        Identity identity = {.environment_id = 99};
        FLAGSTREAM_TRY(StampIdentity(tx, identity));
        return {};
      },
      [this](Transaction& tx) -> Result<void> {
        Identity identity = {.id = 99, .environment_id = environment().value};
        FLAGSTREAM_TRY(StampIdentity(tx, identity));
        return {};
      },
  };
  for (const WriteWork& work : works) {
    const Result<void> result = WriteAndWait(store_, work);
    ASSERT_FALSE(result.ok());
    EXPECT_EQ(result.error().code(), ErrorCode::kNotFound);
  }
}

// Whichever call of the store fails, nothing of the change is kept and the caller hears of it.
TEST_F(StampingTest, AFailureAtAnyCallChangesNothing) {
  Identity identity = NewIdentity("i");
  const WriteWork work = [&](Transaction& tx) -> Result<void> {
    FLAGSTREAM_TRY(StampProject(tx, {place_.project.id}));
    FLAGSTREAM_TRY(RaiseRevision(tx, environment()));
    Identity copy = identity;
    FLAGSTREAM_TRY(StampIdentity(tx, copy));
    return Update(tx, copy);
  };
  const int64_t calls_before = store_.calls();
  MustWrite(work);
  const int64_t calls = store_.calls() - calls_before;
  ASSERT_GT(calls, 10);
  const Row before = ToRow(Stored(place_.environment.id));
  for (int64_t n = 0; n < calls; ++n) {
    store_.FailCall(n, Error::Unavailable("gone"));
    const Result<void> result = WriteAndWait(store_, work);
    ASSERT_FALSE(result.ok()) << n;
    EXPECT_EQ(result.error().code(), ErrorCode::kUnavailable) << n;
    EXPECT_EQ(ToRow(Stored(place_.environment.id)), before) << n;
  }
}

}  // namespace
}  // namespace flagstream::store
