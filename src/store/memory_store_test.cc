// SPDX-License-Identifier: Apache-2.0
#include "store/memory_store.h"

#include <gtest/gtest.h>

#include <cmath>

#include "store/query.h"

namespace flagstream::store {
namespace {

// Goal: what is special to the store of tests: it fails where it is told to, once, and answers
// before Write returns.

Result<void> InsertTwo(Transaction& tx) {
  for (const char* const email : {"a@x", "b@x"}) {
    User user = {.email = email};
    FLAGSTREAM_TRY(Insert(tx, user));
  }
  return {};
}

int64_t CountUsers(MemoryStore& store) {
  int64_t count = -1;
  const Result<void> read = store.Read([&](Reader& reader) -> Result<void> {
    FLAGSTREAM_ASSIGN(count, Count(reader, Select<User>()));
    return {};
  });
  EXPECT_TRUE(read.ok());
  return count;
}

TEST(MemoryStoreTest, AnswersBeforeWriteReturns) {
  MemoryStore store;
  bool answered = false;
  store.Write(InsertTwo, [&](const Result<void>& result) { answered = result.ok(); });
  EXPECT_TRUE(answered);
}

TEST(MemoryStoreTest, FailsAtTheNthCallOnceAndUndoes) {
  for (int64_t before = 0; before < 2; ++before) {
    MemoryStore store;
    store.FailCall(before, Error::Unavailable("gone"));
    const Result<void> first = WriteAndWait(store, InsertTwo);
    ASSERT_FALSE(first.ok());
    EXPECT_EQ(first.error().message(), "gone");
    EXPECT_EQ(CountUsers(store), 0);
    EXPECT_TRUE(WriteAndWait(store, InsertTwo).ok());
    EXPECT_EQ(CountUsers(store), 2);
  }
}

TEST(MemoryStoreTest, CountsCallsSoThatATestCanWalkThemAll) {
  MemoryStore store;
  EXPECT_TRUE(WriteAndWait(store, InsertTwo).ok());
  EXPECT_EQ(store.calls(), 2);
}

TEST(MemoryStoreTest, FailsACommitOnce) {
  MemoryStore store;
  store.FailCommit(Error::Unavailable("full"));
  EXPECT_FALSE(WriteAndWait(store, InsertTwo).ok());
  EXPECT_EQ(CountUsers(store), 0);
  EXPECT_TRUE(WriteAndWait(store, InsertTwo).ok());
}

// No record has a float yet; the tables of tests may.
const Table kNumbers = {
    "numbers", {{"id", ColumnType::kInteger, false}, {"number", ColumnType::kReal, true}}, {}, {}};

TEST(MemoryStoreTest, RefusesWhatIsNotANumber) {
  MemoryStore store;
  const Result<void> result = WriteAndWait(store, [](Transaction& tx) -> Result<void> {
    FLAGSTREAM_TRY(tx.Insert(kNumbers, {int64_t{0}, std::nan("")}));
    return {};
  });
  ASSERT_FALSE(result.ok());
  EXPECT_EQ(result.error().code(), ErrorCode::kInvalidArgument);
}

TEST(MemoryStoreDeathTest, ARowMustFitItsTable) {
  MemoryStore store;
  const auto insert = [&](Row row) {
    static_cast<void>(WriteAndWait(store, [&](Transaction& tx) -> Result<void> {
      FLAGSTREAM_TRY(tx.Insert(kNumbers, row));
      return {};
    }));
  };
  EXPECT_DEATH(insert({int64_t{0}}), "row.size");
  EXPECT_DEATH(insert({int64_t{0}, std::string("1")}), "Fits");
}

}  // namespace
}  // namespace flagstream::store
