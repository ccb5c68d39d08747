// SPDX-License-Identifier: Apache-2.0
#include "wire/gzip.h"

#include <gtest/gtest.h>

#include "base/random.h"

namespace flagstream::wire {
namespace {

// Goal: what is compressed comes back, is the same each time, and cannot blow up memory.

std::string Noise(size_t size) {
  Random random(3);
  std::string bytes(size, '\0');
  for (char& byte : bytes) byte = static_cast<char>(random.Between(0, 255));
  return bytes;
}

TEST(GzipTest, RoundTrip) {
  for (const std::string& bytes :
       {std::string(), std::string("x"), std::string(1'000'000, 'a'), Noise(100'000)}) {
    for (const int level : {1, 6, 9}) {
      const std::string packed = GzipCompress(bytes, level);
      const Result<std::string> unpacked = GzipDecompress(packed, bytes.size());
      ASSERT_TRUE(unpacked.ok());
      EXPECT_TRUE(*unpacked == bytes);
    }
  }
  EXPECT_LT(GzipCompress(std::string(1'000'000, 'a'), 1).size(), 10'000u);
}

TEST(GzipTest, HeaderHasNoTimeAndNoSystem) {
  const std::string packed = GzipCompress("x", 1);
  EXPECT_EQ(packed.substr(0, 4), "\x1f\x8b\x08" + std::string(1, '\0'));
  EXPECT_EQ(packed.substr(4, 4), std::string(4, '\0'));
  EXPECT_EQ(packed[9], '\xFF');
  EXPECT_EQ(packed, GzipCompress("x", 1));
}

TEST(GzipTest, StopsAtTheLimit) {
  const std::string packed = GzipCompress(std::string(1'000'001, 'a'), 9);
  EXPECT_EQ(GzipDecompress(packed, 1'000'000).error().code(), ErrorCode::kTooLarge);
}

TEST(GzipTest, RefusesWhatIsNotOneWholeStream) {
  const std::string packed = GzipCompress("hello", 6);
  EXPECT_EQ(GzipDecompress("", 9).error().code(), ErrorCode::kInvalidArgument);
  EXPECT_EQ(GzipDecompress("hello", 9).error().code(), ErrorCode::kInvalidArgument);
  EXPECT_FALSE(GzipDecompress(packed.substr(0, packed.size() - 1), 9).ok());
  EXPECT_FALSE(GzipDecompress(packed + "x", 9).ok());
  std::string damaged = packed;
  damaged[damaged.size() - 5] ^= 1;  // the checksum
  EXPECT_FALSE(GzipDecompress(damaged, 9).ok());
}

}  // namespace
}  // namespace flagstream::wire
