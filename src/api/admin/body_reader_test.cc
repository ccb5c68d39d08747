// SPDX-License-Identifier: Apache-2.0
// Goal: each kind of member is read, refused and left out as the reference does.
#include "api/admin/body_reader.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "wire/error_body.h"

namespace flagstream::api {
namespace {

wire::Json Parse(std::string_view text) { return *wire::ParseJson(text); }

// What the client is told; empty if nothing was wrong.
std::string Problems(const BodyReader& body) {
  const Result<void> check = body.Check();
  return check ? std::string() : wire::EncodeErrorBody(check.error());
}

TEST(BodyReader, MissingMembersAreUnsetAndWrongOnlyIfRequired) {
  const wire::Json json = Parse("{}");
  BodyReader body(json);
  EXPECT_EQ(body.Text("a", {}), std::nullopt);
  EXPECT_EQ(body.NullableText("b", {}), std::nullopt);
  EXPECT_EQ(body.Boolean("c"), std::nullopt);
  EXPECT_EQ(body.NullableTime("d"), std::nullopt);
  EXPECT_EQ(body.Keys("e"), std::nullopt);
  EXPECT_EQ(Problems(body), "");
  EXPECT_EQ(body.Text("f", {}, Presence::kRequired), std::nullopt);
  EXPECT_EQ(body.Key("g", Presence::kRequired), std::nullopt);
  EXPECT_EQ(Problems(body), R"({"f":["This field is required."],"g":["This field is required."]})");
}

TEST(BodyReader, NullIsAValueOnlyWhereItMayBe) {
  const wire::Json json = Parse(R"({"a":null,"b":null,"c":null,"d":null})");
  BodyReader body(json);
  EXPECT_TRUE(body.NullableText("a", {}).has_value());
  EXPECT_TRUE(body.NullableBoolean("b").has_value());
  EXPECT_TRUE(body.NullableInteger("c").has_value());
  EXPECT_EQ(Problems(body), "");
  EXPECT_EQ(body.Text("a", {}), std::nullopt);
  EXPECT_EQ(body.Boolean("d"), std::nullopt);
  EXPECT_EQ(Problems(body),
            R"({"a":["This field may not be null."],"d":["This field may not be null."]})");
}

TEST(BodyReader, TextIsTrimmedAndNumbersAreText) {
  const wire::Json json = Parse(R"({"a":"  x y ","b":5,"c":true,"d":"   ","e":"abcd","f":[]})");
  BodyReader body(json);
  EXPECT_EQ(body.Text("a", {}), "x y");
  EXPECT_EQ(body.Text("b", {}), "5");
  EXPECT_EQ(Problems(body), "");
  body.Text("c", {});
  body.Text("d", {});
  body.Text("e", {.characters_max = 3});
  body.Text("f", {});
  EXPECT_EQ(
      Problems(body),
      R"({"c":["Not a valid string."],"d":["This field may not be blank."],)"
      R"("e":["Ensure this field has no more than 3 characters."],"f":["Not a valid string."]})");
}

TEST(BodyReader, BooleansIntegersAndKeys) {
  const wire::Json json = Parse(
      R"({"yes":"true","no":0,"number":"7","odd":{},"keys":[1,"2"],"word":["x"],"text":"x"})");
  BodyReader body(json);
  EXPECT_EQ(body.Boolean("yes"), true);
  EXPECT_EQ(body.Boolean("no"), false);
  EXPECT_EQ(body.Integer("number"), 7);
  EXPECT_EQ(body.Keys("keys"), (std::vector<int64_t>{1, 2}));
  EXPECT_EQ(Problems(body), "");
  body.Boolean("odd");
  body.Integer("text");
  body.Keys("word");
  body.Key("keys");
  EXPECT_EQ(Problems(body),
            R"({"odd":["Must be a valid boolean."],"text":["A valid integer is required."],)"
            R"("word":["Incorrect type. Expected pk value, received str."],)"
            R"("keys":["Incorrect type. Expected pk value, received list."]})");
}

TEST(BodyReader, ListsOfKeysHaveABound) {
  wire::Json::Array many(1'001, wire::Json(1));
  const wire::Json json = wire::Json().Set("keys", std::move(many));
  BodyReader body(json);
  EXPECT_EQ(body.Keys("keys"), std::nullopt);
  EXPECT_EQ(Problems(body), R"({"keys":["Ensure this field has no more than 1000 elements."]})");
}

TEST(BodyReader, ABodyThatIsNoObjectIsSaidOnce) {
  const wire::Json json = Parse("[1]");
  BodyReader body(json);
  EXPECT_EQ(body.Text("name", {}, Presence::kRequired), std::nullopt);
  EXPECT_EQ(Problems(body),
            R"({"non_field_errors":["Invalid data. Expected a dictionary, but got list."]})");
}

}  // namespace
}  // namespace flagstream::api
