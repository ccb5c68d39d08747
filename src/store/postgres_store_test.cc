// SPDX-License-Identifier: Apache-2.0
#include "store/postgres_store.h"

#include <gtest/gtest.h>

#include <atomic>
#include <cstdlib>
#include <future>
#include <memory>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "base/assert.h"
#include "store/postgres/connection.h"
#include "store/postgres/migrations.h"
#include "store/query.h"
#include "store/stamping.h"
#include "testing/store_data.h"

namespace flagstream::store {
namespace {

// Goal: what a store in PostgreSQL does beyond the contract: several nodes on one database, a
// server that ends connections, values that are long. The server is started by
// tests/integration/test_postgres_store.py.

using flagstream::testing::InsertIdentity;
using flagstream::testing::InsertPlace;
using flagstream::testing::Place;

std::string ServerAddress() {
  const char* const address = std::getenv("FLAGSTREAM_TEST_POSTGRES");
  FLAGSTREAM_ASSERT(address != nullptr);
  return address;
}

std::unique_ptr<postgres::Connection> Connect(const std::string& database) {
  auto opened = postgres::Connection::Open(ServerAddress() + " dbname=" + database);
  FLAGSTREAM_ASSERT(opened.ok());
  return *std::move(opened);
}

class PostgresStoreTest : public ::testing::Test {
 protected:
  PostgresStoreTest() {
    static int count = 0;
    database_ = "store_" + std::to_string(++count);
    Execute("CREATE DATABASE " + database_);
  }
  ~PostgresStoreTest() override { Execute("DROP DATABASE " + database_ + " WITH (FORCE)"); }

  static void Execute(const std::string& sql) {
    const Result<void> executed = Connect("postgres")->Execute(sql.c_str());
    EXPECT_TRUE(executed.ok()) << executed.error().ToString();
  }
  PostgresOptions Options() const { return {.address = ServerAddress() + " dbname=" + database_}; }
  std::unique_ptr<PostgresStore> Open() const { return *std::move(PostgresStore::Open(Options())); }

  static Result<Place> MakePlace(Store& store) {
    Place place;
    FLAGSTREAM_TRY(WriteAndWait(store, [&](Transaction& tx) -> Result<void> {
      FLAGSTREAM_ASSIGN(place, InsertPlace(tx));
      return {};
    }));
    return place;
  }

  std::string database_;
};

TEST_F(PostgresStoreTest, OfNodesThatStartAtOnceOneMigrates) {
  std::vector<std::future<bool>> opened;
  for (int i = 0; i < 6; ++i) {
    opened.push_back(
        std::async(std::launch::async, [this] { return PostgresStore::Open(Options()).ok(); }));
  }
  for (auto& one : opened) EXPECT_TRUE(one.get());
  const auto count =
      Connect(database_)->Run({"SELECT count(*) FROM flagstream_schema", {}}).value().ReadInteger();
  EXPECT_EQ(static_cast<size_t>(count.value()), postgres::PostgresMigrations().size());
}

TEST_F(PostgresStoreTest, ALaterSchemaIsRefused) {
  Open();
  ASSERT_TRUE(Connect(database_)->Execute("INSERT INTO flagstream_schema VALUES (9999)").ok());
  const auto refused = PostgresStore::Open(Options());
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code(), ErrorCode::kConflict);
  EXPECT_NE(refused.error().message().find("9999"), std::string::npos);
}

TEST_F(PostgresStoreTest, AFailedMigrationLeavesNothing) {
  const std::vector<Migration> broken = {{1, "0001_good", "CREATE TABLE good (id bigint)"},
                                         {2, "0002_bad", "CREATE TABLE bad (id nonsense)"}};
  const auto connection = Connect(database_);
  const Result<void> migrated = postgres::Migrate(*connection, broken);
  ASSERT_FALSE(migrated.ok());
  EXPECT_NE(migrated.error().message().find("0002_bad"), std::string::npos);
  EXPECT_TRUE(connection->Execute("CREATE TABLE good (id bigint)").ok());
}

TEST_F(PostgresStoreTest, AnUnreachableServerIsNamed) {
  const auto refused = PostgresStore::Open({.address = "host=127.0.0.1 port=1"});
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code(), ErrorCode::kUnavailable);
}

// Stamps of one environment, issued by two nodes at once with trait writes in between: each is its
// own, none is lost, and an environment's stamp is above those of identities that were committed
// before it.
TEST_F(PostgresStoreTest, StampsOfSeveralNodesRise) {
  const auto one = Open();
  const auto other = Open();
  const auto made = MakePlace(*one);
  ASSERT_TRUE(made.ok()) << made.error().ToString();
  const EnvironmentId environment{made->environment.id};
  constexpr int kEach = 40;
  std::vector<std::thread> threads;
  std::vector<std::vector<Stamp>> stamps(4);
  std::atomic<int> failures = 0;
  for (size_t t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      Store& store = t % 2 == 0 ? *one : *other;
      for (int i = 0; i < kEach; ++i) {
        Stamp issued;
        const auto written = WriteAndWait(store, [&](Transaction& tx) -> Result<void> {
          if (t < 2) {
            FLAGSTREAM_ASSIGN(const IssuedStamp stamp, StampEnvironment(tx, environment));
            issued = stamp.stamp;
            return {};
          }
          FLAGSTREAM_ASSIGN(
              Identity identity,
              InsertIdentity(tx, environment.value, std::to_string(t) + "-" + std::to_string(i)));
          FLAGSTREAM_TRY(StampIdentity(tx, identity));
          issued = Stamp::FromMicros(identity.stamp);
          return Update(tx, identity);
        });
        if (!written) {
          ++failures;
        } else {
          stamps[t].push_back(issued);
        }
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(failures, 0);
  std::set<Stamp> environment_stamps;
  for (size_t t = 0; t < 4; ++t) {
    EXPECT_EQ(stamps[t].size(), static_cast<size_t>(kEach));
    if (t < 2) {
      EXPECT_TRUE(std::ranges::is_sorted(stamps[t]));
      environment_stamps.insert(stamps[t].begin(), stamps[t].end());
    }
  }
  EXPECT_EQ(environment_stamps.size(), 2U * kEach);
  // Nothing an identity was told is above what the environment says next.
  Stamp last;
  ASSERT_TRUE(WriteAndWait(*one, [&](Transaction& tx) -> Result<void> {
                FLAGSTREAM_ASSIGN(const IssuedStamp stamp, StampEnvironment(tx, environment));
                last = stamp.stamp;
                return {};
              }).ok());
  for (const auto& of_thread : stamps) {
    for (const Stamp stamp : of_thread) EXPECT_LT(stamp, last);
  }
}

TEST_F(PostgresStoreTest, WorksThatMeetAreRunAgain) {
  const auto one = Open();
  const auto other = Open();
  ASSERT_TRUE(WriteAndWait(*one, [](Transaction& tx) -> Result<void> {
                User user = {.uuid = "u", .email = "a@x"};
                return Insert(tx, user);
              }).ok());
  constexpr int kEach = 50;
  std::vector<std::thread> threads;
  for (Store* const store : {static_cast<Store*>(one.get()), static_cast<Store*>(other.get())}) {
    for (int t = 0; t < 2; ++t) {
      threads.emplace_back([store] {
        for (int i = 0; i < kEach; ++i) {
          const auto added = WriteAndWait(*store, [](Transaction& tx) -> Result<void> {
            FLAGSTREAM_ASSIGN(auto user, FindOne(tx, Select<User>().Where(&User::email, "a@x")));
            ++user->date_joined;
            return Update(tx, *user);
          });
          EXPECT_TRUE(added.ok()) << added.error().ToString();
        }
      });
    }
  }
  for (std::thread& thread : threads) thread.join();
  ASSERT_TRUE(one->Read([](Reader& reader) -> Result<void> {
                   FLAGSTREAM_ASSIGN(const auto user,
                                     FindOne(reader, Select<User>().Where(&User::email, "a@x")));
                   EXPECT_EQ(user->date_joined, 4 * kEach);
                   return {};
                 })
                  .ok());
  EXPECT_GT(one->stats().repeats + other->stats().repeats, 0);
}

// Each connection may fail one call when it was ended, then all is as before.
TEST_F(PostgresStoreTest, EndedConnectionsAreReplaced) {
  const auto store = Open();
  ASSERT_TRUE(MakePlace(*store).ok());
  const ReadWork look = [](Reader& reader) -> Result<void> {
    return Count(reader, Select<User>()) ? Result<void>() : Error::Unavailable("count");
  };
  ASSERT_TRUE(store->Read(look).ok());
  Execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '" + database_ +
          "'");
  const auto comes_back = [](const auto& call) {
    for (int i = 0; i < 20; ++i) {
      const Result<void> result = call();
      if (result) return true;
      EXPECT_EQ(result.error().code(), ErrorCode::kUnavailable) << result.error().ToString();
    }
    return false;
  };
  EXPECT_TRUE(comes_back([&] { return store->Read(look); }));
  EXPECT_TRUE(comes_back([&] {
    return WriteAndWait(*store, [](Transaction& tx) -> Result<void> {
      User user = {.uuid = "u", .email = "b@x"};
      return Insert(tx, user);
    });
  }));
}

// Identifiers of the longest kind, and names: more bytes than an entry of an index holds.
TEST_F(PostgresStoreTest, LongKeysAreUniqueAndFound) {
  const auto store = Open();
  const auto place = MakePlace(*store);
  ASSERT_TRUE(place.ok());
  std::string identifier;
  for (int i = 0; i < 2000; ++i) {
    identifier += std::string("\xF0\x9F\x98") + static_cast<char>(0x80 + (i * 7919) % 61);
  }
  const auto written = WriteAndWait(*store, [&](Transaction& tx) -> Result<void> {
    FLAGSTREAM_ASSIGN(const Identity first, InsertIdentity(tx, place->environment.id, identifier));
    const auto again = InsertIdentity(tx, place->environment.id, identifier);
    EXPECT_FALSE(again.ok());
    FLAGSTREAM_TRY(InsertIdentity(tx, place->environment.id, identifier + "b"));
    FLAGSTREAM_ASSIGN(const auto found,
                      FindOne(tx, Select<Identity>().Where(&Identity::identifier, identifier)));
    EXPECT_EQ(found->id, first.id);
    return {};
  });
  EXPECT_TRUE(written.ok()) << written.error().ToString();
}

TEST_F(PostgresStoreTest, TimeIsTheDatabases) {
  const auto store = Open();
  ASSERT_TRUE(store
                  ->Read([](Reader& reader) -> Result<void> {
                    FLAGSTREAM_ASSIGN(const int64_t first, reader.NowMicros());
                    FLAGSTREAM_ASSIGN(const int64_t second, reader.NowMicros());
                    EXPECT_GT(second, first) << "it goes on inside a transaction";
                    EXPECT_NEAR(static_cast<double>(first),
                                static_cast<double>(SystemClock().NowMicros()), 60e6);
                    return {};
                  })
                  .ok());
}

// The errors of a work that goes on although it should not.
TEST_F(PostgresStoreTest, ATransactionThatFailedIsNotCommitted) {
  const auto store = Open();
  const auto written = WriteAndWait(*store, [&](Transaction& tx) -> Result<void> {
    User user = {.uuid = "u", .email = "a@x"};
    FLAGSTREAM_TRY(Insert(tx, user));
    Table missing = TableOf<User>();
    missing.name = "missing";
    const auto refused = tx.Count(missing, {});
    EXPECT_FALSE(refused.ok());
    return {};
  });
  ASSERT_FALSE(written.ok());
  ASSERT_TRUE(store
                  ->Read([](Reader& reader) -> Result<void> {
                    EXPECT_EQ(Count(reader, Select<User>()).value(), 0);
                    return {};
                  })
                  .ok());
}

}  // namespace
}  // namespace flagstream::store
