// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <functional>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/stamp.h"
#include "stream/sink.h"
#include "stream/subscriber.h"

namespace flagstream::stream {

// What a client makes of the bytes of a stream.
struct ReceivedStream {
  std::vector<std::string> stamps;  // of whole events, as text
  size_t comments = 0;
  bool has_ended = false;  // the last chunk came
};

// Nothing if `bytes` are no beginning of a well-formed stream: whole chunks of one event or comment
// each, LF alone, and nothing after the last one.
std::optional<ReceivedStream> ReadStream(std::string_view bytes);

// The far side of a fake sink, kept when the sink is gone. Takes everything unless given less room.
class FakeConnection {
 public:
  static constexpr size_t kUnlimited = std::numeric_limits<size_t>::max();

  FakeConnection() = default;
  FakeConnection(const FakeConnection&) = delete;
  FakeConnection& operator=(const FakeConnection&) = delete;

  // Once; must be destroyed before this.
  std::unique_ptr<Sink> MakeSink();
  // Whether it is the one that MakeSink made.
  bool IsOf(const Sink& sink) const { return sink_ == &sink; }
  void SetSubscriber(Subscriber& subscriber) { subscriber_ = &subscriber; }

  // The peer reads: there is room for `bytes` more, and the sink says so if it was asked to.
  void Drain(size_t bytes);
  void DrainAll() { Drain(kUnlimited); }
  // The peer is gone.
  void Close();

  const std::string& bytes() const { return bytes_; }
  // Asserts that they are well formed.
  ReceivedStream Received() const;
  std::string NewestStamp() const;
  size_t send_count() const { return send_count_; }
  bool IsWaiting() const { return is_waiting_; }
  bool IsFinished() const { return is_finished_; }
  bool IsDestroyed() const { return is_destroyed_; }

  size_t room = kUnlimited;
  // Called in the middle of each Send and WaitWritable.
  std::function<void()> during_send;
  std::function<void()> during_wait;

 private:
  class FakeSink;

  const Sink* sink_ = nullptr;
  Subscriber* subscriber_ = nullptr;
  std::string bytes_;
  size_t send_count_ = 0;
  bool is_waiting_ = false;
  bool is_finished_ = false;
  bool is_destroyed_ = false;
};

}  // namespace flagstream::stream
