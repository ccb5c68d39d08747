// SPDX-License-Identifier: Apache-2.0
#include "service/identity_features.h"

#include <algorithm>
#include <memory>

#include "service/identity_evaluation.h"

namespace flagstream::service {
namespace {

std::vector<IdentityFeature::NamedWeight> WeightsOf(const EvaluatedFlag& flag) {
  std::vector<IdentityFeature::NamedWeight> weights;
  for (const flags::Variant& variant : flag.state->variants) {
    const auto option =
        std::ranges::find(flag.feature->options, variant.option, &flags::MultivariateOption::id);
    if (option != flag.feature->options.end()) weights.push_back({option->value, variant.weight});
  }
  return weights;
}

IdentityFeature ToFeature(const EvaluatedFlag& flag) {
  IdentityFeature made;
  made.feature = flag.feature->id;
  made.name = flag.feature->name;
  made.type = flag.feature->type;
  made.enabled = flag.state->enabled;
  made.value = *flag.value;
  made.is_own_override = flag.is_own_override;
  if (flag.segment != nullptr) made.segment = {flag.segment->id, flag.segment->name};
  made.weights = WeightsOf(flag);
  return made;
}

}  // namespace

Result<std::vector<IdentityFeature>> ListIdentityFeatures(store::Reader& reader,
                                                          const IdentityAccess& access) {
  FLAGSTREAM_ASSIGN(const auto evaluation, IdentityEvaluation::Load(reader, access));
  std::vector<IdentityFeature> list;
  for (const EvaluatedFlag& flag : evaluation->Flags()) list.push_back(ToFeature(flag));
  return list;
}

}  // namespace flagstream::service
