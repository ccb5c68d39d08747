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

using store::AnalyticsCount;
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

int64_t AddWithoutOverflow(int64_t a, int64_t b) {
  int64_t sum = 0;
  return __builtin_add_overflow(a, b, &sum) ? std::numeric_limits<int64_t>::max() : sum;
}

// One environment at a time, which bounds how many rows are in memory.
Result<void> AddCounts(store::Reader& reader, int64_t environment, const Days& days,
                       std::map<int64_t, int64_t>& flags) {
  FLAGSTREAM_ASSIGN(const auto rows,
                    store::FindMembers(reader,
                                       Select<AnalyticsCount>()
                                           .Where(&AnalyticsCount::environment_id, environment)
                                           .WhereGreater(&AnalyticsCount::day, days.first - 1)
                                           .WhereLess(&AnalyticsCount::day, days.last + 1),
                                       &AnalyticsCount::day, &AnalyticsCount::count));
  for (const auto& [day, count] : rows) flags[day] = AddWithoutOverflow(flags[day], count);
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
    std::map<int64_t, int64_t> flags;
    for (const int64_t environment : environments)
      FLAGSTREAM_TRY(AddCounts(reader, environment, days, flags));
    List list;
    for (const auto& [day, count] : flags) list.push_back({day, count});
    return list;
  });
}

Result<int64_t> Usage::Total(const auth::Principal& caller, OrganisationId organisation,
                             const UsageFilter& filter) {
  FLAGSTREAM_ASSIGN(const std::vector<UsageDay> days, List(caller, organisation, filter));
  int64_t total = 0;
  for (const UsageDay& day : days) total = AddWithoutOverflow(total, day.flags);
  return total;
}

}  // namespace flagstream::service
