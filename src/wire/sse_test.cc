// SPDX-License-Identifier: Apache-2.0
#include "wire/sse.h"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <cstdlib>
#include <string>

#include "base/random.h"
#include "wire/time.h"

namespace flagstream::wire {
namespace {

std::string TextOf(int64_t micros) { return StampText(Stamp::FromMicros(micros)); }

// What a client makes of the text.
double DoubleOf(int64_t micros) { return std::strtod(TextOf(micros).c_str(), nullptr); }

// Whether `seconds` is at most `micros` / 1,000,000, without rounding anywhere.
bool IsAtMost(double seconds, int64_t micros) {
  int exponent = 0;
  const double fraction = std::frexp(seconds, &exponent);
  __extension__ using Wide = unsigned __int128;
  const auto mantissa = static_cast<uint64_t>(std::ldexp(fraction, 53));
  const int shift = 53 - exponent;  // seconds = mantissa / 2^shift
  return Wide{mantissa} * 1'000'000 <= Wide{static_cast<uint64_t>(micros)} << shift;
}

// Goal: stamps we issue are written exactly and as short as the protocol allows.
TEST(StampTextTest, WritesTicksExactly) {
  EXPECT_EQ(TextOf(1'735'229'888'765'625), "1735229888.765625");
  EXPECT_EQ(TextOf(1'735'229'888'500'000), "1735229888.5");
  EXPECT_EQ(TextOf(1'735'229'888'000'000), "1735229888.0");
  EXPECT_EQ(TextOf(1'735'229'900'000'000), "1735229900.0");
  EXPECT_EQ(TextOf(1'735'229'888'015'625), "1735229888.015625");
  EXPECT_EQ(TextOf(15'625), "0.015625");
  EXPECT_EQ(TextOf(0), "0.0");
}

// Goal: the decimal text of a tick is the tick, digit by digit. (To the year 3058: then doubles
// grow coarser than the sixth decimal, and fewer digits name the same number.)
TEST(StampTextTest, WritesEveryTickAsItsDecimal) {
  Random random(64);
  for (int i = 0; i < 50'000; ++i) {
    const Stamp tick = Stamp::RoundUp(random.Between(1, (int64_t{1} << 35) * 1'000'000));
    const std::string text = StampText(tick);
    const size_t point = text.find('.');
    ASSERT_NE(point, std::string::npos);
    std::string fraction = text.substr(point + 1);
    ASSERT_GE(fraction.size(), 1u);
    ASSERT_LE(fraction.size(), 6u);
    ASSERT_TRUE(fraction == "0" || fraction.back() != '0') << text;
    fraction.resize(6, '0');
    ASSERT_EQ(std::stoll(text.substr(0, point)) * 1'000'000 + std::stoll(fraction), tick.micros());
    ASSERT_EQ(DoubleOf(tick.micros()) * 1e6, static_cast<double>(tick.micros()));
  }
}

// Goal: a stamp given to us is rounded down, never to the nearest. Of the first the nearest double
// is above, of the second below; its shortest text is the decimal itself.
TEST(StampTextTest, RoundsGivenStampsDown) {
  EXPECT_EQ(TextOf(1'735'229'888'930'000), "1735229888.9299998");
  EXPECT_EQ(TextOf(1'735'229'888'760'000), "1735229888.76");
}

// Goal: of any given stamp the text is the largest double not above it.
TEST(StampTextTest, IsTheLargestDoubleNotAbove) {
  Random random(17);
  const auto check = [](int64_t micros) {
    const double seconds = DoubleOf(micros);
    ASSERT_TRUE(IsAtMost(seconds, micros)) << micros;
    ASSERT_FALSE(IsAtMost(std::nextafter(seconds, INFINITY), micros)) << micros;
    const std::string text = TextOf(micros);
    ASSERT_EQ(text.find_first_not_of("0123456789."), std::string::npos) << text;
    ASSERT_NE(text.find('.'), std::string::npos) << text;
  };
  for (int i = 0; i < 100'000; ++i)
    check(random.Between(1'700'000'000'000'000, 2'200'000'000'000'000));
  for (int i = 0; i < 100'000; ++i) check(random.Between(1, kTimeMicrosMax));
  for (int64_t micros = 1; micros < 20'000; ++micros) check(micros);
  // Around the powers of two, where the distance of doubles changes.
  for (int bit = 0; bit < 38; ++bit) {
    for (int64_t off = -3; off <= 3; ++off) check((int64_t{1} << bit) * 1'000'000 + off);
  }
}

// Goal: a change one microsecond later is later for every client. Holds as long as doubles are
// finer than microseconds.
TEST(StampTextTest, KeepsTheNextMicrosecondLater) {
  Random random(1);
  for (int i = 0; i < 200'000; ++i) {
    const int64_t micros = random.Between(1'600'000'000'000'000, 4'000'000'000'000'000);
    ASSERT_LT(DoubleOf(micros), DoubleOf(micros + 1)) << micros;
  }
}

TEST(EncodeEventTest, IsTheProtocolsExample) {
  EXPECT_EQ(EncodeEvent(Stamp::FromMicros(1'735'229'888'765'625)),
            "event: environment_updated\n"
            "data: {\"updated_at\": 1735229888.765625}\n"
            "retry: 15000\n"
            "\n");
}

TEST(EncodeChunkTest, FramesWithLowerCaseHexadecimalSize) {
  EXPECT_EQ(EncodeChunk("hello"), "5\r\nhello\r\n");
  EXPECT_EQ(EncodeChunk(std::string(171, 'x')), "ab\r\n" + std::string(171, 'x') + "\r\n");
  EXPECT_EQ(EncodeChunk(kKeepAliveComment), kKeepAliveChunk);
}

// Goal: the body has no CR anywhere; one client delivers every event again if it has.
TEST(StreamBytesTest, BodiesHaveNoCarriageReturn) {
  EXPECT_EQ(EncodeEvent(Stamp::FromMicros(1'735'229'888'765'625)).find('\r'), std::string::npos);
  EXPECT_EQ(kKeepAliveComment.find('\r'), std::string::npos);
}

// Goal: the head is the specified one and complete.
TEST(StreamBytesTest, HeadIsComplete) {
  EXPECT_EQ(kStreamResponseHead,
            "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nCache-Control: no-cache\r\n"
            "X-Accel-Buffering: no\r\nX-Content-Type-Options: nosniff\r\n"
            "Access-Control-Allow-Origin: *\r\nTransfer-Encoding: chunked\r\n\r\n");
  EXPECT_EQ("HTTP/1.1 200 OK\r\n" + std::string(kStreamHeaderLines) +
                "Transfer-Encoding: chunked\r\n\r\n",
            kStreamResponseHead);
}

}  // namespace
}  // namespace flagstream::wire
