// SPDX-License-Identifier: Apache-2.0
#include "service/retention.h"

#include <vector>

#include "service/writing.h"
#include "store/query.h"
#include "wire/time.h"

namespace flagstream::service {
namespace {

using store::Select;

constexpr int64_t kPortionRows = 1'000;
constexpr int64_t kMicrosPerDay = int64_t{24} * 60 * 60 * 1'000'000;

// How many of the oldest rows whose `age` is below `bound` went, at most a portion of them.
template <class Record>
Result<int64_t> RemovePortion(store::Transaction& tx, int64_t Record::* age, int64_t bound) {
  FLAGSTREAM_ASSIGN(const auto rows,
                    store::FindMembers(
                        tx, Select<Record>().WhereLess(age, bound).OrderBy(age).Limit(kPortionRows),
                        &Record::id));
  std::vector<int64_t> ids;
  ids.reserve(rows.size());
  for (const auto& [id] : rows) ids.push_back(id);
  return store::Delete(tx, Select<Record>().WhereIn(&Record::id, ids));
}

template <class Record>
Result<int64_t> RemoveBefore(const Context& context, int64_t Record::* age, int64_t bound) {
  int64_t removed = 0;
  int64_t portion = 0;
  do {
    FLAGSTREAM_TRY(WriteUnserved(context, [&](Writing& writing) -> Result<void> {
      FLAGSTREAM_ASSIGN(portion, RemovePortion(writing.tx(), age, bound));
      return {};
    }));
    removed += portion;
  } while (portion == kPortionRows);
  return removed;
}

}  // namespace

Result<Removed> RemoveOutdated(const Context& context, const RetentionDays& days) {
  FLAGSTREAM_ASSIGN(const int64_t now, Read<int64_t>(context, [](store::Reader& reader) {
                      return reader.NowMicros();
                    }));
  Removed removed;
  FLAGSTREAM_ASSIGN(removed.audit_rows, RemoveBefore(context, &store::AuditLog::created_date,
                                                     now - days.audit * kMicrosPerDay));
  const int64_t first_day = wire::DayOf(now) - days.analytics;
  FLAGSTREAM_ASSIGN(const int64_t evaluations,
                    RemoveBefore(context, &store::AnalyticsCount::day, first_day));
  FLAGSTREAM_ASSIGN(const int64_t requests,
                    RemoveBefore(context, &store::RequestCount::day, first_day));
  removed.analytics_counts = evaluations + requests;
  const int64_t transfers_bound = now - days.transfers * kMicrosPerDay;
  FLAGSTREAM_TRY(RemoveBefore(context, &store::FeatureExport::created_at, transfers_bound));
  FLAGSTREAM_TRY(RemoveBefore(context, &store::FeatureImport::created_at, transfers_bound));
  return removed;
}

}  // namespace flagstream::service
