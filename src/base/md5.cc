// SPDX-License-Identifier: Apache-2.0
#include "base/md5.h"

#include <algorithm>
#include <bit>
#include <cstring>

namespace flagstream {
namespace {

// floor(2^32 * abs(sin(i + 1))), in four rounds of sixteen steps.
constexpr std::array<uint32_t, 64> kSines = {
    0xd76aa478, 0xe8c7b756, 0x242070db, 0xc1bdceee, 0xf57c0faf, 0x4787c62a, 0xa8304613, 0xfd469501,
    0x698098d8, 0x8b44f7af, 0xffff5bb1, 0x895cd7be, 0x6b901122, 0xfd987193, 0xa679438e, 0x49b40821,
    0xf61e2562, 0xc040b340, 0x265e5a51, 0xe9b6c7aa, 0xd62f105d, 0x02441453, 0xd8a1e681, 0xe7d3fbc8,
    0x21e1cde6, 0xc33707d6, 0xf4d50d87, 0x455a14ed, 0xa9e3e905, 0xfcefa3f8, 0x676f02d9, 0x8d2a4c8a,
    0xfffa3942, 0x8771f681, 0x6d9d6122, 0xfde5380c, 0xa4beea44, 0x4bdecfa9, 0xf6bb4b60, 0xbebfbc70,
    0x289b7ec6, 0xeaa127fa, 0xd4ef3085, 0x04881d05, 0xd9d4d039, 0xe6db99e5, 0x1fa27cf8, 0xc4ac5665,
    0xf4292244, 0x432aff97, 0xab9423a7, 0xfc93a039, 0x655b59c3, 0x8f0ccc92, 0xffeff47d, 0x85845dd1,
    0x6fa87e4f, 0xfe2ce6e0, 0xa3014314, 0x4e0811a1, 0xf7537e82, 0xbd3af235, 0x2ad7d2bb, 0xeb86d391};
constexpr std::array<std::array<int, 4>, 4> kShifts = {
    {{7, 12, 17, 22}, {5, 9, 14, 20}, {4, 11, 16, 23}, {6, 10, 15, 21}}};

uint32_t LoadWord(const uint8_t* bytes) {
  return uint32_t{bytes[0]} | uint32_t{bytes[1]} << 8 | uint32_t{bytes[2]} << 16 |
         uint32_t{bytes[3]} << 24;
}

template <class Integer>
void StoreLittleEndian(uint8_t* bytes, Integer value) {
  for (size_t i = 0; i < sizeof(value); ++i) bytes[i] = static_cast<uint8_t>(value >> (8 * i));
}

}  // namespace

void Md5::Update(std::string_view bytes) {
  const auto* data = reinterpret_cast<const uint8_t*>(bytes.data());
  size_t left = bytes.size();
  while (left > 0) {
    const size_t filled = size_ % kBlockBytes;
    const size_t taken = std::min(left, kBlockBytes - filled);
    std::memcpy(block_.data() + filled, data, taken);
    size_ += taken;
    data += taken;
    left -= taken;
    if (filled + taken == kBlockBytes) Transform(block_.data());
  }
}

Md5Digest Md5::Finish() {
  std::array<uint8_t, 8> bits;
  StoreLittleEndian(bits.data(), size_ * 8);
  static constexpr std::array<char, kBlockBytes> kPadding = {'\x80'};
  const size_t filled = size_ % kBlockBytes;
  const size_t padding = (filled < 56 ? 56 : 56 + kBlockBytes) - filled;
  Update({kPadding.data(), padding});
  Update({reinterpret_cast<const char*>(bits.data()), bits.size()});
  Md5Digest digest;
  for (size_t i = 0; i < state_.size(); ++i) StoreLittleEndian(digest.data() + 4 * i, state_[i]);
  return digest;
}

void Md5::Transform(const uint8_t* block) {
  auto [a, b, c, d] = state_;
  std::array<uint32_t, 16> words;
  for (size_t i = 0; i < words.size(); ++i) words[i] = LoadWord(block + 4 * i);
  const auto step = [&](size_t i, uint32_t mixed, size_t word) {
    mixed += a + kSines[i] + words[word % 16];
    a = d;
    d = c;
    c = b;
    b += std::rotl(mixed, kShifts[i / 16][i % 4]);
  };
  for (size_t i = 0; i < 16; ++i) step(i, (b & c) | (~b & d), i);
  for (size_t i = 16; i < 32; ++i) step(i, (d & b) | (~d & c), 5 * i + 1);
  for (size_t i = 32; i < 48; ++i) step(i, b ^ c ^ d, 3 * i + 5);
  for (size_t i = 48; i < 64; ++i) step(i, c ^ (b | ~d), 7 * i);
  state_[0] += a;
  state_[1] += b;
  state_[2] += c;
  state_[3] += d;
}

}  // namespace flagstream
