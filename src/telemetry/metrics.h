// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

// What is counted. Made by a Registry, which owns them. Every call is safe from any thread, takes
// no lock and orders nothing; a cell that one thread alone counts in costs a few nanoseconds, so
// hot paths have a cell per shard.
namespace flagstream::telemetry {

// No two cells on one cache line.
inline constexpr size_t kCellAlignment = 64;

// Only ever grows.
class alignas(kCellAlignment) Counter {
 public:
  Counter() = default;
  Counter(const Counter&) = delete;
  Counter& operator=(const Counter&) = delete;

  void Add(uint64_t count = 1) { value_.fetch_add(count, std::memory_order_relaxed); }
  uint64_t value() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<uint64_t> value_{0};
};

// Goes up and down.
class alignas(kCellAlignment) Gauge {
 public:
  Gauge() = default;
  Gauge(const Gauge&) = delete;
  Gauge& operator=(const Gauge&) = delete;

  void Set(int64_t value) { value_.store(value, std::memory_order_relaxed); }
  void Add(int64_t by) { value_.fetch_add(by, std::memory_order_relaxed); }
  int64_t value() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<int64_t> value_{0};
};

// What a histogram held at one instant. Bucket i counts what was at most bound i and above the one
// before; one more counts what was above all.
struct HistogramCounts {
  std::vector<uint64_t> buckets;
  double sum = 0;

  uint64_t Total() const;
};

// How often observed values fell between given bounds, and their sum.
class alignas(kCellAlignment) Histogram {
 public:
  // `bounds` rise strictly and are finite; there is at least one.
  explicit Histogram(std::span<const double> bounds);
  Histogram(const Histogram&) = delete;
  Histogram& operator=(const Histogram&) = delete;

  // `count` observations of the same value. What is not a number is not observed.
  void Observe(double value, uint64_t count = 1);

  std::span<const double> bounds() const { return bounds_; }
  HistogramCounts Counts() const;

 private:
  const std::vector<double> bounds_;
  const std::unique_ptr<std::atomic<uint64_t>[]> buckets_;  // one more than bounds
  std::atomic<double> sum_{0};
};

// Seconds, 100 µs to 10 s: from a commit to the sockets of its subscribers.
std::span<const double> PropagationBuckets();
// Seconds, 10 µs to 10 s: a request, a store call, one turn of an event loop.
std::span<const double> DurationBuckets();

}  // namespace flagstream::telemetry
