// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <string>

#include "api/sdk/sdk_test_case.h"

namespace flagstream::api {
namespace {

// Goal: identities are served and stored as SDKs expect: what is transient leaves no trace, and a
// stamp is never newer than its data.

class IdentitiesTest : public SdkTestCase {
 protected:
  // The traits of an answer, as sent.
  static std::string TraitsOf(const testing::HttpAnswerPtr& answer) {
    const size_t begin = answer->body.find("\"traits\":");
    if (begin == std::string::npos) return answer->body;
    const size_t end = answer->body.find(']', begin);
    return answer->body.substr(begin + 9, end + 1 - (begin + 9));
  }
  static std::string IdentifierOf(const testing::HttpAnswerPtr& answer) {
    constexpr std::string_view kBefore = R"({"identifier":")";
    if (!answer->body.starts_with(kBefore)) return answer->body;
    return answer->body.substr(kBefore.size(),
                               answer->body.find('"', kBefore.size()) - kBefore.size());
  }
  static bool HasFlag(const testing::HttpAnswerPtr& answer, std::string_view name) {
    return answer->body.find("\"name\":\"" + std::string(name) + "\"") != std::string::npos;
  }
};

constexpr std::string_view kPlanPro =
    R"({"identifier":"alice","traits":[{"trait_key":"plan","trait_value":"pro"}]})";

TEST_F(IdentitiesTest, PostStoresAndAnswers) {
  const auto answer = Post("/api/v1/identities/", kPlanPro);
  EXPECT_EQ(answer->status, 200);
  EXPECT_EQ(IdentifierOf(answer), "alice");
  EXPECT_EQ(TraitsOf(answer),
            R"([{"id":1,"trait_key":"plan","trait_value":"pro","transient":false}])");
  EXPECT_TRUE(HasFlag(answer, "banner"));
  EXPECT_FALSE(HasFlag(answer, "secret"));
  EXPECT_EQ(StoredTraits("alice"), "plan=pro");

  EXPECT_EQ(answer->Header("Content-Type"), "application/json");
  EXPECT_EQ(answer->Header("Vary"), "X-Environment-Key, Origin, Accept-Encoding");
  EXPECT_EQ(answer->Header("Cache-Control"), "private, no-cache");
}

TEST_F(IdentitiesTest, GetCreatesTheIdentity) {
  const auto answer = Get("/api/v1/identities/?identifier=bob");
  EXPECT_EQ(answer->status, 200);
  EXPECT_EQ(IdentifierOf(answer), "bob");
  EXPECT_EQ(TraitsOf(answer), "[]");
  EXPECT_EQ(answer->Header(kStampHeader), kStampText);
  EXPECT_EQ(StoredTraits("bob"), "");
}

TEST_F(IdentitiesTest, TheRequestsTraitsComeFirstInItsOrder) {
  Post("/api/v1/identities/", kPlanPro);
  const auto answer =
      Post("/api/v1/identities/",
           R"({"identifier":"alice","traits":[{"trait_key":"z","trait_value":1.5},)"
           R"({"trait_key":"b","trait_value":true},{"trait_key":"age","trait_value":41}]})");
  EXPECT_EQ(TraitsOf(answer),
            R"([{"id":2,"trait_key":"z","trait_value":1.5,"transient":false},)"
            R"({"id":3,"trait_key":"b","trait_value":true,"transient":false},)"
            R"({"id":4,"trait_key":"age","trait_value":41,"transient":false},)"
            R"({"id":1,"trait_key":"plan","trait_value":"pro","transient":false}])");
}

TEST_F(IdentitiesTest, NullDeletesAndIsNeverAnswered) {
  Post("/api/v1/identities/", kPlanPro);
  const auto answer =
      Post("/api/v1/identities/",
           R"({"identifier":"alice","traits":[{"trait_key":"plan","trait_value":null}]})");
  EXPECT_EQ(TraitsOf(answer), "[]");
  EXPECT_EQ(StoredTraits("alice"), "");
}

TEST_F(IdentitiesTest, ATraitWriteMovesTheStampOfTheIdentityAlone) {
  const auto changed = Post("/api/v1/identities/", kPlanPro);
  EXPECT_EQ(changed->Header(kStampHeader), "1777627800.78125");
  // Nothing differs, so nothing moves, however often it is sent.
  for (int i = 0; i < 1'000; ++i) Post("/api/v1/identities/", kPlanPro);
  EXPECT_EQ(Post("/api/v1/identities/", kPlanPro)->Header(kStampHeader), "1777627800.78125");
  EXPECT_EQ(Get("/api/v1/identities/?identifier=other")->Header(kStampHeader), kStampText);
  EXPECT_EQ(Get("/api/v1/flags/")->Header(kStampHeader), kStampText);
}

TEST_F(IdentitiesTest, AnIdentitysStampWaitsForItsSnapshot) {
  // The environment has changed in the store (revision 5), and this shard has not heard of it yet.
  const auto raise = [](store::Transaction& tx) -> Result<> {
    FLAGSTREAM_ASSIGN(auto environment, store::Get<store::Environment>(tx, 1));
    environment->revision = 5;
    environment->stamp += Stamp::kTickMicros;
    return store::Update(tx, *environment);
  };
  ASSERT_TRUE(store::WriteAndWait(store_, raise).ok());
  EXPECT_EQ(Post("/api/v1/identities/", kPlanPro)->Header(kStampHeader), kStampText);
  Serve();
  EXPECT_EQ(Get("/api/v1/identities/?identifier=alice")->Header(kStampHeader), "1777627800.796875");
}

TEST_F(IdentitiesTest, TransientIdentitiesLeaveNoTrace) {
  const auto answer = Post(
      "/api/v1/identities/",
      R"({"identifier":"ghost","transient":true,"traits":[{"trait_key":"plan","trait_value":"max"}]})");
  EXPECT_EQ(IdentifierOf(answer), "ghost");
  EXPECT_EQ(TraitsOf(answer),
            R"([{"id":null,"trait_key":"plan","trait_value":"max","transient":true}])");
  EXPECT_EQ(Get("/api/v1/identities/?identifier=ghost&transient=true")->status, 200);
  EXPECT_EQ(StoredIdentities(), 0);
}

TEST_F(IdentitiesTest, TransientRequestsUseWhatIsStored) {
  Post("/api/v1/identities/", kPlanPro);
  const auto answer = Post(
      "/api/v1/identities/",
      R"({"identifier":"alice","transient":true,"traits":[{"trait_key":"age","trait_value":3}]})");
  EXPECT_EQ(TraitsOf(answer),
            R"([{"id":null,"trait_key":"age","trait_value":3,"transient":true},)"
            R"({"id":1,"trait_key":"plan","trait_value":"pro","transient":false}])");
  EXPECT_EQ(StoredTraits("alice"), "plan=pro");
}

TEST_F(IdentitiesTest, ATransientGetTellsNoTraits) {
  Post("/api/v1/identities/", kPlanPro);
  for (const std::string_view yes : {"true", "True", "1"}) {
    EXPECT_EQ(TraitsOf(Get("/api/v1/identities/?identifier=alice&transient=" + std::string(yes))),
              "[]");
  }
  for (const std::string_view no : {"false", "", "0"}) {
    EXPECT_NE(TraitsOf(Get("/api/v1/identities/?identifier=alice&transient=" + std::string(no))),
              "[]")
        << no;
  }
}

TEST_F(IdentitiesTest, ATransientTraitHidesTheStoredOneOnce) {
  Post("/api/v1/identities/", kPlanPro);
  const auto answer = Post(
      "/api/v1/identities/",
      R"({"identifier":"alice","traits":[{"trait_key":"plan","trait_value":"max","transient":true}]})");
  EXPECT_EQ(TraitsOf(answer),
            R"([{"id":null,"trait_key":"plan","trait_value":"max","transient":true}])");
  EXPECT_EQ(StoredTraits("alice"), "plan=pro");
  const auto hidden = Post(
      "/api/v1/identities/",
      R"({"identifier":"alice","traits":[{"trait_key":"plan","trait_value":null,"transient":true}]})");
  EXPECT_EQ(TraitsOf(hidden), "[]");
  EXPECT_EQ(StoredTraits("alice"), "plan=pro");
}

TEST_F(IdentitiesTest, AnonymousOnesAreNamedByTheirTraits) {
  constexpr std::string_view kHash =
      "9746f9086f61e37ea956bac460df92fc8108e27b344f6b716dab539fcd89e75b";
  for (const std::string_view identifier : {R"("identifier":"",)", R"("identifier":null,)", ""}) {
    const auto answer =
        Post("/api/v1/identities/", "{" + std::string(identifier) +
                                        R"("traits":[{"trait_key":"plan","trait_value":"pro"}]})");
    EXPECT_EQ(answer->status, 200);
    EXPECT_EQ(IdentifierOf(answer), kHash);
    EXPECT_EQ(TraitsOf(answer),
              R"([{"id":null,"trait_key":"plan","trait_value":"pro","transient":true}])");
    EXPECT_EQ(answer->Header(kStampHeader), kStampText);
  }
  EXPECT_EQ(IdentifierOf(Post("/api/v1/identities/", "")).size(), 32U);
  EXPECT_NE(IdentifierOf(Post("/api/v1/identities/", "{}")),
            IdentifierOf(Post("/api/v1/identities/", "{}")));
  EXPECT_EQ(StoredIdentities(), 0);
}

TEST_F(IdentitiesTest, ClientsMayBeForbiddenToSetTraits) {
  Change([](auto&, auto&, store::Environment& environment) {
    environment.allow_client_traits = false;
  });
  const auto answer = Post("/api/v1/identities/", kPlanPro);
  EXPECT_EQ(answer->status, 200);
  EXPECT_EQ(TraitsOf(answer), "[]");
  EXPECT_EQ(StoredTraits("alice"), "");
  Post("/api/v1/identities/", kPlanPro, kServerKey);
  EXPECT_EQ(StoredTraits("alice"), "plan=pro");
}

TEST_F(IdentitiesTest, OrganisationsMayForbidToStoreTraits) {
  Change([](store::Organisation& organisation, auto&, auto&) {
    organisation.persist_trait_data = false;
  });
  const auto answer = Post("/api/v1/identities/", kPlanPro);
  EXPECT_EQ(answer->status, 200);
  EXPECT_EQ(TraitsOf(answer),
            R"([{"id":null,"trait_key":"plan","trait_value":"pro","transient":false}])");
  EXPECT_EQ(StoredTraits("alice"), "");
}

TEST_F(IdentitiesTest, SensitiveDataIsHidden) {
  Change([](auto&, auto&, store::Environment& environment) {
    environment.hide_sensitive_data = true;
  });
  const auto answer = Post("/api/v1/identities/", kPlanPro);
  EXPECT_EQ(IdentifierOf(answer), "alice");
  EXPECT_EQ(TraitsOf(answer), "[]");
  EXPECT_NE(answer->body.find(R"("description":null)"), std::string::npos);
  EXPECT_EQ(answer->body.find("What is on top"), std::string::npos);
  EXPECT_EQ(StoredTraits("alice"), "plan=pro");
}

TEST_F(IdentitiesTest, OneFeatureMayBeAskedFor) {
  const auto answer = Get("/api/v1/identities/?identifier=alice&feature=banner");
  EXPECT_EQ(answer->status, 200);
  EXPECT_TRUE(answer->body.starts_with(R"({"id":1,"feature":{"id":1,"name":"banner")"))
      << answer->body;
  EXPECT_EQ(answer->Header(kStampHeader), kStampText);
  const auto missing = Get("/api/v1/identities/?identifier=alice&feature=secret");
  EXPECT_EQ(missing->status, 404);
  EXPECT_EQ(missing->body, R"({"detail":"Given feature not found"})");
  EXPECT_FALSE(missing->Has(kStampHeader));
}

TEST_F(IdentitiesTest, IdentifiersAreTakenAsTheyAre) {
  struct Case {
    std::string_view encoded;
    std::string_view echoed;
  };
  for (const Case& c : {Case{"a+b", "a b"}, Case{"a%2Bb", "a+b"}, Case{"a%20b", "a b"},
                        Case{"100%25", "100%"}, Case{"a%2Fb", "a/b"}, Case{"%C3%A9", "é"}}) {
    const auto answer = Get("/api/v1/identities/?transient=1&identifier=" + std::string(c.encoded));
    EXPECT_EQ(answer->status, 200) << c.encoded;
    EXPECT_EQ(IdentifierOf(answer), c.echoed);
  }
  const std::string longest(2'000, 'x');
  EXPECT_EQ(IdentifierOf(Get("/api/v1/identities/?transient=1&identifier=" + longest)), longest);
  EXPECT_EQ(Get("/api/v1/identities/?identifier=" + longest + "x")->status, 400);
  EXPECT_EQ(
      IdentifierOf(Post("/api/v1/identities/", R"({"identifier":"a+b/c %","transient":true})")),
      "a+b/c %");
}

TEST_F(IdentitiesTest, AnIdentifierIsNeeded) {
  for (const std::string_view target : {"/api/v1/identities/", "/api/v1/identities/?identifier="}) {
    const auto answer = Get(target);
    EXPECT_EQ(answer->status, 400);
    EXPECT_EQ(answer->body, R"({"detail":"Missing identifier"})");
    EXPECT_FALSE(answer->Has(kStampHeader));
  }
}

TEST_F(IdentitiesTest, BadBodiesAreRefusedWithoutStamp) {
  struct Case {
    std::string_view body;
    std::string_view answer;
  };
  for (
      const Case& c :
      {Case{"[]", R"({"non_field_errors":["Invalid data. Expected a dictionary, but got list."]})"},
       Case{
           R"({"identifier":"a","traits":"x"})",
           R"({"traits":{"non_field_errors":["Expected a list of items but got type \"str\"."]}})"},
       Case{R"({"identifier":"a","traits":[{"trait_key":"k","trait_value":1},{"trait_value":1}]})",
            R"({"traits":[{},{"trait_key":["This field is required."]}]})"}}) {
    const auto answer = Post("/api/v1/identities/", c.body);
    EXPECT_EQ(answer->status, 400);
    EXPECT_EQ(answer->body, c.answer);
    EXPECT_FALSE(answer->Has(kStampHeader));
  }
  EXPECT_TRUE(
      Post("/api/v1/identities/", "{nope")->body.starts_with(R"({"detail":"JSON parse error - )"));
  const auto type = Ask(net::RequestBuilder("POST", "/api/v1/identities/")
                            .Header("X-Environment-Key", kClientKey)
                            .Header("Content-Type", "text/plain")
                            .Body(kPlanPro)
                            .Build());
  EXPECT_EQ(type->status, 415);
  EXPECT_EQ(Post("/api/v1/identities/", "{nope", "unknown")->status, 403);
  EXPECT_EQ(StoredIdentities(), 0);
}

TEST_F(IdentitiesTest, AtTheLimitFlagsAreServedButTraitsAreNotLost) {
  for (const std::string_view name : {"a", "b", "c"}) {
    Get("/api/v1/identities/?identifier=" + std::string(name));
  }
  ASSERT_EQ(StoredIdentities(), 3);
  const auto served = Get("/api/v1/identities/?identifier=d");
  EXPECT_EQ(served->status, 200);
  EXPECT_TRUE(HasFlag(served, "banner"));
  // 200 would say that they are stored.
  const auto refused = Post("/api/v1/identities/", kPlanPro);
  EXPECT_EQ(refused->status, 400);
  EXPECT_FALSE(refused->Has(kStampHeader));
  EXPECT_EQ(StoredIdentities(), 3);
}

TEST_F(IdentitiesTest, AStoreThatIsAwayIsTold) {
  Post("/api/v1/identities/", kPlanPro);
  replica_.Forget(EnvironmentId{1}, "alice");
  store_.FailCall(0, Error::Unavailable("disk full"));
  const auto answer =
      Post("/api/v1/identities/",
           R"({"identifier":"alice","traits":[{"trait_key":"plan","trait_value":"max"}]})");
  EXPECT_EQ(answer->status, 503);
  EXPECT_EQ(answer->Header("Retry-After"), "1");
  EXPECT_FALSE(answer->Has(kStampHeader));
  EXPECT_EQ(StoredTraits("alice"), "plan=pro");
}

TEST_F(IdentitiesTest, OldReleasesAskByPath) {
  Post("/api/v1/identities/", kPlanPro);
  const auto old = Get("/api/v1/identities/alice/");
  EXPECT_EQ(old->status, 200);
  EXPECT_TRUE(HasFlag(old, "banner"));
  EXPECT_NE(old->body.find(R"("segments":[])"), std::string::npos) << old->body;
  EXPECT_NE(old->body.find(R"("trait_key":"plan","trait_value":"pro")"), std::string::npos);

  const auto flags = Get("/api/v1/flags/alice");
  EXPECT_EQ(flags->status, 200);
  EXPECT_TRUE(flags->body.starts_with(R"([{"id":1,"feature":)")) << flags->body;
  EXPECT_TRUE(flags->body.ends_with("]"));
  EXPECT_EQ(Get("/api/v1/identities/a%2Fb/")->status, 200);
  EXPECT_EQ(StoredTraits("a/b"), "");
}

}  // namespace
}  // namespace flagstream::api
