// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "auth/permissions.h"
#include "auth/principal.h"
#include "base/ids.h"
#include "base/result.h"
#include "service/context.h"
#include "service/members.h"
#include "service/paging.h"
#include "service/written.h"
#include "store/records.h"

namespace flagstream::service {

class Writing;

struct OrganisationInput {
  Given<std::string> name;
  Given<std::optional<std::string>> webhook_notification_email;
  Given<bool> restrict_project_create_to_admin;
  Given<bool> force_2fa;
};

struct OrganisationView {
  store::Organisation organisation;
  int64_t num_seats = 0;
  auth::OrganisationRole role = auth::OrganisationRole::kUser;  // of the caller
};

// The use cases of organisations. A stranger is answered like one who asks for an organisation that
// is not there.
class Organisations {
 public:
  explicit Organisations(const Context& context) : context_(context) {}

  // Those the caller belongs to.
  Result<PageOf<OrganisationView>> List(const auth::Principal& caller, const Page& page);
  Result<OrganisationView> Get(const auth::Principal& caller, OrganisationId id);
  Result<OrganisationView> GetByUuid(const auth::Principal& caller, const std::string& uuid);
  Result<std::vector<Member>> Members(const auth::Principal& caller, OrganisationId id);

  // Requires a name. The caller, who must be a user, becomes its ADMIN.
  Result<Written<OrganisationView>> Create(const auth::Principal& caller,
                                           const OrganisationInput& input);
  Result<Written<OrganisationView>> Update(const auth::Principal& caller, OrganisationId id,
                                           const OrganisationInput& input);
  Result<Written<Done>> Delete(const auth::Principal& caller, OrganisationId id);

 private:
  const Context& context_;
};

// With all projects and environments in it, whose streams end.
Result<void> DeleteOrganisation(Writing& writing, OrganisationId id);

}  // namespace flagstream::service
