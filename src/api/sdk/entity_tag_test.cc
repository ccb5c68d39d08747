// SPDX-License-Identifier: Apache-2.0
#include "api/sdk/entity_tag.h"

#include <gtest/gtest.h>

namespace flagstream::api {
namespace {

// Goal: a client is told "not modified" only of exactly what it has.

constexpr std::string_view kTag = R"("a,b-1")";

TEST(EntityTag, IsFoundInEachForm) {
  for (const std::string_view header :
       {R"("a,b-1")", R"("x", "a,b-1")", R"("a,b-1","x")", R"(W/"a,b-1")", "*"}) {
    EXPECT_TRUE(NamesEntityTag(header, kTag)) << header;
  }
}

TEST(EntityTag, IsNotTakenForAnother) {
  for (const std::string_view header : {"", R"("a")", "a,b-1", R"("A,B-1")", R"("x", "y")",
                                        R"("a,b-1)", R"("a,b-1" x)", R"(w/"a,b-1")", "*, x"}) {
    EXPECT_FALSE(NamesEntityTag(header, kTag)) << header;
  }
}

}  // namespace
}  // namespace flagstream::api
