// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "base/result.h"
#include "loadgen/endpoint.h"

namespace flagstream::loadgen {

using Time = std::chrono::steady_clock::time_point;

// When one stream saw an event that is newer than all it saw before.
struct Delivery {
  size_t stream = 0;
  double stamp = 0;  // seconds, as in the event
  Time at;
};

// Many open streams of one environment in one thread. A stream that ends is opened again; that is
// counted.
class StreamFleet {
 public:
  // `first_number`: of the connections before these, for the choice of source addresses.
  StreamFleet(Endpoint endpoint, std::string environment_key, size_t first_number = 0);
  ~StreamFleet();
  StreamFleet(const StreamFleet&) = delete;
  StreamFleet& operator=(const StreamFleet&) = delete;

  // How many wait for their head at a time: what the server's queue holds, and what is behind it.
  // 500 if not said otherwise.
  void LimitOpening(size_t opening_max) { opening_max_ = opening_max; }

  // Opens `count` more streams, that many at a time; returns when each has its response head.
  // `progress` is called now and then with the number that are open. kUnavailable if one cannot be
  // opened, or not all within `patience`.
  Result<> Open(size_t count, std::chrono::seconds patience,
                const std::function<void(size_t)>& progress);

  // Reads what arrives until `until_done` returns true or `deadline` has passed; `on_delivery` is
  // called for each delivery.
  void Read(Time deadline, const std::function<void(const Delivery&)>& on_delivery,
            const std::function<bool()>& until_done);

  // One step of the same, waiting at most `timeout_ms`.
  void Poll(int timeout_ms, const std::function<void(const Delivery&)>& on_delivery);

  size_t open_count() const { return open_; }
  // The newest stamp that any stream has seen; 0 before the first event.
  double newest_stamp() const { return newest_stamp_; }
  size_t reopened_count() const { return reopened_; }
  // Events with a stamp that their stream had seen already; they are no deliveries.
  size_t repeated_count() const { return repeated_; }

 private:
  enum class State { kClosed, kConnecting, kAwaitingHead, kOpen };
  struct Stream {
    int descriptor = -1;
    State state = State::kClosed;
    double newest_stamp = 0;
    std::string unread;  // the start of an event or head whose rest has not arrived
  };

  Result<> StartOne(size_t index);
  void Close(Stream& stream);
  void OnEvents(size_t index, uint32_t events,
                const std::function<void(const Delivery&)>& on_delivery);
  void OnReadable(size_t index, const std::function<void(const Delivery&)>& on_delivery);
  void OnEnded(size_t index);
  void ReadEvents(size_t index, std::string_view text,
                  const std::function<void(const Delivery&)>& on_delivery);

  const Endpoint endpoint_;
  const std::string request_;
  const size_t first_number_;
  const int epoll_;
  std::vector<Stream> streams_;
  std::string buffer_;
  size_t open_ = 0;
  size_t connecting_ = 0;
  size_t opening_max_ = 500;
  size_t reopened_ = 0;
  size_t repeated_ = 0;
  double newest_stamp_ = 0;
  std::string failure_;  // the first reason why a stream could not be opened
};

}  // namespace flagstream::loadgen
