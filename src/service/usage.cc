// SPDX-License-Identifier: Apache-2.0
#include "service/usage.h"

#include <limits>
#include <map>

#include "service/access.h"
#include "service/writing.h"
#include "store/query.h"
#include "wire/time.h"

namespace flagstream::service {
namespace {

using store::RequestCount;
using store::Select;

// First and last day.
struct Days {
  int64_t first = 0;
  int64_t last = 0;
};

Days DaysOf(UsagePeriod period, int64_t today) {
  switch (period) {
    case UsagePeriod::kCurrent:
      return {today - 29, today};
    case UsagePeriod::kPrevious:
      return {today - 59, today - 30};
    case UsagePeriod::kLast90Days:
      return {today - 89, today};
  }
  FLAGSTREAM_UNREACHABLE();
}

Result<std::vector<int64_t>> EnvironmentsOf(store::Reader& reader, OrganisationId organisation,
                                            const UsageFilter& filter) {
  auto projects =
      Select<store::Project>().Where(&store::Project::organisation_id, organisation.value);
  if (filter.project) projects.Where(&store::Project::id, filter.project->value);
  FLAGSTREAM_ASSIGN(const auto project_rows,
                    store::FindMembers(reader, projects, &store::Project::id));
  std::vector<int64_t> environments;
  for (const auto& [project] : project_rows) {
    auto select = Select<store::Environment>().Where(&store::Environment::project_id, project);
    if (filter.environment) select.Where(&store::Environment::id, filter.environment->value);
    FLAGSTREAM_ASSIGN(const auto rows, store::FindMembers(reader, select, &store::Environment::id));
    for (const auto& [id] : rows) environments.push_back(id);
  }
  return environments;
}

void AddTo(int64_t& count, int64_t more) {
  if (__builtin_add_overflow(count, more, &count)) count = std::numeric_limits<int64_t>::max();
}

// By day.
using UsageDays = std::map<int64_t, UsageDay>;

// One environment at a time, which bounds how many rows are in memory.
Result<void> AddCounts(store::Reader& reader, int64_t environment, const Days& days,
                       UsageDays& usage) {
  FLAGSTREAM_ASSIGN(const std::vector<RequestCount> rows,
                    store::Find(reader, Select<RequestCount>()
                                            .Where(&RequestCount::environment_id, environment)
                                            .WhereGreater(&RequestCount::day, days.first - 1)
                                            .WhereLess(&RequestCount::day, days.last + 1)));
  for (const RequestCount& row : rows) {
    UsageDay& day = usage[row.day];
    AddTo(day.flags, row.flags);
    AddTo(day.identities, row.identities);
    AddTo(day.traits, row.traits);
    AddTo(day.environment_document, row.environment_document);
  }
  return {};
}

}  // namespace

Result<std::vector<UsageDay>> Usage::List(const auth::Principal& caller,
                                          OrganisationId organisation, const UsageFilter& filter) {
  using List = std::vector<UsageDay>;
  return Read<List>(context_, [&](store::Reader& reader) -> Result<List> {
    FLAGSTREAM_TRY(
        OpenOrganisation(reader, caller, organisation, auth::OrganisationPermission::kManage));
    FLAGSTREAM_ASSIGN(const int64_t now, reader.NowMicros());
    const Days days = DaysOf(filter.period, wire::DayOf(now));
    FLAGSTREAM_ASSIGN(const std::vector<int64_t> environments,
                      EnvironmentsOf(reader, organisation, filter));
    UsageDays usage;
    for (const int64_t environment : environments)
      FLAGSTREAM_TRY(AddCounts(reader, environment, days, usage));
    List list;
    for (auto& [day, counts] : usage) {
      counts.day = day;
      list.push_back(counts);
    }
    return list;
  });
}

Result<int64_t> Usage::Total(const auth::Principal& caller, OrganisationId organisation,
                             const UsageFilter& filter) {
  FLAGSTREAM_ASSIGN(const std::vector<UsageDay> days, List(caller, organisation, filter));
  int64_t total = 0;
  for (const UsageDay& day : days) {
    for (const int64_t count : {day.flags, day.identities, day.traits, day.environment_document})
      AddTo(total, count);
  }
  return total;
}

}  // namespace flagstream::service
