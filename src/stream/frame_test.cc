// SPDX-License-Identifier: Apache-2.0
#include "stream/frame.h"

#include <gtest/gtest.h>

namespace flagstream::stream {
namespace {

// Goal: the bytes on the wire, chunk framing included.
TEST(FrameTest, IsOneChunkWithOneEvent) {
  const FramePtr frame = MakeFrame(Stamp::FromMicros(1'735'229'888'765'625), 7);
  EXPECT_EQ(frame->chunk,
            "51\r\n"
            "event: environment_updated\n"
            "data: {\"updated_at\": 1735229888.765625}\n"
            "retry: 15000\n"
            "\n"
            "\r\n");
  EXPECT_EQ(frame->stamp, Stamp::FromMicros(1'735'229'888'765'625));
  EXPECT_EQ(frame->committed_micros, 7);
}

}  // namespace
}  // namespace flagstream::stream
