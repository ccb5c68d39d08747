// SPDX-License-Identifier: Apache-2.0
#include "api/sse/sse_stream.h"

#include <utility>

#include "stream/subscriber.h"

namespace flagstream::api {

SseStream::SseStream(std::unique_ptr<net::StreamConnection> connection, StreamSlots& slots)
    : connection_(std::move(connection)), slots_(slots) {
  connection_->Observe(*this);
}

SseStream::~SseStream() { slots_.Release(); }

void SseStream::OnWritable() { subscriber_->OnWritable(); }

void SseStream::OnClosed() { subscriber_->OnClosed(); }

}  // namespace flagstream::api
