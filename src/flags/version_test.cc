// SPDX-License-Identifier: Apache-2.0
#include "flags/version.h"

#include <gtest/gtest.h>

#include <string_view>

namespace flagstream::flags {
namespace {

// Goal: the order and the strictness of Semantic Versioning 2.0.0.

TEST(VersionTest, AscendingOrder) {
  constexpr std::string_view kAscending[] = {"0.0.1",
                                             "1.0.0-1",
                                             "1.0.0-2",
                                             "1.0.0-10",
                                             "1.0.0-99999999999999999999",
                                             "1.0.0--",
                                             "1.0.0-alpha",
                                             "1.0.0-alpha.1",
                                             "1.0.0-alpha.beta",
                                             "1.0.0-beta.2",
                                             "1.0.0-beta.11",
                                             "1.0.0-rc.1",
                                             "1.0.0",
                                             "1.0.1",
                                             "1.2.0",
                                             "1.10.0",
                                             "2.0.0",
                                             "99999999999999999999.0.0"};
  for (size_t i = 0; i < std::size(kAscending); ++i) {
    for (size_t j = 0; j < std::size(kAscending); ++j) {
      EXPECT_EQ(
          CompareVersions(ParseVersion(kAscending[i]).value(), ParseVersion(kAscending[j]).value()),
          i <=> j)
          << kAscending[i] << " and " << kAscending[j];
    }
  }
}

TEST(VersionTest, BuildsDoNotCount) {
  EXPECT_EQ(CompareVersions(ParseVersion("1.0.0+a.01").value(), ParseVersion("1.0.0+b-c").value()),
            std::strong_ordering::equal);
}

TEST(VersionTest, WhatIsNoVersion) {
  for (const char* text : {"", "1", "1.0", "1.0.0.0", "v1.0.0", "01.0.0", "1.00.0", "1.0.0-",
                           "1.0.0-a..b", "1.0.0-01", "1.0.0-a.", "1.0.0+", "1.0.0+a+b", "1.0.0-ä",
                           "-1.0.0", " 1.0.0", "1.0.0\n", "1.0.x", ".."}) {
    EXPECT_FALSE(ParseVersion(text)) << text;
  }
}

}  // namespace
}  // namespace flagstream::flags
