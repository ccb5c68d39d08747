// SPDX-License-Identifier: Apache-2.0
#include "wire/flag_text.h"

#include <optional>
#include <variant>

#include "base/assert.h"
#include "wire/json.h"
#include "wire/time.h"

namespace flagstream::wire {
namespace {

void AppendBoolean(std::string& out, bool value) { out += value ? "true" : "false"; }

void AppendTextOrNull(std::string& out, const std::optional<std::string>& text) {
  if (text) {
    AppendJsonString(out, *text);
  } else {
    out += "null";
  }
}

// What is told of a feature beyond its name unless the environment hides it.
void AppendFeatureDetails(std::string& out, const flags::Feature& feature) {
  out += R"(,"created_date":")";
  out += FormatAdminTime(feature.created_micros);
  out += R"(","description":)";
  AppendTextOrNull(out, feature.description);
  out += R"(,"initial_value":)";
  AppendTextOrNull(out, feature.initial_value);
  out += R"(,"default_enabled":)";
  AppendBoolean(out, feature.default_enabled);
}

constexpr std::string_view kHiddenFeatureDetails =
    R"(,"created_date":null,"description":null,"initial_value":null,"default_enabled":null)";

}  // namespace

bool IsVisible(const flags::Environment& environment, KeyKind kind, const flags::Feature& feature,
               bool enabled) {
  if (kind == KeyKind::kClient && feature.is_server_key_only) return false;
  return enabled || !environment.HidesDisabledFlags();
}

std::string_view FeatureTypeName(flags::FeatureType type) {
  switch (type) {
    case flags::FeatureType::kStandard:
      return "STANDARD";
    case flags::FeatureType::kMultivariate:
      return "MULTIVARIATE";
  }
  FLAGSTREAM_UNREACHABLE();
}

void AppendFlagValue(std::string& out, const flags::FlagValue& value) {
  if (const auto* text = std::get_if<std::string>(&value)) {
    AppendJsonString(out, *text);
  } else if (const auto* integer = std::get_if<int64_t>(&value)) {
    AppendJsonInteger(out, *integer);
  } else if (const auto* boolean = std::get_if<bool>(&value)) {
    AppendBoolean(out, *boolean);
  } else {
    out += "null";
  }
}

std::string FeatureText(const flags::Environment& environment, const flags::Feature& feature) {
  std::string out = R"({"id":)";
  AppendJsonInteger(out, feature.id.value);
  out += R"(,"name":)";
  AppendJsonString(out, feature.name);
  if (environment.hide_sensitive_data) {
    out += kHiddenFeatureDetails;
  } else {
    AppendFeatureDetails(out, feature);
  }
  out += R"(,"type":")";
  out += FeatureTypeName(feature.type);
  out += R"("})";
  return out;
}

void AppendOpenFlag(std::string& out, const flags::Environment& environment, const FlagText& flag) {
  const auto append_id = [&](int64_t id) {
    if (id == 0 || environment.hide_sensitive_data) {
      out += "null";
    } else {
      AppendJsonInteger(out, id);
    }
  };
  out += R"({"id":)";
  append_id(flag.state.id.value);
  out += R"(,"feature":)";
  out += flag.feature_text;
  out += R"(,"feature_state_value":)";
  AppendFlagValue(out, flag.value);
  out += R"(,"environment":)";
  append_id(environment.id.value);
  out += R"(,"identity":)";
  append_id(flag.identity.value);
  // Always null: Ruby drops flags that have one, and old Java cannot read it.
  out += R"(,"feature_segment":null,"enabled":)";
  AppendBoolean(out, flag.state.enabled);
}

}  // namespace flagstream::wire
