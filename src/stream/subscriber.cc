// SPDX-License-Identifier: Apache-2.0
#include "stream/subscriber.h"

#include "stream/hub.h"

namespace flagstream::stream {

void Subscriber::OnWritable() {
  if (IsOpen()) hub_->OnWritable(*this);
}

void Subscriber::OnClosed() {
  if (IsOpen()) hub_->OnClosed(*this);
}

}  // namespace flagstream::stream
