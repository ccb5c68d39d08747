// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <cstdlib>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "auth/keys.h"
#include "auth/principal.h"
#include "bus/bus.h"
#include "service/context.h"
#include "service/environments.h"
#include "service/features.h"
#include "service/identities.h"
#include "service/organisations.h"
#include "service/projects.h"
#include "service/tokens.h"
#include "service/writing.h"
#include "service/written.h"
#include "store/memory_store.h"
#include "store/query.h"
#include "testing/fake_clock.h"

namespace flagstream::testing {

// Remembers what was published. Not for several threads.
class RecordingBus final : public bus::Bus {
 public:
  void Listen(Listener /*listener*/) override {}
  void Publish(const bus::Change& change) override { published.push_back(change); }
  void Stop() override {}

  std::vector<bus::Change> published;
};

// The value of a result that must be there; a test that gets an error ends with its sentence.
template <class T>
T Must(Result<T> result) {
  if (!result) {
    ADD_FAILURE() << result.error().ToString();
    std::abort();
  }
  return *std::move(result);
}

inline void Must(const Result<void>& result) { ASSERT_TRUE(result) << result.error().ToString(); }

// A small installation: one organisation with an administrator and two plain members, a project
// with two environments, two features and an identity; and a stranger with an organisation of his
// own.
class ManagementWorld {
 public:
  ManagementWorld() {
    admin = AddUser("ada@example.org", /*superuser=*/false);
    member = AddUser("mel@example.org", /*superuser=*/false);
    stranger = AddUser("sam@example.org", /*superuser=*/true);
    organisation = {Must(service::Organisations(context).Create(admin, {.name = "Acme"}))
                        .value.organisation.id};
    Must(service::Organisations(context).Create(stranger, {.name = "Elsewhere"}));
    AddMember(member, "USER");
    colleague = AddUser("cleo@example.org", /*superuser=*/false);
    AddMember(colleague, "USER");
    project = {
        Must(service::Projects(context).Create(admin, organisation, {.name = "Web"})).value.id};
    dev = Must(service::Environments(context).Create(admin, project,
                                                     {.name = "Dev", .api_key = "dev-key"}))
              .value;
    prod = Must(service::Environments(context).Create(admin, project,
                                                      {.name = "Prod", .api_key = "prod-key"}))
               .value;
    banner = AddFeature("banner", "hello");
    limit = AddFeature("limit", "20");
    alice = Must(service::Identities(context).Create(admin, "dev-key", "alice")).value;
    banner_state = DefaultOf(dev, banner).id;
    bus.published.clear();
  }

  store::Feature AddFeature(const std::string& name, const std::string& value) {
    return Must(
               service::Features(context).Create(
                   admin, project, {.name = name, .initial_value = value, .default_enabled = true}))
        .value.feature;
  }

  auth::Principal AddUser(const std::string& email, bool superuser) {
    store::User user;
    user.uuid = "uuid-of-" + email;
    user.email = email;
    user.first_name = email.substr(0, 3);
    user.last_name = "Test";
    user.password_hash = "none";
    user.is_superuser = superuser;
    Must(store::WriteAndWait(store, [&](store::Transaction& tx) {
      user.id = 0;
      return store::Insert(tx, user);
    }));
    return {{user.id}, email, superuser};
  }

  void AddMember(const auth::Principal& user, const std::string& role) {
    Must(store::WriteAndWait(store, [&](store::Transaction& tx) {
      store::Membership membership;
      membership.user_id = user.user.value;
      membership.organisation_id = organisation.value;
      membership.role = role;
      return store::Insert(tx, membership);
    }));
  }

  // Without rules.
  store::Segment AddSegment(const std::string& name) {
    store::Segment segment;
    segment.uuid = "uuid-of-" + name;
    segment.project_id = project.value;
    segment.name = name;
    Must(store::WriteAndWait(store, [&](store::Transaction& tx) {
      segment.id = 0;
      return store::Insert(tx, segment);
    }));
    return segment;
  }

  template <class Record>
  std::vector<Record> All(store::Select<Record> select = {}) {
    return Must(service::Read<std::vector<Record>>(
        context, [&](store::Reader& reader) { return store::Find(reader, select); }));
  }

  template <class Record>
  Record One(int64_t id) {
    std::vector<Record> found = All(store::Select<Record>().Where(&Record::id, id));
    if (found.size() != 1) std::abort();
    return std::move(found.front());
  }

  store::FeatureState DefaultOf(const store::Environment& environment,
                                const store::Feature& feature) {
    std::vector<store::FeatureState> found =
        All(store::Select<store::FeatureState>()
                .Where(&store::FeatureState::environment_id, environment.id)
                .Where(&store::FeatureState::feature_id, feature.id)
                .WhereNull(&store::FeatureState::identity_id)
                .WhereNull(&store::FeatureState::feature_segment_id));
    if (found.size() != 1) std::abort();
    return std::move(found.front());
  }

  // Everything that is stored, as one text: equal if and only if nothing changed.
  std::string Fingerprint() {
    std::string text;
    AddTable<store::User>(text);
    AddTable<store::Token>(text);
    AddTable<store::Organisation>(text);
    AddTable<store::Membership>(text);
    AddTable<store::UserPermission>(text);
    AddTable<store::MasterApiKey>(text);
    AddTable<store::Project>(text);
    AddTable<store::Environment>(text);
    AddTable<store::EnvironmentApiKey>(text);
    AddTable<store::Feature>(text);
    AddTable<store::FeatureOwner>(text);
    AddTable<store::Tag>(text);
    AddTable<store::FeatureTag>(text);
    AddTable<store::MultivariateOption>(text);
    AddTable<store::Segment>(text);
    AddTable<store::SegmentRule>(text);
    AddTable<store::SegmentCondition>(text);
    AddTable<store::FeatureSegment>(text);
    AddTable<store::FeatureState>(text);
    AddTable<store::MultivariateFeatureStateValue>(text);
    AddTable<store::Identity>(text);
    AddTable<store::DeletedIdentity>(text);
    AddTable<store::Trait>(text);
    AddTable<store::AuditLog>(text);
    return text;
  }

  FakeClock clock;
  store::MemoryStore store{clock};
  RecordingBus bus;
  service::Context context{store, bus, clock};

  auth::Principal admin;
  auth::Principal member;     // USER
  auth::Principal colleague;  // USER
  auth::Principal stranger;   // a superuser, which is no membership
  OrganisationId organisation;
  ProjectId project;
  store::Environment dev;   // "dev-key"
  store::Environment prod;  // "prod-key"
  store::Feature banner;
  store::Feature limit;
  store::Identity alice;      // in dev
  int64_t banner_state = 0;   // default of banner in dev
  int64_t prepared = 0;       // what a test made first: its id
  std::string prepared_text;  // or what else it is known by

 private:
  struct AsText {
    std::string operator()(std::monostate /*null*/) const { return "null"; }
    std::string operator()(const std::string& text) const { return text; }
    template <class Number>
    std::string operator()(Number number) const {
      return std::to_string(number);
    }
  };

  template <class Record>
  void AddTable(std::string& text) {
    const store::Table& table = store::TableOf<Record>();
    const auto rows = Must(service::Read<std::vector<store::Row>>(
        context, [&](store::Reader& reader) { return reader.Find(table, store::Query()); }));
    text += table.name;
    text += '\n';
    for (const store::Row& row : rows) {
      for (const store::Value& value : row) text += std::visit(AsText(), value) + "|";
      text += '\n';
    }
  }
};

}  // namespace flagstream::testing
