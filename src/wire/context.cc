// SPDX-License-Identifier: Apache-2.0
#include "wire/context.h"

#include <utility>

#include "flags/engine.h"
#include "wire/context_reader.h"

namespace flagstream::wire {
namespace {

// The JSON that an outcome's winner was read from.
const Json& WinnerOf(const flags::Engine& engine, const ContextReader& reader, size_t feature,
                     const flags::FlagOutcome& flag) {
  if (flag.segment == flags::FlagOutcome::kNoSegment) return *reader.features()[feature];
  const auto& overrides = engine.context().segments[flag.segment].overrides;
  const auto index = static_cast<size_t>(flag.winner - overrides.data());
  return (*reader.segments()[flag.segment]->Find("overrides")->AsArray())[index];
}

// Given on as it was, so that whatever type it has is kept.
Json ValueOf(const Json& winner, const flags::FlagOutcome& flag) {
  const Json* holder = &winner;
  if (flag.variant >= 0) {
    holder = &(*winner.Find("variants")->AsArray())[static_cast<size_t>(flag.variant)];
  }
  const Json* value = holder->Find("value");
  return value == nullptr ? Json() : *value;
}

Json VariantNameOf(const flags::FlagOutcome& flag) {
  const flags::Scalar name = flag.variant_name();
  const auto* text = std::get_if<std::string_view>(&name);
  return text == nullptr ? Json() : Json(*text);
}

// Empty metadata is left out.
void CopyMetadata(const Json& from, Json& to) {
  const Json* metadata = from.Find("metadata");
  if (metadata == nullptr || metadata->AsObject() == nullptr) return;
  if (!metadata->AsObject()->empty()) to.Set("metadata", *metadata);
}

Json EncodeFlag(const flags::Engine& engine, const Json& winner, const flags::FlagOutcome& flag) {
  Json json;
  json.Set("name", flag.winner->name);
  json.Set("enabled", flag.winner->enabled);
  json.Set("value", ValueOf(winner, flag));
  json.Set("reason", engine.ReasonText(flag));
  json.Set("variant", VariantNameOf(flag));
  CopyMetadata(winner, json);
  return json;
}

}  // namespace

Result<Json> EvaluateContext(const Json& context) {
  ContextReader reader;
  FLAGSTREAM_TRY(reader.Read(context));
  const flags::Engine engine(std::move(reader.context()));
  flags::Evaluation evaluation;
  engine.Evaluate(reader.identity(), /*own=*/{}, evaluation);

  Json flags{Json::Object()};
  for (size_t i = 0; i < evaluation.flags.size(); ++i) {
    const flags::FlagOutcome& flag = evaluation.flags[i];
    flags.Set(flag.winner->name, EncodeFlag(engine, WinnerOf(engine, reader, i, flag), flag));
  }
  Json::Array segments;
  for (const uint32_t index : evaluation.segments) {
    Json segment;
    segment.Set("name", engine.context().segments[index].name);
    CopyMetadata(*reader.segments()[index], segment);
    segments.push_back(std::move(segment));
  }
  Json result;
  result.Set("flags", std::move(flags));
  result.Set("segments", std::move(segments));
  return result;
}

}  // namespace flagstream::wire
