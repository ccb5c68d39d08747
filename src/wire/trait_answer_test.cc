// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <string>

#include "wire/sdk.h"

namespace flagstream::wire {
namespace {

// Goal: trait writes are answered with the members that iOS and Flutter require.

using namespace std::string_literals;

TEST(TraitAnswerTest, SaysWhatWasAsked) {
  EXPECT_EQ(EncodeTraitAnswer({"alice", {.key = "city", .value = "Rome"s}}),
            R"({"identity":{"identifier":"alice"},"trait_value":"Rome","trait_key":"city"})");
  EXPECT_EQ(EncodeTraitAnswer({"alice", {.key = "city"}}),
            R"({"identity":{"identifier":"alice"},"trait_value":null,"trait_key":"city"})");
}

TEST(TraitAnswerTest, BulkLeavesOutWhatWasDeleted) {
  EXPECT_EQ(EncodeTraitBulkAnswer({{"a", {.key = "x", .value = int64_t{1}}},
                                   {"a", {.key = "y"}},
                                   {"b", {.key = "z", .value = 2.0}}}),
            R"([{"identity":{"identifier":"a"},"trait_value":1,"trait_key":"x"},)"
            R"({"identity":{"identifier":"b"},"trait_value":2.0,"trait_key":"z"}])");
  EXPECT_EQ(EncodeTraitBulkAnswer({}), "[]");
}

TEST(TraitAnswerTest, IncrementTellsTheSum) {
  EXPECT_EQ(EncodeTraitIncrementAnswer({"alice", "n", 4}, 5),
            R"({"trait_key":"n","trait_value":5,"identifier":"alice"})");
}

TEST(TraitAnswerTest, OneTrait) {
  EXPECT_EQ(EncodeTrait({.id = 7, .trait = {"plan", true}}),
            R"({"id":7,"trait_key":"plan","trait_value":true,"transient":false})");
}

}  // namespace
}  // namespace flagstream::wire
