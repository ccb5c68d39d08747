// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "base/result.h"
#include "service/segment_rules.h"
#include "store/records.h"
#include "store/store.h"

namespace flagstream::service {

// A segment as the API shows it.
struct SegmentView {
  store::Segment segment;
  std::vector<RuleView> rules;
};

// Views of these segments, in their order, in a fixed number of queries.
Result<std::vector<SegmentView>> ViewSegments(store::Reader& reader,
                                              std::vector<store::Segment> segments);
Result<SegmentView> ViewSegment(store::Reader& reader, store::Segment segment);

}  // namespace flagstream::service
