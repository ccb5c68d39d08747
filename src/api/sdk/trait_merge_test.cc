// SPDX-License-Identifier: Apache-2.0
#include "api/sdk/trait_merge.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace flagstream::api {
namespace {

// Goal: an answer has the request's traits first, then the stored ones that it does not name.

using wire::TraitInput;
using wire::TraitOutput;

TraitOutput Stored(int64_t id, std::string key, flags::TraitValue value) {
  return {.id = id, .trait = {std::move(key), std::move(value)}, .transient = false};
}

TEST(MergeTraits, KeepsTheOrderOfTheRequest) {
  const std::vector<TraitInput> given = {{"z", std::string("new"), false},
                                         {"a", int64_t{2}, false}};
  const std::vector<TraitOutput> stored = {Stored(7, "a", int64_t{2}), Stored(8, "m", true),
                                           Stored(9, "z", std::string("new"))};
  EXPECT_EQ(MergeTraits(given, stored),
            (std::vector<TraitOutput>{Stored(9, "z", std::string("new")),
                                      Stored(7, "a", int64_t{2}), Stored(8, "m", true)}));
}

TEST(MergeTraits, TransientOnesHideStoredOnes) {
  const std::vector<TraitOutput> stored = {Stored(1, "plan", std::string("free")),
                                           Stored(2, "age", int64_t{3})};
  EXPECT_EQ(MergeTraits({{"plan", std::string("pro"), true}}, stored),
            (std::vector<TraitOutput>{{0, {"plan", std::string("pro")}, true},
                                      Stored(2, "age", int64_t{3})}));
  EXPECT_EQ(MergeTraits({{"plan", std::nullopt, true}}, stored),
            (std::vector<TraitOutput>{Stored(2, "age", int64_t{3})}));
}

TEST(MergeTraits, AnIdBelongsToTheStoredValueOnly) {
  EXPECT_EQ(MergeTraits({{"n", 5.0, false}}, {Stored(4, "n", int64_t{5})}),
            (std::vector<TraitOutput>{{0, {"n", 5.0}, false}}));
}

TEST(LastingTraits, LeavesTransientOnesOut) {
  EXPECT_EQ(LastingTraits({{"a", true, true}, {"b", std::nullopt, false}, {"c", true, false}}),
            (std::vector<TraitInput>{{"b", std::nullopt, false}, {"c", true, false}}));
}

TEST(AnonymousIdentifier, IsMadeOfTheTraits) {
  // SHA-256 of "planpro": what the reference answers to the same traits.
  EXPECT_EQ(MakeAnonymousIdentifier({{"plan", std::string("pro"), false}}),
            "9746f9086f61e37ea956bac460df92fc8108e27b344f6b716dab539fcd89e75b");
  // "a1bTruec1.5d25.0": sorted by key, values as Python writes them.
  EXPECT_EQ(MakeAnonymousIdentifier({{"d", 25.0, true},
                                     {"b", true, false},
                                     {"none", std::nullopt, false},
                                     {"c", 1.5, false},
                                     {"a", int64_t{1}, false}}),
            "cec1d3af7e88b460d566ba5ca5e66c5d17da9887d4026d1eb1ea29e621500e1f");
}

TEST(AnonymousIdentifier, IsRandomWithoutTraits) {
  const std::string one = MakeAnonymousIdentifier({});
  const std::string other = MakeAnonymousIdentifier({{"gone", std::nullopt, false}});
  EXPECT_EQ(one.size(), 32U);
  EXPECT_EQ(one.find_first_not_of("0123456789abcdef"), std::string::npos);
  EXPECT_NE(one, other);
}

}  // namespace
}  // namespace flagstream::api
