// SPDX-License-Identifier: Apache-2.0
#include "replica/analytics.h"

#include <utility>

#include "base/log.h"
#include "wire/time.h"

namespace flagstream::replica {

Analytics::Analytics(std::chrono::milliseconds flush_interval, store::Store& store,
                     const Clock& clock, std::vector<Executor*> shards,
                     telemetry::Registry& metrics)
    : flush_interval_(flush_interval),
      store_(store),
      clock_(clock),
      shards_(std::move(shards)),
      dropped_(metrics.AddCounter("flagstream_analytics_dropped_total",
                                  "Counts of evaluations that found no room in memory.")),
      failed_(metrics.AddCounter("flagstream_analytics_flushes_failed_total",
                                 "Writes of daily counts that failed and are tried again.")) {
  for (size_t i = 0; i < shards_.size(); ++i) requests_.push_back(std::make_unique<SdkRequests>());
}

void Analytics::Start() { FlushLater(); }

void Analytics::Count(EnvironmentId environment, FeatureId feature, int64_t evaluations) {
  const EvaluationKey key{environment, feature, Today()};
  MutexLock lock(mutex_);
  EvaluationCounts& counts = gathered_.evaluations;
  if (counts.size() >= kCountsMax && !counts.contains(key)) return dropped_.Add();
  AddTo(counts[key], evaluations);
}

void Analytics::Gather(Task then) {
  shards_.OnEach([this](size_t shard) { TakeOver(shard); }, std::move(then));
}

void Analytics::Stop() {
  Flush();
  {
    MutexLock lock(mutex_);
    stopping_ = true;
  }
  outstanding_.WaitForNone();
}

void Analytics::FlushLater() {
  shards_.executor(0).PostAfter(flush_interval_, [this] {
    {
      MutexLock lock(mutex_);
      if (stopping_) return;
    }
    Gather([this] { Flush(); });
    FlushLater();
  });
}

void Analytics::Flush() {
  auto gathered = std::make_shared<Gathered>();
  {
    MutexLock lock(mutex_);
    if (stopping_) return;
    std::swap(*gathered, gathered_);
  }
  if (gathered->IsEmpty()) return;
  store_.Write(
      [gathered](store::Transaction& tx) -> Result<> {
        FLAGSTREAM_TRY(AddEvaluations(tx, gathered->evaluations));
        return AddRequests(tx, gathered->requests);
      },
      [this, gathered, token = Outstanding::Token(outstanding_)](const Result<>& written) {
        if (written) return;
        failed_.Add();
        log::Warning("daily counts were not written", {{"reason", written.error().ToString()}});
        PutBack(*gathered);
      });
}

void Analytics::PutBack(const Gathered& gathered) {
  MutexLock lock(mutex_);
  for (const auto& [key, count] : gathered.evaluations) AddTo(gathered_.evaluations[key], count);
  for (const auto& [key, counts] : gathered.requests) AddTo(gathered_.requests[key], counts);
}

void Analytics::TakeOver(size_t shard) {
  const SdkRequests::Counts counts = requests_[shard]->Take();
  const int64_t today = Today();
  MutexLock lock(mutex_);
  for (const auto& [environment, of_shard] : counts)
    AddTo(gathered_.requests[{{environment}, today}], of_shard);
}

int64_t Analytics::Today() const { return wire::DayOf(clock_.NowMicros()); }

}  // namespace flagstream::replica
