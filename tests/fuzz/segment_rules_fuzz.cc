// SPDX-License-Identifier: Apache-2.0
// Goal: no definition of a segment upsets what reads and checks it; what is taken is within its
// bounds; and every refusal can be told to the client.

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "api/admin/body_reader.h"
#include "api/admin/segment_json.h"
#include "base/assert.h"
#include "service/limits.h"
#include "service/segment_rules.h"
#include "wire/error_body.h"
#include "wire/json.h"

namespace {

namespace api = flagstream::api;
namespace service = flagstream::service;
namespace wire = flagstream::wire;

void CheckRefusal(const flagstream::Error& error) {
  FLAGSTREAM_ASSERT(wire::ParseJson(wire::EncodeErrorBody(error)).ok());
}

void CheckTaken(const std::vector<service::RuleInput>& rules) {
  size_t conditions = 0;
  for (const service::RuleInput& rule : rules) {
    conditions += rule.conditions.size();
    for (const service::RuleInput& inner : rule.rules) {
      FLAGSTREAM_ASSERT(inner.rules.empty());
      conditions += inner.conditions.size();
    }
  }
  FLAGSTREAM_ASSERT(!rules.empty() && conditions <= service::kConditionsPerSegmentMax);
  const wire::Json described = service::DescribeRules(rules);
  FLAGSTREAM_ASSERT(*wire::ParseJson(described.Dump()) == described);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const auto json = wire::ParseJson({reinterpret_cast<const char*>(data), size});
  if (!json) return 0;
  api::BodyReader body(*json);
  const auto rules = api::ReadRules(body, api::Presence::kRequired);
  if (const auto read = body.Check(); !read) {
    CheckRefusal(read.error());
    return 0;
  }
  FLAGSTREAM_ASSERT(rules.has_value());
  if (const auto checked = service::CheckRules(*rules); !checked) {
    CheckRefusal(checked.error());
  } else {
    CheckTaken(*rules);
  }
  return 0;
}
