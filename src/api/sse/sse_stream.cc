// SPDX-License-Identifier: Apache-2.0
#include "api/sse/sse_stream.h"

#include <utility>

#include "stream/subscriber.h"

namespace flagstream::api {

SseStream::SseStream(OpenedStream opened)
    : slot_(std::move(opened.slot)), connection_(std::move(opened.connection)) {
  connection_->Observe(*this);
}

void SseStream::OnWritable() { subscriber_->OnWritable(); }

void SseStream::OnClosed() { subscriber_->OnClosed(); }

}  // namespace flagstream::api
