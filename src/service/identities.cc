// SPDX-License-Identifier: Apache-2.0
#include "service/identities.h"

#include <utility>

#include "base/random.h"
#include "service/access.h"
#include "service/writing.h"
#include "store/query.h"
#include "store/stamping.h"

namespace flagstream::service {
namespace {

using auth::EnvironmentPermission;
using store::Environment;
using store::FeatureState;
using store::Identity;
using store::Select;

Result<void> CheckNew(Writing& writing, int64_t environment, const std::string& identifier,
                      int64_t identities_max) {
  FLAGSTREAM_ASSIGN(const int64_t same,
                    store::Count(writing.tx(), Select<Identity>()
                                                   .Where(&Identity::environment_id, environment)
                                                   .Where(&Identity::identifier, identifier)));
  if (same > 0) {
    return Error(ErrorCode::kConflict, "Identity with identifier '" + identifier +
                                           "' already exists in this environment");
  }
  FLAGSTREAM_ASSIGN(
      const int64_t count,
      store::Count(writing.tx(), Select<Identity>().Where(&Identity::environment_id, environment)));
  if (count < identities_max) return {};
  return writing.Refuse(
      Limit::kIdentitiesPerEnvironment,
      Error(ErrorCode::kTooLarge, "The environment has the largest number of identities allowed."));
}

Result<bool> HasOverrides(store::Reader& reader, int64_t identity) {
  FLAGSTREAM_ASSIGN(
      const int64_t count,
      store::Count(reader, Select<FeatureState>().Where(&FeatureState::identity_id, identity)));
  return count > 0;
}

Select<Identity> Selection(int64_t environment, const IdentityFilter& filter) {
  Select<Identity> select;
  select.Where(&Identity::environment_id, environment);
  if (filter.text.empty()) return select;
  if (filter.exact) return select.Where(&Identity::identifier, filter.text);
  return Select<Identity>(select).WhereContains(&Identity::identifier, filter.text);
}

}  // namespace

Result<PageOf<Identity>> Identities::List(const auth::Principal& caller,
                                          const std::string& environment,
                                          const IdentityFilter& filter, const Page& page) {
  using List = PageOf<Identity>;
  return Read<List>(context_, [&](store::Reader& reader) -> Result<List> {
    FLAGSTREAM_ASSIGN(
        const EnvironmentAccess access,
        OpenEnvironment(reader, caller, environment, EnvironmentPermission::kViewIdentities));
    return FindPage(reader, Selection(access.environment.id, filter), page);
  });
}

Result<Identity> Identities::Get(const auth::Principal& caller, const std::string& environment,
                                 IdentityId id) {
  return Read<Identity>(context_, [&](store::Reader& reader) -> Result<Identity> {
    FLAGSTREAM_ASSIGN(IdentityAccess access, OpenIdentity(reader, caller, environment, id,
                                                          EnvironmentPermission::kViewIdentities));
    return std::move(access.identity);
  });
}

Result<Written<Identity>> Identities::Create(const auth::Principal& caller,
                                             const std::string& environment,
                                             const std::string& identifier) {
  return Write<Identity>(context_, &caller, [&](Writing& writing) -> Result<Identity> {
    FLAGSTREAM_ASSIGN(const EnvironmentAccess access,
                      OpenEnvironment(writing.tx(), caller, environment,
                                      EnvironmentPermission::kManageIdentities));
    FLAGSTREAM_TRY(writing.HoldShared<Environment>(access.environment.id));
    FLAGSTREAM_TRY(CheckNew(writing, access.environment.id, identifier,
                            context_.limits.identities_per_environment_max));
    Identity identity;
    identity.uuid = NewUuid();
    identity.environment_id = access.environment.id;
    identity.identifier = identifier;
    identity.created_date = writing.now();
    FLAGSTREAM_TRY(store::InsertIdentity(writing.tx(), identity));
    return identity;
  });
}

Result<Written<Done>> Identities::Delete(const auth::Principal& caller,
                                         const std::string& environment, IdentityId id) {
  return Write<Done>(context_, &caller, [&](Writing& writing) -> Result<Done> {
    FLAGSTREAM_ASSIGN(const IdentityAccess access,
                      OpenIdentity(writing.tx(), caller, environment, id,
                                   EnvironmentPermission::kManageIdentities));
    FLAGSTREAM_TRY(writing.Hold<Environment>(access.environment.id));
    FLAGSTREAM_ASSIGN(const Identity identity, writing.Hold<Identity>(id.value));
    FLAGSTREAM_ASSIGN(const bool has_overrides, HasOverrides(writing.tx(), id.value));
    FLAGSTREAM_TRY(writing.DeleteIdentity(identity));
    FLAGSTREAM_ASSIGN(const int64_t deleted,
                      store::CountDeletedIdentities(writing.tx(), {access.environment.id}));
    const bool too_many = deleted > context_.limits.deleted_identities_per_environment_max;
    if (has_overrides || too_many) writing.Stamp({access.environment.id});
    FLAGSTREAM_TRY(writing.Audit({.log = "Identity deleted: " + identity.identifier,
                                  .object_type = "IDENTITY",
                                  .object_id = identity.id,
                                  .object_uuid = identity.uuid,
                                  .type = ChangeType::kDelete,
                                  .organisation = access.project.organisation_id,
                                  .project = access.project.id,
                                  .environment = access.environment.id,
                                  .changes = {}}));
    return Done{};
  });
}

}  // namespace flagstream::service
