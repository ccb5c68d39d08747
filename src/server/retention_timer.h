// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <vector>

#include "base/executor.h"
#include "base/mutex.h"
#include "service/context.h"
#include "service/retention.h"
#include "telemetry/registry.h"

namespace flagstream::server {

// Removes what is older than the settings allow: at the start and then once an hour. Waits on
// `timer`, works on a worker, and shows limits and what went in the metrics. What fails is tried
// again with the next turn.
class RetentionTimer {
 public:
  // Gives a task to a worker; false if there is too much to do.
  using Submit = std::function<bool(Task)>;

  // All must outlive it; neither `timer` nor a worker runs anything of it any more when it is
  // destroyed.
  RetentionTimer(const service::Context& context, service::RetentionDays days, Submit submit,
                 Executor& timer, telemetry::Registry& metrics);
  RetentionTimer(const RetentionTimer&) = delete;
  RetentionTimer& operator=(const RetentionTimer&) = delete;

  // Once.
  void Start();
  // Nothing begins any more. Before the workers stop.
  void Stop() EXCLUDES(mutex_);

 private:
  void Turn() EXCLUDES(mutex_);
  void Remove();

  const service::Context& context_;
  const service::RetentionDays days_;
  const Submit submit_;
  Executor& timer_;
  telemetry::Counter& audit_rows_;
  telemetry::Counter& analytics_counts_;
  telemetry::Counter& failed_;
  std::vector<telemetry::CallbackMetric> limits_;

  Mutex mutex_;
  bool stopping_ GUARDED_BY(mutex_) = false;
};

}  // namespace flagstream::server
