// SPDX-License-Identifier: Apache-2.0
// Goal: whatever is taken for a time is in range, is written back as itself, and is a stamp that
// can be printed; anything else is refused.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "base/assert.h"
#include "wire/sse.h"
#include "wire/time.h"

namespace {

namespace wire = flagstream::wire;

void CheckTime(int64_t micros) {
  FLAGSTREAM_ASSERT(micros >= 0 && micros <= wire::kTimeMicrosMax);
  for (const std::string& text :
       {wire::FormatAdminTime(micros), wire::FormatDocumentTime(micros)}) {
    const auto again = wire::ParseIsoTime(text);
    FLAGSTREAM_ASSERT(again.ok() && *again == micros);
  }
  FLAGSTREAM_ASSERT(wire::FormatHttpDate(micros).size() == 29);
  const std::string stamp = wire::StampText(flagstream::Stamp::FromMicros(micros));
  FLAGSTREAM_ASSERT(stamp.find('.') != std::string::npos);
  // A double cannot hold so many microseconds; rounding the wider quotient keeps the order.
  FLAGSTREAM_ASSERT(std::strtod(stamp.c_str(), nullptr) <= static_cast<long double>(micros) / 1e6L);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto micros = wire::ParseIsoTime(text); micros.ok()) {
    CheckTime(*micros);
    // A time is longer than a day, and its day is the one it was given with, or a neighbour by its
    // zone.
    const auto day = wire::ParseIsoDay(text.substr(0, 10));
    FLAGSTREAM_ASSERT(day.ok() && std::abs(*day - wire::DayOf(*micros)) <= 1);
  }
  if (const auto day = wire::ParseIsoDay(text); day.ok()) {
    FLAGSTREAM_ASSERT(wire::FormatIsoDay(*day) == text);
  }
  return 0;
}
