// SPDX-License-Identifier: Apache-2.0
#include "service/transfer/import_target.h"

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "service/transfer/rule_digest.h"
#include "store/query.h"

namespace flagstream::service {
namespace {

using store::Environment;
using store::Feature;
using store::FeatureSegment;
using store::FeatureState;
using store::Identity;
using store::MultivariateOption;
using store::Organisation;
using store::Project;
using store::Segment;
using store::Select;

Error NoSuch(std::string_view what, const std::string& which) {
  return Error::NotFound("There is no " + std::string(what) + " " + which + ".");
}

template <class Record>
Result<Record> Only(const Bundle& bundle) {
  FLAGSTREAM_ASSIGN(std::vector<Record> records, bundle.All<Record>());
  if (records.size() == 1) return std::move(records.front());
  return Error(ErrorCode::kInvalidArgument,
               "a place can be named for a file with one environment only; this one has " +
                   std::to_string(records.size()) + " of " +
                   std::string(store::TableOf<Record>().name));
}

class Matching {
 public:
  Matching(Writing& writing, const Bundle& bundle, const ImportOptions& options, IdMap& ids)
      : writing_(writing), bundle_(bundle), options_(options), ids_(ids) {}

  Result<void> Run();

 private:
  store::Transaction& tx() { return writing_.tx(); }

  Result<void> Users();
  Result<void> FindPlace();
  Result<void> Place(int64_t organisation);
  Result<void> InProject(int64_t project);
  Result<void> Features(int64_t project);
  Result<void> Options(const Feature& source, int64_t target);
  Result<void> Segments(int64_t project);
  Result<void> InEnvironment(const Environment& environment);
  Result<void> Identities(int64_t environment);
  Result<void> RemoveReplaced(int64_t environment);
  template <class Record>
  void PassOver(int64_t Record::* segment_id, int64_t segment);

  Writing& writing_;
  const Bundle& bundle_;
  const ImportOptions& options_;
  IdMap& ids_;
};

Result<void> Matching::Run() {
  FLAGSTREAM_TRY(Users());
  return FindPlace();
}

Result<void> Matching::Users() {
  FLAGSTREAM_ASSIGN(const std::vector<store::User> users, bundle_.All<store::User>());
  for (const store::User& user : users) {
    FLAGSTREAM_ASSIGN(
        const std::optional<store::User> found,
        store::FindOne(tx(), Select<store::User>().Where(&store::User::email, user.email)));
    if (found) ids_.Set<store::User>(user.id, found->id);
  }
  return {};
}

Result<void> Matching::FindPlace() {
  if (options_.environment_key) {
    FLAGSTREAM_ASSIGN(const std::optional<Environment> environment,
                      store::FindOne(tx(), Select<Environment>().Where(&Environment::api_key,
                                                                       *options_.environment_key)));
    if (!environment) return NoSuch("environment with the key", *options_.environment_key);
    FLAGSTREAM_TRY(InProject(environment->project_id));
    return InEnvironment(*environment);
  }
  if (options_.project) return InProject(*options_.project);
  if (options_.organisation) return Place(*options_.organisation);
  return {};
}

Result<void> Matching::Place(int64_t organisation) {
  FLAGSTREAM_ASSIGN(const Organisation source, Only<Organisation>(bundle_));
  FLAGSTREAM_TRY(Only<Environment>(bundle_));
  FLAGSTREAM_ASSIGN(const auto found, store::Get<Organisation>(tx(), organisation));
  if (!found) return NoSuch("organisation", std::to_string(organisation));
  FLAGSTREAM_TRY(writing_.Hold<Organisation>(organisation));
  ids_.Set<Organisation>(source.id, organisation);
  return {};
}

Result<void> Matching::InProject(int64_t id) {
  FLAGSTREAM_ASSIGN(const std::optional<Project> project, store::Get<Project>(tx(), id));
  if (!project) return NoSuch("project", std::to_string(id));
  FLAGSTREAM_TRY(Place(project->organisation_id));
  FLAGSTREAM_TRY(writing_.Hold<Project>(id));
  FLAGSTREAM_ASSIGN(const Project source, Only<Project>(bundle_));
  ids_.Set<Project>(source.id, id);
  FLAGSTREAM_TRY(Features(id));
  return Segments(id);
}

Result<void> Matching::Features(int64_t project) {
  FLAGSTREAM_ASSIGN(const std::vector<Feature> features, bundle_.All<Feature>());
  for (const Feature& source : features) {
    FLAGSTREAM_ASSIGN(std::optional<Feature> found,
                      store::FindOne(tx(), Select<Feature>()
                                               .Where(&Feature::project_id, project)
                                               .Where(&Feature::name_folded, source.name_folded)));
    if (!found) continue;
    ids_.Set<Feature>(source.id, found->id);
    FLAGSTREAM_TRY(Options(source, found->id));
    if (source.type == found->type || source.type == "STANDARD") continue;
    // It has options from now on.
    found->type = source.type;
    FLAGSTREAM_TRY(store::Update(tx(), *found));
  }
  return {};
}

Result<void> Matching::Options(const Feature& source, int64_t target) {
  FLAGSTREAM_ASSIGN(const auto sources, bundle_.All<MultivariateOption>());
  FLAGSTREAM_ASSIGN(std::vector<MultivariateOption> targets,
                    store::Find(tx(), Select<MultivariateOption>().Where(
                                          &MultivariateOption::feature_id, target)));
  for (const MultivariateOption& option : sources) {
    if (option.feature_id != source.id) continue;
    // Each stands for one only, even if a feature has two of equal value.
    const auto found = std::ranges::find_if(targets, [&](const MultivariateOption& other) {
      return other.value_type == option.value_type && other.value == option.value &&
             (!option.key || other.key == option.key);
    });
    if (found == targets.end()) continue;
    ids_.Set<MultivariateOption>(option.id, found->id);
    targets.erase(found);
  }
  return {};
}

Result<void> Matching::Segments(int64_t project) {
  FLAGSTREAM_ASSIGN(const std::vector<Segment> sources, bundle_.All<Segment>());
  FLAGSTREAM_ASSIGN(const RuleDigests source_rules, RuleDigests::Of(bundle_));
  FLAGSTREAM_ASSIGN(const std::vector<Segment> targets,
                    store::Find(tx(), Select<Segment>().Where(&Segment::project_id, project)));
  FLAGSTREAM_ASSIGN(const RuleDigests target_rules, RuleDigests::Of(tx(), targets));
  for (const Segment& source : sources) {
    const auto found = std::ranges::find_if(targets, [&](const Segment& target) {
      return target.name == source.name && !target.feature_id &&
             target_rules.Of(target.id) == source_rules.Of(source.id);
    });
    if (found == targets.end()) continue;
    ids_.Set<Segment>(source.id, found->id);
    PassOver(&store::SegmentRule::segment_id, source.id);
    PassOver(&store::SegmentCondition::segment_id, source.id);
  }
  return {};
}

// The rows of a segment that is there already are not stored again, and nothing else refers to
// them.
template <class Record>
void Matching::PassOver(int64_t Record::* segment_id, int64_t segment) {
  const size_t column = store::ColumnOf<Record>(segment_id);
  for (const store::Row& row : bundle_.RowsOf(store::TableOf<Record>())) {
    if (row[column] == store::Value(segment)) ids_.Set<Record>(std::get<int64_t>(row[0]), 0);
  }
}

Result<void> Matching::InEnvironment(const Environment& environment) {
  FLAGSTREAM_TRY(writing_.Hold<Environment>(environment.id));
  FLAGSTREAM_ASSIGN(const Environment source, Only<Environment>(bundle_));
  ids_.Set<Environment>(source.id, environment.id);
  FLAGSTREAM_TRY(Identities(environment.id));
  return RemoveReplaced(environment.id);
}

Result<void> Matching::Identities(int64_t environment) {
  FLAGSTREAM_ASSIGN(const std::vector<Identity> identities, bundle_.All<Identity>());
  for (const Identity& source : identities) {
    FLAGSTREAM_ASSIGN(const std::optional<Identity> found,
                      store::FindOne(tx(), Select<Identity>()
                                               .Where(&Identity::environment_id, environment)
                                               .Where(&Identity::identifier, source.identifier)));
    if (found) ids_.Set<Identity>(source.id, found->id);
  }
  return {};
}

// Of the features of the bundle: the default, all segment overrides, and the overrides of the
// identities of the bundle.
Result<void> Matching::RemoveReplaced(int64_t environment) {
  std::vector<int64_t> identities;
  for (const auto& [source, target] : ids_.Of(store::TableOf<Identity>())) {
    identities.push_back(target);
  }
  std::ranges::sort(identities);
  for (const auto& [source, feature] : ids_.Of(store::TableOf<Feature>())) {
    const auto states = Select<FeatureState>()
                            .Where(&FeatureState::environment_id, environment)
                            .Where(&FeatureState::feature_id, feature);
    FLAGSTREAM_TRY(
        store::Delete(tx(), Select<FeatureState>(states).WhereNull(&FeatureState::identity_id)));
    FLAGSTREAM_TRY(store::Delete(tx(), Select<FeatureSegment>()
                                           .Where(&FeatureSegment::environment_id, environment)
                                           .Where(&FeatureSegment::feature_id, feature)));
    for (const int64_t identity : identities) {
      FLAGSTREAM_TRY(store::Delete(
          tx(), Select<FeatureState>(states).Where(&FeatureState::identity_id, identity)));
    }
  }
  return {};
}

}  // namespace

Result<void> MatchTarget(Writing& writing, const Bundle& bundle, const ImportOptions& options,
                         IdMap& ids) {
  return Matching(writing, bundle, options, ids).Run();
}

}  // namespace flagstream::service
