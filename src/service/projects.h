// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "auth/principal.h"
#include "base/ids.h"
#include "base/result.h"
#include "service/context.h"
#include "service/written.h"
#include "store/records.h"

namespace flagstream::service {

class Writing;

// A new project needs a name.
struct ProjectInput {
  Given<std::string> name;
  Given<bool> hide_disabled_flags;
  Given<bool> prevent_flag_defaults;
  Given<bool> enable_realtime_updates;
  Given<bool> only_allow_lower_case_feature_names;
  Given<std::optional<std::string>> feature_name_regex;
  Given<std::optional<int64_t>> stale_flags_limit_days;
  Given<std::optional<int64_t>> minimum_change_request_approvals;
  Given<bool> enforce_feature_owners;
};

struct ProjectDetails {
  store::Project project;
  int64_t total_features = 0;
  int64_t total_segments = 0;
};

struct ProjectFilter {
  std::optional<OrganisationId> organisation;
  std::optional<std::string> uuid;
};

// The use cases of projects.
class Projects {
 public:
  explicit Projects(const Context& context) : context_(context) {}

  // Those the caller may see; ascending by id.
  Result<std::vector<store::Project>> List(const auth::Principal& caller,
                                           const ProjectFilter& filter);
  // The same of one organisation the caller is a member of; kPermissionDenied if he is not.
  Result<std::vector<store::Project>> ListOfOrganisation(const auth::Principal& caller,
                                                         OrganisationId organisation);
  Result<ProjectDetails> Get(const auth::Principal& caller, ProjectId id);
  Result<store::Project> GetByUuid(const auth::Principal& caller, const std::string& uuid);

  Result<Written<store::Project>> Create(const auth::Principal& caller, OrganisationId organisation,
                                         const ProjectInput& input);
  // Stamps every environment if something in their document changed.
  Result<Written<store::Project>> Update(const auth::Principal& caller, ProjectId id,
                                         const ProjectInput& input);
  Result<Written<Done>> Delete(const auth::Principal& caller, ProjectId id);

 private:
  const Context& context_;
};

// With all environments in it, whose streams end.
Result<void> DeleteProject(Writing& writing, ProjectId id);

}  // namespace flagstream::service
