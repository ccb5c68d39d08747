// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "telemetry/metrics.h"

// The Prometheus text format 0.0.4, a line at a time.
namespace flagstream::telemetry {

using Labels = std::vector<std::pair<std::string, std::string>>;

inline constexpr std::string_view kPrometheusContentType =
    "text/plain; version=0.0.4; charset=utf-8";

enum class MetricType { kCounter, kGauge, kHistogram };

bool IsMetricName(std::string_view name);
bool IsLabelName(std::string_view name);

// The HELP and TYPE lines that stand before a metric's samples.
void AppendHeader(std::string& out, std::string_view name, std::string_view help, MetricType type);
void AppendSample(std::string& out, std::string_view name, const Labels& labels, uint64_t value);
void AppendSample(std::string& out, std::string_view name, const Labels& labels, double value);
// The cumulative buckets, the sum and the count.
void AppendHistogram(std::string& out, std::string_view name, const Labels& labels,
                     std::span<const double> bounds, const HistogramCounts& counts);

}  // namespace flagstream::telemetry
