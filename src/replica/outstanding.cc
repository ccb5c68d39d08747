// SPDX-License-Identifier: Apache-2.0
#include "replica/outstanding.h"

namespace flagstream::replica {

void Outstanding::WaitForNone() {
  MutexLock lock(mutex_);
  while (count_ > 0) none_.Wait(mutex_);
}

void Outstanding::Add() {
  MutexLock lock(mutex_);
  ++count_;
}

void Outstanding::Remove() {
  MutexLock lock(mutex_);
  if (--count_ == 0) none_.NotifyAll();
}

}  // namespace flagstream::replica
