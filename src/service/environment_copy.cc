// SPDX-License-Identifier: Apache-2.0
#include "service/environment_copy.h"

#include <algorithm>
#include <cstdint>
#include <unordered_map>
#include <vector>

#include "base/random.h"
#include "store/query.h"

namespace flagstream::service {
namespace {

using store::FeatureSegment;
using store::FeatureState;
using store::MultivariateFeatureStateValue;
using store::Select;

// From the id of a row to that of its copy.
using CopiedIds = std::unordered_map<int64_t, int64_t>;

template <class Record>
Result<void> InsertCopy(Writing& writing, Record& row, CopiedIds& copies) {
  const int64_t original = row.id;
  row.id = 0;
  row.uuid = NewUuid();
  FLAGSTREAM_TRY(store::Insert(writing.tx(), row));
  copies.emplace(original, row.id);
  return {};
}

Result<CopiedIds> CopyFeatureSegments(Writing& writing, EnvironmentId from, EnvironmentId to) {
  FLAGSTREAM_ASSIGN(std::vector<FeatureSegment> rows,
                    store::Find(writing.tx(), Select<FeatureSegment>().Where(
                                                  &FeatureSegment::environment_id, from.value)));
  CopiedIds copies;
  for (FeatureSegment& row : rows) {
    row.environment_id = to.value;
    FLAGSTREAM_TRY(InsertCopy(writing, row, copies));
  }
  return copies;
}

Result<CopiedIds> CopyFeatureStates(Writing& writing, EnvironmentId from, EnvironmentId to,
                                    const CopiedIds& feature_segments) {
  FLAGSTREAM_ASSIGN(std::vector<FeatureState> states,
                    store::Find(writing.tx(), Select<FeatureState>()
                                                  .Where(&FeatureState::environment_id, from.value)
                                                  .WhereNull(&FeatureState::identity_id)));
  CopiedIds copies;
  for (FeatureState& state : states) {
    if (state.hash_seed == 0) state.hash_seed = state.id;
    state.environment_id = to.value;
    if (state.feature_segment_id)
      state.feature_segment_id = feature_segments.at(*state.feature_segment_id);
    state.created_at = writing.now();
    state.updated_at = writing.now();
    state.live_from = writing.now();
    FLAGSTREAM_TRY(InsertCopy(writing, state, copies));
  }
  return copies;
}

// In the order of their ids, which is the order that variants are chosen in.
Result<void> CopyWeights(Writing& writing, const CopiedIds& states) {
  std::vector<int64_t> ids;
  ids.reserve(states.size());
  for (const auto& [original, copy] : states) ids.push_back(original);
  FLAGSTREAM_ASSIGN(
      std::vector<MultivariateFeatureStateValue> rows,
      store::FindByIds(writing.tx(), &MultivariateFeatureStateValue::feature_state_id, ids));
  std::ranges::sort(rows, {}, &MultivariateFeatureStateValue::id);
  CopiedIds copies;
  for (MultivariateFeatureStateValue& row : rows) {
    row.feature_state_id = states.at(row.feature_state_id);
    FLAGSTREAM_TRY(InsertCopy(writing, row, copies));
  }
  return {};
}

}  // namespace

Result<void> CopyStates(Writing& writing, EnvironmentId from, EnvironmentId to) {
  FLAGSTREAM_ASSIGN(const CopiedIds feature_segments, CopyFeatureSegments(writing, from, to));
  FLAGSTREAM_ASSIGN(const CopiedIds states, CopyFeatureStates(writing, from, to, feature_segments));
  return CopyWeights(writing, states);
}

}  // namespace flagstream::service
