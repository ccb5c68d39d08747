// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>

#include "base/clock.h"
#include "base/result.h"
#include "store/sqlite/session.h"
#include "store/store.h"

namespace flagstream::store {

// A data folder that is only read, also beside the server that has it open: takes no lock, migrates
// nothing and never waits for a writer. For one thread.
class ReadOnlyStore {
 public:
  // kNotFound if the folder has no database, kConflict if another release wrote it.
  static Result<std::unique_ptr<ReadOnlyStore>> Open(const std::string& data_folder);

  // Runs `work` in one read transaction: all it sees is of one moment.
  Result<void> Read(const ReadWork& work);

 private:
  explicit ReadOnlyStore(std::unique_ptr<sqlite::Session> session) : session_(std::move(session)) {}

  const std::unique_ptr<sqlite::Session> session_;
};

}  // namespace flagstream::store
