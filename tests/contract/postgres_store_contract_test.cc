// SPDX-License-Identifier: Apache-2.0
#include <atomic>
#include <cstdlib>
#include <string>
#include <utility>

#include "base/assert.h"
#include "store/postgres/connection.h"
#include "store/postgres_store.h"
#include "tests/contract/store_contract.h"

namespace flagstream::store {
namespace {

// Goal: PostgresStore is a Store, with one thread that writes and with several. The server is one
// that tools/with_postgres.py started.

std::string ServerAddress() {
  const char* const address = std::getenv("FLAGSTREAM_TEST_POSTGRES");
  FLAGSTREAM_ASSERT(address != nullptr);
  return address;
}

void MustExecute(const std::string& sql) {
  auto connection = postgres::Connection::Open(ServerAddress() + " dbname=postgres");
  const Result<void> executed =
      connection ? (*connection)->Execute(sql.c_str()) : Result<void>(connection.error());
  ASSERT_TRUE(executed.ok()) << executed.error().ToString();
}

// A database of its own, gone at the end.
class PostgresHome final : public StoreHome {
 public:
  PostgresHome(const Clock& clock, size_t writers) {
    static std::atomic<int> count = 0;
    name_ = "contract_" + std::to_string(++count);
    MustExecute("CREATE DATABASE " + name_);
    store_ = std::move(PostgresStore::Open({.address = ServerAddress() + " dbname=" + name_,
                                            .clock = &clock,
                                            .writers_max = writers})
                           .value());
  }
  ~PostgresHome() override {
    store_.reset();
    MustExecute("DROP DATABASE " + name_ + " WITH (FORCE)");
  }
  Store& store() override { return *store_; }

 private:
  std::string name_;
  std::unique_ptr<PostgresStore> store_;
};

StoreKind Kind(const std::string& name, size_t writers) {
  return {name,
          [writers](const Clock& clock) { return std::make_unique<PostgresHome>(clock, writers); },
          /*keeps_order=*/writers == 1};
}

INSTANTIATE_TEST_SUITE_P(Postgres, StoreContract,
                         ::testing::Values(Kind("OneWriter", 1), Kind("FourWriters", 4)),
                         [](const auto& test) { return test.param.name; });

}  // namespace
}  // namespace flagstream::store
