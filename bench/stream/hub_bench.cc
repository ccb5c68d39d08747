// SPDX-License-Identifier: Apache-2.0
// What the hub itself costs per delivery, with sinks that take everything and do nothing: the loop
// around send, not send.
#include <benchmark/benchmark.h>

#include <deque>
#include <memory>
#include <string>
#include <utility>

#include "base/clock.h"
#include "stream/hub.h"

namespace flagstream::stream {
namespace {

class NullSink final : public Sink {
 public:
  size_t Send(std::string_view bytes) override {
    ++sends_;
    return bytes.size();
  }
  void WaitWritable() override {}
  void Finish() override {}

 private:
  uint64_t sends_ = 0;
  [[maybe_unused]] char connection_[240] = {};  // a real one has about this much beside it
};

class Queue final : public Executor {
 public:
  void Post(Task task) override { tasks_.push_back(std::move(task)); }
  void PostAfter(std::chrono::milliseconds, Task) override {}
  bool IsHere() const override { return true; }

  void Run() {
    while (!tasks_.empty()) {
      Task task = std::move(tasks_.front());
      tasks_.pop_front();
      task();
    }
  }

 private:
  std::deque<Task> tasks_;
};

// A fan-out to all streams of one channel, in slices.
void BM_FanOut(benchmark::State& state) {
  telemetry::Registry registry;
  Queue queue;
  Hub hub(HubOptions(), queue, SystemClock(), Random(1), registry);
  for (int64_t i = 0; i < state.range(0); ++i)
    hub.Join("1", std::make_unique<NullSink>(), {.age_max = kUnlimitedAge});
  int64_t micros = SystemClock().NowMicros();
  for (auto _ : state) {
    micros += Stamp::kTickMicros;
    hub.Offer("1", MakeFrame(Stamp::FromMicros(micros), micros));
    queue.Run();
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
  state.counters["per_delivery"] =
      benchmark::Counter(static_cast<double>(state.iterations() * state.range(0)),
                         benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
}
BENCHMARK(BM_FanOut)->Arg(100)->Arg(1'000)->Arg(15'000)->Arg(100'000);

// A stream's whole life but for its connection.
void BM_JoinAndLeave(benchmark::State& state) {
  telemetry::Registry registry;
  Queue queue;
  Hub hub(HubOptions(), queue, SystemClock(), Random(1), registry);
  hub.Offer("1", MakeFrame(Stamp::FromMicros(1)));
  for (auto _ : state) {
    hub.Join("1", std::make_unique<NullSink>(), StreamTerms()).OnClosed();
    queue.Run();
  }
}
BENCHMARK(BM_JoinAndLeave);

}  // namespace
}  // namespace flagstream::stream
