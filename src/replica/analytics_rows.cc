// SPDX-License-Identifier: Apache-2.0
#include "replica/analytics_rows.h"

#include <limits>
#include <optional>

#include "store/query.h"
#include "store/records.h"

namespace flagstream::replica {
namespace {

using store::AnalyticsCount;
using store::RequestCount;

Result<> AddEvaluation(store::Transaction& tx, const EvaluationKey& key, int64_t evaluations) {
  FLAGSTREAM_ASSIGN(
      std::optional<AnalyticsCount> row,
      store::FindOne(tx, store::Select<AnalyticsCount>()
                             .Where(&AnalyticsCount::environment_id, key.environment.value)
                             .Where(&AnalyticsCount::feature_id, key.feature.value)
                             .Where(&AnalyticsCount::day, key.day)));
  if (row) {
    AddTo(row->count, evaluations);
    return store::Update(tx, *row);
  }
  AnalyticsCount fresh;
  fresh.environment_id = key.environment.value;
  fresh.feature_id = key.feature.value;
  fresh.day = key.day;
  fresh.count = evaluations;
  return store::Insert(tx, fresh);
}

void AddToRow(RequestCount& row, const SdkResourceCounts& counts) {
  AddTo(row.flags, counts[static_cast<size_t>(SdkResource::kFlags)]);
  AddTo(row.identities, counts[static_cast<size_t>(SdkResource::kIdentities)]);
  AddTo(row.traits, counts[static_cast<size_t>(SdkResource::kTraits)]);
  AddTo(row.environment_document, counts[static_cast<size_t>(SdkResource::kEnvironmentDocument)]);
}

Result<> AddRequestsOfDay(store::Transaction& tx, const RequestKey& key,
                          const SdkResourceCounts& counts) {
  FLAGSTREAM_ASSIGN(
      std::optional<RequestCount> row,
      store::FindOne(tx, store::Select<RequestCount>()
                             .Where(&RequestCount::environment_id, key.environment.value)
                             .Where(&RequestCount::day, key.day)));
  if (row) {
    AddToRow(*row, counts);
    return store::Update(tx, *row);
  }
  RequestCount fresh;
  fresh.environment_id = key.environment.value;
  fresh.day = key.day;
  AddToRow(fresh, counts);
  return store::Insert(tx, fresh);
}

}  // namespace

void AddTo(int64_t& count, int64_t more) {
  if (__builtin_add_overflow(count, more, &count)) count = std::numeric_limits<int64_t>::max();
}

void AddTo(SdkResourceCounts& counts, const SdkResourceCounts& more) {
  for (size_t i = 0; i < counts.size(); ++i) AddTo(counts[i], more[i]);
}

Result<> AddEvaluations(store::Transaction& tx, const EvaluationCounts& counts) {
  for (const auto& [key, evaluations] : counts) {
    FLAGSTREAM_ASSIGN(const auto environment,
                      store::Get<store::Environment>(tx, key.environment.value));
    FLAGSTREAM_ASSIGN(const auto feature, store::Get<store::Feature>(tx, key.feature.value));
    if (environment && feature) FLAGSTREAM_TRY(AddEvaluation(tx, key, evaluations));
  }
  return {};
}

Result<> AddRequests(store::Transaction& tx, const RequestCounts& counts) {
  for (const auto& [key, of_day] : counts) {
    FLAGSTREAM_ASSIGN(const auto environment,
                      store::Get<store::Environment>(tx, key.environment.value));
    if (environment) FLAGSTREAM_TRY(AddRequestsOfDay(tx, key, of_day));
  }
  return {};
}

}  // namespace flagstream::replica
