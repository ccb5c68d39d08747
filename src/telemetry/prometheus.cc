// SPDX-License-Identifier: Apache-2.0
#include "telemetry/prometheus.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

#include "base/assert.h"

namespace flagstream::telemetry {
namespace {

bool IsLetter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
bool IsDigit(char c) { return c >= '0' && c <= '9'; }

template <class T>
void AppendNumber(std::string& out, T value) {
  std::array<char, 32> text;
  const auto [end, error] = std::to_chars(text.data(), text.data() + text.size(), value);
  FLAGSTREAM_ASSERT(error == std::errc());
  out.append(text.data(), end);
}

void AppendDouble(std::string& out, double value) {
  if (std::isnan(value)) {
    out += "NaN";
  } else if (std::isinf(value)) {
    out += value > 0 ? "+Inf" : "-Inf";
  } else {
    AppendNumber(out, value);
  }
}

// In a HELP line the quote stands for itself, in a label value it does not.
void AppendEscaped(std::string& out, std::string_view text, bool escape_quote) {
  for (const char c : text) {
    if (c == '\n') {
      out += "\\n";
    } else if (c == '\\' || (c == '"' && escape_quote)) {
      out += '\\';
      out += c;
    } else {
      out += c;
    }
  }
}

void AppendSeries(std::string& out, std::string_view name, std::string_view suffix,
                  const Labels& labels) {
  out += name;
  out += suffix;
  if (labels.empty()) return;
  char before = '{';
  for (const auto& [label, value] : labels) {
    out += before;
    out += label;
    out += "=\"";
    AppendEscaped(out, value, /*escape_quote=*/true);
    out += '"';
    before = ',';
  }
  out += '}';
}

std::string_view TypeName(MetricType type) {
  switch (type) {
    case MetricType::kCounter:
      return "counter";
    case MetricType::kGauge:
      return "gauge";
    case MetricType::kHistogram:
      return "histogram";
  }
  FLAGSTREAM_UNREACHABLE();
}

void AppendBucket(std::string& out, std::string_view name, Labels labels, double bound,
                  uint64_t count) {
  std::string text;
  AppendDouble(text, bound);
  labels.emplace_back("le", std::move(text));
  AppendSeries(out, name, "_bucket", labels);
  out += ' ';
  AppendNumber(out, count);
  out += '\n';
}

}  // namespace

bool IsMetricName(std::string_view name) {
  return !name.empty() && !IsDigit(name.front()) &&
         std::all_of(name.begin(), name.end(),
                     [](char c) { return IsLetter(c) || IsDigit(c) || c == ':'; });
}

bool IsLabelName(std::string_view name) {
  return IsMetricName(name) && name.find(':') == std::string_view::npos && !name.starts_with("__");
}

void AppendHeader(std::string& out, std::string_view name, std::string_view help, MetricType type) {
  out += "# HELP ";
  out += name;
  out += ' ';
  AppendEscaped(out, help, /*escape_quote=*/false);
  out += "\n# TYPE ";
  out += name;
  out += ' ';
  out += TypeName(type);
  out += '\n';
}

void AppendSample(std::string& out, std::string_view name, const Labels& labels, uint64_t value) {
  AppendSeries(out, name, "", labels);
  out += ' ';
  AppendNumber(out, value);
  out += '\n';
}

void AppendSample(std::string& out, std::string_view name, const Labels& labels, double value) {
  AppendSeries(out, name, "", labels);
  out += ' ';
  AppendDouble(out, value);
  out += '\n';
}

void AppendHistogram(std::string& out, std::string_view name, const Labels& labels,
                     std::span<const double> bounds, const HistogramCounts& counts) {
  FLAGSTREAM_ASSERT(counts.buckets.size() == bounds.size() + 1);
  uint64_t cumulative = 0;
  for (size_t i = 0; i < bounds.size(); ++i) {
    cumulative += counts.buckets[i];
    AppendBucket(out, name, labels, bounds[i], cumulative);
  }
  AppendBucket(out, name, labels, INFINITY, counts.Total());
  AppendSeries(out, name, "_sum", labels);
  out += ' ';
  AppendDouble(out, counts.sum);
  out += '\n';
  AppendSeries(out, name, "_count", labels);
  out += ' ';
  AppendNumber(out, counts.Total());
  out += '\n';
}

}  // namespace flagstream::telemetry
