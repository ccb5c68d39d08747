// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace flagstream {

using Md5Digest = std::array<uint8_t, 16>;

// MD5 (RFC 1321) of bytes given piece by piece. It spreads identities evenly and guards nothing:
// written here because OpenSSL refuses it in FIPS mode and takes longer to set it up than to hash
// the few bytes we have.
class Md5 {
 public:
  void Update(std::string_view bytes);
  // The digest of all bytes so far; nothing may follow.
  Md5Digest Finish();

 private:
  static constexpr size_t kBlockBytes = 64;

  void Transform(const uint8_t* block);

  std::array<uint32_t, 4> state_ = {0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476};
  std::array<uint8_t, kBlockBytes> block_;  // begins with what did not fill a block yet
  uint64_t size_ = 0;                       // bytes so far
};

}  // namespace flagstream
