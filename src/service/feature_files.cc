// SPDX-License-Identifier: Apache-2.0
#include "service/feature_files.h"

#include <algorithm>
#include <set>
#include <utility>

#include "service/access.h"
#include "service/feature_file_format.h"
#include "service/feature_import.h"
#include "service/writing.h"
#include "store/query.h"
#include "store/typed_value.h"
#include "wire/time.h"

namespace flagstream::service {
namespace {

using auth::EnvironmentPermission;
using store::Feature;
using store::FeatureExport;
using store::FeatureImport;
using store::FeatureState;
using store::Select;

// Kept in the store until they are two weeks old, so that their number needs a bound of its own.
constexpr int64_t kExportsPerEnvironmentMax = 20;

Result<std::set<int64_t>> FeaturesWithTags(store::Reader& reader,
                                           const std::vector<int64_t>& tags) {
  FLAGSTREAM_ASSIGN(const std::vector<store::FeatureTag> rows,
                    store::FindByIds(reader, &store::FeatureTag::tag_id, tags));
  std::set<int64_t> features;
  for (const store::FeatureTag& row : rows) features.insert(row.feature_id);
  return features;
}

// Those that travel; without tags all that are not archived.
Result<std::vector<Feature>> FeaturesToExport(store::Reader& reader, int64_t project,
                                              const std::vector<int64_t>& tags) {
  FLAGSTREAM_ASSIGN(std::vector<Feature> features,
                    store::Find(reader, Select<Feature>()
                                            .Where(&Feature::project_id, project)
                                            .Where(&Feature::is_archived, false)));
  if (tags.empty()) return features;
  FLAGSTREAM_ASSIGN(const std::set<int64_t> tagged, FeaturesWithTags(reader, tags));
  std::erase_if(features, [&](const Feature& feature) { return !tagged.contains(feature.id); });
  return features;
}

Result<std::vector<FiledOption>> FileOptions(store::Reader& reader, const FeatureState& state) {
  FLAGSTREAM_ASSIGN(
      const std::vector<store::MultivariateOption> options,
      store::Find(reader, Select<store::MultivariateOption>().Where(
                              &store::MultivariateOption::feature_id, state.feature_id)));
  FLAGSTREAM_ASSIGN(
      const std::vector<store::MultivariateFeatureStateValue> weights,
      store::Find(reader, Select<store::MultivariateFeatureStateValue>().Where(
                              &store::MultivariateFeatureStateValue::feature_state_id, state.id)));
  std::vector<FiledOption> filed;
  for (const store::MultivariateOption& option : options) {
    FiledOption& one = filed.emplace_back();
    FLAGSTREAM_ASSIGN(one.value, store::ReadFlagValue(option.value_type, option.value));
    one.default_percentage = option.default_percentage_allocation;
    for (const auto& weight : weights) {
      if (weight.multivariate_option_id == option.id) one.percentage = weight.percentage_allocation;
    }
  }
  return filed;
}

Result<FiledFeature> FileFeature(store::Reader& reader, const Feature& feature,
                                 int64_t environment) {
  FLAGSTREAM_ASSIGN(const FeatureState state, FindDefault(reader, feature.id, environment));
  FiledFeature filed;
  filed.name = feature.name;
  filed.default_enabled = feature.default_enabled;
  filed.is_server_key_only = feature.is_server_key_only;
  filed.initial_value = feature.initial_value;
  FLAGSTREAM_ASSIGN(filed.value, store::ReadFlagValue(state.value_type, state.value));
  filed.enabled = state.enabled;
  FLAGSTREAM_ASSIGN(filed.options, FileOptions(reader, state));
  return filed;
}

Result<void> MakeRoom(store::Transaction& tx, int64_t environment) {
  FLAGSTREAM_ASSIGN(
      const std::vector<FeatureExport> exports,
      store::Find(tx, Select<FeatureExport>().Where(&FeatureExport::environment_id, environment)));
  for (size_t i = 0; i + kExportsPerEnvironmentMax <= exports.size(); ++i) {
    FLAGSTREAM_TRY(
        store::Delete(tx, Select<FeatureExport>().Where(&FeatureExport::id, exports[i].id)));
  }
  return {};
}

// Only administrators of the organisation import; the environment is found first, so that strangers
// learn nothing of it.
Result<EnvironmentAccess> OpenToImport(store::Reader& reader, const auth::Principal& caller,
                                       EnvironmentId id) {
  FLAGSTREAM_ASSIGN(EnvironmentAccess access, EnterEnvironmentById(reader, caller, id));
  if (!access.grants.IsOrganisationAdmin()) return Error::PermissionDenied();
  return access;
}

AuditEntry Entry(const EnvironmentAccess& access, std::string log, int64_t id,
                 ImportOutcome outcome) {
  ChangeList changes;
  changes.Note("created", wire::Json(), outcome.created);
  changes.Note("overwritten", wire::Json(), outcome.overwritten);
  changes.Note("skipped", wire::Json(), outcome.skipped);
  return {.log = std::move(log),
          .object_type = "IMPORT_REQUEST",
          .object_id = id,
          .object_uuid = {},
          .type = ChangeType::kCreate,
          .organisation = access.project.organisation_id,
          .project = access.project.id,
          .environment = access.environment.id,
          .changes = std::move(changes)};
}

template <class Record>
Result<PageOf<Record>> ListOf(store::Reader& reader, const auth::Principal& caller,
                              ProjectId project, const Page& page) {
  FLAGSTREAM_ASSIGN(const ProjectAccess access,
                    OpenProject(reader, caller, project, auth::ProjectPermission::kView));
  FLAGSTREAM_ASSIGN(
      const auto administered,
      EnvironmentsWith(reader, caller, access.grants, project, EnvironmentPermission::kManage));
  FLAGSTREAM_ASSIGN(const auto rows,
                    store::FindMembers(reader, administered, &store::Environment::id));
  std::vector<int64_t> ids;
  for (const auto& [id] : rows) ids.push_back(id);
  return FindPage(reader,
                  Select<Record>()
                      .WhereIn(&Record::environment_id, ids)
                      .OrderBy(&Record::created_at, /*descending=*/true),
                  page);
}

}  // namespace

std::string_view StrategyName(ImportStrategy strategy) {
  switch (strategy) {
    case ImportStrategy::kSkip:
      return "SKIP";
    case ImportStrategy::kOverwrite:
      return "OVERWRITE_DESTRUCTIVE";
  }
  FLAGSTREAM_UNREACHABLE();
}

std::optional<ImportStrategy> ParseStrategy(std::string_view name) {
  for (const ImportStrategy strategy : {ImportStrategy::kSkip, ImportStrategy::kOverwrite}) {
    if (StrategyName(strategy) == name) return strategy;
  }
  return std::nullopt;
}

Result<Written<FeatureExport>> FeatureFiles::Export(const auth::Principal& caller,
                                                    EnvironmentId environment,
                                                    const std::vector<int64_t>& tags) {
  return Write<FeatureExport>(context_, &caller, [&](Writing& writing) -> Result<FeatureExport> {
    FLAGSTREAM_ASSIGN(
        const EnvironmentAccess access,
        OpenEnvironmentById(writing.tx(), caller, environment, EnvironmentPermission::kManage));
    FLAGSTREAM_TRY(writing.HoldShared<store::Environment>(environment.value));
    FLAGSTREAM_ASSIGN(const std::vector<Feature> features,
                      FeaturesToExport(writing.tx(), access.project.id, tags));
    std::vector<FiledFeature> filed;
    for (const Feature& feature : features) {
      FLAGSTREAM_ASSIGN(FiledFeature one,
                        FileFeature(writing.tx(), feature, access.environment.id));
      filed.push_back(std::move(one));
    }
    FLAGSTREAM_TRY(MakeRoom(writing.tx(), environment.value));
    FeatureExport row;
    row.environment_id = environment.value;
    row.name = access.environment.name + " | " + wire::FormatAdminTime(writing.now());
    row.status = "SUCCESS";
    row.created_at = writing.now();
    row.content = EncodeFeatureFile(filed);
    FLAGSTREAM_TRY(store::Insert(writing.tx(), row));
    return row;
  });
}

Result<FeatureExport> FeatureFiles::Download(const auth::Principal& caller, int64_t id) {
  return Read<FeatureExport>(context_, [&](store::Reader& reader) -> Result<FeatureExport> {
    FLAGSTREAM_ASSIGN(std::optional<FeatureExport> row, store::Get<FeatureExport>(reader, id));
    if (!row) return NoMatch("FeatureExport");
    const auto access =
        OpenEnvironmentById(reader, caller, {row->environment_id}, EnvironmentPermission::kManage);
    if (!access && access.error().code() == ErrorCode::kNotFound) return NoMatch("FeatureExport");
    FLAGSTREAM_TRY(access);
    return *std::move(row);
  });
}

Result<Written<FeatureImport>> FeatureFiles::Import(const auth::Principal& caller,
                                                    EnvironmentId environment,
                                                    ImportStrategy strategy,
                                                    const std::string& file) {
  return Write<FeatureImport>(context_, &caller, [&](Writing& writing) -> Result<FeatureImport> {
    FLAGSTREAM_ASSIGN(const EnvironmentAccess access,
                      OpenToImport(writing.tx(), caller, environment));
    FLAGSTREAM_ASSIGN(const std::vector<FiledFeature> features, ParseFeatureFile(file));
    FLAGSTREAM_ASSIGN(const store::Project project,
                      writing.Hold<store::Project>(access.project.id));
    FLAGSTREAM_TRY(writing.Hold<store::Environment>(environment.value));
    FLAGSTREAM_ASSIGN(
        const ImportOutcome outcome,
        ImportFeatures(writing, context_.limits, project, access.environment, strategy, features));
    FeatureImport row;
    row.environment_id = environment.value;
    row.strategy = StrategyName(strategy);
    row.status = "SUCCESS";
    row.created_at = writing.now();
    FLAGSTREAM_TRY(store::Insert(writing.tx(), row));
    if (outcome.created + outcome.overwritten > 0)
      FLAGSTREAM_TRY(writing.StampProject({project.id}));
    FLAGSTREAM_TRY(writing.Audit(
        Entry(access, "Features imported into environment '" + access.environment.name + "'",
              row.id, outcome)));
    return row;
  });
}

Result<PageOf<FeatureExport>> FeatureFiles::ListExports(const auth::Principal& caller,
                                                        ProjectId project, const Page& page) {
  return Read<PageOf<FeatureExport>>(context_, [&](store::Reader& reader) {
    return ListOf<FeatureExport>(reader, caller, project, page);
  });
}

Result<PageOf<FeatureImport>> FeatureFiles::ListImports(const auth::Principal& caller,
                                                        ProjectId project, const Page& page) {
  return Read<PageOf<FeatureImport>>(context_, [&](store::Reader& reader) {
    return ListOf<FeatureImport>(reader, caller, project, page);
  });
}

}  // namespace flagstream::service
