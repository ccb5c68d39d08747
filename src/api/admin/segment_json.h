// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "api/admin/body_reader.h"
#include "service/segment_rules.h"
#include "service/segment_view.h"
#include "service/written.h"
#include "wire/json.h"

// Segments with their rules, as bodies and answers have them.
namespace flagstream::api {

wire::Json SegmentJson(const service::SegmentView& view);

// Reads the member `rules`. Elements that say `"delete": true` are left out; all other rows that
// the body does not name go anyway.
service::Given<std::vector<service::RuleInput>> ReadRules(BodyReader& body, Presence presence);

}  // namespace flagstream::api
