// SPDX-License-Identifier: Apache-2.0
#include "service/flag_updates.h"

#include <algorithm>
#include <string>
#include <utility>

#include "api/admin/body_reader.h"
#include "api/admin/flag_value_json.h"
#include "api/admin/routes.h"
#include "wire/request_fields.h"

// Whole flags in one call, below /api/__future__/. Values have a type and are always text.
namespace flagstream::api {
namespace {

using flags::FlagValue;
using service::Given;

// More than there may be of either.
constexpr size_t kVariantsMax = 1'000;
constexpr size_t kOverridesMax = 10'000;

FeatureId FeatureOf(const Call& call) { return call.Id<FeatureId>("feature"); }

std::string_view TypeName(const FlagValue& value) {
  if (std::holds_alternative<int64_t>(value)) return "integer";
  return std::holds_alternative<bool>(value) ? "boolean" : "string";
}

wire::Json ValueJson(const FlagValue& value) {
  const wire::Json plain = PlainValueJson(value);
  if (plain.IsNull()) return {};
  wire::Json json;
  json.Set("type", TypeName(value));
  json.Set("value", plain.AsString() != nullptr ? plain : wire::Json(plain.Dump()));
  return json;
}

wire::Json VariantsJson(service::WeightRows weights) {
  std::ranges::sort(weights, {}, [](const auto& row) { return row.multivariate_option_id; });
  wire::Json::Array list;
  for (const auto& weight : weights) {
    wire::Json json;
    json.Set("id", weight.multivariate_option_id);
    json.Set("weight", weight.percentage_allocation);
    list.push_back(std::move(json));
  }
  return {std::move(list)};
}

void SetServed(wire::Json& json, const service::FeatureStateView& served) {
  json.Set("enabled", served.state.enabled);
  json.Set("value", ValueJson(served.value));
  json.Set("variants", VariantsJson(served.weights));
}

wire::Json OverrideJson(const service::FlagOverride& one) {
  wire::Json json;
  json.Set("segment", wire::Json::Object{{"id", one.link.segment_id}});
  json.Set("priority", one.link.priority);
  SetServed(json, one.served);
  return json;
}

wire::Json FlagJson(const service::FlagView& flag) {
  wire::Json environment_default;
  SetServed(environment_default, flag.environment_default);
  wire::Json::Array overrides;
  for (const service::FlagOverride& one : flag.segment_overrides)
    overrides.push_back(OverrideJson(one));
  wire::Json json;
  json.Set("environment_default", std::move(environment_default));
  json.Set("segment_overrides", std::move(overrides));
  return json;
}

struct TypedText {
  std::string type;
  std::string text;
};

// kInvalidArgument with what is wrong with the text.
Result<FlagValue> ParseValue(const TypedText& typed) {
  const auto problem = [&](std::string_view rest) {
    return Error(ErrorCode::kInvalidArgument, "'" + typed.text + "' " + std::string(rest));
  };
  if (typed.type == "integer") {
    const std::optional<int64_t> integer = wire::AsInteger(wire::Json(typed.text));
    if (!integer) return problem("is not a valid integer");
    return FlagValue(*integer);
  }
  if (typed.type == "boolean") {
    if (typed.text == "true" || typed.text == "True" || typed.text == "TRUE")
      return FlagValue(true);
    if (typed.text == "false" || typed.text == "False" || typed.text == "FALSE")
      return FlagValue(false);
    return problem("is not a valid boolean (use 'true' or 'false')");
  }
  return FlagValue(typed.text);
}

TypedText ReadTypedText(BodyReader& body) {
  TypedText typed;
  typed.type = body.Text("type", {}, Presence::kRequired).value_or("string");
  if (typed.type != "string" && typed.type != "integer" && typed.type != "boolean")
    body.AddError("type", "\"" + typed.type + "\" is not a valid choice.");
  typed.text = body.Text("value", {.may_be_blank = true}, Presence::kRequired).value_or("0");
  return typed;
}

Given<FlagValue> ReadValue(BodyReader& body) {
  const auto typed = body.Object("value", ReadTypedText);
  if (!typed) return std::nullopt;
  Result<FlagValue> value = ParseValue(*typed);
  if (value) return *std::move(value);
  body.AddError("value", value.error().message());
  return std::nullopt;
}

service::StateWeight ReadVariant(BodyReader& body) {
  service::StateWeight weight;
  weight.option = {body.Integer("id", Presence::kRequired).value_or(0)};
  weight.percentage = body.Number("weight", 0, 100, Presence::kRequired).value_or(0);
  return weight;
}

service::ServedPart ReadServed(BodyReader& body) {
  service::ServedPart part;
  part.enabled = body.Boolean("enabled");
  part.value = ReadValue(body);
  part.weights = body.Objects("variants", kVariantsMax, ReadVariant);
  return part;
}

service::SegmentPart ReadSegmentPart(BodyReader& body) {
  service::SegmentPart part;
  const auto segment = body.Object(
      "segment", [](BodyReader& reference) { return reference.Integer("id", Presence::kRequired); },
      Presence::kRequired);
  part.segment = {segment.value_or(0).value_or(0)};
  part.priority = body.Integer("priority");
  if (part.priority && *part.priority < 0)
    body.AddError("priority", "Ensure this value is greater than or equal to 0.");
  part.served = ReadServed(body);
  return part;
}

// Where changes need approval, the refusal has a code that tools look for.
template <class T>
Result<Reply> Answer(Result<service::Written<T>> written) {
  if (!written && written.error().code() == ErrorCode::kConflict) {
    return JsonReply(wire::Json::Object{{"detail", written.error().message()},
                                        {"code", "change_requests_enabled"}},
                     409);
  }
  FLAGSTREAM_TRY(written);
  return JsonReply(FlagJson(written->value), std::move(written->changes));
}

Result<Reply> Get(const Call& call) {
  FLAGSTREAM_ASSIGN(const auto flag, call.use_cases.flag_updates.Get(call.caller, call.Text("key"),
                                                                     FeatureOf(call)));
  return JsonReply(FlagJson(flag));
}

Result<Reply> Write(const Call& call, bool replace) {
  BodyReader body(call.body);
  service::FlagChange change;
  change.environment_default = body.Object("environment_default", ReadServed);
  change.segment_overrides = body.Objects("segment_overrides", kOverridesMax, ReadSegmentPart);
  change.replace = replace;
  FLAGSTREAM_TRY(body.Check());
  return Answer(
      call.use_cases.flag_updates.Update(call.caller, call.Text("key"), FeatureOf(call), change));
}

Result<Reply> Patch(const Call& call) { return Write(call, /*replace=*/false); }
Result<Reply> Put(const Call& call) { return Write(call, /*replace=*/true); }

Result<Reply> RemoveOverride(const Call& call) {
  return Answer(call.use_cases.flag_updates.RemoveOverride(
      call.caller, call.Text("key"), FeatureOf(call), call.Id<SegmentId>("segment")));
}

}  // namespace

void AddFlagUpdateRoutes(Endpoints& endpoints) {
  constexpr std::string_view kFlag = "/api/__future__/environments/{key}/features/{feature:int}/";
  endpoints.Get(kFlag, Get);
  endpoints.Patch(kFlag, Patch);
  endpoints.Put(kFlag, Put);
  endpoints.Delete(std::string(kFlag) + "segment-overrides/{segment:int}/", RemoveOverride);
}

}  // namespace flagstream::api
