// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "auth/principal.h"
#include "base/ids.h"
#include "base/result.h"
#include "service/context.h"
#include "service/option_writing.h"
#include "service/paging.h"
#include "service/written.h"
#include "store/records.h"

namespace flagstream::service {

// The use cases of the options of a multivariate feature. Whatever clients can tell stamps every
// environment of the project.
class MultivariateOptions {
 public:
  explicit MultivariateOptions(const Context& context) : context_(context) {}

  Result<PageOf<store::MultivariateOption>> List(const auth::Principal& caller, ProjectId project,
                                                 FeatureId feature, const Page& page);
  Result<store::MultivariateOption> Get(const auth::Principal& caller, ProjectId project,
                                        FeatureId feature, MultivariateOptionId id);
  Result<store::MultivariateOption> GetByUuid(const auth::Principal& caller,
                                              const std::string& uuid);

  // Adds a weight to each environment's default state and makes the feature multivariate.
  Result<Written<store::MultivariateOption>> Create(const auth::Principal& caller,
                                                    ProjectId project, FeatureId feature,
                                                    const OptionInput& input);
  Result<Written<store::MultivariateOption>> Update(const auth::Principal& caller,
                                                    ProjectId project, FeatureId feature,
                                                    MultivariateOptionId id,
                                                    const OptionInput& input);
  // With all weights of it. Without its last option the feature is a standard one.
  Result<Written<Done>> Delete(const auth::Principal& caller, ProjectId project, FeatureId feature,
                               MultivariateOptionId id);

 private:
  const Context& context_;
};

}  // namespace flagstream::service
