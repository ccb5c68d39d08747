// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <string>

#include "api/sdk/sdk_test_case.h"

namespace flagstream::api {
namespace {

// Goal: many identities are stored as one by one, and nothing of those that are transient.

using BulkIdentitiesTest = SdkTestCase;

TEST_F(BulkIdentitiesTest, StoresEach) {
  const auto answer =
      Post("/api/v1/bulk-identities/",
           R"({"data":[{"identifier":"a","traits":[{"trait_key":"k","trait_value":1}]},)"
           R"({"identifier":"b","traits":[],"transient":true},)"
           R"({"identifier":"c","traits":[{"trait_key":"t","trait_value":1,"transient":true}]}]})");
  EXPECT_EQ(answer->status, 200);
  EXPECT_EQ(answer->body, "{}");
  EXPECT_FALSE(answer->Has(kStampHeader));
  EXPECT_EQ(StoredTraits("a"), "k=1");
  EXPECT_EQ(StoredTraits("b"), std::nullopt);
  EXPECT_EQ(StoredTraits("c"), "");
}

TEST_F(BulkIdentitiesTest, FollowsTheEnvironmentsRules) {
  Change([](auto&, auto&, store::Environment& environment) {
    environment.allow_client_traits = false;
  });
  Post("/api/v1/bulk-identities/",
       R"({"data":[{"identifier":"a","traits":[{"trait_key":"k","trait_value":1}]}]})");
  EXPECT_EQ(StoredTraits("a"), "");
}

TEST_F(BulkIdentitiesTest, RefusesMoreThanAHundred) {
  std::string body = R"({"data":[)";
  for (int i = 0; i < 101; ++i) {
    if (i > 0) body += ",";
    body += R"({"identifier":")" + std::to_string(i) + R"(","traits":[]})";
  }
  EXPECT_EQ(Post("/api/v1/bulk-identities/", body + "]}")->status, 400);
  EXPECT_EQ(StoredIdentities(), 0);
  EXPECT_EQ(Post("/api/v1/bulk-identities/", "[]", "unknown")->status, 403);
}

}  // namespace
}  // namespace flagstream::api
