// SPDX-License-Identifier: Apache-2.0
// Goal: statuses and bodies of segments and their overrides.
#include <gtest/gtest.h>

#include "api/admin/admin_case_test.h"

namespace flagstream::api {
namespace {

constexpr std::string_view kPro =
    R"({"name":"pro","rules":[{"type":"ALL","rules":[{"type":"ANY","rules":[],)"
    R"("conditions":[{"property":"plan","operator":"EQUAL","value":"pro"}]}],"conditions":[]}]})";

class SegmentsTest : public AdminCase {
 protected:
  wire::Json Created(std::string_view path, std::string_view body) {
    const testing::HttpAnswer answer = Ask("POST", path, body);
    EXPECT_EQ(answer.status, 201) << answer.body;
    return JsonOf(answer);
  }

  // Returns its id as text.
  std::string MakeSegment() { return Created("projects/1/segments/", kPro).Find("id")->Dump(); }

  std::string MakeOverride(const std::string& segment) {
    const wire::Json json =
        Created("environments/dev-key/features/1/create-segment-override/",
                R"({"enabled":true,"feature_state_value":{"type":"int","integer_value":7},)"
                R"("feature_segment":{"segment":)" +
                    segment + "}}");
    return json.Find("feature_segment")->Find("id")->Dump();
  }

  // What a condition is refused with.
  std::string Refusal(std::string_view condition) {
    const testing::HttpAnswer answer = Ask(
        "POST", "projects/1/segments/",
        R"({"name":"x","rules":[{"type":"ALL","conditions":[)" + std::string(condition) + "]}]}");
    EXPECT_EQ(answer.status, 400) << condition;
    return answer.body;
  }
};

TEST_F(SegmentsTest, AreShownWithTheirRules) {
  const wire::Json made = Created("projects/1/segments/", kPro);
  EXPECT_EQ(made.Find("version_of")->Dump(), made.Find("id")->Dump());
  EXPECT_EQ(made.Find("rules")->Dump(),
            R"([{"id":1,"type":"ALL","rules":[{"id":2,"type":"ANY","conditions":[{"id":1,)"
            R"("operator":"EQUAL","property":"plan","value":"pro","description":null}]}],)"
            R"("conditions":[]}])");
  const std::string path = "projects/1/segments/" + made.Find("id")->Dump() + "/";
  EXPECT_EQ(Get(path).Dump(), made.Dump());
  EXPECT_EQ(Get("segments/get-by-uuid/" + *made.Find("uuid")->AsString() + "/").Dump(),
            made.Dump());
  EXPECT_EQ(*Get("projects/1/").Find("total_segments")->AsInteger(), 1);
  EXPECT_EQ(Ask("GET", "projects/1/segments/99/").body,
            R"({"detail":"No Segment matches the given query."})");
}

TEST_F(SegmentsTest, ValuesAreText) {
  const wire::Json made = Created(
      "projects/1/segments/",
      R"({"name":"x","rules":[{"type":"ALL","conditions":[)"
      R"({"property":"a","operator":"EQUAL","value":5},{"property":"a","operator":"EQUAL","value":1.5},)"
      R"({"property":"a","operator":"EQUAL","value":true},{"property":"a","operator":"IN","value":" a, b "},)"
      R"({"property":"a","operator":"IS_SET","value":null},{"operator":"PERCENTAGE_SPLIT","value":10}]}]})");
  std::string values;
  for (const wire::Json& condition :
       *made.Find("rules")->AsArray()->front().Find("conditions")->AsArray())
    values += condition.Find("value")->Dump();
  EXPECT_EQ(values, R"("5""1.5""True"" a, b "null"10")");
}

TEST_F(SegmentsTest, WhatCannotBeIsRefused) {
  EXPECT_EQ(Ask("POST", "projects/1/segments/", R"({"name":"x","rules":[]})").body,
            R"({"rules":{"non_field_errors":["This list may not be empty."]}})");
  EXPECT_EQ(Ask("POST", "projects/1/segments/", "{}").body,
            R"({"name":["This field is required."],"rules":["This field is required."]})");
  EXPECT_EQ(Refusal(R"({"property":"p","operator":"NOPE","value":"1"})"),
            R"({"rules":[{"conditions":[{"operator":["\"NOPE\" is not a valid choice."]}]}]})");
  EXPECT_EQ(Refusal(R"({"property":"p","operator":"EQUAL"})"),
            R"({"rules":[{"conditions":[{"value":["This field may not be null."]}]}]})");
  EXPECT_EQ(Refusal(R"({"property":"p","operator":"EQUAL","value":[1]})"),
            R"({"rules":[{"conditions":[{"value":["Not a valid string."]}]}]})");
  const std::string longest(1'000, 'x');
  EXPECT_EQ(
      Refusal(R"({"property":"p","operator":"EQUAL","value":")" + longest + R"(x"})"),
      R"({"rules":[{"conditions":[{"value":["Ensure this field has no more than 1000 characters."]}]}]})");
  const auto deep = Ask(
      "POST", "projects/1/segments/",
      R"({"name":"x","rules":[{"type":"ALL","rules":[{"type":"ALL","rules":[{"type":"ALL"}]}]}]})");
  EXPECT_EQ(deep.status, 400);
  EXPECT_NE(JsonOf(deep).Find("segment"), nullptr) << deep.body;
  EXPECT_EQ(
      Ask("POST", "projects/1/segments/", R"({"name":"x","feature":99,"rules":[{"type":"ALL"}]})")
          .body,
      R"({"feature":["Invalid pk \"99\" - object does not exist."]})");
}

TEST_F(SegmentsTest, RulesMarkedAsDeletedGo) {
  const std::string path = "projects/1/segments/" + MakeSegment() + "/";
  const wire::Json put = JsonOf(
      Ask("PUT", path,
          R"({"name":"pro","rules":[{"id":1,"type":"ALL","rules":[{"id":2,"delete":true},)"
          R"({"type":"NONE","conditions":[{"operator":"IS_SET","property":"banned"}]}]}]})"));
  EXPECT_EQ(put.Find("rules")->Dump(),
            R"([{"id":1,"type":"ALL","rules":[{"id":3,"type":"NONE","conditions":[{"id":2,)"
            R"("operator":"IS_SET","property":"banned","value":null,"description":null}]}],)"
            R"("conditions":[]}])");
  const wire::Json patched = JsonOf(Ask("PATCH", path, R"({"description":"d"})"));
  EXPECT_EQ(patched.Find("rules")->Dump(), put.Find("rules")->Dump());
  EXPECT_EQ(*patched.Find("description")->AsString(), "d");
}

TEST_F(SegmentsTest, AreFoundByNameAndWithoutThoseOfOneFeature) {
  MakeSegment();
  Created("projects/1/segments/", R"({"name":"own","feature":1,"rules":[{"type":"ALL"}]})");
  EXPECT_EQ(*Get("projects/1/segments/").Find("count")->AsInteger(), 2);
  EXPECT_EQ(*Get("projects/1/segments/?q=PR").Find("count")->AsInteger(), 1);
  const wire::Json rest = Get("projects/1/segments/?include_feature_specific=false");
  EXPECT_EQ(*rest.Find("count")->AsInteger(), 1);
  EXPECT_EQ(*rest.Find("results")->AsArray()->front().Find("name")->AsString(), "pro");
}

TEST_F(SegmentsTest, AreClonedAndDeleted) {
  const std::string path = "projects/1/segments/" + MakeSegment() + "/";
  const wire::Json copy = Created(path + "clone/", R"({"name":"copy"})");
  EXPECT_EQ(*copy.Find("name")->AsString(), "copy");
  EXPECT_EQ(copy.Find("rules")->AsArray()->front().Find("id")->Dump(), "3");
  EXPECT_EQ(Ask("POST", path + "clone/", "{}").status, 400);
  EXPECT_EQ(Ask("DELETE", path).status, 204);
  EXPECT_EQ(Ask("GET", path).status, 404);
}

TEST_F(SegmentsTest, TellWhatTheyOverride) {
  const std::string segment = MakeSegment();
  MakeOverride(segment);
  const std::string path = "projects/1/segments/" + segment + "/associated-features/";
  const wire::Json all = Get(path);
  ASSERT_EQ(*all.Find("count")->AsInteger(), 1);
  EXPECT_EQ(all.Find("results")->AsArray()->front().Find("feature_state_value")->Dump(), "7");
  EXPECT_EQ(*Get(path + "?environment=1").Find("count")->AsInteger(), 1);
  EXPECT_EQ(*Get(path + "?environment=2").Find("count")->AsInteger(), 0);
  EXPECT_EQ(Ask("GET", path + "?environment=99").status, 404);
}

TEST_F(SegmentsTest, OverridesAreRowsOfTheirOwn) {
  const std::string segment = MakeSegment();
  const std::string body = R"({"feature":1,"environment":1,"segment":)" + segment + "}";
  const wire::Json made = Created("features/feature-segments/", body);
  EXPECT_EQ(made.Find("priority")->Dump(), "0");
  EXPECT_EQ(made.Find("feature")->Dump(), "1");
  const auto again = Ask("POST", "features/feature-segments/", body);
  EXPECT_EQ(again.status, 400);
  EXPECT_NE(JsonOf(again).Find("non_field_errors"), nullptr) << again.body;

  const std::string path = "features/feature-segments/" + made.Find("id")->Dump() + "/";
  const wire::Json one = Get(path);
  EXPECT_EQ(*one.Find("segment_name")->AsString(), "pro");
  EXPECT_FALSE(*one.Find("is_feature_specific")->AsBool());
  EXPECT_EQ(one.Find("feature"), nullptr);
  EXPECT_EQ(
      Get("features/feature-segments/get-by-uuid/" + *made.Find("uuid")->AsString() + "/").Dump(),
      one.Dump());
  const wire::Json put = JsonOf(Ask("PUT", path, R"({"priority":9,"feature":1})"));
  EXPECT_EQ(put.Dump(), made.Dump());
  EXPECT_EQ(Ask("PUT", path, R"({"feature":2})").status, 400);
  EXPECT_EQ(*Get("environments/dev-key/").Find("total_segment_overrides")->AsInteger(), 1);
  EXPECT_EQ(Ask("DELETE", path).status, 204);
  EXPECT_EQ(Ask("GET", path).status, 404);
}

TEST_F(SegmentsTest, OverridesNameWhatThereIs) {
  const std::string segment = MakeSegment();
  EXPECT_EQ(
      Ask("POST", "features/feature-segments/", R"({"feature":1,"environment":1,"segment":99})")
          .body,
      R"({"segment":["Invalid pk \"99\" - object does not exist."]})");
  EXPECT_EQ(Ask("POST", "features/feature-segments/",
                R"({"feature":99,"environment":1,"segment":)" + segment + "}")
                .body,
            R"({"feature":["Invalid pk \"99\" - object does not exist."]})");
  EXPECT_EQ(Ask("POST", "features/feature-segments/",
                R"({"feature":1,"environment":99,"segment":)" + segment + "}")
                .status,
            404);
  EXPECT_EQ(Ask("GET", "features/feature-segments/?environment=1").status, 400);
  EXPECT_EQ(Ask("GET", "features/feature-segments/?feature=1").status, 400);
}

TEST_F(SegmentsTest, OverridesAreMadeWithTheirStateInOneCall) {
  const wire::Json made =
      Created("environments/dev-key/features/1/create-segment-override/",
              R"({"enabled":true,"feature_state_value":{"type":"unicode","string_value":"blue"},)"
              R"("feature_segment":{"segment":)" +
                  MakeSegment() + R"(,"priority":5}})");
  EXPECT_EQ(made.Find("feature_segment")->Find("priority")->Dump(), "0");
  EXPECT_EQ(*made.Find("feature_state_value")->Find("string_value")->AsString(), "blue");
  EXPECT_EQ(made.Find("version"), nullptr);
  EXPECT_EQ(Ask("POST", "environments/dev-key/features/99/create-segment-override/",
                R"({"feature_segment":{"segment":1}})")
                .status,
            404);
  EXPECT_EQ(Ask("POST", "environments/dev-key/features/1/create-segment-override/", "{}").body,
            R"({"feature_segment":["This field is required."]})");
  EXPECT_EQ(Ask("POST", "environments/dev-key/features/1/create-segment-override/",
                R"({"feature_segment":{"priority":-1}})")
                .body,
            R"({"feature_segment":{"segment":["This field is required."],)"
            R"("priority":["Ensure this value is greater than or equal to 0."]}})");
}

TEST_F(SegmentsTest, PrioritiesAreOfOneFeatureInOneEnvironment) {
  const std::string first = MakeOverride(MakeSegment());
  const std::string second = MakeOverride(MakeSegment());
  const std::string path = "features/feature-segments/update-priorities/";
  const auto moved = Ask("POST", path, R"([{"id":)" + second + R"(,"priority":0}])");
  ASSERT_EQ(moved.status, 200) << moved.body;
  const wire::Json list = JsonOf(moved);
  ASSERT_EQ(list.AsArray()->size(), 1U);
  EXPECT_EQ(list.AsArray()->front().Find("id")->Dump(), second);
  EXPECT_EQ(list.AsArray()->front().Find("priority")->Dump(), "0");
  const wire::Json all = Get("features/feature-segments/?environment=1&feature=1");
  EXPECT_EQ((*all.Find("results")->AsArray())[1].Find("id")->Dump(), first);
  EXPECT_EQ((*all.Find("results")->AsArray())[1].Find("priority")->Dump(), "1");

  const std::string other =
      Created("features/feature-segments/",
              R"({"feature":2,"environment":1,"segment":)" + MakeSegment() + "}")
          .Find("id")
          ->Dump();
  const auto mixed =
      Ask("POST", path,
          R"([{"id":)" + first + R"(,"priority":0},{"id":)" + other + R"(,"priority":1}])");
  EXPECT_EQ(mixed.status, 400);
  EXPECT_EQ(Ask("POST", path, "[]").status, 400);
  EXPECT_EQ(Ask("POST", path, "{}").status, 400);
  EXPECT_EQ(Ask("POST", path, R"([{"id":99,"priority":0}])").status, 404);
  EXPECT_EQ(
      Ask("POST", path, R"([{"id":)" + first + R"(,"priority":0},{"id":99,"priority":1}])").status,
      404);
  EXPECT_EQ(Ask("POST", path, R"([{"id":)" + first + R"(,"priority":-1}])").body,
            R"([{"priority":["Ensure this value is greater than or equal to 0."]}])");
}

TEST_F(SegmentsTest, ShowWhatTheyGiveAnIdentity) {
  const std::string segment = MakeSegment();
  MakeOverride(segment);
  const std::string identity = "environments/dev-key/identities/1/";
  Created(identity + "traits/",
          R"({"trait_key":"plan","value_type":"unicode","string_value":"pro"})");
  const wire::Json all = Get(identity + "featurestates/all/");
  EXPECT_EQ(all.AsArray()->front().Dump(),
            R"({"feature":{"id":1,"name":"banner","type":"STANDARD"},"enabled":true,)"
            R"("feature_state_value":7,"overridden_by":"SEGMENT","segment":{"id":)" +
                segment + R"(,"name":"pro"},"multivariate_feature_state_values":[]})");
  EXPECT_EQ((*all.AsArray())[1].Find("overridden_by")->Dump(), "null");
  EXPECT_EQ((*all.AsArray())[1].Find("segment")->Dump(), "null");
  EXPECT_EQ(*Get("projects/1/segments/?identity=1").Find("count")->AsInteger(), 1);
  EXPECT_EQ(Ask("GET", "projects/1/segments/?identity=99").status, 404);
  EXPECT_EQ(Ask("GET", "projects/1/segments/?identity=x").status, 400);
}

TEST_F(SegmentsTest, StrangersAndPlainMembersAreKeptOut) {
  const std::string segment = MakeSegment();
  const std::string link = MakeOverride(segment);
  const std::string stranger = "Token " + TokenOf(world_.stranger);
  const std::string member = "Token " + TokenOf(world_.member);
  const std::string uuid = *Get("projects/1/segments/" + segment + "/").Find("uuid")->AsString();
  struct Request {
    std::string method, path, body;
  };
  const std::vector<Request> requests = {
      {"GET", "projects/1/segments/", ""},
      {"POST", "projects/1/segments/", std::string(kPro)},
      {"GET", "projects/1/segments/" + segment + "/", ""},
      {"PATCH", "projects/1/segments/" + segment + "/", R"({"name":"y"})"},
      {"DELETE", "projects/1/segments/" + segment + "/", ""},
      {"POST", "projects/1/segments/" + segment + "/clone/", R"({"name":"y"})"},
      {"GET", "projects/1/segments/" + segment + "/associated-features/", ""},
      {"GET", "segments/get-by-uuid/" + uuid + "/", ""},
      {"GET", "features/feature-segments/?environment=1&feature=1", ""},
      {"POST", "features/feature-segments/",
       R"({"feature":2,"environment":1,"segment":)" + segment + "}"},
      {"GET", "features/feature-segments/" + link + "/", ""},
      {"PUT", "features/feature-segments/" + link + "/", "{}"},
      {"DELETE", "features/feature-segments/" + link + "/", ""},
      {"POST", "features/feature-segments/update-priorities/",
       R"([{"id":)" + link + R"(,"priority":0}])"},
      {"POST", "environments/dev-key/features/2/create-segment-override/",
       R"({"feature_segment":{"segment":)" + segment + "}}"},
  };
  for (const Request& request : requests) {
    EXPECT_EQ(AskAs(stranger, request.method, request.path, request.body).status, 404)
        << request.method << ' ' << request.path;
    EXPECT_EQ(AskAs(member, request.method, request.path, request.body).status, 403)
        << request.method << ' ' << request.path;
  }
}

}  // namespace
}  // namespace flagstream::api
