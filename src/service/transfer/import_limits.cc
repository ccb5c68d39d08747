// SPDX-License-Identifier: Apache-2.0
#include "service/transfer/import_limits.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "store/query.h"

namespace flagstream::service {
namespace {

using store::Environment;
using store::Select;

template <class Record>
Result<void> AtMost(store::Reader& reader, const Select<Record>& select, int64_t max,
                    const std::string& of) {
  FLAGSTREAM_ASSIGN(const int64_t count, store::Count(reader, select));
  if (count <= max) return {};
  return Error(ErrorCode::kTooLarge, of + " would have " + std::to_string(count) + " of " +
                                         std::string(store::TableOf<Record>().name) +
                                         ", and may have " + std::to_string(max) + ".");
}

Result<void> CheckEnvironment(store::Reader& reader, const Limits& limits,
                              const Environment& environment) {
  using State = store::FeatureState;
  const std::string of = "The environment " + environment.name;
  FLAGSTREAM_TRY(AtMost(
      reader, Select<store::Identity>().Where(&store::Identity::environment_id, environment.id),
      limits.identities_per_environment_max, of));
  FLAGSTREAM_TRY(AtMost(
      reader,
      Select<store::FeatureSegment>().Where(&store::FeatureSegment::environment_id, environment.id),
      limits.segment_overrides_per_environment_max, of));
  return AtMost(reader,
                Select<State>()
                    .Where(&State::environment_id, environment.id)
                    .WhereNotNull(&State::identity_id),
                limits.identity_overrides_per_environment_max, of);
}

}  // namespace

Result<void> CheckLimitsOfProject(store::Reader& reader, const Limits& limits,
                                  const store::Project& project) {
  const std::string of = "The project " + project.name;
  FLAGSTREAM_TRY(AtMost(reader,
                        Select<store::Feature>().Where(&store::Feature::project_id, project.id),
                        limits.features_per_project_max, of));
  FLAGSTREAM_TRY(AtMost(reader,
                        Select<store::Segment>().Where(&store::Segment::project_id, project.id),
                        limits.segments_per_project_max, of));
  const auto of_project = Select<Environment>().Where(&Environment::project_id, project.id);
  FLAGSTREAM_TRY(AtMost(reader, of_project, limits.environments_per_project_max, of));
  FLAGSTREAM_ASSIGN(const std::vector<Environment> environments, store::Find(reader, of_project));
  for (const Environment& environment : environments) {
    FLAGSTREAM_TRY(CheckEnvironment(reader, limits, environment));
  }
  return {};
}

}  // namespace flagstream::service
