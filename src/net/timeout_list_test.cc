// SPDX-License-Identifier: Apache-2.0
#include "net/timeout_list.h"

#include <gtest/gtest.h>

#include <memory>
#include <vector>

namespace flagstream::net {
namespace {

using std::chrono::milliseconds;

// Goal: each entry is told once, when its span is over, in order, unless it was cancelled.

struct Waiter final : TimeoutList::Owner {
  Waiter(int own_id, std::vector<int>& all_told) : id(own_id), told(all_told) {}
  void OnTimeout(TimeoutList::Entry& which) override {
    EXPECT_EQ(&which, &entry);
    told.push_back(id);
    victim.reset();
  }

  int id;
  std::vector<int>& told;
  TimeoutList::Entry entry{*this};
  std::unique_ptr<Waiter> victim;
};

class TimeoutListTest : public testing::Test {
 protected:
  SteadyTime At(int ms) { return SteadyTime() + milliseconds(ms); }

  TimeoutList list_{milliseconds(100)};
  std::vector<int> told_;
  Waiter a_{1, told_};
  Waiter b_{2, told_};
};

TEST_F(TimeoutListTest, TellsOnceWhenDue) {
  list_.Arm(a_.entry, At(0));
  list_.Arm(b_.entry, At(50));
  list_.Expire(At(99));
  EXPECT_TRUE(told_.empty());
  list_.Expire(At(100));
  EXPECT_EQ(told_, std::vector<int>{1});
  EXPECT_FALSE(a_.entry.IsArmed());
  list_.Expire(At(1000));
  EXPECT_EQ(told_, (std::vector<int>{1, 2}));
  list_.Expire(At(2000));
  EXPECT_EQ(told_.size(), 2U);
}

TEST_F(TimeoutListTest, ArmingAgainStartsAnew) {
  list_.Arm(a_.entry, At(0));
  list_.Arm(b_.entry, At(10));
  list_.Arm(a_.entry, At(90));
  list_.Expire(At(150));
  EXPECT_EQ(told_, std::vector<int>{2});
  list_.Expire(At(190));
  EXPECT_EQ(told_, (std::vector<int>{2, 1}));
}

TEST_F(TimeoutListTest, CancelledAndDestroyedEntriesAreNotTold) {
  list_.Arm(a_.entry, At(0));
  a_.entry.Cancel();
  {
    Waiter gone(3, told_);
    list_.Arm(gone.entry, At(0));
  }
  list_.Expire(At(1000));
  EXPECT_TRUE(told_.empty());
}

TEST_F(TimeoutListTest, AnOwnerMayDestroyAnotherThatIsDue) {
  a_.victim = std::make_unique<Waiter>(4, told_);
  list_.Arm(a_.entry, At(0));
  list_.Arm(a_.victim->entry, At(0));
  list_.Arm(b_.entry, At(0));
  list_.Expire(At(100));
  EXPECT_EQ(told_, (std::vector<int>{1, 2}));
}

TEST_F(TimeoutListTest, AnEntryMayChangeItsList) {
  TimeoutList other(milliseconds(10));
  list_.Arm(a_.entry, At(0));
  other.Arm(a_.entry, At(0));
  list_.Expire(At(1000));
  EXPECT_TRUE(told_.empty());
  other.Expire(At(10));
  EXPECT_EQ(told_, std::vector<int>{1});
}

}  // namespace
}  // namespace flagstream::net
