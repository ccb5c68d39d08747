// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "service/accounts.h"
#include "service/audit.h"
#include "service/context.h"
#include "service/environment_keys.h"
#include "service/environments.h"
#include "service/feature_files.h"
#include "service/feature_states.h"
#include "service/features.h"
#include "service/flag_updates.h"
#include "service/identities.h"
#include "service/identity_overrides.h"
#include "service/master_keys.h"
#include "service/multivariate_options.h"
#include "service/organisation_members.h"
#include "service/organisations.h"
#include "service/projects.h"
#include "service/segment_overrides.h"
#include "service/segments.h"
#include "service/tags.h"
#include "service/traits.h"
#include "service/usage.h"
#include "service/user_permissions.h"

namespace flagstream::service {

// All use cases over one store: what the Admin API is given. They keep nothing between calls, so
// any number of threads may use them.
struct UseCases {
  UseCases(const Context& parts, const AccountOptions& account_options)
      : context(parts), accounts(context, account_options) {}
  UseCases(const UseCases&) = delete;
  UseCases& operator=(const UseCases&) = delete;

  const Context context;
  Accounts accounts;
  Organisations organisations{context};
  OrganisationMembers organisation_members{context};
  Projects projects{context};
  Environments environments{context};
  EnvironmentKeys environment_keys{context};
  Tags tags{context};
  Features features{context};
  MultivariateOptions multivariate_options{context};
  FeatureStates feature_states{context};
  FlagUpdates flag_updates{context};
  Segments segments{context};
  SegmentOverrides segment_overrides{context};
  Identities identities{context};
  IdentityOverrides identity_overrides{context};
  Traits traits{context};
  AuditTrail audit{context};
  UserPermissions user_permissions{context};
  MasterKeys master_keys{context};
  FeatureFiles feature_files{context};
  Usage usage{context};
};

}  // namespace flagstream::service
