// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "base/result.h"
#include "store/records.h"
#include "store/store.h"

// Who belongs to which organisation.
namespace flagstream::service {

struct Member {
  store::User user;
  std::string role;
};

Result<std::vector<store::Membership>> MembershipsOf(store::Reader& reader, int64_t user);
Result<int64_t> CountMembers(store::Reader& reader, int64_t organisation);
// Ascending by user.
Result<std::vector<Member>> LoadMembers(store::Reader& reader, int64_t organisation);
// By id; those that are gone are left out.
Result<std::map<int64_t, store::User>> LoadUsers(store::Reader& reader,
                                                 const std::vector<int64_t>& ids);

}  // namespace flagstream::service
