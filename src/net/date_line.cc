// SPDX-License-Identifier: Apache-2.0
#include "net/date_line.h"

#include <array>
#include <cstdio>

namespace flagstream::net {

std::string_view DateLine::At(std::time_t now) {
  if (now == made_at_) return line_;
  // Not by strftime: its names depend on the locale.
  constexpr std::array kDays{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  constexpr std::array kMonths{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                               "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  std::tm utc{};
  gmtime_r(&now, &utc);
  std::array<char, 64> text{};
  const int size =
      std::snprintf(text.data(), text.size(), "Date: %s, %02d %s %04d %02d:%02d:%02d GMT\r\n",
                    kDays[static_cast<size_t>(utc.tm_wday)], utc.tm_mday,
                    kMonths[static_cast<size_t>(utc.tm_mon)], utc.tm_year + 1900, utc.tm_hour,
                    utc.tm_min, utc.tm_sec);
  line_.assign(text.data(), static_cast<size_t>(size));
  made_at_ = now;
  return line_;
}

}  // namespace flagstream::net
