// SPDX-License-Identifier: Apache-2.0
#include "wire/time.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <optional>

#include "base/assert.h"

namespace flagstream::wire {
namespace {

constexpr int64_t kMicrosPerSecond = 1'000'000;
constexpr int64_t kSecondsPerDay = 86'400;
constexpr int64_t kMicrosPerDay = kSecondsPerDay * kMicrosPerSecond;
constexpr int kYearMin = 1970;

constexpr std::array kDayNames = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
constexpr std::array kMonthNames = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                    "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

// Takes fixed pieces off the front of a text.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : rest_(text) {}

  bool IsAtEnd() const { return rest_.empty(); }

  // One character out of `accepted`, or NUL if the next one is none of them.
  char TakeOneOf(std::string_view accepted) {
    if (rest_.empty() || accepted.find(rest_.front()) == std::string_view::npos) return '\0';
    const char taken = rest_.front();
    rest_.remove_prefix(1);
    return taken;
  }

  // Exactly `digits` digits whose value is in [low, high].
  std::optional<int> TakeNumber(size_t digits, int low, int high) {
    if (rest_.size() < digits) return std::nullopt;
    int value = 0;
    for (const char c : rest_.substr(0, digits)) {
      if (!IsDigit(c)) return std::nullopt;
      value = value * 10 + (c - '0');
    }
    if (value < low || value > high) return std::nullopt;
    rest_.remove_prefix(digits);
    return value;
  }

  // One or more digits after a decimal point, as millionths.
  std::optional<int64_t> TakeMillionths() {
    const size_t digits =
        static_cast<size_t>(std::find_if_not(rest_.begin(), rest_.end(), IsDigit) - rest_.begin());
    if (digits == 0) return std::nullopt;
    int64_t value = 0;
    for (size_t i = 0; i < 6; ++i) value = value * 10 + (i < digits ? rest_[i] - '0' : 0);
    rest_.remove_prefix(digits);
    return value;
  }

 private:
  static bool IsDigit(char c) { return c >= '0' && c <= '9'; }

  std::string_view rest_;
};

std::optional<int64_t> TakeDay(Scanner& scanner) {
  const auto year = scanner.TakeNumber(4, kYearMin, 9999);
  if (!year || !scanner.TakeOneOf("-")) return std::nullopt;
  const auto month = scanner.TakeNumber(2, 1, 12);
  if (!month || !scanner.TakeOneOf("-")) return std::nullopt;
  const auto day = scanner.TakeNumber(2, 1, 31);
  if (!day) return std::nullopt;
  const std::chrono::year_month_day date(std::chrono::year(*year),
                                         std::chrono::month(static_cast<unsigned>(*month)),
                                         std::chrono::day(static_cast<unsigned>(*day)));
  if (!date.ok()) return std::nullopt;
  return std::chrono::sys_days(date).time_since_epoch().count();
}

std::optional<int64_t> TakeTimeOfDay(Scanner& scanner) {
  const auto hour = scanner.TakeNumber(2, 0, 23);
  if (!hour || !scanner.TakeOneOf(":")) return std::nullopt;
  const auto minute = scanner.TakeNumber(2, 0, 59);
  if (!minute || !scanner.TakeOneOf(":")) return std::nullopt;
  const auto second = scanner.TakeNumber(2, 0, 59);
  if (!second) return std::nullopt;
  const int64_t whole = (*hour * 3600 + *minute * 60 + *second) * kMicrosPerSecond;
  if (!scanner.TakeOneOf(".")) return whole;
  const auto millionths = scanner.TakeMillionths();
  if (!millionths) return std::nullopt;
  return whole + *millionths;
}

// How far the zone's clocks are ahead of UTC.
std::optional<int64_t> TakeZone(Scanner& scanner) {
  if (scanner.IsAtEnd() || scanner.TakeOneOf("Z")) return 0;
  const char sign = scanner.TakeOneOf("+-");
  if (!sign) return std::nullopt;
  const auto hours = scanner.TakeNumber(2, 0, 23);
  if (!hours || !scanner.TakeOneOf(":")) return std::nullopt;
  const auto minutes = scanner.TakeNumber(2, 0, 59);
  if (!minutes) return std::nullopt;
  const int64_t ahead = (*hours * 3600 + *minutes * 60) * kMicrosPerSecond;
  return sign == '-' ? -ahead : ahead;
}

std::optional<int64_t> ScanIsoTime(std::string_view text) {
  Scanner scanner(text);
  const auto day = TakeDay(scanner);
  if (!day || !scanner.TakeOneOf("T ")) return std::nullopt;
  const auto time_of_day = TakeTimeOfDay(scanner);
  if (!time_of_day) return std::nullopt;
  const auto ahead = TakeZone(scanner);
  if (!ahead || !scanner.IsAtEnd()) return std::nullopt;
  const int64_t micros = *day * kMicrosPerDay + *time_of_day - *ahead;
  if (micros < 0 || micros > kTimeMicrosMax) return std::nullopt;
  return micros;
}

struct CivilTime {
  int year, month, day, weekday, hour, minute, second, micros;
};

std::chrono::year_month_day DateOf(int64_t day) {
  return std::chrono::sys_days(std::chrono::days(day));
}

CivilTime Split(int64_t micros) {
  FLAGSTREAM_ASSERT(micros >= 0 && micros <= kTimeMicrosMax);
  const int64_t day = DayOf(micros);
  const auto date = DateOf(day);
  const int64_t in_day = micros - day * kMicrosPerDay;
  const int seconds = static_cast<int>(in_day / kMicrosPerSecond);
  const std::chrono::weekday weekday{std::chrono::sys_days(date)};
  return {.year = static_cast<int>(date.year()),
          .month = static_cast<int>(static_cast<unsigned>(date.month())),
          .day = static_cast<int>(static_cast<unsigned>(date.day())),
          .weekday = static_cast<int>(weekday.c_encoding()),
          .hour = seconds / 3600,
          .minute = seconds / 60 % 60,
          .second = seconds % 60,
          .micros = static_cast<int>(in_day % kMicrosPerSecond)};
}

// snprintf into a string; the formats here stay below 64 characters.
template <class... Args>
std::string Format(const char* format, Args... args) {
  std::array<char, 64> text;
  const int length = std::snprintf(text.data(), text.size(), format, args...);
  FLAGSTREAM_ASSERT(length > 0 && static_cast<size_t>(length) < text.size());
  return std::string(text.data(), static_cast<size_t>(length));
}

std::string FormatTimeWithZone(int64_t micros, const char* zone) {
  const CivilTime time = Split(micros);
  return Format("%04d-%02d-%02dT%02d:%02d:%02d.%06d%s", time.year, time.month, time.day, time.hour,
                time.minute, time.second, time.micros, zone);
}

}  // namespace

Result<int64_t> ParseIsoTime(std::string_view text) {
  const auto micros = ScanIsoTime(text);
  if (!micros) {
    return Error(ErrorCode::kInvalidArgument,
                 "Not a time of the form YYYY-MM-DDThh:mm:ss[.ffffff][Z|+hh:mm|-hh:mm] between the "
                 "years 1970 and 9999.");
  }
  return *micros;
}

std::string FormatAdminTime(int64_t micros) { return FormatTimeWithZone(micros, "Z"); }

std::string FormatDocumentTime(int64_t micros) { return FormatTimeWithZone(micros, "+00:00"); }

std::string FormatHttpDate(int64_t micros) {
  const CivilTime time = Split(micros);
  return Format("%s, %02d %s %04d %02d:%02d:%02d GMT",
                kDayNames.at(static_cast<size_t>(time.weekday)), time.day,
                kMonthNames.at(static_cast<size_t>(time.month - 1)), time.year, time.hour,
                time.minute, time.second);
}

Result<int64_t> ParseIsoDay(std::string_view text) {
  Scanner scanner(text);
  const auto day = TakeDay(scanner);
  if (!day || !scanner.IsAtEnd()) {
    return Error(ErrorCode::kInvalidArgument,
                 "Not a date of the form YYYY-MM-DD between the years 1970 and 9999.");
  }
  return *day;
}

std::string FormatIsoDay(int64_t day) {
  FLAGSTREAM_ASSERT(day >= 0 && day <= kTimeMicrosMax / kMicrosPerDay);
  const auto date = DateOf(day);
  return Format("%04d-%02u-%02u", static_cast<int>(date.year()),
                static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()));
}

int64_t DayOf(int64_t micros) {
  FLAGSTREAM_ASSERT(micros >= 0);
  return micros / kMicrosPerDay;
}

}  // namespace flagstream::wire
