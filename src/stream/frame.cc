// SPDX-License-Identifier: Apache-2.0
#include "stream/frame.h"

#include "wire/sse.h"

namespace flagstream::stream {

FramePtr MakeFrame(Stamp stamp, int64_t committed_micros) {
  return std::make_shared<const Frame>(Frame{.stamp = stamp,
                                             .committed_micros = committed_micros,
                                             .chunk = wire::EncodeChunk(wire::EncodeEvent(stamp))});
}

}  // namespace flagstream::stream
