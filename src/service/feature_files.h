// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "auth/principal.h"
#include "base/ids.h"
#include "base/result.h"
#include "service/context.h"
#include "service/paging.h"
#include "service/written.h"
#include "store/records.h"

namespace flagstream::service {

// What to do with a feature of the file whose name the project has already.
enum class ImportStrategy {
  kSkip,
  kOverwrite,  // in the target environment: its overrides go, its value and weights are the file's
};

std::string_view StrategyName(ImportStrategy strategy);
std::optional<ImportStrategy> ParseStrategy(std::string_view name);

// Features on their way from one environment to another, as JSON files: their defaults in one
// environment and nothing else, neither segments nor overrides, identities, tags or what is
// archived. A file is made and read at once, in the transaction of the call; rows about it are kept
// for two weeks.
class FeatureFiles {
 public:
  explicit FeatureFiles(const Context& context) : context_(context) {}

  // For administrators of the environment. With tags: only features that have one of them.
  Result<Written<store::FeatureExport>> Export(const auth::Principal& caller,
                                               EnvironmentId environment,
                                               const std::vector<int64_t>& tags);
  Result<store::FeatureExport> Download(const auth::Principal& caller, int64_t id);

  // For administrators of the organisation. Whatever the file changes is stamped once, at the end;
  // a file that cannot be taken as a whole changes nothing.
  Result<Written<store::FeatureImport>> Import(const auth::Principal& caller,
                                               EnvironmentId environment, ImportStrategy strategy,
                                               const std::string& file);

  // Newest first; of environments that the caller administers.
  Result<PageOf<store::FeatureExport>> ListExports(const auth::Principal& caller, ProjectId project,
                                                   const Page& page);
  Result<PageOf<store::FeatureImport>> ListImports(const auth::Principal& caller, ProjectId project,
                                                   const Page& page);

 private:
  const Context& context_;
};

}  // namespace flagstream::service
