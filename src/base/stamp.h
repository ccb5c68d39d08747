// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <compare>
#include <cstdint>

namespace flagstream {

// What clients see of time: microseconds since 1970-01-01 UTC. Those we issue are multiples of
// kTickMicros (1/64 s), which are exact as a double, have at most six decimals, and so are equal in
// the arithmetic of every client language.
class Stamp {
 public:
  static constexpr int64_t kTickMicros = 15'625;

  constexpr Stamp() = default;
  static constexpr Stamp FromMicros(int64_t micros) { return Stamp(micros); }
  // The first tick at or after `micros`. Requires micros >= 0.
  static constexpr Stamp RoundUp(int64_t micros) {
    return Stamp((micros + kTickMicros - 1) / kTickMicros * kTickMicros);
  }

  constexpr int64_t micros() const { return micros_; }
  constexpr bool IsIssuedByUs() const { return micros_ > 0 && micros_ % kTickMicros == 0; }
  // One tick later, on a tick also when this stamp was given to us and lies between two.
  constexpr Stamp Next() const { return RoundUp(micros_ + kTickMicros); }

  constexpr auto operator<=>(const Stamp&) const = default;

 private:
  explicit constexpr Stamp(int64_t micros) : micros_(micros) {}

  int64_t micros_ = 0;
};

// The stamp of a change of an environment: later than everything its clients may hold.
// `now_micros` is the store's clock; `newest` the environment's last stamp; `newest_of_identities`
// the highest identity stamp in it (Stamp() where there is none).
Stamp IssueEnvironmentStamp(int64_t now_micros, Stamp newest, Stamp newest_of_identities);

// The stamp of a trait write, seen by that identity alone.
Stamp IssueIdentityStamp(int64_t now_micros, Stamp environment, Stamp newest_of_identity);

}  // namespace flagstream
