// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/mutex.h"
#include "base/result.h"
#include "store/sqlite/session.h"

namespace flagstream::store::sqlite {

// Connections that only read, opened when first needed and then kept. The one used last is lent
// first: its cache is warm. Safe from any thread.
class ReaderPool {
 public:
  // A borrowed session; gives itself back.
  class Lease {
   public:
    Lease(ReaderPool& pool, std::unique_ptr<Session> session)
        : pool_(&pool), session_(std::move(session)) {}
    Lease(Lease&&) = default;
    Lease& operator=(Lease&&) = delete;
    ~Lease() {
      if (session_ != nullptr) pool_->GiveBack(std::move(session_));
    }
    Session& session() { return *session_; }

   private:
    ReaderPool* pool_;
    std::unique_ptr<Session> session_;
  };

  ReaderPool(std::string path, size_t sessions_max)
      : path_(std::move(path)), sessions_max_(sessions_max) {}

  // Waits while all `sessions_max` are lent. Fails when a connection cannot be opened.
  Result<Lease> Borrow() EXCLUDES(mutex_);

 private:
  // A free session, or null when the caller has to open one, which is counted already.
  std::unique_ptr<Session> TakeFreeOrCountNew() EXCLUDES(mutex_);
  void GiveBack(std::unique_ptr<Session> session) EXCLUDES(mutex_);
  void ForgetOne() EXCLUDES(mutex_);

  const std::string path_;
  const size_t sessions_max_;

  Mutex mutex_;
  CondVar given_back_;
  std::vector<std::unique_ptr<Session>> free_ GUARDED_BY(mutex_);
  size_t opened_ GUARDED_BY(mutex_) = 0;
};

}  // namespace flagstream::store::sqlite
