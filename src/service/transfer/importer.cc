// SPDX-License-Identifier: Apache-2.0
#include "service/transfer/importer.h"

#include <algorithm>
#include <set>
#include <string_view>
#include <utility>
#include <vector>

#include "auth/keys.h"
#include "auth/permissions.h"
#include "service/default_states.h"
#include "service/transfer/bundle_check.h"
#include "service/transfer/id_map.h"
#include "service/transfer/import_limits.h"
#include "service/transfer/import_target.h"
#include "service/transfer/table_loader.h"
#include "service/writing.h"
#include "store/query.h"

namespace flagstream::service {
namespace {

using store::AuditLog;
using store::Environment;
using store::Feature;
using store::FeatureState;
using store::Identity;
using store::Organisation;
using store::Project;
using store::Row;
using store::Select;
using store::Table;
using Verdict = TableLoader::Verdict;

constexpr std::string_view kSplit = "PERCENTAGE_SPLIT";

int64_t IdOf(const Row& row) { return std::get<int64_t>(row[0]); }

template <class Record>
bool Is(const Table& table) {
  return &table == &store::TableOf<Record>();
}

// One import inside its transaction.
class Importing {
 public:
  Importing(Writing& writing, const Limits& limits, const Bundle& bundle,
            const ImportOptions& options, ImportReport& report)
      : writing_(writing), limits_(limits), bundle_(bundle), options_(options), report_(report) {}

  Result<void> Run();

 private:
  store::Transaction& tx() { return writing_.tx(); }

  Result<void> LookAround();
  Result<void> LoadTables();
  // What has to be said about a row, by its table.
  Result<Verdict> Look(const Table& table, const Row& source, Row& row);
  template <class Record>
  Result<void> Adjust(Row& row, Result<void> (Importing::*adjust)(Record&));
  Result<void> AdmitUser(store::User& user);
  Result<void> RefuseSecondOrganisation(const Row& source);
  Result<void> RefuseSecondProject(Project& project);
  Result<void> GiveKey(Environment& environment);
  Result<Verdict> UnlessTaken(const Table& table, Row& row, size_t column, std::string_view why);
  void KeepSeed(const Row& source, Row& row);
  Result<void> StayAboveSeeds(Row& row);
  void NoteSegment(const Row& source, const Row& row);
  Result<void> PointAtCreator(store::MasterApiKey& key);
  void PointAtNewRows(AuditLog& log);
  std::optional<int64_t> TargetOf(std::string_view table, std::optional<int64_t> id) const;

  Result<void> AfterTables();
  Result<void> NoteIdentities();
  Result<void> AddMissingDefaults(const Project& project);
  Result<void> AddAdministrators();
  Result<void> AddAdministratorsOf(const Organisation& organisation,
                                   const std::vector<store::User>& users);
  Result<std::vector<store::User>> Administrators();
  Result<void> AuditProject(const Project& project);
  Result<std::vector<Project>> TouchedProjects();

  Writing& writing_;
  const Limits& limits_;
  const Bundle& bundle_;
  const ImportOptions& options_;
  ImportReport& report_;

  IdMap ids_;
  bool store_was_empty_ = false;
  bool states_numbered_ = false;
  std::set<int64_t> split_segments_;  // of the bundle: those that hash their id
};

Result<void> Importing::Run() {
  FLAGSTREAM_TRY(LookAround());
  FLAGSTREAM_TRY(MatchTarget(writing_, bundle_, options_, ids_));
  FLAGSTREAM_TRY(LoadTables());
  return AfterTables();
}

Result<void> Importing::LookAround() {
  FLAGSTREAM_ASSIGN(const int64_t organisations, store::Count(tx(), Select<Organisation>()));
  FLAGSTREAM_ASSIGN(const int64_t users, store::Count(tx(), Select<store::User>()));
  store_was_empty_ = organisations == 0 && users == 0;
  FLAGSTREAM_ASSIGN(const auto conditions, bundle_.All<store::SegmentCondition>());
  for (const store::SegmentCondition& condition : conditions) {
    if (condition.operator_name == kSplit) split_segments_.insert(condition.segment_id);
  }
  return {};
}

Result<void> Importing::LoadTables() {
  for (const Table* table : TransferTables()) {
    TableLoader loader(tx(), bundle_, *table, ids_, report_);
    FLAGSTREAM_TRY(
        loader.Load([&](const Row& source, Row& row) { return Look(*table, source, row); }));
  }
  return {};
}

Result<Verdict> Importing::Look(const Table& table, const Row& source, Row& row) {
  if (Is<store::User>(table)) FLAGSTREAM_TRY(Adjust(row, &Importing::AdmitUser));
  if (Is<Organisation>(table)) FLAGSTREAM_TRY(RefuseSecondOrganisation(source));
  if (Is<Project>(table)) FLAGSTREAM_TRY(Adjust(row, &Importing::RefuseSecondProject));
  if (Is<Environment>(table)) FLAGSTREAM_TRY(Adjust(row, &Importing::GiveKey));
  if (Is<FeatureState>(table)) {
    KeepSeed(source, row);
    FLAGSTREAM_TRY(StayAboveSeeds(row));
  }
  if (Is<store::Segment>(table)) NoteSegment(source, row);
  if (Is<store::EnvironmentApiKey>(table)) {
    return UnlessTaken(table, row, store::ColumnOf(&store::EnvironmentApiKey::key),
                       "another environment has this server key");
  }
  if (Is<store::Token>(table)) {
    return UnlessTaken(table, row, store::ColumnOf(&store::Token::key_hash),
                       "the token is there already");
  }
  if (Is<store::MasterApiKey>(table)) {
    FLAGSTREAM_TRY(Adjust(row, &Importing::PointAtCreator));
    return UnlessTaken(table, row, store::ColumnOf(&store::MasterApiKey::prefix),
                       "another key has this prefix");
  }
  if (Is<AuditLog>(table)) {
    FLAGSTREAM_ASSIGN(AuditLog log, store::FromRow<AuditLog>(row));
    PointAtNewRows(log);
    row = store::ToRow(log);
  }
  return Verdict::kStore;
}

template <class Record>
Result<void> Importing::Adjust(Row& row, Result<void> (Importing::*adjust)(Record&)) {
  FLAGSTREAM_ASSIGN(Record record, store::FromRow<Record>(row));
  FLAGSTREAM_TRY((this->*adjust)(record));
  row = store::ToRow(record);
  return {};
}

Result<void> Importing::AdmitUser(store::User& user) {
  if (user.is_superuser && !store_was_empty_) {
    user.is_superuser = false;
    report_.notes.push_back(user.email +
                            " was a superuser where the file comes from and is none here.");
  }
  if (!user.password_hash.empty()) return {};
  user.password_hash = options_.password_hash;
  report_.notes.push_back(user.email +
                          " has no password yet: `flagstream user set-password` gives one.");
  return {};
}

// The same file twice would double everything.
Result<void> Importing::RefuseSecondOrganisation(const Row& source) {
  FLAGSTREAM_ASSIGN(const Organisation organisation, store::FromRow<Organisation>(source));
  FLAGSTREAM_ASSIGN(
      const int64_t count,
      store::Count(tx(), Select<Organisation>().Where(&Organisation::uuid, organisation.uuid)));
  if (count == 0) return {};
  return Error(ErrorCode::kConflict, "The organisation " + organisation.name +
                                         " was imported before: its uuid is there.");
}

Result<void> Importing::RefuseSecondProject(Project& project) {
  FLAGSTREAM_ASSIGN(
      const std::optional<Project> other,
      store::FindOne(tx(), Select<Project>()
                               .Where(&Project::organisation_id, project.organisation_id)
                               .Where(&Project::name, project.name)));
  if (!other) return {};
  return Error(ErrorCode::kConflict, "The organisation has a project " + project.name +
                                         " already; `--project " + std::to_string(other->id) +
                                         "` puts the environment into it.");
}

Result<void> Importing::GiveKey(Environment& environment) {
  FLAGSTREAM_ASSIGN(
      const std::optional<Environment> namesake,
      store::FindOne(tx(), Select<Environment>()
                               .Where(&Environment::project_id, environment.project_id)
                               .Where(&Environment::name, environment.name)));
  if (namesake) {
    return Error(ErrorCode::kConflict, "The project has an environment " + environment.name +
                                           " already; `--environment " + namesake->api_key +
                                           "` replaces its flags.");
  }
  FLAGSTREAM_ASSIGN(
      const int64_t taken,
      store::Count(tx(), Select<Environment>().Where(&Environment::api_key, environment.api_key)));
  if (taken == 0 && !options_.new_keys) return {};
  std::string note = "The environment " + environment.name + " gets a new client key, ";
  note += options_.new_keys ? "as asked for" : "because " + environment.api_key + " is taken";
  environment.api_key = auth::NewClientKey();
  report_.notes.push_back(note + ": " + environment.api_key +
                          ". Identities are hashed with it, so they may get other variants.");
  return {};
}

Result<Verdict> Importing::UnlessTaken(const Table& table, Row& row, size_t column,
                                       std::string_view why) {
  store::Query query;
  query.conditions.push_back({column, store::Match::kEqual, {row[column]}});
  FLAGSTREAM_ASSIGN(const int64_t count, tx().Count(table, query));
  if (count == 0) return Verdict::kStore;
  report_.left_out.push_back({NameOfRow(table, row), std::string(why)});
  return Verdict::kLeaveOut;
}

// Variants are chosen by the seed, which is the id where no other is stored.
void Importing::KeepSeed(const Row& source, Row& row) {
  const Table& table = store::TableOf<FeatureState>();
  store::Value& seed = row[store::ColumnOf(&FeatureState::hash_seed)];
  if (seed != store::Value(int64_t{0}) || !bundle_.KnowsIds(table) || IdOf(row) != 0) return;
  seed = source[0];
}

// The first state that gets a new id gets one above all seeds that come in, so that none of its
// kind is ever given an id that another is hashed by: an SDK takes two such overrides of one
// identity for one.
Result<void> Importing::StayAboveSeeds(Row& row) {
  if (IdOf(row) != 0 || std::exchange(states_numbered_, true)) return {};
  FLAGSTREAM_ASSIGN(const std::vector<FeatureState> states, bundle_.All<FeatureState>());
  int64_t seed_max = 0;
  for (const FeatureState& state : states) {
    seed_max = std::max({seed_max, state.hash_seed, state.id});
  }
  FLAGSTREAM_ASSIGN(const std::optional<FeatureState> newest,
                    store::FindOne(tx(), Select<FeatureState>().OrderBy(&FeatureState::id,
                                                                        /*descending=*/true)));
  if (!newest || seed_max > newest->id) row[0] = seed_max + 1;
  return {};
}

void Importing::NoteSegment(const Row& source, const Row& row) {
  if (IdOf(row) != 0 || !split_segments_.contains(IdOf(source))) return;
  if (!bundle_.KnowsIds(store::TableOf<store::Segment>())) return;  // said by who read the file
  report_.notes.push_back("The id " + std::to_string(IdOf(source)) + " of the segment " +
                          TitleOfRow(store::TableOf<store::Segment>(), row) +
                          " is taken. Its percentage split hashes the id, so it takes other "
                          "identities now.");
}

std::optional<int64_t> Importing::TargetOf(std::string_view table,
                                           std::optional<int64_t> id) const {
  if (!id) return std::nullopt;
  const std::optional<int64_t> target = ids_.Find(table, *id);
  if (target) return target;
  // What is gone keeps its number in a store that has no other thing of that number.
  return store_was_empty_ ? id : std::nullopt;
}

Result<void> Importing::PointAtCreator(store::MasterApiKey& key) {
  key.created_by_id = TargetOf("user_account", key.created_by_id);
  return {};
}

void Importing::PointAtNewRows(AuditLog& log) {
  constexpr std::pair<std::string_view, std::string_view> kTables[] = {
      {"ORGANISATION", "organisation"}, {"PROJECT", "project"},
      {"ENVIRONMENT", "environment"},   {"ENVIRONMENT_API_KEY", "environment_api_key"},
      {"FEATURE", "feature"},           {"FEATURE_STATE", "feature_state"},
      {"SEGMENT", "segment"},           {"TAG", "tag"},
      {"IDENTITY", "identity"}};
  log.author_id = TargetOf("user_account", log.author_id);
  log.organisation_id = TargetOf("organisation", log.organisation_id);
  log.project_id = TargetOf("project", log.project_id);
  log.environment_id = TargetOf("environment", log.environment_id);
  const auto found = std::ranges::find(kTables, log.related_object_type,
                                       &std::pair<std::string_view, std::string_view>::first);
  const std::string_view table = found == std::end(kTables) ? "" : found->second;
  log.related_object_id = TargetOf(table, log.related_object_id).value_or(0);
}

Result<void> Importing::AfterTables() {
  FLAGSTREAM_TRY(NoteIdentities());
  FLAGSTREAM_TRY(AddAdministrators());
  FLAGSTREAM_ASSIGN(const std::vector<Project> projects, TouchedProjects());
  for (const Project& project : projects) {
    FLAGSTREAM_TRY(AddMissingDefaults(project));
    FLAGSTREAM_TRY(CheckLimitsOfProject(tx(), limits_, project));
    FLAGSTREAM_TRY(writing_.StampProject({project.id}));
    if (!options_.brings_log) FLAGSTREAM_TRY(AuditProject(project));
  }
  return {};
}

Result<std::vector<Project>> Importing::TouchedProjects() {
  std::vector<int64_t> ids;
  for (const auto& [source, target] : ids_.Of(store::TableOf<Project>())) ids.push_back(target);
  FLAGSTREAM_ASSIGN(std::vector<Project> projects, store::FindByIds(tx(), &Project::id, ids));
  std::ranges::sort(projects, {}, &Project::id);
  return projects;
}

// Where the key of an identity is its id, a new id deals its variants anew.
Result<void> Importing::NoteIdentities() {
  FLAGSTREAM_ASSIGN(const std::vector<Environment> environments, bundle_.All<Environment>());
  const bool moved = std::ranges::any_of(ids_.Of(store::TableOf<Identity>()), [](const auto& pair) {
    return pair.first != pair.second;
  });
  if (!moved && bundle_.KnowsIds(store::TableOf<Identity>())) return {};
  for (const Environment& environment : environments) {
    if (environment.use_identity_composite_key_for_hashing) continue;
    report_.notes.push_back("The environment " + environment.name +
                            " hashes the ids of its identities (composite keys are off), and "
                            "these are new: identities may get other variants.");
  }
  return {};
}

Result<void> Importing::AddMissingDefaults(const Project& project) {
  FLAGSTREAM_ASSIGN(const std::vector<Feature> features,
                    store::Find(tx(), Select<Feature>().Where(&Feature::project_id, project.id)));
  FLAGSTREAM_ASSIGN(
      const std::vector<Environment> environments,
      store::Find(tx(), Select<Environment>().Where(&Environment::project_id, project.id)));
  for (const Environment& environment : environments) {
    FLAGSTREAM_ASSIGN(const auto rows,
                      store::FindMembers(tx(),
                                         Select<FeatureState>()
                                             .Where(&FeatureState::environment_id, environment.id)
                                             .WhereNull(&FeatureState::identity_id)
                                             .WhereNull(&FeatureState::feature_segment_id),
                                         &FeatureState::feature_id));
    std::set<int64_t> present;
    for (const auto& [feature] : rows) present.insert(feature);
    for (const Feature& feature : features) {
      if (present.contains(feature.id)) continue;
      FLAGSTREAM_TRY(AddDefaultState(writing_, project, feature, environment.id));
      report_.notes.push_back("The feature " + feature.name + " has its initial value in the " +
                              "environment " + environment.name +
                              ", of which the file says nothing.");
    }
  }
  return {};
}

Result<std::vector<store::User>> Importing::Administrators() {
  if (!options_.admin_email) {
    return store::Find(tx(), Select<store::User>().Where(&store::User::is_superuser, true));
  }
  FLAGSTREAM_ASSIGN(const std::optional<store::User> user,
                    store::FindOne(tx(), Select<store::User>().Where(&store::User::email,
                                                                     *options_.admin_email)));
  if (!user) return Error::NotFound("There is no user " + *options_.admin_email + ".");
  return std::vector<store::User>{*user};
}

Result<void> Importing::AddAdministrators() {
  FLAGSTREAM_ASSIGN(const std::vector<store::User> users, Administrators());
  FLAGSTREAM_ASSIGN(const std::vector<Organisation> sources, bundle_.All<Organisation>());
  for (const Organisation& source : sources) {
    const std::optional<int64_t> id = ids_.Find<Organisation>(source.id);
    if (!id || id == options_.organisation) continue;
    FLAGSTREAM_ASSIGN(const std::optional<Organisation> organisation,
                      store::Get<Organisation>(tx(), *id));
    if (!organisation) return Error::NotFound();
    FLAGSTREAM_TRY(AddAdministratorsOf(*organisation, users));
  }
  return {};
}

Result<void> Importing::AddAdministratorsOf(const Organisation& organisation,
                                            const std::vector<store::User>& users) {
  const std::string admin(auth::RoleName(auth::OrganisationRole::kAdmin));
  const auto members =
      Select<store::Membership>().Where(&store::Membership::organisation_id, organisation.id);
  FLAGSTREAM_ASSIGN(const int64_t admins,
                    store::Count(tx(), Select<store::Membership>(members).Where(
                                           &store::Membership::role, admin)));
  if (admins > 0 && !options_.admin_email) return {};
  if (users.empty()) {
    report_.notes.push_back(
        "The administrator that the first start makes will administer the "
        "organisation " +
        organisation.name + ".");
  }
  for (const store::User& user : users) {
    FLAGSTREAM_TRY(store::Delete(
        tx(), Select<store::Membership>(members).Where(&store::Membership::user_id, user.id)));
    store::Membership membership;
    membership.user_id = user.id;
    membership.organisation_id = organisation.id;
    membership.role = admin;
    membership.date_joined = writing_.now();
    FLAGSTREAM_TRY(store::Insert(tx(), membership));
    report_.notes.push_back(user.email + " administers the organisation " + organisation.name +
                            ".");
  }
  return {};
}

Result<void> Importing::AuditProject(const Project& project) {
  return writing_.Audit({.log = "Imported from " + options_.source + ": " + project.name,
                         .object_type = "PROJECT",
                         .object_id = project.id,
                         .object_uuid = project.uuid,
                         .type = ChangeType::kUpdate,
                         .organisation = project.organisation_id,
                         .project = project.id,
                         .changes = {}});
}

}  // namespace

Result<ImportReport> Import(const Context& context, const Bundle& bundle,
                            const ImportOptions& options) {
  FLAGSTREAM_TRY(CheckBundle(bundle));
  // A dry run ends in an error on purpose, which undoes it.
  std::optional<ImportReport> tried;
  const auto written =
      Write<ImportReport>(context, nullptr, [&](Writing& writing) -> Result<ImportReport> {
        tried.reset();
        ImportReport report;
        report.notes = bundle.notes;
        report.left_out = bundle.left_out;
        FLAGSTREAM_TRY(Importing(writing, context.limits, bundle, options, report).Run());
        if (!options.dry_run) return report;
        tried = std::move(report);
        return Error(ErrorCode::kConflict, "a dry run");
      });
  if (tried) return *std::move(tried);
  if (!written) return written.error();
  return written->value;
}

}  // namespace flagstream::service
