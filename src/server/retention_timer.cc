// SPDX-License-Identifier: Apache-2.0
#include "server/retention_timer.h"

#include <chrono>
#include <string_view>
#include <utility>

#include "base/log.h"

namespace flagstream::server {
namespace {

constexpr std::chrono::hours kInterval{1};

telemetry::CallbackMetric ShowDays(telemetry::Registry& metrics, std::string_view name,
                                   std::string_view help, int64_t days) {
  return metrics.AddCallbackGauge(name, help, [days] { return static_cast<double>(days); });
}

}  // namespace

RetentionTimer::RetentionTimer(const service::Context& context, service::RetentionDays days,
                               Submit submit, Executor& timer, telemetry::Registry& metrics)
    : context_(context),
      days_(days),
      submit_(std::move(submit)),
      timer_(timer),
      audit_rows_(metrics.AddCounter("flagstream_audit_rows_removed_total",
                                     "Rows of the audit log that were too old.")),
      analytics_counts_(metrics.AddCounter("flagstream_analytics_counts_removed_total",
                                           "Daily counts that were too old.")),
      failed_(metrics.AddCounter("flagstream_retention_failed_total",
                                 "Removals of old rows that failed and are tried again.")) {
  limits_.push_back(ShowDays(metrics, "flagstream_audit_retention_days",
                             "Days that rows of the audit log are kept.", days.audit));
  limits_.push_back(ShowDays(metrics, "flagstream_analytics_retention_days",
                             "Days that daily counts are kept.", days.analytics));
}

void RetentionTimer::Start() { Turn(); }

void RetentionTimer::Stop() {
  MutexLock lock(mutex_);
  stopping_ = true;
}

void RetentionTimer::Turn() {
  {
    MutexLock lock(mutex_);
    if (stopping_) return;
  }
  if (!submit_([this] { Remove(); })) failed_.Add();
  timer_.PostAfter(kInterval, [this] { Turn(); });
}

void RetentionTimer::Remove() {
  const auto removed = service::RemoveOutdated(context_, days_);
  if (!removed) {
    failed_.Add();
    log::Warning("old rows were not removed", {{"reason", removed.error().ToString()}});
    return;
  }
  audit_rows_.Add(static_cast<uint64_t>(removed->audit_rows));
  analytics_counts_.Add(static_cast<uint64_t>(removed->analytics_counts));
}

}  // namespace flagstream::server
