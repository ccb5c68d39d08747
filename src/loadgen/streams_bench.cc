// SPDX-License-Identifier: Apache-2.0
#include "loadgen/streams_bench.h"

#include <fmt/format.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "base/result.h"
#include "loadgen/descriptor_limit.h"
#include "loadgen/endpoint.h"
#include "loadgen/fetch_fleet.h"
#include "loadgen/http_client.h"
#include "loadgen/percentiles.h"
#include "loadgen/process_stats.h"
#include "loadgen/publisher.h"
#include "loadgen/stream_fleet.h"
#include "wire/json.h"

namespace flagstream::loadgen {
namespace {

constexpr std::chrono::seconds kOpenPatience{120};
constexpr std::chrono::seconds kFirstPatience{1};   // for the first delivery of a round
constexpr std::chrono::seconds kRoundPatience{30};  // then what has not arrived is lost
constexpr std::chrono::milliseconds kPauseBetweenRounds{100};
constexpr std::chrono::milliseconds kPeakWindow{50};

struct Report {
  int64_t streams = 0;
  int64_t rounds = 0;
  double open_seconds = 0;
  std::vector<double> delivery_ms;  // publish sent → event read, all rounds
  std::vector<double> last_ms;      // of each round
  int64_t deliveries = 0;
  int64_t lost = 0;
  std::vector<double> fetched_ms;       // publish sent → the flags read
  std::vector<double> last_fetched_ms;  // of each round
  std::vector<double> fetch_peaks;      // of each round: most answers in kPeakWindow, a second
  int64_t fetches_failed = 0;           // answered with another status than 200, or not at all
  int64_t reopened = 0;
  int64_t repeated = 0;  // events that a stream had seen already; no deliveries
  std::optional<double> bytes_per_stream;
  std::optional<int64_t> server_bytes;  // after the rounds
  std::optional<double> cpu_us_per_delivery;
};

double Milliseconds(Time::duration duration) {
  return std::chrono::duration<double, std::milli>(duration).count();
}

std::optional<pid_t> ServerProcess(const StreamsBenchOptions& options, const Endpoint& endpoint) {
  if (options.server_pid) return static_cast<pid_t>(*options.server_pid);
  return endpoint.IsLoopback() ? FindListener(endpoint.port()) : std::nullopt;
}

std::optional<ProcessStats> Look(std::optional<pid_t> pid) {
  return pid ? ReadProcessStats(*pid) : std::nullopt;
}

Result<std::unique_ptr<Publisher>> MakePublisher(const StreamsBenchOptions& options,
                                                 const Endpoint& endpoint) {
  FLAGSTREAM_ASSIGN(HttpClient client, HttpClient::Connect(endpoint));
  if (options.publish_token) {
    return MakeQueueChangePublisher(std::move(client), options.environment_key,
                                    *options.publish_token);
  }
  return MakeAdminPublisher(std::move(client), options.environment_key, *options.admin_token);
}

void ReadQuietly(StreamFleet& fleet, std::chrono::milliseconds duration) {
  fleet.Read(
      std::chrono::steady_clock::now() + duration, [](const Delivery&) {}, [] { return false; });
}

// One publish, until every stream was told and, if there are fetchers, every one of those has its
// answer.
class Round {
 public:
  Round(StreamFleet& fleet, FetchFleet* fetchers, Report& report)
      : fleet_(fleet),
        fetchers_(fetchers),
        report_(report),
        stamp_before_(fleet.newest_stamp()),
        fetched_before_(report.fetched_ms.size()) {}

  Result<> Run(Publisher& publisher) {
    sent_ = std::chrono::steady_clock::now();
    FLAGSTREAM_TRY(publisher.Send());
    ReadUntil(sent_ + kFirstPatience, [this] { return reached_ > 0; });
    // The server may answer before or after it has told all. If nothing comes, it may have refused.
    const bool is_silent = reached_ == 0;
    if (is_silent) FLAGSTREAM_TRY(publisher.Confirm());
    ReadUntil(sent_ + kRoundPatience, [this] { return IsDone(); });
    if (!is_silent) FLAGSTREAM_TRY(publisher.Confirm());
    Conclude();
    return {};
  }

 private:
  template <class Predicate>
  void ReadUntil(Time deadline, const Predicate& is_done) {
    while (!is_done() && std::chrono::steady_clock::now() < deadline) {
      const bool fetching = fetchers_ != nullptr && fetchers_->pending() > 0;
      fleet_.Poll(fetching ? 0 : 100, [this](const Delivery& delivery) { OnDelivery(delivery); });
      if (fetching)
        fetchers_->Poll(/*timeout_ms=*/0, [this](size_t, int status) { OnAnswer(status); });
    }
  }

  bool IsDone() const {
    return reached_ >= report_.streams && (fetchers_ == nullptr || fetchers_->pending() == 0);
  }

  void OnDelivery(const Delivery& delivery) {
    if (delivery.stamp <= stamp_before_) return;
    ++reached_;
    last_ms_ = Milliseconds(delivery.at - sent_);
    report_.delivery_ms.push_back(last_ms_);
    if (fetchers_ != nullptr) fetchers_->Fetch(delivery.stream);
  }

  void OnAnswer(int status) {
    if (status != 200) return;
    ++fetched_;
    last_fetched_ms_ = Milliseconds(std::chrono::steady_clock::now() - sent_);
    report_.fetched_ms.push_back(last_fetched_ms_);
  }

  void Conclude() {
    report_.last_ms.push_back(last_ms_);
    report_.deliveries += reached_;
    report_.lost += report_.streams - reached_;
    if (fetchers_ == nullptr) return;
    report_.last_fetched_ms.push_back(last_fetched_ms_);
    report_.fetch_peaks.push_back(
        PeakRate(std::span(report_.fetched_ms).subspan(fetched_before_), kPeakWindow));
    report_.fetches_failed += report_.streams - fetched_;
  }

  StreamFleet& fleet_;
  FetchFleet* fetchers_;
  Report& report_;
  const double stamp_before_;
  const size_t fetched_before_;  // answers of earlier rounds
  Time sent_;
  int64_t reached_ = 0;
  int64_t fetched_ = 0;
  double last_ms_ = 0;
  double last_fetched_ms_ = 0;
};

// One line that is written over; for a person, so not into a log.
template <typename... Values>
void ShowProgress(fmt::format_string<Values...> format, Values&&... values) {
  if (isatty(STDERR_FILENO) == 0) return;
  fmt::print(stderr, "\r");
  fmt::print(stderr, format, std::forward<Values>(values)...);
}

void EndProgress() {
  if (isatty(STDERR_FILENO) != 0) fmt::print(stderr, "\n");
}

Result<Report> Run(const StreamsBenchOptions& options) {
  RaiseDescriptorLimit();
  FLAGSTREAM_ASSIGN(const Endpoint endpoint, Endpoint::Parse(options.url));
  FLAGSTREAM_ASSIGN(const std::unique_ptr<Publisher> publisher, MakePublisher(options, endpoint));
  const std::optional<pid_t> pid = ServerProcess(options, endpoint);

  Report report;
  report.streams = options.streams;
  report.rounds = options.rounds;
  StreamFleet fleet(endpoint, options.environment_key);
  const std::optional<ProcessStats> empty = Look(pid);
  const Time opening = std::chrono::steady_clock::now();
  fleet.LimitOpening(static_cast<size_t>(options.opening));
  FLAGSTREAM_TRY(fleet.Open(static_cast<size_t>(options.streams), kOpenPatience, [&](size_t open) {
    ShowProgress("opened {} of {} streams", open, options.streams);
  }));
  report.open_seconds = Milliseconds(std::chrono::steady_clock::now() - opening) / 1'000;
  EndProgress();
  std::optional<FetchFleet> fetchers;
  if (options.fetch) {
    const auto streams = static_cast<size_t>(options.streams);
    FLAGSTREAM_TRY(fetchers.emplace(endpoint, options.environment_key)
                       .Open(streams, /*first_number=*/streams));
  }
  ReadQuietly(fleet, std::chrono::seconds(1));  // first events

  const std::optional<ProcessStats> full = Look(pid);
  for (int64_t round = 1; round <= options.rounds; ++round) {
    FLAGSTREAM_TRY(Round(fleet, fetchers ? &*fetchers : nullptr, report).Run(*publisher));
    ShowProgress("round {} of {}, last delivery after {:.1f} ms ", round, options.rounds,
                 report.last_ms.back());
    ReadQuietly(fleet, kPauseBetweenRounds);
  }
  EndProgress();
  const std::optional<ProcessStats> after = Look(pid);
  report.reopened = static_cast<int64_t>(fleet.reopened_count());
  report.repeated = static_cast<int64_t>(fleet.repeated_count());
  if (after) report.server_bytes = after->rss_anon_bytes;
  if (empty && full && after) {
    if (!options.fetch)
      report.bytes_per_stream = static_cast<double>(full->rss_anon_bytes - empty->rss_anon_bytes) /
                                static_cast<double>(options.streams);
    if (report.deliveries > 0) {
      report.cpu_us_per_delivery =
          static_cast<double>(after->cpu_nanoseconds - full->cpu_nanoseconds) / 1'000 /
          static_cast<double>(report.deliveries);
    }
  }
  return report;
}

void PrintJson(Report& report) {
  wire::Json json;
  json.Set("streams", report.streams);
  json.Set("rounds", report.rounds);
  json.Set("open_seconds", report.open_seconds);
  json.Set("deliveries", report.deliveries);
  json.Set("lost", report.lost);
  json.Set("reopened", report.reopened);
  json.Set("repeated", report.repeated);
  json.Set("delivery_p50_ms", Percentile(report.delivery_ms, 50));
  json.Set("delivery_p99_ms", Percentile(report.delivery_ms, 99));
  json.Set("last_delivery_p50_ms", Percentile(report.last_ms, 50));
  json.Set("last_delivery_max_ms", Percentile(report.last_ms, 100));
  if (!report.last_fetched_ms.empty()) {
    json.Set("fetched_p50_ms", Percentile(report.fetched_ms, 50));
    json.Set("fetched_p99_ms", Percentile(report.fetched_ms, 99));
    json.Set("last_fetched_p50_ms", Percentile(report.last_fetched_ms, 50));
    json.Set("last_fetched_max_ms", Percentile(report.last_fetched_ms, 100));
    json.Set("fetch_peak_p50_per_second", Percentile(report.fetch_peaks, 50));
    json.Set("fetch_peak_max_per_second", Percentile(report.fetch_peaks, 100));
    json.Set("fetches_failed", report.fetches_failed);
  }
  json.Set("server_bytes", wire::Json::From(report.server_bytes));
  json.Set("server_bytes_per_stream", wire::Json::From(report.bytes_per_stream));
  json.Set("server_cpu_us_per_delivery", wire::Json::From(report.cpu_us_per_delivery));
  std::printf("%s\n", json.Dump().c_str());
}

void PrintText(Report& report) {
  std::printf("streams             %ld, open after %.2f s\n", report.streams, report.open_seconds);
  std::printf("rounds              %ld\n", report.rounds);
  std::printf("delivery            p50 %.2f ms, p99 %.2f ms\n", Percentile(report.delivery_ms, 50),
              Percentile(report.delivery_ms, 99));
  std::printf("last of a round     p50 %.2f ms, worst %.2f ms\n", Percentile(report.last_ms, 50),
              Percentile(report.last_ms, 100));
  std::printf("lost                %ld of %ld\n", report.lost, report.lost + report.deliveries);
  if (!report.last_fetched_ms.empty()) {
    std::printf("flags fetched       p50 %.2f ms, p99 %.2f ms, last p50 %.2f ms, failed %ld\n",
                Percentile(report.fetched_ms, 50), Percentile(report.fetched_ms, 99),
                Percentile(report.last_fetched_ms, 50), report.fetches_failed);
    std::printf("peak of fetches     p50 %.0f/s, worst %.0f/s\n",
                Percentile(report.fetch_peaks, 50), Percentile(report.fetch_peaks, 100));
  }
  std::printf("reopened            %ld\n", report.reopened);
  std::printf("repeated            %ld\n", report.repeated);
  if (report.bytes_per_stream)
    std::printf("server memory       %.0f bytes a stream\n", *report.bytes_per_stream);
  if (report.cpu_us_per_delivery)
    std::printf("server CPU          %.2f us a delivery\n", *report.cpu_us_per_delivery);
}

}  // namespace

int RunStreamsBench(const StreamsBenchOptions& options) {
  Result<Report> report = Run(options);
  if (!report) {
    std::fprintf(stderr, "\nflagstream: %s\n", report.error().message().c_str());
    return 1;
  }
  options.json ? PrintJson(*report) : PrintText(*report);
  return report->lost == 0 && report->fetches_failed == 0 ? 0 : 1;
}

}  // namespace flagstream::loadgen
