// SPDX-License-Identifier: Apache-2.0
#include "wire/error_body.h"

#include <gtest/gtest.h>

namespace flagstream::wire {
namespace {

// Goal: errors have the shapes of the reference, which SDKs show to their users.

std::string Body(std::vector<FieldError> fields) {
  return EncodeErrorBody(Error::InvalidFields(std::move(fields)));
}

TEST(ErrorBodyTest, WithoutFieldsItIsADetail) {
  EXPECT_EQ(EncodeErrorBody(Error::NotFound("Given \"feature\" not found")),
            R"({"detail":"Given \"feature\" not found"})");
}

TEST(ErrorBodyTest, NamesFields) {
  EXPECT_EQ(Body({{"name", "one"}, {"id", "other"}, {"name", "two"}}),
            R"({"name":["one","two"],"id":["other"]})");
}

TEST(ErrorBodyTest, OfTheWholeObject) {
  EXPECT_EQ(Body({{"", "Expected a JSON object."}}),
            R"({"non_field_errors":["Expected a JSON object."]})");
  EXPECT_EQ(Body({{"", "a"}, {"x", "b"}}), R"({"non_field_errors":["a"],"x":["b"]})");
  EXPECT_EQ(Body({{"x", "a"}, {"x.y", "b"}}), R"({"x":{"non_field_errors":["a"],"y":["b"]}})");
}

TEST(ErrorBodyTest, ListsHaveOneElementPerItem) {
  EXPECT_EQ(Body({{"traits.1.trait_key", "bad"}, {"traits.3", ""}}),
            R"({"traits":[{},{"trait_key":["bad"]},{},{}]})");
  EXPECT_EQ(Body({{"traits.1.trait_key", "bad"}, {"traits.1", ""}}),
            R"({"traits":[{},{"trait_key":["bad"]}]})");
  EXPECT_EQ(Body({{"data.0.traits.0.non_field_errors", "bad"}}),
            R"({"data":[{"traits":[{"non_field_errors":["bad"]}]}]})");
}

TEST(ErrorBodyTest, ListsAtTheTop) {
  EXPECT_EQ(Body({{"1.identity.identifier", "bad"}}),
            R"([{},{"identity":{"identifier":["bad"]}}])");
}

TEST(ErrorBodyTest, ANumberThatIsNoIndexIsAName) {
  EXPECT_EQ(Body({{"12345678901", "bad"}}), R"({"12345678901":["bad"]})");
  EXPECT_EQ(Body({{"a.1x", "bad"}}), R"({"a":{"1x":["bad"]}})");
  EXPECT_EQ(Body({{"a.1", "bad"}, {"a.b", "bad"}}), R"({"a":{"1":["bad"],"b":["bad"]}})");
}

}  // namespace
}  // namespace flagstream::wire
