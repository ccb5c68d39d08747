// SPDX-License-Identifier: Apache-2.0
#include "wire/in_list.h"

#include <gtest/gtest.h>

namespace flagstream::wire {
namespace {

using List = std::vector<std::string>;

// Goal: elements of a JSON list are compared as the text that the reference makes of them.
TEST(InList, ElementsBecomeText) {
  EXPECT_EQ(ParseInList(R"(["a, b","ü",7,-0,7.0,1e16,true,false,null,98765432109876543210])"),
            (List{"a, b", "ü", "7", "0", "7.0", "1e+16", "True", "False", "None",
                  "98765432109876543210"}));
  EXPECT_EQ(ParseInList(R"([["x",1],{"k":"v"}])"), (List{"['x', 1]", "{'k': 'v'}"}));
  EXPECT_EQ(ParseInList("[]"), List());
  EXPECT_EQ(ParseInList("[ ]\n"), List());
}

// Goal: what is not the text of a list is left to be split at its commas.
TEST(InList, OtherTextIsNone) {
  for (const char* text : {"", "a,b", " [1]", "[a,b]", "[1", "{\"a\":1}", "[1] x", "[1,]"}) {
    EXPECT_EQ(ParseInList(text), std::nullopt) << text;
  }
}

}  // namespace
}  // namespace flagstream::wire
