// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "auth/permissions.h"
#include "auth/principal.h"
#include "base/ids.h"
#include "base/result.h"
#include "service/context.h"
#include "service/members.h"
#include "service/written.h"

namespace flagstream::service {

// What administrators of an organisation do with its members. Whatever they do, the organisation
// keeps an ADMIN: what would take the last one is refused with kInvalidArgument. Blocking: on the
// worker pool.
class OrganisationMembers {
 public:
  explicit OrganisationMembers(const Context& context) : context_(context) {}

  // kNotFound unless the user is a member.
  Result<Written<Member>> SetRole(const auth::Principal& caller, OrganisationId organisation,
                                  int64_t user, auth::OrganisationRole role);
  // With all they were given in the organisation, so that one who comes back later begins with
  // nothing. Who is no member is passed over.
  Result<Written<Done>> Remove(const auth::Principal& caller, OrganisationId organisation,
                               const std::vector<int64_t>& users);

 private:
  const Context& context_;
};

}  // namespace flagstream::service
