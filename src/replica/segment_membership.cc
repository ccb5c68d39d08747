// SPDX-License-Identifier: Apache-2.0
#include "replica/segment_membership.h"

#include <string>

#include "flags/snapshot_context.h"

namespace flagstream::replica {

using flags::Engine;
using flags::Environment;
using flags::Segment;

std::vector<const Segment*> SegmentMembership::Of(const flags::EvaluatedIdentity& identity) const {
  const Environment& environment = snapshot_.environment();
  const std::string key = flags::IdentityKey(environment, identity.identifier, identity.id);
  const flags::ContextIdentity context{identity.identifier, key, identity.traits};
  flags::Evaluation evaluation;
  Prepared().Evaluate(
      &context, snapshot_.OwnOverridesOf(snapshot_.FindOverride(identity.identifier)), evaluation);
  std::vector<const Segment*> segments;
  for (const uint32_t index : evaluation.segments) segments.push_back(&environment.segments[index]);
  return segments;
}

const Engine& SegmentMembership::Prepared() const {
  std::call_once(once_, [this] {
    engine_ = std::make_unique<const Engine>(
        flags::ContextOf(snapshot_.environment(), flags::SegmentChoice::kAll).context);
  });
  return *engine_;
}

}  // namespace flagstream::replica
