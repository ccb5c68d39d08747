// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <utility>

#include "base/mutex.h"

namespace flagstream::replica {

// Counts work that was given to other threads and will come back, so that its owner does not end
// before it. Safe from any thread.
class Outstanding {
 public:
  // One piece of work: counted as long as this lives. Outlived by its Outstanding.
  class Token {
   public:
    explicit Token(Outstanding& owner) : owner_(&owner) { owner.Add(); }
    Token(Token&& other) noexcept : owner_(std::exchange(other.owner_, nullptr)) {}
    Token& operator=(Token&&) = delete;
    ~Token() {
      if (owner_ != nullptr) owner_->Remove();
    }

   private:
    Outstanding* owner_;
  };

  // Returns when nothing is outstanding.
  void WaitForNone() EXCLUDES(mutex_);

 private:
  void Add() EXCLUDES(mutex_);
  void Remove() EXCLUDES(mutex_);

  Mutex mutex_;
  CondVar none_;
  size_t count_ GUARDED_BY(mutex_) = 0;
};

}  // namespace flagstream::replica
