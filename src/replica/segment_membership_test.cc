// SPDX-License-Identifier: Apache-2.0
#include "replica/segment_membership.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <vector>

#include "testing/sample_environment.h"

namespace flagstream::replica {
namespace {

// Goal: an identity's segments are told, whether they override something or not, as its traits and
// its own overrides have it.

using namespace std::string_literals;
using flags::Segment;

Segment SegmentWhere(int64_t id, flags::Condition condition) {
  Segment segment{.id = {id}, .name = "segment " + std::to_string(id)};
  segment.rules = {{.type = flags::RuleType::kAll, .conditions = {std::move(condition)}}};
  return segment;
}

class SegmentMembershipTest : public ::testing::Test {
 protected:
  static flags::Environment Segmented() {
    flags::Environment environment = testing::SampleEnvironment();
    Segment pro = SegmentWhere(5, {"EQUAL", "plan", "pro"});
    pro.overrides = {{.id = {41}, .state = {.id = {41}, .feature = {2}, .value = "for pro"s}}};
    environment.segments = {std::move(pro), SegmentWhere(6, {"IS_SET", "plan", {}}),
                            SegmentWhere(7, {"EQUAL", "$.flags.banner.value", "vip"})};
    return environment;
  }

  std::vector<int64_t> Of(std::string_view identifier, const std::vector<flags::Trait>& traits) {
    const auto context = flags::ContextTraitsOf(traits);
    std::vector<int64_t> ids;
    for (const Segment* segment :
         membership_.Of({.identifier = identifier, .id = {}, .traits = context}))
      ids.push_back(segment->id.value);
    return ids;
  }

  const flags::Snapshot snapshot_{Segmented()};
  const SegmentMembership membership_{snapshot_};
};

TEST_F(SegmentMembershipTest, FollowsTraits) {
  EXPECT_EQ(Of("bob", {}), std::vector<int64_t>());
  EXPECT_EQ(Of("bob", {{"plan", "pro"s}}), (std::vector<int64_t>{5, 6}));
  EXPECT_EQ(Of("bob", {{"plan", "free"s}}), std::vector<int64_t>{6});
}

TEST_F(SegmentMembershipTest, FollowsWhatTheIdentityIsServed) {
  EXPECT_EQ(Of("alice", {}), std::vector<int64_t>{7}) << "by an override of her own";
}

}  // namespace
}  // namespace flagstream::replica
