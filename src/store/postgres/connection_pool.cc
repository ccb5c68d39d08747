// SPDX-License-Identifier: Apache-2.0
#include "store/postgres/connection_pool.h"

#include <utility>

namespace flagstream::store::postgres {

Result<ConnectionPool::Lease> ConnectionPool::Borrow() {
  FLAGSTREAM_ASSIGN(std::unique_ptr<Connection> free, TakeFreeOrCountNew());
  if (free != nullptr) return Lease(*this, std::move(free));
  Result<std::unique_ptr<Connection>> opened = Connection::Open(address_);
  if (!opened) {
    NoteFailure(opened.error());
    return opened.error();
  }
  return Lease(*this, *std::move(opened));
}

// A free connection, or null when the caller has to open one, which is counted already.
Result<std::unique_ptr<Connection>> ConnectionPool::TakeFreeOrCountNew() {
  MutexLock lock(mutex_);
  while (free_.empty() && opened_ == connections_max_) given_back_.Wait(mutex_);
  if (!free_.empty()) {
    std::unique_ptr<Connection> connection = std::move(free_.back());
    free_.pop_back();
    return connection;
  }
  if (failure_ && SystemClock().Steady() < retry_at_) return *failure_;
  failure_.reset();
  ++opened_;
  return std::unique_ptr<Connection>();
}

void ConnectionPool::GiveBack(std::unique_ptr<Connection> connection) {
  MutexLock lock(mutex_);
  if (connection->IsBroken()) {
    --opened_;
    // Whatever ended this one has ended the others too, as a rule: better to open new ones than to
    // let each of them fail a call.
    opened_ -= free_.size();
    free_.clear();
  } else {
    free_.push_back(std::move(connection));
  }
  given_back_.NotifyAll();
}

void ConnectionPool::NoteFailure(const Error& error) {
  MutexLock lock(mutex_);
  --opened_;
  failure_ = error;
  retry_at_ = SystemClock().Steady() + kPause;
  given_back_.NotifyAll();
}

}  // namespace flagstream::store::postgres
