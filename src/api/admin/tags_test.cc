// SPDX-License-Identifier: Apache-2.0
// Goal: statuses and bodies of tags.
#include <gtest/gtest.h>

#include "api/admin/admin_case_test.h"

namespace flagstream::api {
namespace {

class TagsTest : public AdminCase {
 protected:
  static constexpr std::string_view kPath = "projects/1/tags/";

  void MakeSystemTag() {
    testing::Must(store::WriteAndWait(world_.store, [&](store::Transaction& tx) {
      store::Tag tag;
      tag.uuid = "00000000-0000-4000-8000-000000000001";
      tag.project_id = world_.project.value;
      tag.label = "stale";
      tag.color = "#000000";
      tag.is_system_tag = true;
      tag.type = "STALE";
      return store::Insert(tx, tag);
    }));
  }
};

TEST_F(TagsTest, ComeAndGo) {
  const auto created =
      Ask("POST", kPath, R"({"label":"beta","type":"STALE","is_system_tag":true})");
  ASSERT_EQ(created.status, 201) << created.body;
  const wire::Json tag = JsonOf(created);
  const std::string uuid = *tag.Find("uuid")->AsString();
  EXPECT_EQ(created.body,
            R"({"id":1,"label":"beta","color":"#6837FC","description":null,"project":1,"uuid":")" +
                uuid + R"(","is_permanent":false,"is_system_tag":false,"type":"NONE"})");
  EXPECT_EQ(Ask("GET", "projects/1/tags/get-by-uuid/" + uuid + "/").body, created.body);
  EXPECT_EQ(*Get(kPath).Find("count")->AsInteger(), 1);

  const wire::Json changed =
      JsonOf(Ask("PUT", "projects/1/tags/1/", R"({"label":"b2","description":"","color":"#fff"})"));
  EXPECT_EQ(*changed.Find("label")->AsString(), "b2");
  EXPECT_EQ(*changed.Find("description")->AsString(), "");
  EXPECT_EQ(*JsonOf(Ask("PATCH", "projects/1/tags/1/", R"({"is_permanent":true})"))
                 .Find("label")
                 ->AsString(),
            "b2");

  EXPECT_EQ(Ask("DELETE", "projects/1/tags/1/").status, 204);
  EXPECT_EQ(Ask("GET", "projects/1/tags/1/").body,
            R"({"detail":"No Tag matches the given query."})");
}

TEST_F(TagsTest, FieldsAreChecked) {
  EXPECT_EQ(Ask("POST", kPath, "{}").body, R"({"label":["This field is required."]})");
  EXPECT_EQ(Ask("POST", kPath, R"({"label":"x","color":"#1234567890"})").body,
            R"({"color":["Ensure this field has no more than 10 characters."]})");
  EXPECT_EQ(Ask("POST", kPath, R"({"label":")" + std::string(101, 'x') + R"("})").status, 400);
  EXPECT_EQ(Ask("POST", kPath, R"({"label":"x","description":")" + std::string(513, 'x') + R"("})")
                .status,
            400);
}

TEST_F(TagsTest, ThoseOfTheSystemStay) {
  MakeSystemTag();
  const auto changed = Ask("PATCH", "projects/1/tags/1/", R"({"label":"mine"})");
  EXPECT_EQ(changed.status, 400);
  EXPECT_EQ(changed.body, R"({"message":"Cannot update a system tag."})");
  const auto deleted = Ask("DELETE", "projects/1/tags/1/");
  EXPECT_EQ(deleted.status, 400);
  EXPECT_EQ(deleted.body, R"({"message":"Cannot delete a system tag."})");
}

TEST_F(TagsTest, ThoseOfOtherProjectsAreNotFound) {
  Ask("POST", kPath, R"({"label":"beta"})");
  Ask("POST", "projects/", R"({"name":"Other","organisation":1})");
  EXPECT_EQ(Ask("GET", "projects/2/tags/1/").status, 404);
  EXPECT_EQ(Ask("DELETE", "projects/2/tags/1/").status, 404);
  EXPECT_EQ(AskAs("Token " + TokenOf(world_.stranger), "GET", kPath).status, 404);
  EXPECT_EQ(AskAs("Token " + TokenOf(world_.member), "POST", kPath, R"({"label":"x"})").status,
            403);
}

}  // namespace
}  // namespace flagstream::api
