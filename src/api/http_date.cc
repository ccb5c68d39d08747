// SPDX-License-Identifier: Apache-2.0
#include "api/http_date.h"

#include <array>
#include <charconv>
#include <chrono>
#include <cstddef>

namespace flagstream::api {
namespace {

// Reads a date from left to right; after the first mismatch everything else fails.
class DateReader {
 public:
  explicit DateReader(std::string_view text) : rest_(text) {}

  void Expect(std::string_view literal) {
    if (!rest_.starts_with(literal)) return Fail();
    rest_.remove_prefix(literal.size());
  }

  // Exactly `digits` digits; where `padded` the first may be a space.
  int Number(size_t digits, bool padded = false) {
    if (padded && rest_.starts_with(' ')) {
      rest_.remove_prefix(1);
      --digits;
    }
    int value = 0;
    if (rest_.size() < digits) return Fail(), 0;
    const char* end = rest_.data() + digits;
    const auto [stop, error] = std::from_chars(rest_.data(), end, value);
    if (error != std::errc() || stop != end || value < 0) return Fail(), 0;
    rest_.remove_prefix(digits);
    return value;
  }

  unsigned Month() {
    static constexpr std::array<std::string_view, 12> kNames = {
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    for (unsigned month = 0; month < kNames.size(); ++month) {
      if (!rest_.starts_with(kNames[month])) continue;
      rest_.remove_prefix(3);
      return month + 1;
    }
    Fail();
    return 0;
  }

  void Time() {
    hours_ = Number(2);
    Expect(":");
    minutes_ = Number(2);
    Expect(":");
    seconds_ = Number(2);
  }

  // Skips the name of a day up to `separator`.
  void Day(std::string_view separator) {
    const size_t end = rest_.find(separator);
    if (end == std::string_view::npos) return Fail();
    rest_.remove_prefix(end + separator.size());
  }

  std::optional<int64_t> Finish(int year, unsigned month, int day) const {
    using namespace std::chrono;
    const year_month_day date{std::chrono::year(year), std::chrono::month(month),
                              std::chrono::day(static_cast<unsigned>(day))};
    if (failed_ || !rest_.empty() || !date.ok()) return std::nullopt;
    if (hours_ > 23 || minutes_ > 59 || seconds_ > 60) return std::nullopt;
    const auto time =
        sys_days(date) + hours(hours_) + minutes(minutes_) + std::chrono::seconds(seconds_);
    return duration_cast<std::chrono::seconds>(time.time_since_epoch()).count();
  }

 private:
  void Fail() {
    failed_ = true;
    rest_ = {};
  }

  std::string_view rest_;
  bool failed_ = false;
  int hours_ = 0;
  int minutes_ = 0;
  int seconds_ = 0;
};

// "Sun, 06 Nov 1994 08:49:37 GMT"
std::optional<int64_t> ParseFixed(std::string_view text) {
  DateReader reader(text);
  reader.Day(", ");
  const int day = reader.Number(2);
  reader.Expect(" ");
  const unsigned month = reader.Month();
  reader.Expect(" ");
  const int year = reader.Number(4);
  reader.Expect(" ");
  reader.Time();
  reader.Expect(" GMT");
  return reader.Finish(year, month, day);
}

// "Sunday, 06-Nov-94 08:49:37 GMT"
std::optional<int64_t> ParseRfc850(std::string_view text) {
  DateReader reader(text);
  reader.Day(", ");
  const int day = reader.Number(2);
  reader.Expect("-");
  const unsigned month = reader.Month();
  reader.Expect("-");
  const int year = reader.Number(2);
  reader.Expect(" ");
  reader.Time();
  reader.Expect(" GMT");
  return reader.Finish(year < 70 ? 2000 + year : 1900 + year, month, day);
}

// "Sun Nov  6 08:49:37 1994"
std::optional<int64_t> ParseAsctime(std::string_view text) {
  DateReader reader(text);
  reader.Day(" ");
  const unsigned month = reader.Month();
  reader.Expect(" ");
  const int day = reader.Number(2, /*padded=*/true);
  reader.Expect(" ");
  reader.Time();
  reader.Expect(" ");
  const int year = reader.Number(4);
  return reader.Finish(year, month, day);
}

}  // namespace

std::optional<int64_t> ParseHttpDate(std::string_view text) {
  if (const auto fixed = ParseFixed(text)) return fixed;
  if (const auto rfc850 = ParseRfc850(text)) return rfc850;
  return ParseAsctime(text);
}

}  // namespace flagstream::api
