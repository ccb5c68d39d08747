// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "api/sdk/sdk_test_case.h"

namespace flagstream::api {
namespace {

// Goal: a request counts as what it asks for, whatever its answer is, if its key opens something.

using replica::SdkResourceCounts;

class SdkRequestsTest : public SdkTestCase {};

TEST_F(SdkRequestsTest, CountByWhatTheyAskFor) {
  Get("/api/v1/flags/");
  Get("/api/v1/flags/?feature=nothing");
  Get("/api/v1/flags/1/multivariate-options/");
  Get("/api/v1/flags/alice");
  EXPECT_EQ(TakeRequests(), (SdkResourceCounts{4, 0, 0, 0}));

  Get("/api/v1/identities/?identifier=alice");
  Get("/api/v1/identities/");
  Get("/api/v1/identities/alice/");
  Post("/api/v1/identities/", R"({"identifier":"alice","traits":[]})");
  Post("/api/v1/identities/", "no JSON");
  Post("/api/v1/bulk-identities/", R"({"data":[]})");
  Post("/api/v1/identities/alice/traits/plan", R"({"trait_value":"pro"})");
  EXPECT_EQ(TakeRequests(), (SdkResourceCounts{0, 7, 0, 0}));

  Post("/api/v1/traits/",
       R"({"identity":{"identifier":"alice"},"trait_key":"plan","trait_value":"pro"})");
  Send("PUT", "/api/v1/traits/bulk/", "[]");
  Post("/api/v1/traits/increment-value/",
       R"({"identifier":"alice","trait_key":"n","increment_by":1})");
  EXPECT_EQ(TakeRequests(), (SdkResourceCounts{0, 0, 3, 0}));

  Get("/api/v1/environment-document/", kServerKey);
  EXPECT_EQ(TakeRequests(), (SdkResourceCounts{0, 0, 0, 1}));
}

TEST_F(SdkRequestsTest, DoNotCountIfTheKeyOpensNothing) {
  Get("/api/v1/flags/", "unknown");
  Get("/api/v1/identities/?identifier=alice", "");
  Get("/api/v1/environment-document/", kClientKey);
  Change([](store::Organisation& organisation, store::Project&, store::Environment&) {
    organisation.stop_serving_flags = true;
  });
  Get("/api/v1/flags/");
  EXPECT_TRUE(requests_.Take().empty());
}

TEST_F(SdkRequestsTest, ReportsAreNoRequestsForData) {
  Post("/api/v1/analytics/flags/", R"({"banner":1})");
  EXPECT_TRUE(requests_.Take().empty());
}

}  // namespace
}  // namespace flagstream::api
