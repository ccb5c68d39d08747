// SPDX-License-Identifier: Apache-2.0
#include "replica/analytics.h"

#include <limits>
#include <memory>

#include "base/log.h"
#include "store/query.h"
#include "wire/time.h"

namespace flagstream::replica {
namespace {

int64_t AddWithoutOverflow(int64_t a, int64_t b) {
  int64_t sum = 0;
  return __builtin_add_overflow(a, b, &sum) ? std::numeric_limits<int64_t>::max() : sum;
}

}  // namespace

Analytics::Analytics(std::chrono::milliseconds flush_interval, store::Store& store,
                     const Clock& clock, Executor& timer, telemetry::Registry& metrics)
    : flush_interval_(flush_interval),
      store_(store),
      clock_(clock),
      timer_(timer),
      dropped_(metrics.AddCounter("flagstream_analytics_dropped_total",
                                  "Counts of evaluations that found no room in memory.")),
      failed_(metrics.AddCounter("flagstream_analytics_flushes_failed_total",
                                 "Writes of evaluation counts that failed and are tried again.")) {}

void Analytics::Start() { FlushLater(); }

void Analytics::Count(EnvironmentId environment, FeatureId feature, int64_t evaluations) {
  const Key key{environment, feature, wire::DayOf(clock_.NowMicros())};
  MutexLock lock(mutex_);
  if (counts_.size() >= kCountsMax && !counts_.contains(key)) return dropped_.Add();
  int64_t& count = counts_[key];
  count = AddWithoutOverflow(count, evaluations);
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
  timer_.PostAfter(flush_interval_, [this] {
    {
      MutexLock lock(mutex_);
      if (stopping_) return;
    }
    Flush();
    FlushLater();
  });
}

void Analytics::Flush() {
  auto counts = std::make_shared<Counts>();
  {
    MutexLock lock(mutex_);
    if (stopping_) return;
    counts->swap(counts_);
  }
  if (counts->empty()) return;
  store_.Write([counts](store::Transaction& tx) { return Add(tx, *counts); },
               [this, counts, token = Outstanding::Token(outstanding_)](const Result<>& written) {
                 if (written) return;
                 failed_.Add();
                 log::Warning("evaluation counts were not written",
                              {{"reason", written.error().ToString()}});
                 PutBack(*counts);
               });
}

void Analytics::PutBack(const Counts& counts) {
  MutexLock lock(mutex_);
  for (const auto& [key, evaluations] : counts) {
    int64_t& count = counts_[key];
    count = AddWithoutOverflow(count, evaluations);
  }
}

// Environments and features that are gone by now are left out.
Result<> Analytics::Add(store::Transaction& tx, const Counts& counts) {
  using store::AnalyticsCount;
  for (const auto& [key, evaluations] : counts) {
    FLAGSTREAM_ASSIGN(const auto environment,
                      store::Get<store::Environment>(tx, key.environment.value));
    FLAGSTREAM_ASSIGN(const auto feature, store::Get<store::Feature>(tx, key.feature.value));
    if (!environment || !feature) continue;
    FLAGSTREAM_ASSIGN(
        std::optional<AnalyticsCount> row,
        store::FindOne(tx, store::Select<AnalyticsCount>()
                               .Where(&AnalyticsCount::environment_id, key.environment.value)
                               .Where(&AnalyticsCount::feature_id, key.feature.value)
                               .Where(&AnalyticsCount::day, key.day)));
    if (row) {
      row->count = AddWithoutOverflow(row->count, evaluations);
      FLAGSTREAM_TRY(store::Update(tx, *row));
      continue;
    }
    AnalyticsCount fresh;
    fresh.environment_id = key.environment.value;
    fresh.feature_id = key.feature.value;
    fresh.day = key.day;
    fresh.count = evaluations;
    FLAGSTREAM_TRY(store::Insert(tx, fresh));
  }
  return {};
}

}  // namespace flagstream::replica
