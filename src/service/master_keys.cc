// SPDX-License-Identifier: Apache-2.0
#include "service/master_keys.h"

#include <utility>
#include <vector>

#include "auth/keys.h"
#include "service/access.h"
#include "service/writing.h"
#include "store/query.h"

namespace flagstream::service {
namespace {

using store::MasterApiKey;
using store::Select;

MasterKeyView View(MasterApiKey row, int64_t now) {
  const bool has_expired = row.expiry_date && *row.expiry_date <= now;
  return {std::move(row), has_expired};
}

Result<void> Open(store::Reader& reader, const auth::Principal& caller,
                  OrganisationId organisation) {
  FLAGSTREAM_TRY(
      OpenOrganisation(reader, caller, organisation, auth::OrganisationPermission::kManage));
  return RequireUser(caller);
}

Result<MasterApiKey> FindKey(store::Reader& reader, OrganisationId organisation,
                             const std::string& prefix) {
  FLAGSTREAM_ASSIGN(
      std::optional<MasterApiKey> row,
      store::FindOne(reader, Select<MasterApiKey>()
                                 .Where(&MasterApiKey::organisation_id, organisation.value)
                                 .Where(&MasterApiKey::prefix, prefix)));
  if (!row) return NoMatch("MasterAPIKey");
  return *std::move(row);
}

Result<MasterApiKey> OpenHeld(Writing& writing, const auth::Principal& caller,
                              OrganisationId organisation, const std::string& prefix) {
  FLAGSTREAM_TRY(Open(writing.tx(), caller, organisation));
  FLAGSTREAM_ASSIGN(const MasterApiKey row, FindKey(writing.tx(), organisation, prefix));
  return writing.Hold<MasterApiKey>(row.id);
}

Result<void> Check(const MasterApiKey& row, const MasterKeyInput& input) {
  if (!input.is_admin.value_or(true)) {
    return Error::InvalidField(
        "is_admin", "There are no roles that could say what a key without is_admin may do.");
  }
  if (row.revoked && !input.revoked.value_or(true)) {
    return Error::InvalidField("revoked", "The API key has been revoked, which cannot be undone.");
  }
  return {};
}

ChangeList Apply(MasterApiKey& row, const MasterKeyInput& input) {
  ChangeList changes;
  changes.Set("name", row.name, input.name);
  changes.Set("revoked", row.revoked, input.revoked);
  changes.Set("expiry_date", row.expiry_date, input.expiry_date);
  return changes;
}

AuditEntry Entry(const MasterApiKey& row, std::string log, ChangeType type, ChangeList changes) {
  return {.log = std::move(log) + row.name,
          .object_type = "MASTER_API_KEY",
          .object_id = row.id,
          .object_uuid = {},
          .type = type,
          .organisation = row.organisation_id,
          .changes = std::move(changes)};
}

Result<void> CheckRoom(Writing& writing, OrganisationId organisation, int64_t keys_max) {
  FLAGSTREAM_ASSIGN(
      const int64_t count,
      store::Count(writing.tx(), Select<MasterApiKey>().Where(&MasterApiKey::organisation_id,
                                                              organisation.value)));
  if (count < keys_max) return {};
  return writing.Refuse(
      Limit::kMasterKeysPerOrganisation,
      Error(ErrorCode::kTooLarge, "The organisation has the largest number of API keys allowed."));
}

Error InvalidKey() { return {ErrorCode::kUnauthenticated, "Valid Master API Key not found."}; }

}  // namespace

Result<PageOf<MasterKeyView>> MasterKeys::List(const auth::Principal& caller,
                                               OrganisationId organisation, const Page& page) {
  using Views = PageOf<MasterKeyView>;
  return Read<Views>(context_, [&](store::Reader& reader) -> Result<Views> {
    FLAGSTREAM_TRY(Open(reader, caller, organisation));
    FLAGSTREAM_ASSIGN(const int64_t now, reader.NowMicros());
    auto select = Select<MasterApiKey>().Where(&MasterApiKey::organisation_id, organisation.value);
    FLAGSTREAM_ASSIGN(PageOf<MasterApiKey> rows, FindPage(reader, std::move(select), page));
    Views views{{}, rows.count};
    for (MasterApiKey& row : rows.items) views.items.push_back(View(std::move(row), now));
    return views;
  });
}

Result<MasterKeyView> MasterKeys::Get(const auth::Principal& caller, OrganisationId organisation,
                                      const std::string& prefix) {
  return Read<MasterKeyView>(context_, [&](store::Reader& reader) -> Result<MasterKeyView> {
    FLAGSTREAM_TRY(Open(reader, caller, organisation));
    FLAGSTREAM_ASSIGN(const int64_t now, reader.NowMicros());
    FLAGSTREAM_ASSIGN(MasterApiKey row, FindKey(reader, organisation, prefix));
    return View(std::move(row), now);
  });
}

Result<Written<NewMasterKey>> MasterKeys::Create(const auth::Principal& caller,
                                                 OrganisationId organisation,
                                                 const MasterKeyInput& input) {
  return Write<NewMasterKey>(context_, &caller, [&](Writing& writing) -> Result<NewMasterKey> {
    FLAGSTREAM_TRY(Open(writing.tx(), caller, organisation));
    FLAGSTREAM_TRY(writing.Hold<store::Organisation>(organisation.value));
    FLAGSTREAM_TRY(
        CheckRoom(writing, organisation, context_.limits.master_keys_per_organisation_max));
    const std::string key = auth::NewMasterKey();
    MasterApiKey row;
    row.organisation_id = organisation.value;
    row.prefix = *auth::MasterKeyPrefix(key);
    row.key_hash = auth::HashToken(key);
    row.created = writing.now();
    row.created_by_id = caller.user.value;
    FLAGSTREAM_TRY(Check(row, input));
    ChangeList changes = Apply(row, input);
    FLAGSTREAM_TRY(store::Insert(writing.tx(), row));
    FLAGSTREAM_TRY(writing.Audit(
        Entry(row, "New master API key created: ", ChangeType::kCreate, std::move(changes))));
    return NewMasterKey{View(std::move(row), writing.now()), key};
  });
}

Result<Written<MasterKeyView>> MasterKeys::Update(const auth::Principal& caller,
                                                  OrganisationId organisation,
                                                  const std::string& prefix,
                                                  const MasterKeyInput& input) {
  return Write<MasterKeyView>(context_, &caller, [&](Writing& writing) -> Result<MasterKeyView> {
    FLAGSTREAM_ASSIGN(MasterApiKey row, OpenHeld(writing, caller, organisation, prefix));
    FLAGSTREAM_TRY(Check(row, input));
    ChangeList changes = Apply(row, input);
    if (!changes.empty()) {
      FLAGSTREAM_TRY(store::Update(writing.tx(), row));
      FLAGSTREAM_TRY(writing.Audit(
          Entry(row, "Master API key updated: ", ChangeType::kUpdate, std::move(changes))));
    }
    return View(std::move(row), writing.now());
  });
}

Result<Written<Done>> MasterKeys::Delete(const auth::Principal& caller, OrganisationId organisation,
                                         const std::string& prefix) {
  return Write<Done>(context_, &caller, [&](Writing& writing) -> Result<Done> {
    FLAGSTREAM_ASSIGN(const MasterApiKey row, OpenHeld(writing, caller, organisation, prefix));
    FLAGSTREAM_TRY(
        store::Delete(writing.tx(), Select<MasterApiKey>().Where(&MasterApiKey::id, row.id)));
    FLAGSTREAM_TRY(writing.Audit(Entry(row, "Master API key deleted: ", ChangeType::kDelete, {})));
    return Done{};
  });
}

Result<auth::Principal> AuthenticateMasterKey(const Context& context, std::string_view key) {
  const std::optional<std::string_view> prefix = auth::MasterKeyPrefix(key);
  if (!prefix) return InvalidKey();
  const std::string hash = auth::HashToken(key);
  return Read<auth::Principal>(context, [&](store::Reader& reader) -> Result<auth::Principal> {
    FLAGSTREAM_ASSIGN(const int64_t now, reader.NowMicros());
    FLAGSTREAM_ASSIGN(std::optional<MasterApiKey> row,
                      store::FindOne(reader, Select<MasterApiKey>().Where(&MasterApiKey::prefix,
                                                                          std::string(*prefix))));
    if (!row || row->key_hash != hash || row->revoked) return InvalidKey();
    const MasterKeyView view = View(*std::move(row), now);
    if (view.has_expired) return InvalidKey();
    auth::Principal principal;
    principal.key = auth::OrganisationKey{view.row.name, {view.row.organisation_id}};
    return principal;
  });
}

}  // namespace flagstream::service
