// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "auth/principal.h"
#include "base/ids.h"
#include "base/result.h"
#include "service/context.h"
#include "service/paging.h"
#include "store/records.h"

namespace flagstream::service {

struct AuditView {
  store::AuditLog row;
  // Unset where there was none, or it is gone; a master API key is named in the row.
  std::optional<store::User> author;
  std::optional<store::Project> project;
  std::optional<store::Environment> environment;
};

struct AuditFilter {
  std::optional<ProjectId> project;
  std::vector<EnvironmentId> environments;  // empty: all
  std::optional<std::string> search;        // part of the text, case ignored
};

// Reads the audit log, newest first.
class AuditTrail {
 public:
  explicit AuditTrail(const Context& context) : context_(context) {}

  // Of all organisations the caller administers.
  Result<PageOf<AuditView>> List(const auth::Principal& caller, const AuditFilter& filter,
                                 const Page& page);
  Result<PageOf<AuditView>> ListOfOrganisation(const auth::Principal& caller,
                                               OrganisationId organisation,
                                               const AuditFilter& filter, const Page& page);
  Result<PageOf<AuditView>> ListOfProject(const auth::Principal& caller, ProjectId project,
                                          const AuditFilter& filter, const Page& page);
  // For administrators of the organisation, and for who may view the log of the row's project.
  Result<AuditView> Get(const auth::Principal& caller, int64_t id);
  // The same, if it is in that list.
  Result<AuditView> GetOfOrganisation(const auth::Principal& caller, OrganisationId organisation,
                                      int64_t id);
  Result<AuditView> GetOfProject(const auth::Principal& caller, ProjectId project, int64_t id);

 private:
  const Context& context_;
};

}  // namespace flagstream::service
