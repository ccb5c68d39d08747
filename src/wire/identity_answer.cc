// SPDX-License-Identifier: Apache-2.0
#include <utility>

#include "wire/flag_text.h"
#include "wire/json.h"
#include "wire/sdk.h"
#include "wire/trait_value.h"

namespace flagstream::wire {
namespace {

// Bytes of a flag beside its feature and a short value: an estimate, so that an answer grows once.
constexpr size_t kFlagBytes = 160;

}  // namespace

IdentityEncoder::IdentityEncoder(const flags::Environment& environment)
    : environment_(environment) {
  feature_texts_.reserve(environment.features.size());
  for (const flags::Feature& feature : environment.features) {
    feature_texts_.push_back(FeatureText(environment, feature));
    flags_bytes_ += feature_texts_.back().size() + kFlagBytes;
  }
}

std::string IdentityEncoder::EncodeIdentity(KeyKind kind, std::string_view identifier,
                                            const flags::IdentityFlags& evaluation,
                                            const std::vector<TraitOutput>& traits) const {
  std::string out;
  out.reserve(flags_bytes_ + identifier.size() + 128 * (traits.size() + 1));
  out += R"({"identifier":)";
  AppendJsonString(out, identifier);
  out += R"(,"traits":)";
  AppendTraits(out, traits);
  out += R"(,"flags":)";
  AppendFlags(out, kind, evaluation);
  out += '}';
  return out;
}

std::optional<std::string> IdentityEncoder::EncodeIdentityFlag(
    KeyKind kind, const flags::IdentityFlags& evaluation, std::string_view feature_name) const {
  for (const flags::IdentityFlag& flag : evaluation) {
    if (flag.feature->name != feature_name) continue;
    if (!ShowsFlag(kind, flag)) return std::nullopt;
    std::string out;
    AppendFlag(out, flag);
    return out;
  }
  return std::nullopt;
}

std::string IdentityEncoder::EncodeIdentityFlags(KeyKind kind,
                                                 const flags::IdentityFlags& evaluation) const {
  std::string out;
  out.reserve(flags_bytes_);
  AppendFlags(out, kind, evaluation);
  return out;
}

std::string IdentityEncoder::EncodeIdentityWithSegments(
    KeyKind kind, const flags::IdentityFlags& evaluation, const std::vector<TraitOutput>& traits,
    const std::vector<const flags::Segment*>& segments) const {
  std::string out = R"({"flags":)";
  AppendFlags(out, kind, evaluation);
  out += R"(,"traits":)";
  AppendTraits(out, traits);
  out += R"(,"segments":)";
  AppendSegments(out, segments);
  out += '}';
  return out;
}

bool IdentityEncoder::ShowsFlag(KeyKind kind, const flags::IdentityFlag& flag) const {
  return IsVisible(environment_, kind, *flag.feature, flag.state->enabled);
}

void IdentityEncoder::AppendFlag(std::string& out, const flags::IdentityFlag& flag) const {
  const auto index = static_cast<size_t>(flag.feature - environment_.features.data());
  const auto* own = flag.identity_override;
  AppendOpenFlag(out, environment_,
                 {.state = *flag.state,
                  .value = *flag.value,
                  .feature_text = feature_texts_[index],
                  .identity = own == nullptr ? IdentityId() : own->identity});
  out += R"(,"variant":)";
  if (flag.variant) {
    AppendJsonString(out, *flag.variant);
  } else {
    out += "null";
  }
  out += '}';
}

void IdentityEncoder::AppendFlags(std::string& out, KeyKind kind,
                                  const flags::IdentityFlags& evaluation) const {
  out += '[';
  bool first = true;
  for (const flags::IdentityFlag& flag : evaluation) {
    if (!ShowsFlag(kind, flag)) continue;
    if (!std::exchange(first, false)) out += ',';
    AppendFlag(out, flag);
  }
  out += ']';
}

void IdentityEncoder::AppendTraits(std::string& out, const std::vector<TraitOutput>& traits) const {
  out += '[';
  bool first = true;
  for (const TraitOutput& trait : traits) {
    if (environment_.hide_sensitive_data) break;
    if (!std::exchange(first, false)) out += ',';
    AppendTrait(out, trait);
  }
  out += ']';
}

void IdentityEncoder::AppendSegments(std::string& out,
                                     const std::vector<const flags::Segment*>& segments) const {
  out += '[';
  bool first = true;
  for (const flags::Segment* segment : segments) {
    if (environment_.hide_sensitive_data) break;
    if (!std::exchange(first, false)) out += ',';
    out += R"({"id":)" + std::to_string(segment->id.value) + R"(,"name":)";
    AppendJsonString(out, segment->name);
    out += '}';
  }
  out += ']';
}

}  // namespace flagstream::wire
