// SPDX-License-Identifier: Apache-2.0
#include "telemetry/registry.h"

#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <thread>

namespace flagstream::telemetry {
namespace {

// Goal: cells of one name and labels are one series, others stand apart; families come by name.
TEST(RegistryTest, AddsUpCellsOfOneSeries) {
  Registry registry;
  Counter& first = registry.AddCounter("ends_total", "Streams ended.", {{"reason", "age_limit"}});
  Counter& second = registry.AddCounter("ends_total", "Streams ended.", {{"reason", "age_limit"}});
  registry.AddCounter("ends_total", "Streams ended.", {{"reason", "shutdown"}}).Add(5);
  registry.AddGauge("behind", "Streams behind.").Set(3);
  registry.AddGauge("behind", "Streams behind.").Set(-1);
  first.Add(1);
  second.Add(2);
  EXPECT_EQ(registry.PrometheusText(),
            "# HELP behind Streams behind.\n"
            "# TYPE behind gauge\n"
            "behind 2\n"
            "# HELP ends_total Streams ended.\n"
            "# TYPE ends_total counter\n"
            "ends_total{reason=\"age_limit\"} 3\n"
            "ends_total{reason=\"shutdown\"} 5\n");
}

TEST(RegistryTest, AddsUpHistograms) {
  Registry registry;
  const std::array bounds = {1.0};
  registry.AddHistogram("wait_seconds", "Waiting.", bounds).Observe(0.5);
  registry.AddHistogram("wait_seconds", "Waiting.", bounds).Observe(2, 3);
  EXPECT_EQ(registry.PrometheusText(),
            "# HELP wait_seconds Waiting.\n"
            "# TYPE wait_seconds histogram\n"
            "wait_seconds_bucket{le=\"1\"} 1\n"
            "wait_seconds_bucket{le=\"+Inf\"} 4\n"
            "wait_seconds_sum 6.5\n"
            "wait_seconds_count 4\n");
}

// Goal: a callback is read when the text is made, and is gone with its handle.
TEST(RegistryTest, ReadsCallbacksWhileTheirHandleLives) {
  Registry registry;
  double value = 1;
  CallbackMetric gauge =
      registry.AddCallbackGauge("ready", "Whether ready.", [&value] { return value; });
  value = 0.5;
  EXPECT_EQ(registry.PrometheusText(),
            "# HELP ready Whether ready.\n# TYPE ready gauge\nready 0.5\n");
  CallbackMetric moved = std::move(gauge);
  EXPECT_NE(registry.PrometheusText(), "");
  moved = CallbackMetric();
  EXPECT_EQ(registry.PrometheusText(), "");
}

TEST(RegistryTest, CallbacksOfOneSeriesAddUpWithItsCells) {
  Registry registry;
  registry.AddGauge("open", "Open.").Set(1);
  const CallbackMetric a = registry.AddCallbackGauge("open", "Open.", [] { return 2.0; });
  {
    const CallbackMetric b = registry.AddCallbackGauge("open", "Open.", [] { return 4.0; });
    EXPECT_EQ(registry.PrometheusText(), "# HELP open Open.\n# TYPE open gauge\nopen 7\n");
  }
  EXPECT_EQ(registry.PrometheusText(), "# HELP open Open.\n# TYPE open gauge\nopen 3\n");
}

TEST(RegistryTest, ReadsCallbackCounters) {
  Registry registry;
  registry.AddCounter("accepted_total", "Accepted.").Add(2);
  const CallbackMetric counter =
      registry.AddCallbackCounter("accepted_total", "Accepted.", [] { return 40.0; });
  EXPECT_EQ(registry.PrometheusText(),
            "# HELP accepted_total Accepted.\n# TYPE accepted_total counter\naccepted_total 42\n");
}

// Goal: counting, adding and writing from several threads at once neither races nor loses.
TEST(RegistryTest, IsSafeFromSeveralThreads) {
  Registry registry;
  std::atomic<bool> done{false};
  std::thread reader([&] {
    while (!done) registry.PrometheusText();
  });
  std::array<std::thread, 3> counters;
  for (std::thread& thread : counters) {
    thread = std::thread([&registry] {
      Counter& counter = registry.AddCounter("n_total", "N.");
      for (int i = 0; i < 5'000; ++i) {
        counter.Add();
        const CallbackMetric gauge = registry.AddCallbackGauge("g", "G.", [] { return 1.0; });
      }
    });
  }
  for (std::thread& thread : counters) thread.join();
  done = true;
  reader.join();
  EXPECT_EQ(registry.PrometheusText(),
            "# HELP n_total N.\n# TYPE n_total counter\nn_total 15000\n");
}

TEST(RegistryDeathTest, RefusesDisagreementAndBadNames) {
  Registry registry;
  registry.AddCounter("a_total", "A.");
  EXPECT_DEATH(registry.AddGauge("a_total", "A."), "type");
  EXPECT_DEATH(registry.AddCounter("a_total", "B."), "help");
  EXPECT_DEATH(registry.AddCounter("a-b", "A."), "IsMetricName");
  EXPECT_DEATH(registry.AddCounter("b_total", "B.", {{"le", "1"}}), "IsLabelName");
}

}  // namespace
}  // namespace flagstream::telemetry
