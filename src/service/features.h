// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "auth/principal.h"
#include "base/ids.h"
#include "base/result.h"
#include "service/context.h"
#include "service/feature_view.h"
#include "service/paging.h"
#include "service/written.h"
#include "store/records.h"

namespace flagstream::service {

struct FeatureInput {
  std::string name;
  std::optional<std::string> initial_value;
  bool default_enabled = false;
  std::optional<std::string> description;
  bool is_archived = false;
  bool is_server_key_only = false;
  Given<std::vector<int64_t>> owners;  // users; unless given, the caller
};

struct FeatureUpdate {
  Given<std::optional<std::string>> description;
  Given<bool> is_archived;
  Given<bool> is_server_key_only;
};

struct FeatureFilter {
  std::optional<std::string> search;  // part of the name, case ignored
  std::optional<bool> is_archived;
  std::optional<std::string> type;
  bool sort_by_name = false;  // else by date of creation
  bool descending = false;
  std::optional<EnvironmentId> environment;  // shows each feature's default state there
};

// The use cases of features.
class Features {
 public:
  explicit Features(const Context& context) : context_(context) {}

  Result<PageOf<FeatureView>> List(const auth::Principal& caller, ProjectId project,
                                   const FeatureFilter& filter, const Page& page);
  Result<FeatureView> Get(const auth::Principal& caller, ProjectId project, FeatureId id);
  Result<FeatureView> GetByUuid(const auth::Principal& caller, const std::string& uuid);

  // With its default state in every environment of the project, all of which are stamped.
  Result<Written<FeatureView>> Create(const auth::Principal& caller, ProjectId project,
                                      const FeatureInput& input);
  Result<Written<FeatureView>> Update(const auth::Principal& caller, ProjectId project,
                                      FeatureId id, const FeatureUpdate& update);
  Result<Written<Done>> Delete(const auth::Principal& caller, ProjectId project, FeatureId id);

  // Those named become owners, or stop being it. Clients are not told: it is nothing to them.
  Result<Written<FeatureView>> AddOwners(const auth::Principal& caller, ProjectId project,
                                         FeatureId id, const std::vector<int64_t>& users);
  Result<Written<FeatureView>> RemoveOwners(const auth::Principal& caller, ProjectId project,
                                            FeatureId id, const std::vector<int64_t>& users);

 private:
  const Context& context_;
};

}  // namespace flagstream::service
