// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>

namespace flagstream {

// The integer id of one kind of entity; 0 means none. Ids of different kinds do not mix.
template <class Kind>
struct Id {
  int64_t value = 0;

  constexpr explicit operator bool() const { return value != 0; }
  constexpr auto operator<=>(const Id&) const = default;
};

using UserId = Id<struct UserKind>;
using OrganisationId = Id<struct OrganisationKind>;
using ProjectId = Id<struct ProjectKind>;
using EnvironmentId = Id<struct EnvironmentKind>;
using FeatureId = Id<struct FeatureKind>;
using FeatureStateId = Id<struct FeatureStateKind>;
using IdentityId = Id<struct IdentityKind>;
using SegmentId = Id<struct SegmentKind>;
using FeatureSegmentId = Id<struct FeatureSegmentKind>;
using MultivariateOptionId = Id<struct MultivariateOptionKind>;
using TagId = Id<struct TagKind>;

}  // namespace flagstream

template <class Kind>
struct std::hash<flagstream::Id<Kind>> {
  size_t operator()(flagstream::Id<Kind> id) const { return std::hash<int64_t>()(id.value); }
};
