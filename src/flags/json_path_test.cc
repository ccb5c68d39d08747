// SPDX-License-Identifier: Apache-2.0
#include "flags/json_path.h"

#include <gtest/gtest.h>

#include <string>

namespace flagstream::flags {
namespace {

// Goal: the paths that RFC 9535 has and we support are read, and all others are none.

std::string Steps(std::string_view text) {
  const std::optional<JsonPath> path = ParseJsonPath(text);
  if (!path) return "none";
  std::string out;
  for (const PathStep& step : *path) {
    out += step.descends ? ".." : "/";
    if (step.kind == PathStep::Kind::kName) out += step.name;
    if (step.kind == PathStep::Kind::kIndex) out += '#' + std::to_string(step.index);
    if (step.kind == PathStep::Kind::kWildcard) out += '*';
  }
  return out;
}

TEST(JsonPathTest, WhatIsRead) {
  EXPECT_EQ(Steps("$.identity.traits.näme-1"), "/identity/traits/näme-1");
  EXPECT_EQ(Steps("$.a['b c'][ \"d\" ] [0][-2].*[*]"), "/a/b c/d/#0/#-2/*/*");
  EXPECT_EQ(Steps("$..a..*..[1]"), "..a..*..#1");
  EXPECT_EQ(Steps(R"($.a['\'\\\/\u00fc\ud83d\ude00\n'])"), "/a/'\\/ü😀\n");
}

TEST(JsonPathTest, WhatIsNone) {
  for (const char* text :
       {"$.", "$. a", "$.a ", "$.1", "$.a[", "$.a[]", "$.a[01]", "$.a[-0]", "$.a[1:2]",
        "$.a['b','c']", "$.a[?@.b]", "$.a['b", "$.a['\\x']", "$.a['\\ud83d']",
        "$.a[9007199254740992]", "$...a", "a", "$.-a", "$.a[\"\\'\"]"}) {
    EXPECT_EQ(Steps(text), "none") << text;
  }
  std::string deep = "$";
  for (size_t i = 0; i < kPathStepsMax; ++i) deep += ".a";
  EXPECT_NE(Steps(deep), "none");
  EXPECT_EQ(Steps(deep + ".a"), "none");
}

}  // namespace
}  // namespace flagstream::flags
