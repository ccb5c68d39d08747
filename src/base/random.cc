// SPDX-License-Identifier: Apache-2.0
#include "base/random.h"

#include <sys/random.h>

#include <array>
#include <cerrno>

#include "base/assert.h"
#include "base/hash.h"

namespace flagstream {

void FillSecureRandom(void* bytes, size_t size) {
  auto* next = static_cast<char*>(bytes);
  while (size > 0) {
    const ssize_t got = getrandom(next, size, 0);
    if (got < 0 && errno == EINTR) continue;
    FLAGSTREAM_ASSERT(got > 0);
    next += got;
    size -= static_cast<size_t>(got);
  }
}

uint64_t SecureRandomSeed() {
  uint64_t seed = 0;
  FillSecureRandom(&seed, sizeof(seed));
  return seed;
}

std::string SecureRandomText(size_t length, std::string_view alphabet) {
  FLAGSTREAM_ASSERT(!alphabet.empty() && alphabet.size() <= 256);
  // Bytes at or above the last whole multiple of the alphabet would favour its first characters.
  const size_t fair_below = 256 - 256 % alphabet.size();
  std::string text;
  text.reserve(length);
  std::array<unsigned char, 64> bytes{};
  while (text.size() < length) {
    FillSecureRandom(bytes.data(), bytes.size());
    for (const unsigned char byte : bytes) {
      if (byte < fair_below && text.size() < length) text += alphabet[byte % alphabet.size()];
    }
  }
  return text;
}

std::string NewUuid() {
  std::array<unsigned char, 16> bytes{};
  FillSecureRandom(bytes.data(), bytes.size());
  bytes[6] = static_cast<unsigned char>((bytes[6] & 0x0F) | 0x40);
  bytes[8] = static_cast<unsigned char>((bytes[8] & 0x3F) | 0x80);
  std::string text = HexEncode({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
  for (const size_t at : {20U, 16U, 12U, 8U}) text.insert(at, 1, '-');
  return text;
}

}  // namespace flagstream
