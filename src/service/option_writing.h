// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/ids.h"
#include "base/result.h"
#include "service/change_list.h"
#include "service/limits.h"
#include "service/writing.h"
#include "service/written.h"
#include "store/records.h"

// The options of multivariate features, and the weights that come and go with them: pieces for all
// use cases that make, change or remove one. The caller holds the project.
namespace flagstream::service {

// The name of a type decides which of the values counts.
struct OptionInput {
  Given<std::string> value_type;  // "unicode", "int" or "bool"
  Given<std::optional<std::string>> string_value;
  Given<std::optional<int64_t>> integer_value;
  Given<std::optional<bool>> boolean_value;
  Given<double> default_percentage_allocation;  // from 0 to 100
  Given<std::optional<std::string>> key;
};

// An element of the list of options that comes with a feature.
struct OptionOfFeature {
  std::optional<MultivariateOptionId> id;  // one that the feature does not have makes a new option
  OptionInput input;
};

using Options = std::vector<store::MultivariateOption>;

// Ascending by id.
Result<Options> FindOptions(store::Reader& reader, FeatureId feature);

// A new option, not stored yet.
Result<store::MultivariateOption> NewOption(const store::Feature& feature,
                                            const OptionInput& input);

// What ApplyOption did.
struct OptionChange {
  bool is_changed = false;
  bool is_served = false;  // clients can tell
};

// Alters `option`, not what is stored, and notes it.
Result<OptionChange> ApplyOption(store::MultivariateOption& option, const OptionInput& input,
                                 ChangeList& changes);

// Whether `options`, which are to be all of a feature, may be: their number, their allocations,
// their keys. An error about allocations is put on `field`.
Result<void> CheckOptions(Writing& writing, const Options& options, const Limits& limits,
                          std::string_view field);

// Stores it, gives it its default allocation in the default state of each environment, and makes
// the feature multivariate. An error about allocations, if one of these states would give away
// more than 100 %, is put on `field`.
Result<void> InsertOption(Writing& writing, store::Feature& feature,
                          store::MultivariateOption& option, std::string_view field,
                          ChangeList& changes);

// With all its weights. A feature that has no option left is a standard one.
Result<void> RemoveOption(Writing& writing, store::Feature& feature,
                          const store::MultivariateOption& option, ChangeList& changes);

// Makes the options of a stored feature these; others of it go. Returns whether clients can tell.
Result<bool> ReplaceOptions(Writing& writing, store::Feature& feature,
                            const std::vector<OptionOfFeature>& wanted, const Limits& limits,
                            ChangeList& changes);

}  // namespace flagstream::service
