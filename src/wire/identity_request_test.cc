// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <string>

#include "wire/error_body.h"
#include "wire/sdk.h"

namespace flagstream::wire {
namespace {

// Goal: every variant of an identity request that an SDK sends is understood, and the rest is
// refused in the reference's words.

using namespace std::string_literals;

IdentityRequest Parsed(std::string_view body) {
  Result<IdentityRequest> request = ParseIdentityRequest(body);
  EXPECT_TRUE(request.ok()) << body << ": " << (request ? "" : request.error().message());
  return request ? *std::move(request) : IdentityRequest();
}

std::string Refusal(std::string_view body) {
  const Result<IdentityRequest> request = ParseIdentityRequest(body);
  if (request) return "accepted";
  EXPECT_EQ(request.error().code(), ErrorCode::kInvalidArgument);
  return EncodeErrorBody(request.error());
}

std::string Repeated(std::string_view text, size_t times) {
  std::string all;
  for (size_t i = 0; i < times; ++i) all += text;
  return all;
}

constexpr std::string_view kEuro = "\xE2\x82\xAC";  // one character, three bytes

TEST(IdentityRequestTest, WithEverything) {
  EXPECT_EQ(Parsed(R"({"identifier": "alice", "transient": false, "traits": [
                       {"trait_key": "plan", "trait_value": "pro", "transient": false},
                       {"trait_key": "age", "trait_value": 41},
                       {"trait_key": "old", "trait_value": null, "transient": true}]})"),
            (IdentityRequest{.identifier = "alice",
                             .traits = {{.key = "plan", .value = "pro"s},
                                        {.key = "age", .value = int64_t{41}},
                                        {.key = "old", .transient = true}}}));
}

TEST(IdentityRequestTest, AnonymousInAllItsForms) {
  EXPECT_EQ(Parsed("{}"), IdentityRequest());
  EXPECT_EQ(Parsed(R"({"identifier": null})"), IdentityRequest());
  EXPECT_EQ(Parsed(R"({"identifier": ""})"), IdentityRequest());
}

TEST(IdentityRequestTest, IdentifiersMayBeNumbers) {
  EXPECT_EQ(Parsed(R"({"identifier": 5})").identifier, "5");
  EXPECT_EQ(Parsed(R"({"identifier": 5.0})").identifier, "5.0");
  EXPECT_EQ(Parsed(R"({"identifier": " a b "})").identifier, " a b ");
}

TEST(IdentityRequestTest, TraitsAndTransientMayBeMissingOrNull) {
  const IdentityRequest alice{.identifier = "alice"};
  for (const char* body :
       {R"({"identifier":"alice","traits":[]})", R"({"identifier":"alice","traits":null})",
        R"({"identifier":"alice","transient":null})",
        R"({"identifier":"alice","transient":"false"})",
        R"({"identifier":"alice","transient":0,"more":{}})"}) {
    EXPECT_EQ(Parsed(body), alice) << body;
  }
  EXPECT_TRUE(Parsed(R"({"identifier":"alice","transient":true})").transient);
  EXPECT_TRUE(Parsed(R"({"identifier":"alice","transient":"True"})").transient);
}

TEST(IdentityRequestTest, MembersThatSdksAddToTraitsAreIgnored) {
  EXPECT_EQ(Parsed(R"({"traits":[{"trait_key":"a","trait_value":"41","id":7,"identifier":"x",
                                  "transient":null}]})")
                .traits,
            (std::vector<TraitInput>{{.key = "a", .value = "41"s}}));
}

TEST(IdentityRequestTest, AMissingTraitValueIsNull) {
  EXPECT_EQ(Parsed(R"({"traits":[{"trait_key":"a"}]})").traits,
            (std::vector<TraitInput>{{.key = "a"}}));
}

TEST(IdentityRequestTest, OfEqualKeysTheLastCounts) {
  EXPECT_EQ(
      Parsed(R"({"traits":[{"trait_key":"a","trait_value":1},{"trait_key":"b","trait_value":2},
                                 {"trait_key":"a","trait_value":3}]})")
          .traits,
      (std::vector<TraitInput>{{.key = "b", .value = int64_t{2}},
                               {.key = "a", .value = int64_t{3}}}));
}

TEST(IdentityRequestTest, RefusesWhatIsNoObject) {
  EXPECT_EQ(Refusal("{bad"), R"({"detail":"JSON parse error - syntax error at byte 1"})");
  EXPECT_EQ(Refusal("[]"),
            R"({"non_field_errors":["Invalid data. Expected a dictionary, but got list."]})");
  EXPECT_EQ(Refusal("5"),
            R"({"non_field_errors":["Invalid data. Expected a dictionary, but got int."]})");
}

TEST(IdentityRequestTest, RefusesBadIdentifiers) {
  EXPECT_EQ(Refusal(R"({"identifier":[]})"), R"({"identifier":["Not a valid string."]})");
  EXPECT_EQ(Refusal(R"({"identifier":true})"), R"({"identifier":["Not a valid string."]})");
  EXPECT_EQ(Refusal(R"({"identifier":"a\u0000"})"),
            R"({"identifier":["Null characters are not allowed."]})");
  EXPECT_EQ(Parsed(R"({"identifier":")" + Repeated(kEuro, 2'000) + "\"}").identifier.size(),
            6'000u);
  EXPECT_EQ(Refusal(R"({"identifier":")" + Repeated(kEuro, 2'001) + "\"}"),
            R"({"identifier":["Ensure this field has no more than 2000 characters."]})");
}

TEST(IdentityRequestTest, RefusesBadTraits) {
  EXPECT_EQ(
      Refusal(R"({"identifier":5,"traits":"x"})"),
      R"({"traits":{"non_field_errors":["Expected a list of items but got type \"str\"."]}})");
  EXPECT_EQ(Refusal(R"({"traits":[{"trait_key":"a"},{"trait_value":1},{"trait_key":"c"}]})"),
            R"({"traits":[{},{"trait_key":["This field is required."]},{}]})");
  EXPECT_EQ(Refusal(R"({"traits":[{"trait_key":null},{"trait_key":""},{"trait_key":{}},7]})"),
            R"({"traits":[{"trait_key":["This field may not be null."]},)"
            R"({"trait_key":["This field may not be blank."]},)"
            R"({"trait_key":["Not a valid string."]},)"
            R"({"non_field_errors":["Invalid data. Expected a dictionary, but got int."]}]})");
  EXPECT_EQ(Refusal(R"({"traits":[{"trait_key":"a","transient":"perhaps"}]})"),
            R"({"traits":[{"transient":["Must be a valid boolean."]}]})");
}

TEST(IdentityRequestTest, TraitTextIsBounded) {
  const auto with_value = [](const std::string& value) {
    return R"({"traits":[{"trait_key":"a","trait_value":)" + value + "}]}";
  };
  const std::string too_long =
      R"({"traits":[{"trait_value":["Value string is too long. Must be less than 2000 character"]}]})";
  EXPECT_EQ(Parsed(with_value('"' + Repeated(kEuro, 2'000) + '"')).traits.size(), 1u);
  EXPECT_EQ(Refusal(with_value('"' + Repeated(kEuro, 2'001) + '"')), too_long);
  EXPECT_EQ(Refusal(with_value("[\"" + std::string(2'000, 'x') + "\"]")), too_long);
  EXPECT_EQ(Refusal(with_value(R"("a\u0000")")),
            R"({"traits":[{"trait_value":["Null characters are not allowed."]}]})");
}

TEST(IdentityRequestTest, TraitKeysAndTheirNumberAreBounded) {
  const auto with_key = [](const std::string& key) {
    return R"({"traits":[{"trait_key":")" + key + "\"}]}";
  };
  EXPECT_EQ(Parsed(with_key(Repeated(kEuro, 200))).traits.size(), 1u);
  EXPECT_EQ(Refusal(with_key(Repeated(kEuro, 201))),
            R"({"traits":[{"trait_key":["Ensure this field has no more than 200 characters."]}]})");
  const auto with_traits = [](size_t count) {
    return R"({"traits":[)" + Repeated(R"({"trait_key":"a"},)", count - 1) +
           R"({"trait_key":"b"}]})";
  };
  EXPECT_EQ(Parsed(with_traits(1'000)).traits.size(), 2u);
  EXPECT_EQ(
      Refusal(with_traits(1'001)),
      R"({"traits":{"non_field_errors":["Ensure this field has no more than 1000 elements."]}})");
}

TEST(ParseIdentifierTest, ChecksWhatAQueryMayBring) {
  EXPECT_EQ(*ParseIdentifier("zo\xC3\xAB"), "zo\xC3\xAB");
  EXPECT_EQ(EncodeErrorBody(ParseIdentifier("").error()), R"({"detail":"Missing identifier"})");
  EXPECT_EQ(EncodeErrorBody(ParseIdentifier("\xFF").error()),
            R"({"identifier":["Not a valid string."]})");
  EXPECT_FALSE(ParseIdentifier(std::string_view("a\0", 2)).ok());
  EXPECT_FALSE(ParseIdentifier(std::string(2'001, 'a')).ok());
}

TEST(BulkIdentitiesTest, IsAListOfIdentityRequests) {
  const auto requests = ParseBulkIdentities(
      R"({"data":[{"identifier":"a","traits":[{"trait_key":"x","trait_value":1}]},{"identifier":"b"}]})");
  ASSERT_TRUE(requests.ok());
  ASSERT_EQ(requests->size(), 2u);
  EXPECT_EQ((*requests)[0].traits.size(), 1u);
  EXPECT_EQ((*requests)[1].identifier, "b");
}

TEST(BulkIdentitiesTest, RefusesTheRest) {
  const auto refusal = [](const std::string& body) {
    const auto requests = ParseBulkIdentities(body);
    return requests ? "accepted" : EncodeErrorBody(requests.error());
  };
  EXPECT_EQ(refusal("{}"), R"({"data":["This field is required."]})");
  EXPECT_EQ(
      refusal(R"({"data":null})"),
      R"({"data":{"non_field_errors":["Expected a list of items but got type \"NoneType\"."]}})");
  EXPECT_EQ(refusal(R"({"data":[{},{"traits":[{"trait_value":1}]}]})"),
            R"({"data":[{},{"traits":[{"trait_key":["This field is required."]}]}]})");
  EXPECT_EQ(refusal(R"({"data":[)" + Repeated("{},", 99) + "{}]}"), "accepted");
  EXPECT_EQ(
      refusal(R"({"data":[)" + Repeated("{},", 100) + "{}]}"),
      R"({"data":{"non_field_errors":["Ensure this field has no more than 100 elements."]}})");
}

}  // namespace
}  // namespace flagstream::wire
