// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <string>

#include "api/sdk/sdk_test_case.h"

namespace flagstream::api {
namespace {

// Goal: the endpoints that only store traits answer what was stored, and never with a stamp.

using TraitsTest = SdkTestCase;

constexpr std::string_view kCity =
    R"({"identity":{"identifier":"alice"},"trait_key":"city","trait_value":"Rome"})";

TEST_F(TraitsTest, PostStoresOne) {
  const auto answer = Post("/api/v1/traits/", kCity);
  EXPECT_EQ(answer->status, 200);
  EXPECT_EQ(answer->body,
            R"({"identity":{"identifier":"alice"},"trait_value":"Rome","trait_key":"city"})");
  EXPECT_FALSE(answer->Has(kStampHeader));
  EXPECT_EQ(StoredTraits("alice"), "city=Rome");
}

TEST_F(TraitsTest, NullDeletes) {
  Post("/api/v1/traits/", kCity);
  const auto answer =
      Post("/api/v1/traits",
           R"({"identity":{"identifier":"alice"},"trait_key":"city","trait_value":null})");
  EXPECT_EQ(answer->status, 200);
  EXPECT_EQ(answer->body,
            R"({"identity":{"identifier":"alice"},"trait_value":null,"trait_key":"city"})");
  EXPECT_EQ(StoredTraits("alice"), "");
}

TEST_F(TraitsTest, OrganisationsMayForbidIt) {
  Change([](store::Organisation& organisation, auto&, auto&) {
    organisation.persist_trait_data = false;
  });
  const auto answer = Post("/api/v1/traits/", kCity, kServerKey);
  EXPECT_EQ(answer->status, 403);
  EXPECT_EQ(answer->body, R"({"detail":"Organisation is not authorised to store traits."})");
  EXPECT_EQ(StoredIdentities(), 0);
}

TEST_F(TraitsTest, EnvironmentsMayForbidItToClients) {
  Change([](auto&, auto&, store::Environment& environment) {
    environment.allow_client_traits = false;
  });
  for (const std::string_view target :
       {"/api/v1/traits/", "/api/v1/identities/alice/traits/city"}) {
    const auto answer = Post(target, kCity);
    EXPECT_EQ(answer->status, 400) << target;
    EXPECT_EQ(answer->body,
              R"({"non_field_errors":["Setting traits not allowed with client key."]})");
  }
  EXPECT_EQ(StoredIdentities(), 0);
  EXPECT_EQ(Post("/api/v1/traits/", kCity, kServerKey)->status, 200);
}

TEST_F(TraitsTest, BulkStoresForMany) {
  const auto answer =
      Send("PUT", "/api/v1/traits/bulk/",
           R"([{"identity":{"identifier":"alice"},"trait_key":"city","trait_value":"Oslo"},)"
           R"({"identity":{"identifier":"bob"},"trait_key":"n","trait_value":1},)"
           R"({"identity":{"identifier":"alice"},"trait_key":"gone","trait_value":null},)"
           R"({"identity":{"identifier":"alice"},"trait_key":"n","trait_value":2}])");
  EXPECT_EQ(answer->status, 200);
  EXPECT_EQ(answer->body,
            R"([{"identity":{"identifier":"alice"},"trait_value":"Oslo","trait_key":"city"},)"
            R"({"identity":{"identifier":"bob"},"trait_value":1,"trait_key":"n"},)"
            R"({"identity":{"identifier":"alice"},"trait_value":2,"trait_key":"n"}])");
  EXPECT_FALSE(answer->Has(kStampHeader));
  EXPECT_EQ(StoredTraits("alice"), "city=Oslo n=2");
  EXPECT_EQ(StoredTraits("bob"), "n=1");
}

TEST_F(TraitsTest, BulkStopsAtTheFirstFailure) {
  std::string body = "[";
  for (const std::string_view name : {"a", "b", "c", "d", "e"}) {
    if (body.size() > 1) body += ",";
    body += R"({"identity":{"identifier":")" + std::string(name) +
            R"("},"trait_key":"k","trait_value":1})";
  }
  const auto answer = Send("PUT", "/api/v1/traits/bulk/", body + "]");
  EXPECT_EQ(answer->status, 400);
  EXPECT_EQ(StoredIdentities(), 3);
}

TEST_F(TraitsTest, BulkOfNothingIsNothing) {
  EXPECT_EQ(Send("PUT", "/api/v1/traits/bulk/", "[]")->body, "[]");
  EXPECT_EQ(Send("PUT", "/api/v1/traits/bulk/", "")->status, 400);
}

TEST_F(TraitsTest, IncrementsFromZero) {
  constexpr std::string_view kByFour = R"({"identifier":"alice","trait_key":"n","increment_by":4})";
  EXPECT_EQ(Post("/api/v1/traits/increment-value/", kByFour)->body,
            R"({"trait_key":"n","trait_value":4,"identifier":"alice"})");
  const auto again = Post("/api/v1/traits/increment-value/", kByFour);
  EXPECT_EQ(again->status, 200);
  EXPECT_EQ(again->body, R"({"trait_key":"n","trait_value":8,"identifier":"alice"})");
  EXPECT_FALSE(again->Has(kStampHeader));
}

TEST_F(TraitsTest, IncrementsOnlyIntegers) {
  Post("/api/v1/traits/", kCity);
  EXPECT_EQ(Post("/api/v1/traits/increment-value/",
                 R"({"identifier":"alice","trait_key":"city","increment_by":1})")
                ->status,
            400);
  EXPECT_EQ(StoredTraits("alice"), "city=Rome");
}

TEST_F(TraitsTest, OldReleasesNameTheTraitInThePath) {
  const auto answer = Post("/api/v1/identities/alice/traits/city", R"({"trait_value":"Rome"})");
  EXPECT_EQ(answer->status, 200);
  EXPECT_EQ(answer->body.substr(0, 50),
            std::string(R"({"id":1,"trait_key":"city","trait_value":"Rome","transient":false})")
                .substr(0, 50));
  EXPECT_EQ(StoredTraits("alice"), "city=Rome");
}

TEST_F(TraitsTest, KeysComeBeforeBodies) {
  EXPECT_EQ(Post("/api/v1/traits/", "nonsense", "unknown")->status, 403);
  EXPECT_EQ(Post("/api/v1/traits/", "nonsense")->status, 400);
  EXPECT_EQ(Get("/api/v1/traits/")->status, 405);
}

}  // namespace
}  // namespace flagstream::api
