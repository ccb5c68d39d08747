// SPDX-License-Identifier: Apache-2.0
#include "loadgen/follow_bench.h"

#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <utility>

#include "base/result.h"
#include "loadgen/change_tally.h"
#include "loadgen/descriptor_limit.h"
#include "loadgen/endpoint.h"
#include "loadgen/stream_fleet.h"
#include "wire/json.h"

namespace flagstream::loadgen {
namespace {

constexpr std::chrono::seconds kOpenPatience{300};
constexpr std::chrono::seconds kFirstEvents{1};  // what is told of before is no change
constexpr int kPollMs = 50;                      // how long a line on standard input may wait

double Seconds(Time::duration duration) { return std::chrono::duration<double>(duration).count(); }

void Print(const wire::Json& line) {
  std::printf("%s\n", line.Dump().c_str());
  std::fflush(stdout);
}

// What the one who started this process asks of it on standard input.
struct Asked {
  int64_t reports = 0;
  bool is_over = false;
};

Asked ReadStandardInput() {
  Asked asked;
  pollfd waiting{STDIN_FILENO, POLLIN, 0};
  if (poll(&waiting, 1, /*timeout=*/0) != 1) return asked;
  std::array<char, 256> text;
  const ssize_t got = read(STDIN_FILENO, text.data(), text.size());
  if (got < 0 && errno == EINTR) return asked;
  asked.is_over = got <= 0;
  if (got > 0) asked.reports = std::count(text.data(), text.data() + got, '\n');
  return asked;
}

class Follower {
 public:
  Follower(const FollowBenchOptions& options, Endpoint endpoint)
      : streams_(static_cast<size_t>(options.streams)),
        fleet_(std::move(endpoint), options.environment_key,
               static_cast<size_t>(options.streams_before)) {}

  Result<> Run() {
    FLAGSTREAM_TRY(Open());
    ChangeTally tally(fleet_.newest_stamp());
    double stamp_reported = tally.stamp();
    for (Asked asked; !asked.is_over; asked = ReadStandardInput()) {
      for (int64_t i = 0; i < asked.reports; ++i) Report(tally);
      fleet_.Poll(kPollMs, [&](const Delivery& delivery) { tally.Add(delivery); });
      if (tally.reached() == streams_ &&
          std::exchange(stamp_reported, tally.stamp()) != tally.stamp())
        Report(tally);
    }
    return {};
  }

 private:
  Result<> Open() {
    const Time opening = std::chrono::steady_clock::now();
    FLAGSTREAM_TRY(fleet_.Open(streams_, kOpenPatience, [](size_t) {}));
    const double seconds = Seconds(std::chrono::steady_clock::now() - opening);
    fleet_.Read(
        std::chrono::steady_clock::now() + kFirstEvents, [](const Delivery&) {},
        [] { return false; });
    wire::Json line;
    line.Set("open", static_cast<int64_t>(fleet_.open_count()));
    line.Set("open_seconds", seconds);
    Print(line);
    return {};
  }

  void Report(const ChangeTally& tally) const {
    wire::Json line;
    line.Set("stamp", tally.stamp());
    line.Set("streams", static_cast<int64_t>(streams_));
    line.Set("open", static_cast<int64_t>(fleet_.open_count()));
    line.Set("reached", static_cast<int64_t>(tally.reached()));
    line.Set("reopened", static_cast<int64_t>(fleet_.reopened_count()));
    line.Set("repeated", static_cast<int64_t>(fleet_.repeated_count()));
    wire::Json::Array told_at;
    for (const Time at : tally.ToldAtPercents())
      told_at.emplace_back(Seconds(at.time_since_epoch()));
    line.Set("told_at_percents", std::move(told_at));
    Print(line);
  }

  const size_t streams_;
  StreamFleet fleet_;
};

Result<> Run(const FollowBenchOptions& options) {
  RaiseDescriptorLimit();
  FLAGSTREAM_ASSIGN(Endpoint endpoint, Endpoint::Parse(options.url));
  return Follower(options, std::move(endpoint)).Run();
}

}  // namespace

int RunFollowBench(const FollowBenchOptions& options) {
  if (const Result<> followed = Run(options); !followed) {
    std::fprintf(stderr, "flagstream: %s\n", followed.error().message().c_str());
    return 1;
  }
  return 0;
}

}  // namespace flagstream::loadgen
