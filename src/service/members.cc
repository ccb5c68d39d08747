// SPDX-License-Identifier: Apache-2.0
#include "service/members.h"

#include <utility>

#include "store/query.h"

namespace flagstream::service {

using store::Membership;
using store::Select;
using store::User;

Result<std::vector<Membership>> MembershipsOf(store::Reader& reader, int64_t user) {
  return store::Find(reader, Select<Membership>().Where(&Membership::user_id, user));
}

Result<int64_t> CountMembers(store::Reader& reader, int64_t organisation) {
  return store::Count(reader,
                      Select<Membership>().Where(&Membership::organisation_id, organisation));
}

Result<std::vector<Member>> LoadMembers(store::Reader& reader, int64_t organisation) {
  FLAGSTREAM_ASSIGN(const std::vector<Membership> memberships,
                    store::Find(reader, Select<Membership>()
                                            .Where(&Membership::organisation_id, organisation)
                                            .OrderBy(&Membership::user_id)));
  std::vector<int64_t> ids;
  ids.reserve(memberships.size());
  for (const Membership& membership : memberships) ids.push_back(membership.user_id);
  FLAGSTREAM_ASSIGN(auto users, LoadUsers(reader, ids));

  std::vector<Member> members;
  members.reserve(memberships.size());
  for (const Membership& membership : memberships) {
    const auto user = users.find(membership.user_id);
    if (user != users.end()) members.push_back({std::move(user->second), membership.role});
  }
  return members;
}

Result<std::map<int64_t, User>> LoadUsers(store::Reader& reader, const std::vector<int64_t>& ids) {
  FLAGSTREAM_ASSIGN(std::vector<User> found,
                    store::Find(reader, Select<User>().WhereIn(&User::id, ids)));
  std::map<int64_t, User> users;
  for (User& user : found) users.emplace(user.id, std::move(user));
  return users;
}

}  // namespace flagstream::service
