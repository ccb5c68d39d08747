// SPDX-License-Identifier: Apache-2.0
#include "stream/fake_connection.h"

#include <algorithm>
#include <charconv>

#include "base/assert.h"
#include "wire/sse.h"

namespace flagstream::stream {
namespace {

constexpr std::string_view kEventStart = "event: environment_updated\ndata: {\"updated_at\": ";
constexpr std::string_view kEventEnd = "}\nretry: 15000\n\n";

bool IsStampText(std::string_view text) {
  const size_t point = text.find('.');
  return point != std::string_view::npos && point > 0 && point + 1 < text.size() &&
         text.find_first_not_of("0123456789.") == std::string_view::npos;
}

// Whether `part` begins `whole`, or the other way round.
bool Agree(std::string_view part, std::string_view whole) {
  const size_t length = std::min(part.size(), whole.size());
  return part.substr(0, length) == whole.substr(0, length);
}

bool ReadPayload(std::string_view payload, ReceivedStream& received) {
  if (payload == wire::kKeepAliveComment) {
    ++received.comments;
    return true;
  }
  if (!payload.starts_with(kEventStart) || !payload.ends_with(kEventEnd)) return false;
  payload.remove_prefix(kEventStart.size());
  payload.remove_suffix(kEventEnd.size());
  received.stamps.emplace_back(payload);
  return IsStampText(payload);
}

// The part of a chunk that has come; the size line may be cut as well.
bool IsStartOfChunk(std::string_view bytes) {
  if (wire::kLastChunk.starts_with(bytes)) return true;
  const size_t line_end = bytes.find("\r\n");
  if (line_end == std::string_view::npos) return bytes.size() <= 4;
  const std::string_view payload = bytes.substr(line_end + 2);
  return Agree(payload, wire::kKeepAliveComment) || Agree(payload, kEventStart);
}

}  // namespace

std::optional<ReceivedStream> ReadStream(std::string_view bytes) {
  ReceivedStream received;
  while (!bytes.empty()) {
    if (received.has_ended) return std::nullopt;
    size_t size = 0;
    const auto [size_end, error] =
        std::from_chars(bytes.data(), bytes.data() + bytes.size(), size, 16);
    const auto digits = static_cast<size_t>(size_end - bytes.data());
    if (error != std::errc() || !Agree(bytes.substr(digits), "\r\n")) return std::nullopt;
    const size_t whole = digits + 2 + size + 2;
    if (bytes.size() < whole) return IsStartOfChunk(bytes) ? std::optional(received) : std::nullopt;
    if (bytes.substr(whole - 2, 2) != "\r\n") return std::nullopt;
    if (size == 0) {
      received.has_ended = true;
    } else if (!ReadPayload(bytes.substr(digits + 2, size), received)) {
      return std::nullopt;
    }
    bytes.remove_prefix(whole);
  }
  return received;
}

class FakeConnection::FakeSink final : public Sink {
 public:
  explicit FakeSink(FakeConnection& connection) : connection_(connection) {}
  ~FakeSink() override { connection_.is_destroyed_ = true; }

  size_t Send(std::string_view bytes) override {
    FLAGSTREAM_ASSERT(!bytes.empty() && !connection_.is_finished_);
    ++connection_.send_count_;
    const size_t taken = std::min(connection_.room, bytes.size());
    if (connection_.room != kUnlimited) connection_.room -= taken;
    connection_.bytes_ += bytes.substr(0, taken);
    if (connection_.during_send) connection_.during_send();
    return taken;
  }
  void WaitWritable() override {
    FLAGSTREAM_ASSERT(!connection_.is_finished_);
    connection_.is_waiting_ = true;
    if (connection_.during_wait) connection_.during_wait();
  }
  void Finish() override {
    FLAGSTREAM_ASSERT(!connection_.is_finished_);
    connection_.is_finished_ = true;
  }

 private:
  FakeConnection& connection_;
};

std::unique_ptr<Sink> FakeConnection::MakeSink() {
  auto sink = std::make_unique<FakeSink>(*this);
  sink_ = sink.get();
  return sink;
}

void FakeConnection::Drain(size_t bytes) {
  room = bytes > kUnlimited - room ? kUnlimited : room + bytes;
  if (!is_waiting_ || is_destroyed_) return;
  is_waiting_ = false;
  subscriber_->OnWritable();
}

void FakeConnection::Close() {
  if (!is_destroyed_) subscriber_->OnClosed();
}

ReceivedStream FakeConnection::Received() const {
  const std::optional<ReceivedStream> received = ReadStream(bytes_);
  FLAGSTREAM_ASSERT(received.has_value());
  return *received;
}

std::string FakeConnection::NewestStamp() const {
  const ReceivedStream received = Received();
  return received.stamps.empty() ? "" : received.stamps.back();
}

}  // namespace flagstream::stream
