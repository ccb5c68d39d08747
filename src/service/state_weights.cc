// SPDX-License-Identifier: Apache-2.0
#include "service/state_weights.h"

#include <algorithm>
#include <set>
#include <string>
#include <utility>

#include "base/random.h"
#include "store/query.h"

namespace flagstream::service {
namespace {

using store::MultivariateOption;
using store::Select;
using Row = store::MultivariateFeatureStateValue;

constexpr std::string_view kField = "multivariate_feature_state_values";

std::string PathOf(size_t index, std::string_view member) {
  return std::string(kField) + "." + std::to_string(index) + "." + std::string(member);
}

std::string NoteOf(int64_t option) {
  return "percentage_allocation of option " + std::to_string(option);
}

Result<void> InsertWeight(store::Transaction& tx, int64_t state, const StateWeight& weight) {
  Row row;
  row.uuid = NewUuid();
  row.feature_state_id = state;
  row.multivariate_option_id = weight.option.value;
  row.percentage_allocation = weight.percentage;
  return store::Insert(tx, row);
}

// Those that `weights` do not name go.
Result<void> DropOthers(store::Transaction& tx, WeightRows& rows,
                        const std::vector<StateWeight>& weights, ChangeList& changes) {
  const auto is_named = [&](const Row& row) {
    return std::ranges::any_of(weights, [&](const StateWeight& weight) {
      return weight.option.value == row.multivariate_option_id;
    });
  };
  for (const Row& row : rows) {
    if (is_named(row)) continue;
    FLAGSTREAM_TRY(store::Delete(tx, Select<Row>().Where(&Row::id, row.id)));
    changes.Note(NoteOf(row.multivariate_option_id), row.percentage_allocation, wire::Json());
  }
  std::erase_if(rows, [&](const Row& row) { return !is_named(row); });
  return {};
}

}  // namespace

Result<WeightRows> FindWeights(store::Reader& reader, int64_t state) {
  return store::Find(reader, Select<Row>().Where(&Row::feature_state_id, state));
}

Result<std::unordered_map<int64_t, WeightRows>> FindWeightsOfAll(
    store::Reader& reader, const std::vector<int64_t>& states) {
  FLAGSTREAM_ASSIGN(WeightRows rows, store::FindByIds(reader, &Row::feature_state_id, states));
  std::ranges::sort(rows, {}, &Row::id);
  std::unordered_map<int64_t, WeightRows> found;
  for (Row& row : rows) found[row.feature_state_id].push_back(std::move(row));
  return found;
}

std::vector<StateWeight> CopyWeights(const WeightRows& rows) {
  std::vector<StateWeight> weights;
  weights.reserve(rows.size());
  for (const Row& row : rows)
    weights.push_back({{row.multivariate_option_id}, row.percentage_allocation});
  return weights;
}

Result<void> CheckWeights(store::Reader& reader, FeatureId feature,
                          const std::vector<StateWeight>& weights) {
  if (weights.empty()) return {};
  FLAGSTREAM_ASSIGN(const auto options,
                    store::FindMembers(reader,
                                       Select<MultivariateOption>().Where(
                                           &MultivariateOption::feature_id, feature.value),
                                       &MultivariateOption::id));
  std::set<int64_t> free;
  for (const auto& [id] : options) free.insert(id);
  double sum = 0;
  for (size_t i = 0; i < weights.size(); ++i) {
    if (free.erase(weights[i].option.value) == 0) {
      return Error::InvalidField(PathOf(i, "multivariate_feature_option"),
                                 "Invalid pk \"" + std::to_string(weights[i].option.value) +
                                     "\" - not an option of the feature, or named twice.");
    }
    if (weights[i].percentage < 0 || weights[i].percentage > 100) {
      return Error::InvalidField(PathOf(i, "percentage_allocation"),
                                 "Ensure this value is from 0 to 100.");
    }
    sum += weights[i].percentage;
  }
  if (sum <= 100) return {};
  return Error::InvalidField("", "Multivariate percentage values exceed 100%.");
}

Result<void> SetWeights(store::Transaction& tx, int64_t state,
                        const std::vector<StateWeight>& weights, ChangeList& changes) {
  FLAGSTREAM_ASSIGN(WeightRows rows, FindWeights(tx, state));
  FLAGSTREAM_TRY(DropOthers(tx, rows, weights, changes));
  for (const StateWeight& weight : weights) {
    const auto row = std::ranges::find(rows, weight.option.value, &Row::multivariate_option_id);
    if (row == rows.end()) {
      FLAGSTREAM_TRY(InsertWeight(tx, state, weight));
      changes.Note(NoteOf(weight.option.value), wire::Json(), weight.percentage);
    } else if (changes.Set(NoteOf(weight.option.value), row->percentage_allocation,
                           Given<double>(weight.percentage))) {
      FLAGSTREAM_TRY(store::Update(tx, *row));
    }
  }
  return {};
}

}  // namespace flagstream::service
