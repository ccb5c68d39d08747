// SPDX-License-Identifier: Apache-2.0
#include "store/restore_witness.h"

#include <gtest/gtest.h>

#include <fstream>

#include "testing/temporary_folder.h"

namespace flagstream::store {
namespace {

// Goal: the witness remembers what it was told, forgets what was tampered with, and tells older
// copies from the same database.

using flagstream::testing::TemporaryFolder;

const RestoreWitness::Memory kMemory = {
    .progress = {.incarnation = "0b5c1c7e-6d1f-4f0e-9d0a-0123456789ab", .generation = 12},
    .newest_stamp = 1'777'627'800'000'000,
    .database_made = 99};

TEST(RestoreWitnessTest, RemembersTheLastThingItWasTold) {
  const TemporaryFolder folder;
  {
    const auto witness = RestoreWitness::Open(folder.path());
    ASSERT_TRUE(witness.ok());
    EXPECT_FALSE((*witness)->found().has_value());
    RestoreWitness::Memory later = kMemory;
    ASSERT_TRUE((*witness)->Remember(later).ok());
    later.progress.generation = 13;
    ASSERT_TRUE((*witness)->Remember(later).ok());
    ASSERT_TRUE((*witness)->Sync().ok());
  }
  const auto witness = RestoreWitness::Open(folder.path());
  ASSERT_TRUE(witness.ok());
  ASSERT_TRUE((*witness)->found().has_value());
  const RestoreWitness::Memory& found = *(*witness)->found();
  EXPECT_EQ(found.progress.incarnation, kMemory.progress.incarnation);
  EXPECT_EQ(found.progress.generation, 13);
  EXPECT_EQ(found.newest_stamp, kMemory.newest_stamp);
  EXPECT_EQ(found.database_made, 99);
}

TEST(RestoreWitnessTest, WhatIsNotWholeIsNotBelieved) {
  const TemporaryFolder folder;
  ASSERT_TRUE(RestoreWitness::Open(folder.path()).value()->Remember(kMemory).ok());
  {
    std::fstream file(folder.path() + "/flagstream.witness");
    file.seekp(70);  // in the generation
    file.put('9');
  }
  EXPECT_FALSE(RestoreWitness::Open(folder.path()).value()->found().has_value());
}

TEST(RestoreWitnessTest, TheSameOrALaterDatabaseIsNoRestore) {
  StoreProgress database = kMemory.progress;
  EXPECT_FALSE(SignOfRestore(database, 99, kMemory).has_value());
  ++database.generation;  // the witness fell behind when the machine failed
  EXPECT_FALSE(SignOfRestore(database, 99, kMemory).has_value());
  EXPECT_FALSE(SignOfRestore(database, 0, kMemory).has_value());  // this file system does not tell
}

TEST(RestoreWitnessTest, AnythingElseIsOne) {
  EXPECT_TRUE(SignOfRestore(kMemory.progress, 99, std::nullopt).has_value());
  StoreProgress older = kMemory.progress;
  --older.generation;
  EXPECT_TRUE(SignOfRestore(older, 99, kMemory).has_value());
  StoreProgress other = kMemory.progress;
  other.incarnation[0] = 'f';
  EXPECT_TRUE(SignOfRestore(other, 99, kMemory).has_value());
  EXPECT_TRUE(SignOfRestore(kMemory.progress, 100, kMemory).has_value());
}

}  // namespace
}  // namespace flagstream::store
