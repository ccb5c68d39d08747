// SPDX-License-Identifier: Apache-2.0
#include "store/sqlite/reader_pool.h"

namespace flagstream::store::sqlite {

Result<ReaderPool::Lease> ReaderPool::Borrow() {
  std::unique_ptr<Session> session = TakeFreeOrCountNew();
  if (session != nullptr) return Lease(*this, std::move(session));
  Result<std::unique_ptr<Session>> opened = Session::Open(path_, Access::kRead);
  if (!opened) {
    ForgetOne();
    return opened.error();
  }
  return Lease(*this, *std::move(opened));
}

std::unique_ptr<Session> ReaderPool::TakeFreeOrCountNew() {
  MutexLock lock(mutex_);
  while (free_.empty() && opened_ == sessions_max_) given_back_.Wait(mutex_);
  if (free_.empty()) {
    ++opened_;
    return nullptr;
  }
  std::unique_ptr<Session> session = std::move(free_.back());
  free_.pop_back();
  return session;
}

void ReaderPool::GiveBack(std::unique_ptr<Session> session) {
  MutexLock lock(mutex_);
  free_.push_back(std::move(session));
  given_back_.NotifyOne();
}

void ReaderPool::ForgetOne() {
  MutexLock lock(mutex_);
  --opened_;
  given_back_.NotifyOne();
}

}  // namespace flagstream::store::sqlite
