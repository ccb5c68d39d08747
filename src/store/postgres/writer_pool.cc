// SPDX-License-Identifier: Apache-2.0
#include "store/postgres/writer_pool.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <optional>
#include <utility>

#include "store/postgres/session.h"

namespace flagstream::store::postgres {
namespace {

using std::chrono::milliseconds;

// As long as a statement may wait for a lock: nobody waits longer for an answer.
constexpr std::chrono::seconds kPatience{10};
constexpr milliseconds kPauseMin{1};
constexpr milliseconds kPauseMax{64};
constexpr double kJitter = 0.5;

// One run. An error leaves nothing of it.
Result<void> RunOnce(Connection& connection, const Clock* clock, const WriteWork& work) {
  FLAGSTREAM_TRY(connection.Begin("BEGIN ISOLATION LEVEL SERIALIZABLE READ WRITE"));
  Session session(connection, clock);
  Result<void> result = work(session);
  if (result) result = connection.Commit();
  if (!result) connection.Rollback();
  return result;
}

}  // namespace

WriterPool::WriterPool(ConnectionPool& connections, const Clock* clock, size_t threads,
                       size_t waiting_max)
    : connections_(connections), clock_(clock), waiting_max_(waiting_max) {
  for (size_t i = 0; i < threads; ++i) threads_.emplace_back([this] { Loop(); });
}

WriterPool::~WriterPool() { Stop(); }

void WriterPool::Submit(WriteWork work, Store::Done done) {
  {
    MutexLock lock(mutex_);
    if (!stopping_ && waiting_.size() < waiting_max_) {
      waiting_.push_back({std::move(work), std::move(done)});
      wake_.NotifyOne();
      return;
    }
  }
  done(Error::Unavailable("too many writes wait for the database"));
}

void WriterPool::Stop() {
  std::deque<Job> left;
  {
    MutexLock lock(mutex_);
    stopping_ = true;
    left.swap(waiting_);
    wake_.NotifyAll();
    stopped_.NotifyAll();
  }
  for (std::thread& thread : threads_) thread.join();
  threads_.clear();
  for (Job& job : left) job.done(Error::Unavailable("the server is ending"));
}

size_t WriterPool::waiting() const {
  MutexLock lock(mutex_);
  return waiting_.size();
}

WriterPool::Counts WriterPool::counts() const {
  MutexLock lock(mutex_);
  return counts_;
}

void WriterPool::Loop() {
  Random random(SecureRandomSeed());
  while (std::optional<Job> job = Take()) {
    Result<void> result = Run(job->work, random);
    {
      MutexLock lock(mutex_);
      ++counts_.works;
      if (result) ++counts_.commits;
    }
    job->done(std::move(result));
  }
}

std::optional<WriterPool::Job> WriterPool::Take() {
  MutexLock lock(mutex_);
  while (waiting_.empty() && !stopping_) wake_.Wait(mutex_);
  if (stopping_) return std::nullopt;
  Job job = std::move(waiting_.front());
  waiting_.pop_front();
  return job;
}

Result<void> WriterPool::Run(const WriteWork& work, Random& random) {
  const SteadyTime end = SystemClock().Steady() + kPatience;
  for (milliseconds pause = kPauseMin;; pause = std::min(pause * 2, kPauseMax)) {
    FLAGSTREAM_ASSIGN(ConnectionPool::Lease lease, connections_.Borrow());
    Result<void> result = RunOnce(lease.connection(), clock_, work);
    if (result || !lease.connection().ShouldRepeat()) return result;
    if (SystemClock().Steady() > end) return result;
    const auto jittered = random.Jitter(static_cast<double>(pause.count()), kJitter);
    MutexLock lock(mutex_);
    ++counts_.repeats;
    if (!stopping_) {
      static_cast<void>(
          stopped_.WaitFor(mutex_, milliseconds(static_cast<int64_t>(std::ceil(jittered)))));
    }
  }
}

}  // namespace flagstream::store::postgres
