// SPDX-License-Identifier: Apache-2.0
#include "server/store_metrics.h"

#include <algorithm>
#include <cstdint>
#include <string_view>
#include <utility>

namespace flagstream::server {
namespace {

using telemetry::CallbackMetric;
using telemetry::Registry;

// Shows members of what `source.stats()` answers.
template <class Source, class Stats>
class StatsView {
 public:
  StatsView(Registry& metrics, const Source& source) : metrics_(metrics), source_(source) {}

  template <class Member>
  void Gauge(std::string_view name, std::string_view help, Member Stats::* member) {
    shown_.push_back(metrics_.AddCallbackGauge(name, help, ReadOf(member)));
  }
  template <class Member>
  void Counter(std::string_view name, std::string_view help, Member Stats::* member) {
    shown_.push_back(metrics_.AddCallbackCounter(name, help, ReadOf(member)));
  }
  void Limit(std::string_view name, std::string_view help, size_t limit) {
    shown_.push_back(
        metrics_.AddCallbackGauge(name, help, [limit] { return static_cast<double>(limit); }));
  }

  std::vector<CallbackMetric> Take() && { return std::move(shown_); }

 private:
  template <class Member>
  auto ReadOf(Member Stats::* member) {
    return [&source = source_, member] { return static_cast<double>(source.stats().*member); };
  }

  Registry& metrics_;
  const Source& source_;
  std::vector<CallbackMetric> shown_;
};

}  // namespace

std::vector<CallbackMetric> ShowStore(Registry& metrics, const store::SqliteStore& store,
                                      const store::SqliteOptions& options) {
  using Stats = store::SqliteStats;
  StatsView<store::SqliteStore, Stats> view(metrics, store);
  view.Gauge("flagstream_store_writes_waiting", "Writes that wait for the disk.",
             &Stats::waiting_writes);
  view.Limit("flagstream_store_writes_waiting_max", "Writes that may wait; more are refused.",
             options.waiting_writes_max);
  view.Counter("flagstream_store_writes_total", "Writes that ended, well or not.", &Stats::writes);
  view.Counter("flagstream_store_commits_total", "Transactions that reached the disk.",
               &Stats::commits);
  view.Counter("flagstream_store_commits_failed_total", "Transactions that the disk refused.",
               &Stats::failed_commits);
  return std::move(view).Take();
}

std::vector<CallbackMetric> ShowStampLog(Registry& metrics, const store::StampLog& log,
                                         const store::StampLogOptions& options) {
  using Stats = store::StampLogStats;
  StatsView<store::StampLog, Stats> view(metrics, log);
  view.Gauge("flagstream_environments", "Environments whose newest stamp is kept.",
             &Stats::environments);
  view.Limit("flagstream_environments_max", "Environments that may be kept; more are refused.",
             options.max_environments);
  view.Gauge("flagstream_stamps_waiting", "Stamps that wait for the disk.", &Stats::waiting_puts);
  view.Limit("flagstream_stamps_waiting_max", "Stamps that may wait; more are refused.",
             options.waiting_puts_max);
  view.Counter("flagstream_stamps_put_total", "Stamps reported by queue-change.", &Stats::puts);
  view.Counter("flagstream_store_commits_total", "Transactions that reached the disk.",
               &Stats::commits);
  view.Counter("flagstream_store_commits_failed_total", "Transactions that the disk refused.",
               &Stats::failed_commits);
  std::vector<CallbackMetric> shown = std::move(view).Take();
  shown.push_back(
      metrics.AddCallbackGauge("flagstream_stamp_lead_microseconds",
                               "How far the newest stamp that is kept is ahead of the clock.",
                               [&log, &clock = *options.clock] {
                                 return static_cast<double>(std::max<int64_t>(
                                     0, log.stats().newest.micros() - clock.NowMicros()));
                               }));
  return shown;
}

}  // namespace flagstream::server
