// SPDX-License-Identifier: Apache-2.0
#include "service/environment_keys.h"

#include <utility>

#include "auth/keys.h"
#include "service/access.h"
#include "service/writing.h"
#include "store/query.h"

namespace flagstream::service {
namespace {

using auth::EnvironmentPermission;
using store::EnvironmentApiKey;
using store::Select;

ChangeList Apply(EnvironmentApiKey& key, const EnvironmentKeyInput& input) {
  ChangeList changes;
  changes.Set("name", key.name, input.name);
  changes.Set("active", key.active, input.active);
  changes.Set("expires_at", key.expires_at, input.expires_at);
  return changes;
}

// The key itself is a secret, so the audit log has its name.
AuditEntry Entry(const EnvironmentApiKey& key, const EnvironmentAccess& access, std::string log,
                 ChangeType type, ChangeList changes) {
  return {.log = std::move(log) + key.name,
          .object_type = "ENVIRONMENT_API_KEY",
          .object_id = key.id,
          .type = type,
          .organisation = access.project.organisation_id,
          .project = access.project.id,
          .environment = access.environment.id,
          .changes = std::move(changes)};
}

Result<EnvironmentApiKey> FindKey(store::Reader& reader, const EnvironmentAccess& access,
                                  int64_t id) {
  FLAGSTREAM_ASSIGN(std::optional<EnvironmentApiKey> key,
                    store::Get<EnvironmentApiKey>(reader, id));
  if (!key || key->environment_id != access.environment.id) return NoMatch("EnvironmentAPIKey");
  return *std::move(key);
}

Result<EnvironmentAccess> OpenHeld(Writing& writing, const auth::Principal& caller,
                                   const std::string& environment) {
  FLAGSTREAM_ASSIGN(EnvironmentAccess access, OpenEnvironment(writing.tx(), caller, environment,
                                                              EnvironmentPermission::kManage));
  FLAGSTREAM_TRY(writing.Hold<store::Environment>(access.environment.id));
  return access;
}

}  // namespace

Result<std::vector<EnvironmentApiKey>> EnvironmentKeys::List(const auth::Principal& caller,
                                                             const std::string& environment) {
  using List = std::vector<EnvironmentApiKey>;
  return Read<List>(context_, [&](store::Reader& reader) -> Result<List> {
    FLAGSTREAM_ASSIGN(const EnvironmentAccess access,
                      OpenEnvironment(reader, caller, environment, EnvironmentPermission::kManage));
    return store::Find(reader, Select<EnvironmentApiKey>().Where(&EnvironmentApiKey::environment_id,
                                                                 access.environment.id));
  });
}

Result<Written<EnvironmentApiKey>> EnvironmentKeys::Create(const auth::Principal& caller,
                                                           const std::string& environment,
                                                           const EnvironmentKeyInput& input) {
  return Write<EnvironmentApiKey>(
      context_, &caller, [&](Writing& writing) -> Result<EnvironmentApiKey> {
        FLAGSTREAM_ASSIGN(const EnvironmentAccess access, OpenHeld(writing, caller, environment));
        FLAGSTREAM_ASSIGN(const int64_t count,
                          store::Count(writing.tx(), Select<EnvironmentApiKey>().Where(
                                                         &EnvironmentApiKey::environment_id,
                                                         access.environment.id)));
        if (count >= context_.limits.server_keys_per_environment_max) {
          return writing.Refuse(
              Limit::kServerKeysPerEnvironment,
              Error(ErrorCode::kTooLarge,
                    "The environment has the largest number of server-side keys allowed."));
        }
        EnvironmentApiKey key;
        key.environment_id = access.environment.id;
        key.key = auth::NewServerKey();
        key.created_at = writing.now();
        ChangeList changes = Apply(key, input);
        FLAGSTREAM_TRY(store::Insert(writing.tx(), key));
        writing.Revise({access.environment.id});
        FLAGSTREAM_TRY(writing.Audit(Entry(key, access, "New server-side key created: ",
                                           ChangeType::kCreate, std::move(changes))));
        return key;
      });
}

Result<Written<EnvironmentApiKey>> EnvironmentKeys::Update(const auth::Principal& caller,
                                                           const std::string& environment,
                                                           int64_t id,
                                                           const EnvironmentKeyInput& input) {
  return Write<EnvironmentApiKey>(
      context_, &caller, [&](Writing& writing) -> Result<EnvironmentApiKey> {
        FLAGSTREAM_ASSIGN(const EnvironmentAccess access, OpenHeld(writing, caller, environment));
        FLAGSTREAM_ASSIGN(EnvironmentApiKey key, FindKey(writing.tx(), access, id));
        ChangeList changes = Apply(key, input);
        if (changes.empty()) return key;
        FLAGSTREAM_TRY(store::Update(writing.tx(), key));
        if (changes.Has("active") || changes.Has("expires_at"))
          writing.Revise({access.environment.id});
        FLAGSTREAM_TRY(writing.Audit(Entry(
            key, access, "Server-side key updated: ", ChangeType::kUpdate, std::move(changes))));
        return key;
      });
}

Result<Written<Done>> EnvironmentKeys::Delete(const auth::Principal& caller,
                                              const std::string& environment, int64_t id) {
  return Write<Done>(context_, &caller, [&](Writing& writing) -> Result<Done> {
    FLAGSTREAM_ASSIGN(const EnvironmentAccess access, OpenHeld(writing, caller, environment));
    FLAGSTREAM_ASSIGN(const EnvironmentApiKey key, FindKey(writing.tx(), access, id));
    FLAGSTREAM_TRY(
        store::Delete(writing.tx(), Select<EnvironmentApiKey>().Where(&EnvironmentApiKey::id, id)));
    writing.Revise({access.environment.id});
    FLAGSTREAM_TRY(
        writing.Audit(Entry(key, access, "Server-side key deleted: ", ChangeType::kDelete, {})));
    return Done{};
  });
}

}  // namespace flagstream::service
