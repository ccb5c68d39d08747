// SPDX-License-Identifier: Apache-2.0
#include "service/audit.h"

#include <map>
#include <utility>

#include "service/access.h"
#include "service/writing.h"
#include "store/query.h"

namespace flagstream::service {
namespace {

using auth::OrganisationPermission;
using auth::ProjectPermission;
using store::AuditLog;
using store::Select;

using Views = PageOf<AuditView>;

// Records by id, for the ids in one member of the rows.
template <class Record>
Result<std::map<int64_t, Record>> LoadNamed(store::Reader& reader,
                                            const std::vector<AuditLog>& rows,
                                            std::optional<int64_t> AuditLog::* member) {
  std::vector<int64_t> ids;
  for (const AuditLog& row : rows) {
    if (row.*member) ids.push_back(*(row.*member));
  }
  FLAGSTREAM_ASSIGN(std::vector<Record> found,
                    store::Find(reader, Select<Record>().WhereIn(&Record::id, ids)));
  std::map<int64_t, Record> records;
  for (Record& record : found) records.emplace(record.id, std::move(record));
  return records;
}

template <class Record>
std::optional<Record> Look(const std::map<int64_t, Record>& records, std::optional<int64_t> id) {
  const auto found = id ? records.find(*id) : records.end();
  return found == records.end() ? std::nullopt : std::optional(found->second);
}

Result<std::vector<AuditView>> View(store::Reader& reader, std::vector<AuditLog> rows) {
  FLAGSTREAM_ASSIGN(const auto users, LoadNamed<store::User>(reader, rows, &AuditLog::author_id));
  FLAGSTREAM_ASSIGN(const auto projects,
                    LoadNamed<store::Project>(reader, rows, &AuditLog::project_id));
  FLAGSTREAM_ASSIGN(const auto environments,
                    LoadNamed<store::Environment>(reader, rows, &AuditLog::environment_id));
  std::vector<AuditView> views;
  views.reserve(rows.size());
  for (AuditLog& row : rows) {
    AuditView view;
    view.author = Look(users, row.author_id);
    view.project = Look(projects, row.project_id);
    view.environment = Look(environments, row.environment_id);
    view.row = std::move(row);
    views.push_back(std::move(view));
  }
  return views;
}

Result<Views> ListWhere(store::Reader& reader, Select<AuditLog> select, const AuditFilter& filter,
                        const Page& page) {
  if (filter.project) select.Where(&AuditLog::project_id, filter.project->value);
  if (!filter.environments.empty()) {
    std::vector<int64_t> ids;
    for (const EnvironmentId id : filter.environments) ids.push_back(id.value);
    select = Select<AuditLog>(select).WhereIn(&AuditLog::environment_id, ids);
  }
  if (filter.search)
    select = Select<AuditLog>(select).WhereContains(&AuditLog::log, *filter.search);
  select = Select<AuditLog>(select).OrderBy(&AuditLog::created_date, /*descending=*/true);
  FLAGSTREAM_ASSIGN(PageOf<AuditLog> rows, FindPage(reader, std::move(select), page));
  FLAGSTREAM_ASSIGN(std::vector<AuditView> views, View(reader, std::move(rows.items)));
  return Views{std::move(views), rows.count};
}

Result<std::vector<int64_t>> AdministeredBy(store::Reader& reader, const auth::Principal& caller) {
  FLAGSTREAM_ASSIGN(const std::vector<OrganisationId> own, OrganisationsOf(reader, caller));
  std::vector<int64_t> organisations;
  for (const OrganisationId id : own) {
    const auto access = OpenOrganisation(reader, caller, id, OrganisationPermission::kManage);
    if (access) {
      organisations.push_back(id.value);
    } else if (access.error().code() != ErrorCode::kPermissionDenied) {
      return access.error();
    }
  }
  return organisations;
}

// Whether there is such a row is told to members of its organisation only.
Result<void> OpenRow(store::Reader& reader, const auth::Principal& caller, const AuditLog& row) {
  const auto organisation = OpenOrganisation(reader, caller, {row.organisation_id.value_or(0)},
                                             OrganisationPermission::kManage);
  if (organisation) return {};
  if (organisation.error().code() == ErrorCode::kNotFound) return NoMatch("AuditLog");
  if (!row.project_id || organisation.error().code() != ErrorCode::kPermissionDenied)
    return organisation.error();
  const auto project =
      OpenProject(reader, caller, {*row.project_id}, ProjectPermission::kViewAuditLog);
  // Of a project that is gone; the caller is a member.
  if (!project && project.error().code() == ErrorCode::kNotFound) return Error::PermissionDenied();
  return project ? Result<void>() : project.error();
}

Result<AuditView> ViewOne(store::Reader& reader, AuditLog row) {
  FLAGSTREAM_ASSIGN(std::vector<AuditView> views, View(reader, {std::move(row)}));
  return std::move(views.front());
}

Result<AuditView> FindOne(store::Reader& reader, Select<AuditLog> select, int64_t id) {
  FLAGSTREAM_ASSIGN(std::optional<AuditLog> row,
                    store::FindOne(reader, select.Where(&AuditLog::id, id)));
  if (!row) return NoMatch("AuditLog");
  return ViewOne(reader, *std::move(row));
}

}  // namespace

Result<Views> AuditTrail::List(const auth::Principal& caller, const AuditFilter& filter,
                               const Page& page) {
  return Read<Views>(context_, [&](store::Reader& reader) -> Result<Views> {
    FLAGSTREAM_ASSIGN(const std::vector<int64_t> organisations, AdministeredBy(reader, caller));
    return ListWhere(reader, Select<AuditLog>().WhereIn(&AuditLog::organisation_id, organisations),
                     filter, page);
  });
}

Result<Views> AuditTrail::ListOfOrganisation(const auth::Principal& caller,
                                             OrganisationId organisation, const AuditFilter& filter,
                                             const Page& page) {
  return Read<Views>(context_, [&](store::Reader& reader) -> Result<Views> {
    FLAGSTREAM_TRY(OpenOrganisation(reader, caller, organisation, OrganisationPermission::kManage));
    return ListWhere(reader,
                     Select<AuditLog>().Where(&AuditLog::organisation_id, organisation.value),
                     filter, page);
  });
}

Result<Views> AuditTrail::ListOfProject(const auth::Principal& caller, ProjectId project,
                                        const AuditFilter& filter, const Page& page) {
  return Read<Views>(context_, [&](store::Reader& reader) -> Result<Views> {
    FLAGSTREAM_TRY(OpenProject(reader, caller, project, ProjectPermission::kViewAuditLog));
    return ListWhere(reader, Select<AuditLog>().Where(&AuditLog::project_id, project.value), filter,
                     page);
  });
}

Result<AuditView> AuditTrail::Get(const auth::Principal& caller, int64_t id) {
  return Read<AuditView>(context_, [&](store::Reader& reader) -> Result<AuditView> {
    FLAGSTREAM_ASSIGN(const std::optional<AuditLog> row, store::Get<AuditLog>(reader, id));
    if (!row) return NoMatch("AuditLog");
    FLAGSTREAM_TRY(OpenRow(reader, caller, *row));
    return ViewOne(reader, *row);
  });
}

Result<AuditView> AuditTrail::GetOfOrganisation(const auth::Principal& caller,
                                                OrganisationId organisation, int64_t id) {
  return Read<AuditView>(context_, [&](store::Reader& reader) -> Result<AuditView> {
    FLAGSTREAM_TRY(OpenOrganisation(reader, caller, organisation, OrganisationPermission::kManage));
    return FindOne(reader, Select<AuditLog>().Where(&AuditLog::organisation_id, organisation.value),
                   id);
  });
}

Result<AuditView> AuditTrail::GetOfProject(const auth::Principal& caller, ProjectId project,
                                           int64_t id) {
  return Read<AuditView>(context_, [&](store::Reader& reader) -> Result<AuditView> {
    FLAGSTREAM_TRY(OpenProject(reader, caller, project, ProjectPermission::kViewAuditLog));
    return FindOne(reader, Select<AuditLog>().Where(&AuditLog::project_id, project.value), id);
  });
}

}  // namespace flagstream::service
