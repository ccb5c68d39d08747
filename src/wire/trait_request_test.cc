// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <string>

#include "wire/error_body.h"
#include "wire/sdk.h"

namespace flagstream::wire {
namespace {

// Goal: the requests that write single traits are understood, and the rest is refused in the
// reference's words.

using namespace std::string_literals;

template <class T>
std::string Refusal(const Result<T>& result) {
  return result ? "accepted" : EncodeErrorBody(result.error());
}

TEST(TraitRequestTest, Reads) {
  const auto request = ParseTraitRequest(
      R"({"identity":{"identifier":"alice","transient":true},"trait_key":"plan","trait_value":"pro"})");
  ASSERT_TRUE(request.ok());
  EXPECT_EQ(*request, (TraitRequest{"alice", {.key = "plan", .value = "pro"s}}));
}

TEST(TraitRequestTest, NullDeletes) {
  const auto request = ParseTraitRequest(
      R"({"identity":{"identifier":"alice"},"trait_key":"plan","trait_value":null})");
  ASSERT_TRUE(request.ok());
  EXPECT_EQ(request->trait.value, std::nullopt);
}

TEST(TraitRequestTest, RefusesWhatIsMissing) {
  EXPECT_EQ(Refusal(ParseTraitRequest("{}")),
            R"({"identity":["This field is required."],"trait_key":["This field is required."],)"
            R"("trait_value":["This field is required."]})");
  EXPECT_EQ(Refusal(ParseTraitRequest(R"({"identity":{},"trait_key":"a","trait_value":1})")),
            R"({"identity":{"identifier":["This field is required."]}})");
  EXPECT_EQ(Refusal(ParseTraitRequest(
                R"({"identity":{"identifier":""},"trait_key":"a","trait_value":1})")),
            R"({"identity":{"identifier":["This field may not be blank."]}})");
  EXPECT_EQ(
      Refusal(ParseTraitRequest(R"({"identity":"alice","trait_key":"a","trait_value":1})")),
      R"({"identity":{"non_field_errors":["Invalid data. Expected a dictionary, but got str."]}})");
}

TEST(TraitBulkRequestTest, ReadsAList) {
  const auto requests = ParseTraitBulkRequest(
      R"([{"identity":{"identifier":"a"},"trait_key":"x","trait_value":1},
          {"identity":{"identifier":"b"},"trait_key":"y","trait_value":null}])");
  ASSERT_TRUE(requests.ok());
  EXPECT_EQ(*requests, (std::vector<TraitRequest>{{"a", {.key = "x", .value = int64_t{1}}},
                                                  {"b", {.key = "y"}}}));
  EXPECT_TRUE(ParseTraitBulkRequest("[]")->empty());
}

TEST(TraitBulkRequestTest, RefusesTheRest) {
  EXPECT_EQ(Refusal(ParseTraitBulkRequest("{}")),
            R"({"non_field_errors":["Expected a list of items but got type \"dict\"."]})");
  const std::string good = R"({"identity":{"identifier":"a"},"trait_key":"x","trait_value":1})";
  EXPECT_EQ(Refusal(ParseTraitBulkRequest("[" + good +
                                          ",{\"identity\":{\"identifier\":\"a\"},"
                                          "\"trait_value\":1}," +
                                          good + "]")),
            R"([{},{"trait_key":["This field is required."]},{}])");
}

TEST(TraitValueRequestTest, KeyIsFromThePath) {
  const auto trait = ParseTraitValueRequest("plan", R"({"trait_value":"pro"})");
  ASSERT_TRUE(trait.ok());
  EXPECT_EQ(*trait, (TraitInput{.key = "plan", .value = "pro"s}));
  EXPECT_EQ(Refusal(ParseTraitValueRequest("plan", "{}")),
            R"({"trait_value":["This field is required."]})");
  EXPECT_EQ(Refusal(ParseTraitValueRequest("\xFF", R"({"trait_value":1})")),
            R"({"trait_key":["Not a valid string."]})");
}

TEST(TraitIncrementTest, Reads) {
  const auto increment =
      ParseTraitIncrement(R"({"identifier":"alice","trait_key":"n","increment_by":-4})");
  ASSERT_TRUE(increment.ok());
  EXPECT_EQ(*increment, (TraitIncrement{"alice", "n", -4}));
  EXPECT_EQ(ParseTraitIncrement(R"({"identifier":"a","trait_key":"n","increment_by":"12"})")->by,
            12);
}

TEST(TraitIncrementTest, RefusesWhatIsNoInteger) {
  for (const char* by : {"1.0", "\"x\"", "\"\"", "null", "[]", "9223372036854775808", "true"}) {
    EXPECT_EQ(Refusal(ParseTraitIncrement(R"({"identifier":"a","trait_key":"n","increment_by":)"s +
                                          by + "}")),
              R"({"increment_by":["A valid integer is required."]})")
        << by;
  }
  EXPECT_EQ(
      Refusal(ParseTraitIncrement(R"({"trait_key":"n"})")),
      R"({"identifier":["This field is required."],"increment_by":["This field is required."]})");
}

}  // namespace
}  // namespace flagstream::wire
