// SPDX-License-Identifier: Apache-2.0
#include "telemetry/registry.h"

#include <algorithm>
#include <utility>

#include "base/assert.h"

namespace flagstream::telemetry {
namespace {

uint64_t SumOf(const std::vector<std::unique_ptr<Counter>>& counters) {
  uint64_t sum = 0;
  for (const auto& counter : counters) sum += counter->value();
  return sum;
}

double SumOf(const std::vector<std::unique_ptr<Gauge>>& gauges) {
  int64_t sum = 0;
  for (const auto& gauge : gauges) sum += gauge->value();
  return static_cast<double>(sum);
}

HistogramCounts SumOf(const std::vector<std::unique_ptr<Histogram>>& histograms) {
  HistogramCounts sum = histograms.front()->Counts();
  for (size_t i = 1; i < histograms.size(); ++i) {
    const HistogramCounts counts = histograms[i]->Counts();
    for (size_t bucket = 0; bucket < counts.buckets.size(); ++bucket) {
      sum.buckets[bucket] += counts.buckets[bucket];
    }
    sum.sum += counts.sum;
  }
  return sum;
}

}  // namespace

bool Registry::Series::IsEmpty() const {
  return counters.empty() && gauges.empty() && callbacks.empty() && histograms.empty();
}

double Registry::Read(const std::vector<Callback>& callbacks) {
  double sum = 0;
  for (const Callback& callback : callbacks) sum += callback.read();
  return sum;
}

CallbackMetric::CallbackMetric(CallbackMetric&& other) noexcept
    : registry_(std::exchange(other.registry_, nullptr)), id_(other.id_) {}

CallbackMetric& CallbackMetric::operator=(CallbackMetric&& other) noexcept {
  if (this == &other) return *this;
  Remove();
  registry_ = std::exchange(other.registry_, nullptr);
  id_ = other.id_;
  return *this;
}

CallbackMetric::~CallbackMetric() { Remove(); }

void CallbackMetric::Remove() {
  if (registry_ != nullptr) registry_->RemoveCallback(id_);
  registry_ = nullptr;
}

Registry::Registry() = default;
Registry::~Registry() = default;

Counter& Registry::AddCounter(std::string_view name, std::string_view help, Labels labels) {
  MutexLock lock(mutex_);
  Series& series = FindOrAddSeries(name, help, MetricType::kCounter, {}, std::move(labels));
  return *series.counters.emplace_back(std::make_unique<Counter>());
}

Gauge& Registry::AddGauge(std::string_view name, std::string_view help, Labels labels) {
  MutexLock lock(mutex_);
  Series& series = FindOrAddSeries(name, help, MetricType::kGauge, {}, std::move(labels));
  return *series.gauges.emplace_back(std::make_unique<Gauge>());
}

Histogram& Registry::AddHistogram(std::string_view name, std::string_view help,
                                  std::span<const double> bounds, Labels labels) {
  MutexLock lock(mutex_);
  Series& series = FindOrAddSeries(name, help, MetricType::kHistogram, bounds, std::move(labels));
  return *series.histograms.emplace_back(std::make_unique<Histogram>(bounds));
}

CallbackMetric Registry::AddCallbackGauge(std::string_view name, std::string_view help,
                                          std::function<double()> read, Labels labels) {
  return AddCallback(name, help, MetricType::kGauge, std::move(read), std::move(labels));
}

CallbackMetric Registry::AddCallbackCounter(std::string_view name, std::string_view help,
                                            std::function<double()> read, Labels labels) {
  return AddCallback(name, help, MetricType::kCounter, std::move(read), std::move(labels));
}

CallbackMetric Registry::AddCallback(std::string_view name, std::string_view help, MetricType type,
                                     std::function<double()> read, Labels labels) {
  FLAGSTREAM_ASSERT(read != nullptr);
  MutexLock lock(mutex_);
  Series& series = FindOrAddSeries(name, help, type, {}, std::move(labels));
  const uint64_t id = ++callbacks_added_;
  series.callbacks.push_back({.id = id, .read = std::move(read)});
  return {this, id};
}

Registry::Series& Registry::FindOrAddSeries(std::string_view name, std::string_view help,
                                            MetricType type, std::span<const double> bounds,
                                            Labels labels) {
  FLAGSTREAM_ASSERT(IsMetricName(name));
  for (const auto& [label, value] : labels) FLAGSTREAM_ASSERT(IsLabelName(label) && label != "le");
  auto family = families_.find(name);
  if (family == families_.end()) {
    family = families_
                 .emplace(name, Family{.type = type,
                                       .help = std::string(help),
                                       .bounds = {bounds.begin(), bounds.end()},
                                       .series = {}})
                 .first;
  }
  FLAGSTREAM_ASSERT(family->second.type == type && family->second.help == help);
  FLAGSTREAM_ASSERT(std::ranges::equal(family->second.bounds, bounds));
  return family->second.series[std::move(labels)];
}

void Registry::RemoveCallback(uint64_t id) {
  MutexLock lock(mutex_);
  for (auto& [name, family] : families_) {
    for (auto& [labels, series] : family.series) {
      std::erase_if(series.callbacks, [id](const Callback& callback) { return callback.id == id; });
    }
    std::erase_if(family.series, [](const auto& entry) { return entry.second.IsEmpty(); });
  }
  std::erase_if(families_, [](const auto& entry) { return entry.second.series.empty(); });
}

std::string Registry::PrometheusText() const {
  std::string out;
  MutexLock lock(mutex_);
  for (const auto& [name, family] : families_) AppendFamily(out, name, family);
  return out;
}

void Registry::AppendFamily(std::string& out, const std::string& name, const Family& family) {
  AppendHeader(out, name, family.help, family.type);
  for (const auto& [labels, series] : family.series)
    AppendSeries(out, name, family, labels, series);
}

void Registry::AppendSeries(std::string& out, const std::string& name, const Family& family,
                            const Labels& labels, const Series& series) {
  switch (family.type) {
    case MetricType::kCounter:
      if (series.callbacks.empty()) return AppendSample(out, name, labels, SumOf(series.counters));
      return AppendSample(out, name, labels,
                          static_cast<double>(SumOf(series.counters)) + Read(series.callbacks));
    case MetricType::kGauge:
      return AppendSample(out, name, labels, SumOf(series.gauges) + Read(series.callbacks));
    case MetricType::kHistogram:
      AppendHistogram(out, name, labels, family.bounds, SumOf(series.histograms));
      return;
  }
  FLAGSTREAM_UNREACHABLE();
}

}  // namespace flagstream::telemetry
