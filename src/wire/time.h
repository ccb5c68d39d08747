// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

// Times as people and protocols write them. In the program a time is microseconds since 1970-01-01
// UTC, a day the number of days since then.
namespace flagstream::wire {

// `2026-05-01T09:30:00.123456+00:00`: date and time joined by `T` or a space, seconds required, a
// fraction of any length (what is finer than a microsecond is dropped), `Z` or `±hh:mm`, no zone
// meaning UTC. Years 1970 to 9999, in UTC as well. kInvalidArgument if it is anything else.
Result<int64_t> ParseIsoTime(std::string_view text);

// The range that the formatters below accept: what ParseIsoTime can return.
inline constexpr int64_t kTimeMicrosMax = 253'402'300'799'999'999;  // 9999-12-31T23:59:59.999999Z

// `2026-05-01T09:30:00.123456Z`, six decimals always: the Admin API's form.
std::string FormatAdminTime(int64_t micros);
// `2026-05-01T09:30:00.123456+00:00`: the environment document's form.
std::string FormatDocumentTime(int64_t micros);
// `Fri, 01 May 2026 09:30:00 GMT` (RFC 9110, 5.6.7).
std::string FormatHttpDate(int64_t micros);

// `2026-05-01`, and back; the same years as above.
Result<int64_t> ParseIsoDay(std::string_view text);
std::string FormatIsoDay(int64_t day);
// The day in UTC that `micros` lies in.
int64_t DayOf(int64_t micros);

}  // namespace flagstream::wire
