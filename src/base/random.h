// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <random>
#include <string>
#include <string_view>

namespace flagstream {

// Jitter and test data: fast and seedable, not for secrets. Not thread-safe: one per shard or
// component.
class Random {
 public:
  explicit Random(uint64_t seed) : engine_(seed) {}

  // Uniform in [low, high].
  int64_t Between(int64_t low, int64_t high) {
    return std::uniform_int_distribution<int64_t>(low, high)(engine_);
  }
  // `value` scaled by a factor drawn from [1 - fraction, 1 + fraction].
  double Jitter(double value, double fraction) {
    return value * std::uniform_real_distribution<double>(1 - fraction, 1 + fraction)(engine_);
  }

 private:
  std::mt19937_64 engine_;
};

// From the operating system; for keys, tokens and seeds. Safe from any thread.
void FillSecureRandom(void* bytes, size_t size);
uint64_t SecureRandomSeed();
// `length` characters drawn uniformly from `alphabet`, which has 1 to 256 characters.
std::string SecureRandomText(size_t length, std::string_view alphabet);
// A version 4 UUID in its lower-case text form (RFC 9562).
std::string NewUuid();

}  // namespace flagstream
