// SPDX-License-Identifier: Apache-2.0
#include "wire/sse.h"

#include <array>
#include <bit>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <limits>

#include "base/assert.h"
#include "wire/time.h"

namespace flagstream::wire {
namespace {

__extension__ using Wide = unsigned __int128;

constexpr uint64_t kMicrosPerSecond = 1'000'000;
constexpr int kMantissaBits = std::numeric_limits<double>::digits;

// How many bits a double near `micros` seconds has behind the binary point.
int FractionBits(uint64_t micros) {
  const uint64_t seconds = micros / kMicrosPerSecond;
  if (seconds > 0) return kMantissaBits - std::bit_width(seconds);
  constexpr int kScale = 32;  // makes even one microsecond greater than one
  return kMantissaBits + kScale - std::bit_width((micros << kScale) / kMicrosPerSecond);
}

// The largest double not above `micros` / 1,000,000. Integers all the way: the mantissa is the
// exact quotient without its tail.
double SecondsRoundedDown(uint64_t micros) {
  const int bits = FractionBits(micros);
  const auto mantissa = static_cast<uint64_t>((Wide{micros} << bits) / kMicrosPerSecond);
  return std::ldexp(static_cast<double>(mantissa), -bits);
}

}  // namespace

std::string StampText(Stamp stamp) {
  FLAGSTREAM_ASSERT(stamp.micros() >= 0 && stamp.micros() <= kTimeMicrosMax);
  const double seconds = SecondsRoundedDown(static_cast<uint64_t>(stamp.micros()));
  // Without a precision: as few digits as tell this double from its neighbours, seventeen at most.
  std::array<char, 32> buffer;
  const auto [end, error] = std::to_chars(buffer.data(), buffer.data() + buffer.size(), seconds,
                                          std::chars_format::fixed);
  FLAGSTREAM_ASSERT(error == std::errc());
  std::string text(buffer.data(), end);
  if (text.find('.') == std::string::npos) text += ".0";
  return text;
}

std::string EncodeEvent(Stamp stamp) {
  std::string event = "event: environment_updated\ndata: {\"updated_at\": ";
  event += StampText(stamp);
  event += "}\nretry: 15000\n\n";
  return event;
}

std::string EncodeChunk(std::string_view payload) {
  FLAGSTREAM_ASSERT(!payload.empty());
  std::array<char, 16> size;
  const auto [end, error] =
      std::to_chars(size.data(), size.data() + size.size(), payload.size(), 16);
  FLAGSTREAM_ASSERT(error == std::errc());
  std::string chunk(size.data(), end);
  chunk += "\r\n";
  chunk += payload;
  chunk += "\r\n";
  return chunk;
}

}  // namespace flagstream::wire
