// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/mutex.h"
#include "telemetry/metrics.h"
#include "telemetry/prometheus.h"

namespace flagstream::telemetry {

class Registry;

// Keeps a callback metric in the text for as long as it lives; must not outlive the registry.
// Destroying it waits for a text that is being made, so what the callback reads may be destroyed
// next. Empty when default made or moved from.
class CallbackMetric {
 public:
  CallbackMetric() = default;
  CallbackMetric(CallbackMetric&& other) noexcept;
  CallbackMetric& operator=(CallbackMetric&& other) noexcept;
  ~CallbackMetric();

 private:
  friend class Registry;
  CallbackMetric(Registry* registry, uint64_t id) : registry_(registry), id_(id) {}
  void Remove();

  Registry* registry_ = nullptr;
  uint64_t id_ = 0;
};

// Owns every metric of a process and writes them out as text. Made by the wiring and passed to
// whoever counts; outlives all of them. Safe from any thread. Counting touches a cell and never the
// registry, whose lock is taken only to add one and to write the text.
//
// Adding a metric of a name and labels that exist already gives one more cell of it; the text shows
// their sum. Asserts that names and labels are well formed and that all metrics of one name agree
// in type, help and bounds.
class Registry {
 public:
  Registry();
  ~Registry();

  // By convention a counter's name ends with `_total`.
  Counter& AddCounter(std::string_view name, std::string_view help, Labels labels = {});
  Gauge& AddGauge(std::string_view name, std::string_view help, Labels labels = {});
  Histogram& AddHistogram(std::string_view name, std::string_view help,
                          std::span<const double> bounds, Labels labels = {});
  // A metric whose value is asked for when the text is made, on the thread that makes it and with
  // the registry locked: `read` must be quick and must not call the registry. A counter's must
  // never fall.
  [[nodiscard]] CallbackMetric AddCallbackGauge(std::string_view name, std::string_view help,
                                                std::function<double()> read, Labels labels = {});
  [[nodiscard]] CallbackMetric AddCallbackCounter(std::string_view name, std::string_view help,
                                                  std::function<double()> read, Labels labels = {});

  // All metrics in the Prometheus text format 0.0.4, by name.
  std::string PrometheusText() const;

 private:
  friend class CallbackMetric;

  struct Callback {
    uint64_t id;
    std::function<double()> read;
  };
  // All cells of one name and labels; of one kind only.
  struct Series {
    std::vector<std::unique_ptr<Counter>> counters;
    std::vector<std::unique_ptr<Gauge>> gauges;
    std::vector<Callback> callbacks;
    std::vector<std::unique_ptr<Histogram>> histograms;

    bool IsEmpty() const;
  };
  struct Family {
    MetricType type;
    std::string help;
    std::vector<double> bounds;  // of histograms
    std::map<Labels, Series> series;
  };

  CallbackMetric AddCallback(std::string_view name, std::string_view help, MetricType type,
                             std::function<double()> read, Labels labels);
  Series& FindOrAddSeries(std::string_view name, std::string_view help, MetricType type,
                          std::span<const double> bounds, Labels labels) REQUIRES(mutex_);
  void RemoveCallback(uint64_t id);

  static double Read(const std::vector<Callback>& callbacks);
  static void AppendFamily(std::string& out, const std::string& name, const Family& family);
  static void AppendSeries(std::string& out, const std::string& name, const Family& family,
                           const Labels& labels, const Series& series);

  mutable Mutex mutex_;
  std::map<std::string, Family, std::less<>> families_ GUARDED_BY(mutex_);
  uint64_t callbacks_added_ GUARDED_BY(mutex_) = 0;
};

}  // namespace flagstream::telemetry
