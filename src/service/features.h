// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "auth/principal.h"
#include "base/ids.h"
#include "base/result.h"
#include "service/context.h"
#include "service/feature_list.h"
#include "service/feature_view.h"
#include "service/option_writing.h"
#include "service/paging.h"
#include "service/written.h"
#include "store/records.h"

namespace flagstream::service {

struct FeatureInput {
  std::string name;
  bool is_multivariate = false;  // also if it has options
  std::optional<std::string> initial_value;
  bool default_enabled = false;
  std::optional<std::string> description;
  bool is_archived = false;
  bool is_server_key_only = false;
  Given<std::vector<int64_t>> owners;  // users; unless given, the caller
  std::vector<int64_t> tags;
  std::vector<OptionInput> options;  // need the right to manage the project
};

struct FeatureUpdate {
  Given<std::optional<std::string>> description;
  Given<bool> is_archived;
  Given<bool> is_server_key_only;
  Given<std::vector<int64_t>> tags;
  Given<std::vector<OptionOfFeature>> options;  // others of the feature go
};

// How often a feature was evaluated on one day, counted from 1970.
struct DayCount {
  int64_t day = 0;
  int64_t count = 0;
};

// The use cases of features.
class Features {
 public:
  explicit Features(const Context& context) : context_(context) {}

  Result<PageOf<FeatureView>> List(const auth::Principal& caller, ProjectId project,
                                   const FeatureFilter& filter, const Page& page);
  Result<FeatureView> Get(const auth::Principal& caller, ProjectId project, FeatureId id);
  Result<FeatureView> GetByUuid(const auth::Principal& caller, const std::string& uuid);
  // Of the last `days` days in the environment, those without any left out; ascending.
  Result<std::vector<DayCount>> Evaluations(const auth::Principal& caller, ProjectId project,
                                            FeatureId id, EnvironmentId environment, int64_t days);

  // With its default state in every environment of the project, all of which are stamped.
  Result<Written<FeatureView>> Create(const auth::Principal& caller, ProjectId project,
                                      const FeatureInput& input);
  // Tags are nothing to clients, all else stamps the project.
  Result<Written<FeatureView>> Update(const auth::Principal& caller, ProjectId project,
                                      FeatureId id, const FeatureUpdate& update);
  Result<Written<Done>> Delete(const auth::Principal& caller, ProjectId project, FeatureId id);

  // Those named become owners, or stop being it. Clients are not told: it is nothing to them.
  Result<Written<FeatureView>> AddOwners(const auth::Principal& caller, ProjectId project,
                                         FeatureId id, const std::vector<int64_t>& users);
  Result<Written<FeatureView>> RemoveOwners(const auth::Principal& caller, ProjectId project,
                                            FeatureId id, const std::vector<int64_t>& users);
  // For whoever may change owners; there are no groups, so one that is named is unknown.
  Result<FeatureView> ChangeGroupOwners(const auth::Principal& caller, ProjectId project,
                                        FeatureId id, const std::vector<int64_t>& groups);

 private:
  const Context& context_;
};

}  // namespace flagstream::service
