// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "base/result.h"
#include "service/feature_file_format.h"
#include "service/feature_files.h"
#include "service/limits.h"
#include "service/writing.h"
#include "store/records.h"
#include "store/store.h"

// What reading a file of features does to the project and to the environment it is read into.
namespace flagstream::service {

struct ImportOutcome {
  int64_t created = 0;
  int64_t overwritten = 0;
  int64_t skipped = 0;
};

// A feature that the project lacks is made, with its initial value in every environment, and then
// has the file's state in `target`. What happens to one that is there, `strategy` says; in other
// environments it stays as it is. Project and target are held. Stamps nothing.
Result<ImportOutcome> ImportFeatures(Writing& writing, const Limits& limits,
                                     const store::Project& project,
                                     const store::Environment& target, ImportStrategy strategy,
                                     const std::vector<FiledFeature>& features);

// The default state of a feature in an environment, which must be there.
Result<store::FeatureState> FindDefault(store::Reader& reader, int64_t feature,
                                        int64_t environment);

}  // namespace flagstream::service
