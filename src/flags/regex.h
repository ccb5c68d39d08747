// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

struct pcre2_real_code_8;  // PCRE2's compiled pattern

namespace flagstream::flags {

// What a match may cost. A pattern that needs more does not match: patterns come from users and may
// take exponential time.
inline constexpr uint32_t kRegexStepsMax = 100'000;
inline constexpr uint32_t kRegexHeapKilobytesMax = 1'024;
inline constexpr size_t kRegexPatternBytesMax = 10'000;

// A compiled pattern in the syntax of Python's `re`. Immutable; matching is safe from any thread.
class Regex {
 public:
  // Nothing for a pattern that is not valid.
  static std::optional<Regex> Compile(std::string_view pattern);

  // Whether it matches at the first character; it may end before the last.
  bool MatchesStartOf(std::string_view text) const;
  // Whether it matches from the first character to the last, as Python's re.fullmatch does.
  bool MatchesWhole(std::string_view text) const;

 private:
  struct Free {
    void operator()(pcre2_real_code_8* code) const;
  };

  explicit Regex(pcre2_real_code_8* code) : code_(code) {}

  std::unique_ptr<pcre2_real_code_8, Free> code_;
};

}  // namespace flagstream::flags
