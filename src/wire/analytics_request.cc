// SPDX-License-Identifier: Apache-2.0
// Reports of how often features were evaluated.
#include <utility>

#include "wire/json.h"
#include "wire/request_fields.h"
#include "wire/sdk.h"

namespace flagstream::wire {

Result<std::vector<FeatureCount>> ParseAnalytics(std::string_view body) {
  FLAGSTREAM_ASSIGN(const Json json, ParseJson(body));
  const Json::Object* members = json.AsObject();
  if (members == nullptr) return Error::InvalidField("", "Expected a JSON object.");
  std::vector<FeatureCount> counts;
  for (const auto& [name, value] : *members) {
    if (counts.size() == kFeatureCountsMax) break;
    const int64_t* count = value.AsInteger();
    if (count != nullptr && *count > 0) counts.push_back({name, *count});
  }
  return counts;
}

Result<std::vector<FeatureCount>> ParseAnalyticsV2(std::string_view body) {
  FLAGSTREAM_ASSIGN(const Json json, ParseJson(body));
  FieldErrors errors;
  RequestFields fields(json, "", errors);
  const Json::Array& elements =
      fields.ReadList("evaluations", /*required=*/true, kFeatureCountsMax);
  std::vector<FeatureCount> counts;
  for (size_t i = 0; i < elements.size(); ++i) {
    RequestFields element(elements[i], "evaluations." + std::to_string(i), errors);
    FeatureCount count;
    count.feature_name = element.ReadText("feature_name", {.required = true});
    count.count = element.ReadInteger("count");
    if (count.count > 0) counts.push_back(std::move(count));
  }
  if (errors.size() > 0) return std::move(errors).ToError();
  return counts;
}

}  // namespace flagstream::wire
