// SPDX-License-Identifier: Apache-2.0
#include "testing/http_client.h"

#include <algorithm>
#include <cctype>
#include <utility>

#include "base/assert.h"
#include "net/request_builder.h"

namespace flagstream::testing {

// The server's end of a FakeStreamPeer.
class FakeStreamConnection final : public net::StreamConnection {
 public:
  explicit FakeStreamConnection(std::shared_ptr<FakeStreamPeer> peer) : peer_(std::move(peer)) {}
  ~FakeStreamConnection() override {
    peer_->destroyed = true;
    peer_->observer_ = nullptr;
  }

  void Observe(Observer& observer) override { peer_->observer_ = &observer; }
  size_t Send(std::string_view bytes) override {
    const size_t taken = std::min(bytes.size(), peer_->room);
    if (peer_->room != SIZE_MAX) peer_->room -= taken;
    peer_->received.append(bytes.substr(0, taken));
    return taken;
  }
  void WaitWritable() override { peer_->waits_ = true; }
  void Finish() override { peer_->finished = true; }
  // There is no socket to give away.
  std::optional<net::MovedConnection> MoveOut() override { return std::nullopt; }

 private:
  const std::shared_ptr<FakeStreamPeer> peer_;
};

namespace {

class FakeExchange final : public net::Responder::Exchange {
 public:
  FakeExchange(HttpAnswerPtr answer, bool is_head, Executor& shard)
      : answer_(std::move(answer)), is_head_(is_head), shard_(shard) {}

  void Send(net::Response response) override {
    FLAGSTREAM_ASSERT(!answer_->sent);
    answer_->sent = true;
    answer_->status = response.status();
    answer_->header_lines = response.header_lines();
    answer_->is_chunked = response.is_chunked();
    if (is_head_) return;
    answer_->body = response.body();
    answer_->shared_body = response.shared_body();
  }

  std::unique_ptr<net::StreamConnection> TakeOver(std::string_view head) override {
    FLAGSTREAM_ASSERT(!answer_->sent);
    answer_->sent = true;
    answer_->status = 200;
    answer_->stream = std::make_shared<FakeStreamPeer>();
    answer_->stream->head = head;
    return std::make_unique<FakeStreamConnection>(answer_->stream);
  }

  Executor& shard() override { return shard_; }

 private:
  const HttpAnswerPtr answer_;
  const bool is_head_;
  Executor& shard_;
};

std::string Lower(std::string_view text) {
  std::string lower(text);
  std::ranges::transform(lower, lower.begin(), [](unsigned char c) { return std::tolower(c); });
  return lower;
}

}  // namespace

void FakeStreamPeer::Drain(size_t bytes) {
  room = bytes;
  if (observer_ != nullptr && std::exchange(waits_, false)) observer_->OnWritable();
}

void FakeStreamPeer::Close() {
  room = 0;
  if (observer_ != nullptr) observer_->OnClosed();
}

std::optional<std::string> HttpAnswer::Header(std::string_view name) const {
  std::optional<std::string> value;
  std::string_view rest = header_lines;
  while (!rest.empty()) {
    const size_t end = rest.find("\r\n");
    FLAGSTREAM_ASSERT(end != std::string_view::npos);
    const std::string_view line = rest.substr(0, end);
    rest.remove_prefix(end + 2);
    const size_t colon = line.find(": ");
    FLAGSTREAM_ASSERT(colon != std::string_view::npos);
    if (Lower(line.substr(0, colon)) != Lower(name)) continue;
    FLAGSTREAM_ASSERT(!value);
    value = line.substr(colon + 2);
  }
  return value;
}

HttpAnswerPtr HttpClient::Send(net::Request request) const {
  auto answer = std::make_shared<HttpAnswer>();
  const bool is_head = request.method() == net::Method::kHead;
  router_.Dispatch(std::move(request),
                   net::Responder(std::make_shared<FakeExchange>(answer, is_head, shard_)));
  return answer;
}

HttpAnswerPtr HttpClient::Send(std::string_view method, std::string_view target) const {
  return Send(net::RequestBuilder(method, target).Build());
}

}  // namespace flagstream::testing
