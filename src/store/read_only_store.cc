// SPDX-License-Identifier: Apache-2.0
#include "store/read_only_store.h"

#include <filesystem>
#include <system_error>
#include <utility>

#include "store/sqlite/migrations.h"

namespace flagstream::store {

Result<std::unique_ptr<ReadOnlyStore>> ReadOnlyStore::Open(const std::string& data_folder) {
  const std::string path = data_folder + "/flagstream.db";
  std::error_code error;
  if (!std::filesystem::exists(path, error)) {
    return Error::NotFound("There is no data in " + data_folder + ".");
  }
  FLAGSTREAM_ASSIGN(std::unique_ptr<sqlite::Session> session,
                    sqlite::Session::Open(path, sqlite::Access::kRead));
  FLAGSTREAM_TRY(sqlite::RequireNewest(session->connection(), sqlite::BuiltinMigrations()));
  return std::unique_ptr<ReadOnlyStore>(new ReadOnlyStore(std::move(session)));
}

Result<void> ReadOnlyStore::Read(const ReadWork& work) {
  FLAGSTREAM_TRY(session_->Begin());
  sqlite::SessionReader reader(*session_, SystemClock());
  Result<void> result = work(reader);
  // Nothing was changed, so there is nothing that could be lost here.
  session_->Rollback();
  return result;
}

}  // namespace flagstream::store
