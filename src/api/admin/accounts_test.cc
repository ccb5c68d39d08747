// SPDX-License-Identifier: Apache-2.0
// Goal: sign-up, log-in and log-out answer as the reference does, and guessing passwords is slow.
#include <gtest/gtest.h>

#include "api/admin/admin_case_test.h"

namespace flagstream::api {
namespace {

class AccountsTest : public AdminCase {
 protected:
  testing::HttpAnswer Post(std::string_view path, std::string_view body) {
    return AskAs("", "POST", path, body);
  }
};

constexpr std::string_view kSignUp =
    R"({"email":"New@Example.org","password":"Correct-Horse-9","first_name":"A","last_name":"B"})";

TEST_F(AccountsTest, SignUpLogInAndOut) {
  const auto signed_up = Post("auth/users/", kSignUp);
  ASSERT_EQ(signed_up.status, 201) << signed_up.body;
  const wire::Json user = JsonOf(signed_up);
  EXPECT_EQ(*user.Find("email")->AsString(), "new@example.org");
  EXPECT_EQ(user.Find("key")->AsString()->size(), 40U);
  EXPECT_TRUE(user.Find("sign_up_type")->IsNull());

  const auto logged_in =
      Post("auth/login/", R"({"email":"NEW@example.org","password":"Correct-Horse-9"})");
  ASSERT_EQ(logged_in.status, 200) << logged_in.body;
  const std::string token = "Token " + *JsonOf(logged_in).Find("key")->AsString();

  const auto me = AskAs(token, "GET", "auth/users/me/");
  EXPECT_EQ(me.status, 200);
  EXPECT_FALSE(*JsonOf(me).Find("is_superuser")->AsBool());

  EXPECT_EQ(AskAs(token, "POST", "auth/logout/", "{}").status, 204);
  EXPECT_EQ(AskAs(token, "GET", "auth/users/me/").body, R"({"detail":"Invalid token."})");
  // The other log-in goes on.
  EXPECT_EQ(AskAs("Token " + *user.Find("key")->AsString(), "GET", "auth/users/me/").status, 200);
}

TEST_F(AccountsTest, WrongPasswordAndUnknownEmailLookAlike) {
  Post("auth/users/", kSignUp);
  const auto wrong = Post("auth/login/", R"({"email":"new@example.org","password":"nope"})");
  const auto unknown = Post("auth/login/", R"({"email":"nobody@example.org","password":"nope"})");
  EXPECT_EQ(wrong.status, 400);
  EXPECT_EQ(wrong.body, R"({"non_field_errors":["Unable to log in with provided credentials."]})");
  EXPECT_EQ(unknown.status, wrong.status);
  EXPECT_EQ(unknown.body, wrong.body);
}

TEST_F(AccountsTest, AllThatIsWrongIsSaidAtOnce) {
  const auto answer = Post("auth/users/", R"({"email":null,"first_name":5})");
  EXPECT_EQ(answer.status, 400);
  EXPECT_EQ(answer.body,
            R"({"email":["This field may not be null."],"password":["This field is required."],)"
            R"("last_name":["This field is required."]})");
}

TEST_F(AccountsTest, WeakPasswordAndTakenEmail) {
  const auto weak =
      Post("auth/users/",
           R"({"email":"x@example.org","password":"1234","first_name":"A","last_name":"B"})");
  EXPECT_EQ(weak.status, 400);
  EXPECT_NE(weak.body.find("This password is too short."), std::string::npos) << weak.body;

  EXPECT_EQ(Post("auth/users/", kSignUp).status, 201);
  const auto taken = Post("auth/users/", kSignUp);
  EXPECT_EQ(taken.status, 400);
  EXPECT_TRUE(taken.body.starts_with(R"({"email":[)")) << taken.body;
}

TEST_F(AccountsTest, TwentyTriesAMinuteForEachAddress) {
  for (int i = 0; i < 20; ++i) EXPECT_EQ(Post("auth/login/", "{}").status, 400);
  const auto answer = Post("auth/login/", "{}");
  EXPECT_EQ(answer.status, 429);
  EXPECT_EQ(answer.body,
            R"({"detail":"Request was throttled. Expected available in 60 seconds."})");
  EXPECT_EQ(answer.Header("Retry-After"), "60");
  shard_.AdvanceBy(std::chrono::seconds(60));
  EXPECT_EQ(Post("auth/login/", "{}").status, 400);
}

TEST_F(AccountsTest, NewPasswordEndsOtherLogIns) {
  const wire::Json user = JsonOf(Post("auth/users/", kSignUp));
  const std::string old = "Token " + *user.Find("key")->AsString();
  const std::string current =
      "Token " +
      *JsonOf(Post("auth/login/", R"({"email":"new@example.org","password":"Correct-Horse-9"})"))
           .Find("key")
           ->AsString();

  const auto wrong = AskAs(current, "POST", "auth/users/set_password/",
                           R"({"current_password":"x","new_password":"Battery-Staple-8"})");
  EXPECT_EQ(wrong.body, R"({"current_password":["Invalid password."]})");
  const auto differs =
      AskAs(current, "POST", "auth/users/set_password/",
            R"({"current_password":"x","new_password":"a","re_new_password":"b"})");
  EXPECT_EQ(differs.body, R"({"non_field_errors":["The two password fields didn't match."]})");

  EXPECT_EQ(AskAs(current, "POST", "auth/users/set_password/",
                  R"({"current_password":"Correct-Horse-9","new_password":"Battery-Staple-8"})")
                .status,
            204);
  EXPECT_EQ(AskAs(old, "GET", "auth/users/me/").status, 401);
  EXPECT_EQ(AskAs(current, "GET", "auth/users/me/").status, 200);
  EXPECT_EQ(
      Post("auth/login/", R"({"email":"new@example.org","password":"Correct-Horse-9"})").status,
      400);
}

TEST_F(AccountsTest, ProfileIsChangedPartByPart) {
  const auto answer =
      Ask("PATCH", "auth/users/me/", R"({"first_name":"Ada","id":99,"is_superuser":true})");
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(*JsonOf(answer).Find("first_name")->AsString(), "Ada");
  EXPECT_EQ(*JsonOf(answer).Find("last_name")->AsString(), "Test");
  EXPECT_FALSE(*JsonOf(answer).Find("is_superuser")->AsBool());
}

}  // namespace
}  // namespace flagstream::api
