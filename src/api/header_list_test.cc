// SPDX-License-Identifier: Apache-2.0
#include "api/header_list.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace flagstream::api {
namespace {

// Goal: header values are taken apart as RFC 9110 says.

std::vector<std::string> Elements(std::string_view list) {
  std::vector<std::string> elements;
  while (!list.empty()) elements.emplace_back(TakeListElement(list));
  return elements;
}

using Texts = std::vector<std::string>;

TEST(HeaderList, SplitsAtCommasOutsideQuotes) {
  EXPECT_EQ(Elements("gzip, br ;q=1 ,\t*"), (Texts{"gzip", "br ;q=1", "*"}));
  EXPECT_EQ(Elements(R"("a,b", W/"c")"), (Texts{R"("a,b")", R"(W/"c")"}));
  EXPECT_EQ(Elements("a,,b,"), (Texts{"a", "", "b"}));
  EXPECT_EQ(Elements(R"("never closed, a)"), (Texts{R"("never closed, a)"}));
}

TEST(HeaderList, TrimsBlanksOnly) {
  EXPECT_EQ(TrimBlanks(" \t a b\t"), "a b");
  EXPECT_EQ(TrimBlanks(" \t"), "");
  EXPECT_EQ(TrimBlanks("\na"), "\na");
}

TEST(HeaderList, IgnoresAsciiCase) {
  EXPECT_TRUE(EqualsIgnoringCase("GZip", "gziP"));
  EXPECT_FALSE(EqualsIgnoringCase("gzip", "gzi"));
  EXPECT_FALSE(EqualsIgnoringCase("a@", "a`"));
}

}  // namespace
}  // namespace flagstream::api
