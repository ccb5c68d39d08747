// SPDX-License-Identifier: Apache-2.0
#include "flags/engine.h"

#include <utility>

#include "base/assert.h"
#include "flags/engine_compiler.h"
#include "flags/engine_run.h"
#include "flags/percentage.h"

namespace flagstream::flags {

Scalar FlagOutcome::variant_name() const {
  if (variant == kNoVariant) return {};
  if (variant == kControl) return std::string_view("control");
  const auto& key = winner->variants[static_cast<size_t>(variant)].key;
  return key ? Scalar(*key) : Scalar();
}

int32_t ChooseVariant(const PreparedFeature& state, std::string_view identity_key) {
  const double percentage = HashPercentage(state.feature->key, identity_key);
  double start = 0;
  for (const auto& [percent, variant] : state.weights) {
    const double end = percent + start;
    if (start <= percentage && percentage < end) return variant;
    start = end;
  }
  return FlagOutcome::kControl;
}

Engine::Engine(Context context) : context_(std::move(context)) { EngineCompiler(*this).Run(); }

void Engine::Evaluate(const ContextIdentity* identity, std::span<const OwnOverride> own,
                      Evaluation& result) const {
  FLAGSTREAM_ASSERT(result.segments.empty() && result.flags.empty());
  EngineRun(*this, identity, own).Run(result);
}

std::string Engine::ReasonText(const FlagOutcome& flag) const {
  switch (flag.reason) {
    case Reason::kStatic:
      return "STATIC";
    case Reason::kDefault:
      return "DEFAULT";
    case Reason::kTargetingMatch: {
      const bool own = flag.segment == FlagOutcome::kOwnOverride;
      std::string text = "TARGETING_MATCH; segment=";
      return text += own ? "identity_overrides" : context_.segments[flag.segment].name;
    }
    case Reason::kSplit: {
      const Scalar& weight = flag.winner->variants[static_cast<size_t>(flag.variant)].weight;
      std::string text = "SPLIT; weight=";
      return text += ScalarText(weight).view();
    }
    case Reason::kCircular:
      return "ERROR; code=CIRCULAR_DEPENDENCY";
  }
  FLAGSTREAM_UNREACHABLE();
}

}  // namespace flagstream::flags
