// SPDX-License-Identifier: Apache-2.0
#include "service/writing.h"

#include <algorithm>

#include "base/assert.h"
#include "store/stamping.h"

namespace flagstream::service {
namespace {

std::string_view ChangeTypeName(ChangeType type) {
  switch (type) {
    case ChangeType::kCreate:
      return "CREATE";
    case ChangeType::kUpdate:
      return "UPDATE";
    case ChangeType::kDelete:
      return "DELETE";
  }
  FLAGSTREAM_UNREACHABLE();
}

std::optional<int64_t> UnlessZero(int64_t id) { return id == 0 ? std::nullopt : std::optional(id); }

bus::Change ToChange(const store::IssuedStamp& issued) {
  return {.environment = issued.environment,
          .revision = issued.revision,
          .stamp = issued.stamp,
          .identity = std::nullopt};
}

void SetAuthor(store::AuditLog& row, const auth::Principal& author) {
  if (author.key) {
    row.author_key = author.key->name;
  } else {
    row.author_id = author.user.value;
  }
}

void SortUnique(std::vector<EnvironmentId>& ids) {
  std::sort(ids.begin(), ids.end());
  ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
}

}  // namespace

Result<Writing> Writing::Begin(store::Transaction& tx, const auth::Principal* author,
                               const LimitRefusals* refusals) {
  FLAGSTREAM_ASSIGN(const int64_t now, tx.NowMicros());
  return Writing(tx, author, refusals, now);
}

Result<void> Writing::StampProject(ProjectId project) {
  FLAGSTREAM_ASSIGN(const auto rows,
                    store::FindMembers(*tx_,
                                       store::Select<store::Environment>().Where(
                                           &store::Environment::project_id, project.value),
                                       &store::Environment::id));
  for (const auto& [id] : rows) Stamp({id});
  return {};
}

Result<void> Writing::StampOrganisation(OrganisationId organisation) {
  FLAGSTREAM_ASSIGN(const auto rows,
                    store::FindMembers(*tx_,
                                       store::Select<store::Project>().Where(
                                           &store::Project::organisation_id, organisation.value),
                                       &store::Project::id));
  for (const auto& [id] : rows) FLAGSTREAM_TRY(StampProject({id}));
  return {};
}

Result<void> Writing::StampIdentity(store::Identity& identity) {
  FLAGSTREAM_ASSIGN(const store::IssuedStamp issued, store::StampIdentity(*tx_, identity));
  if (identity.id == 0) {
    FLAGSTREAM_TRY(store::Insert(*tx_, identity));
  } else {
    FLAGSTREAM_TRY(store::Update(*tx_, identity));
  }
  Tell(identity, issued);
  return {};
}

Result<void> Writing::DeleteIdentity(const store::Identity& identity) {
  FLAGSTREAM_ASSIGN(const store::IssuedStamp issued, store::DeleteIdentity(*tx_, identity));
  Tell(identity, issued);
  return {};
}

void Writing::Tell(const store::Identity& identity, const store::IssuedStamp& issued) {
  bus::Change change = ToChange(issued);
  change.identity = identity.identifier;
  changes_.push_back(std::move(change));
}

Result<void> Writing::DeleteEnvironment(const store::Environment& environment) {
  FLAGSTREAM_ASSIGN(const int64_t revision, store::RaiseRevision(*tx_, {environment.id}));
  FLAGSTREAM_TRY(store::Delete(
      *tx_, store::Select<store::Environment>().Where(&store::Environment::id, environment.id)));
  changes_.push_back({.environment = {environment.id},
                      .revision = revision,
                      .stamp = Stamp::FromMicros(environment.stamp),
                      .identity = std::nullopt});
  return {};
}

Result<void> Writing::Audit(const AuditEntry& entry) {
  store::AuditLog row;
  row.created_date = now_;
  row.log = entry.log;
  if (author_ != nullptr) SetAuthor(row, *author_);
  row.organisation_id = UnlessZero(entry.organisation);
  row.project_id = UnlessZero(entry.project);
  row.environment_id = UnlessZero(entry.environment);
  row.related_object_id = entry.object_id;
  if (!entry.object_uuid.empty()) row.related_object_uuid = entry.object_uuid;
  row.related_object_type = entry.object_type;
  row.change_type = ChangeTypeName(entry.type);
  row.changes = entry.changes.Encode();
  return store::Insert(*tx_, row);
}

Error Writing::Refuse(Limit limit, Error refusal) {
  if (refusals_ != nullptr) refusals_->Count(limit);
  return refusal;
}

Result<std::vector<bus::Change>> Writing::Finish() {
  SortUnique(stamped_);
  FLAGSTREAM_ASSIGN(const std::vector<store::IssuedStamp> issued,
                    store::StampEnvironments(*tx_, stamped_));
  for (const store::IssuedStamp& one : issued) changes_.push_back(ToChange(one));
  FLAGSTREAM_TRY(ReviseRest());
  return std::move(changes_);
}

Result<void> Writing::ReviseRest() {
  SortUnique(revised_);
  for (const EnvironmentId id : revised_) {
    if (std::binary_search(stamped_.begin(), stamped_.end(), id)) continue;
    FLAGSTREAM_ASSIGN(const int64_t revision, store::RaiseRevision(*tx_, id));
    FLAGSTREAM_ASSIGN(const std::optional<store::Environment> environment,
                      store::Get<store::Environment>(*tx_, id.value));
    if (!environment) return Error::NotFound();
    changes_.push_back({.environment = id,
                        .revision = revision,
                        .stamp = Stamp::FromMicros(environment->stamp),
                        .identity = std::nullopt});
  }
  return {};
}

void Publish(const Context& context, std::vector<bus::Change>& changes) {
  const int64_t now = context.clock.NowMicros();
  for (bus::Change& change : changes) {
    change.committed_micros = now;
    context.bus.Publish(change);
  }
}

}  // namespace flagstream::service
