// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/mutex.h"
#include "base/result.h"
#include "store/postgres/connection.h"

namespace flagstream::store::postgres {

// Connections to one database, opened when first needed and then kept until they break. Safe from
// any thread.
class ConnectionPool {
 public:
  // A borrowed connection; gives itself back.
  class Lease {
   public:
    Lease(ConnectionPool& pool, std::unique_ptr<Connection> connection)
        : pool_(&pool), connection_(std::move(connection)) {}
    Lease(Lease&&) = default;
    Lease& operator=(Lease&&) = delete;
    ~Lease() {
      if (connection_ != nullptr) pool_->GiveBack(std::move(connection_));
    }
    Connection& connection() { return *connection_; }

   private:
    ConnectionPool* pool_;
    std::unique_ptr<Connection> connection_;
  };

  ConnectionPool(std::string address, size_t connections_max)
      : address_(std::move(address)), connections_max_(connections_max) {}

  // Waits while all `connections_max` are lent. kUnavailable if the server cannot be reached, at
  // once for some time after that was seen, so that callers do not queue up to find out again.
  Result<Lease> Borrow() EXCLUDES(mutex_);

 private:
  // After a failed try to connect.
  static constexpr std::chrono::milliseconds kPause{250};

  Result<std::unique_ptr<Connection>> TakeFreeOrCountNew() EXCLUDES(mutex_);
  void GiveBack(std::unique_ptr<Connection> connection) EXCLUDES(mutex_);
  void NoteFailure(const Error& error) EXCLUDES(mutex_);

  const std::string address_;
  const size_t connections_max_;

  Mutex mutex_;
  CondVar given_back_;
  std::vector<std::unique_ptr<Connection>> free_ GUARDED_BY(mutex_);
  size_t opened_ GUARDED_BY(mutex_) = 0;
  std::optional<Error> failure_ GUARDED_BY(mutex_);
  SteadyTime retry_at_ GUARDED_BY(mutex_);
};

}  // namespace flagstream::store::postgres
