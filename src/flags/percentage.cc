// SPDX-License-Identifier: Apache-2.0
#include "flags/percentage.h"

#include <cstdint>

#include "base/md5.h"

namespace flagstream::flags {
namespace {

constexpr uint32_t kModulus = 9'999;

// Of the digest as one big-endian number.
uint32_t Remainder(const Md5Digest& digest) {
  uint32_t remainder = 0;
  for (const uint8_t byte : digest) remainder = (remainder * 256 + byte) % kModulus;
  return remainder;
}

}  // namespace

double HashPercentage(std::string_view first_id, std::string_view second_id) {
  // The remainder that would give 100 hashes the ids once more, all of them repeated.
  for (int times = 1;; ++times) {
    Md5 hash;
    for (int i = 0; i < times; ++i) {
      if (i > 0) hash.Update(",");
      hash.Update(first_id);
      hash.Update(",");
      hash.Update(second_id);
    }
    const uint32_t remainder = Remainder(hash.Finish());
    if (remainder == kModulus - 1) continue;
    return static_cast<double>(remainder) / (kModulus - 1) * 100.0;
  }
}

}  // namespace flagstream::flags
