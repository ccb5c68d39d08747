// SPDX-License-Identifier: Apache-2.0
// Goal: statuses and bodies of whole flags that are read and written in one call.
#include <gtest/gtest.h>

#include "api/admin/admin_case_test.h"

namespace flagstream::api {
namespace {

class FlagUpdatesTest : public AdminCase {
 protected:
  static constexpr std::string_view kFlag = "/api/__future__/environments/dev-key/features/1/";

  testing::HttpAnswer AskFlag(std::string_view method, std::string_view body = "",
                              const std::string& rest = "") {
    return Ask(method, std::string(kFlag) + rest, body);
  }
};

constexpr std::string_view kDefault =
    R"("environment_default":{"enabled":true,"value":{"type":"string","value":"hello"},)"
    R"("variants":[]})";

TEST_F(FlagUpdatesTest, AnswersTheWholeFlag) {
  EXPECT_EQ(AskFlag("GET").body, "{" + std::string(kDefault) + R"(,"segment_overrides":[]})");
  world_.AddSegment("beta");
  const auto patched =
      AskFlag("PATCH", R"({"segment_overrides":[{"segment":{"id":1},"enabled":false,)"
                       R"("value":{"type":"integer","value":"10"}}]})");
  EXPECT_EQ(patched.status, 200);
  EXPECT_EQ(patched.body,
            "{" + std::string(kDefault) +
                R"(,"segment_overrides":[{"segment":{"id":1},"priority":0,"enabled":false,)"
                R"("value":{"type":"integer","value":"10"},"variants":[]}]})");
  const auto put = AskFlag("PUT", R"({"environment_default":{}})");
  EXPECT_EQ(JsonOf(put).Find("environment_default")->Dump(),
            R"({"enabled":false,"value":null,"variants":[]})");
  EXPECT_EQ(JsonOf(put).Find("segment_overrides")->AsArray()->size(), 1U);
  const auto deleted = AskFlag("DELETE", "", "segment-overrides/1/");
  EXPECT_EQ(deleted.status, 200);
  EXPECT_EQ(JsonOf(deleted).Find("segment_overrides")->Dump(), "[]");
}

TEST_F(FlagUpdatesTest, WritesAreToldOnce) {
  world_.AddSegment("beta");
  AskFlag("PUT",
          R"({"environment_default":{"enabled":false,"value":{"type":"boolean","value":"true"}},)"
          R"("segment_overrides":[{"segment":{"id":1}}]})");
  EXPECT_EQ(waited_for_.size(), 1U);
}

TEST_F(FlagUpdatesTest, WrongBodiesAreRefusedByField) {
  const auto body = [&](std::string_view sent) {
    const auto answer = AskFlag("PATCH", sent);
    EXPECT_EQ(answer.status, 400);
    return answer.body;
  };
  EXPECT_EQ(body(R"({"environment_default":{"value":{"type":"integer","value":"x"}}})"),
            R"({"environment_default":{"value":["'x' is not a valid integer"]}})");
  EXPECT_EQ(body(R"({"environment_default":{"value":{"type":"float","value":"1"}}})"),
            R"({"environment_default":{"value":{"type":["\"float\" is not a valid choice."]}}})");
  EXPECT_EQ(body(R"({"environment_default":{"variants":[{"id":1,"weight":101}]}})"),
            R"({"environment_default":{"variants":[{"weight":)"
            R"(["Ensure this value is less than or equal to 100."]}]}})");
  EXPECT_EQ(body(R"({"environment_default":{"variants":[]}})"),
            R"({"environment_default":{"variants":["Feature is not multivariate."]}})");
  EXPECT_EQ(body(R"({"segment_overrides":[{"priority":-1}]})"),
            R"({"segment_overrides":[{"segment":["This field is required."],"priority":)"
            R"(["Ensure this value is greater than or equal to 0."]}]})");
  EXPECT_EQ(body(R"({"segment_overrides":[{"segment":{"id":9}}]})"),
            R"({"segment_overrides":[{"segment":{"id":["Segment not found."]}}]})");
}

TEST_F(FlagUpdatesTest, WhatIsNotThereHasABody) {
  for (const char* path :
       {"/api/__future__/environments/dev-key/features/99/",
        "/api/__future__/environments/nope/features/1/",
        "/api/__future__/environments/dev-key/features/banner/", "/api/__future__/nothing/"}) {
    const auto answer = Ask("GET", path);
    EXPECT_EQ(answer.status, 404) << path;
    EXPECT_NE(JsonOf(answer).Find("detail"), nullptr) << path;
  }
  EXPECT_EQ(AskFlag("DELETE", "", "segment-overrides/1/").body,
            R"({"detail":"Segment override not found."})");
  EXPECT_EQ(AskAs("Token " + TokenOf(world_.member), "GET", kFlag).status, 404);
  EXPECT_EQ(AskAs("Token " + TokenOf(world_.stranger), "PATCH", kFlag, "{}").status, 404);
}

TEST_F(FlagUpdatesTest, ChangesThatNeedApprovalAreAConflict) {
  Ask("PATCH", "environments/dev-key/", R"({"minimum_change_request_approvals":1})");
  const auto answer = AskFlag("PATCH", R"({"environment_default":{"enabled":false}})");
  EXPECT_EQ(answer.status, 409);
  EXPECT_EQ(answer.body,
            R"({"detail":"Cannot update flags in an environment with change requests enabled.",)"
            R"("code":"change_requests_enabled"})");
}

}  // namespace
}  // namespace flagstream::api
