// SPDX-License-Identifier: Apache-2.0
#include "api/sdk/sdk_test_case.h"

#include <memory>
#include <optional>

#include "flags/evaluation.h"
#include "store/environment_loader.h"
#include "store/query.h"

namespace flagstream::api {
namespace {

constexpr int64_t kMade = 1'775'034'000'000'000;  // 2026-04-01T09:00:00Z

store::Feature MakeFeature(std::string name, std::optional<std::string> description) {
  store::Feature feature;
  feature.uuid = "uuid-of-" + name;
  feature.project_id = 1;
  feature.name_folded = name;
  feature.name = std::move(name);
  feature.type = "STANDARD";
  feature.description = std::move(description);
  feature.created_date = kMade;
  return feature;
}

store::FeatureState MakeState(int64_t feature, bool enabled, std::string type,
                              std::optional<std::string> value) {
  store::FeatureState state;
  state.uuid = "uuid-of-state-" + std::to_string(feature);
  state.environment_id = 1;
  state.feature_id = feature;
  state.enabled = enabled;
  state.value_type = std::move(type);
  state.value = std::move(value);
  return state;
}

template <class Record>
Record& Stored(store::Transaction& tx, Record& record) {
  const Result<> inserted = store::Insert(tx, record);
  FLAGSTREAM_ASSERT(inserted.ok());
  return record;
}

void Fill(store::Transaction& tx, int64_t stamp) {
  store::Organisation organisation{.uuid = "uuid-of-organisation", .name = "Acme"};
  store::Project project{.uuid = "uuid-of-project", .organisation_id = 1, .name = "Shop"};
  store::Environment environment{.uuid = "uuid-of-environment",
                                 .project_id = 1,
                                 .name = "Production",
                                 .api_key = "client",
                                 .stamp = stamp,
                                 .previous_stamp = stamp - 5'000'000,
                                 .revision = 4};
  store::EnvironmentApiKey key{.environment_id = 1, .key = "ser.server", .name = "server"};
  Stored(tx, organisation);
  Stored(tx, project);
  Stored(tx, environment);
  Stored(tx, key);

  store::Feature banner = MakeFeature("banner", "What is on top");
  store::Feature secret = MakeFeature("secret", std::nullopt);
  secret.is_server_key_only = true;
  store::Feature beta = MakeFeature("beta", std::nullopt);
  for (store::Feature* feature : {&banner, &secret, &beta}) Stored(tx, *feature);

  store::FeatureState states[] = {MakeState(1, true, "unicode", "blue"),
                                  MakeState(2, true, "unicode", std::nullopt),
                                  MakeState(3, false, "int", "7")};
  for (store::FeatureState& state : states) Stored(tx, state);
}

template <class Record>
Record GetOne(store::Transaction& tx) {
  auto record = store::Get<Record>(tx, 1);
  FLAGSTREAM_ASSERT(record.ok() && record->has_value());
  return **record;
}

replica::Workers PostTo(Executor& executor) {
  return [&executor](Task task) {
    executor.Post(std::move(task));
    return true;
  };
}

template <class Record>
Result<> Put(store::Transaction& tx, const Record& record) {
  return store::Update(tx, record);
}

}  // namespace

SdkTestCase::SdkTestCase()
    : identities_({}, store_, PostTo(shard_), shard_, outstanding_,
                  replica::AddIdentityReaderMetrics(registry_)),
      traits_(
          {.per_environment_max = 3, .traits_per_identity_max = 5}, store_, bus_, clock_, shards_,
          [this](size_t, EnvironmentId environment, const std::string& identifier) {
            replica_.Forget(environment, identifier);
          },
          outstanding_, registry_),
      watch_(
          {}, {store_, PostTo(shard_), shards_, {&hub_}, flags::EvaluateIdentity, outstanding_},
          [this](size_t, EnvironmentId environment, const std::string& identifier,
                 const replica::IdentityVersion& version) {
            replica_.ForgetUnless(environment, identifier, version);
          },
          replica::WatchMetrics(registry_), Random(2)),
      replica_(0, clock_, identities_, traits_, watch_) {
  bus_.Listen([this](const bus::Change& change) {
    if (change.identity) watch_.OnIdentityChanged(change);
  });
  const Result<> filled = store::WriteAndWait(store_, [](store::Transaction& tx) -> Result<> {
    Fill(tx, kStamp);
    return {};
  });
  FLAGSTREAM_ASSERT(filled.ok());
  Serve();
  RegisterSdk(router_, {.replica = replica_, .requests = requests_, .usage = usage_});
}

SdkTestCase::~SdkTestCase() {
  watch_.Stop();
  shard_.RunReady();
}

void SdkTestCase::Change(
    const std::function<void(store::Organisation&, store::Project&, store::Environment&)>& change) {
  const Result<> changed =
      store::WriteAndWait(store_, [&change](store::Transaction& tx) -> Result<> {
        auto organisation = GetOne<store::Organisation>(tx);
        auto project = GetOne<store::Project>(tx);
        auto environment = GetOne<store::Environment>(tx);
        ++environment.revision;
        change(organisation, project, environment);
        FLAGSTREAM_TRY(Put(tx, organisation));
        FLAGSTREAM_TRY(Put(tx, project));
        return Put(tx, environment);
      });
  FLAGSTREAM_ASSERT(changed.ok());
  Serve();
}

void SdkTestCase::Serve() {
  const Result<> read = store_.Read([this](store::Reader& reader) -> Result<> {
    FLAGSTREAM_ASSIGN(auto environment, store::LoadEnvironment(reader, EnvironmentId{1}));
    auto served = std::make_shared<const replica::ServedEnvironment>(*std::move(environment));
    replica_.Apply(served);
    watch_.OnServed(std::move(served), /*committed_micros=*/0);
    return {};
  });
  FLAGSTREAM_ASSERT(read.ok());
}

testing::HttpAnswerPtr SdkTestCase::Ask(net::Request request) {
  auto answer = client_.Send(std::move(request));
  shard_.RunReady();
  return answer;
}

testing::HttpAnswerPtr SdkTestCase::Get(std::string_view target, std::string_view key) {
  return Ask(net::RequestBuilder("GET", target).Header("X-Environment-Key", key).Build());
}

testing::HttpAnswerPtr SdkTestCase::Send(std::string_view method, std::string_view target,
                                         std::string_view body, std::string_view key) {
  return Ask(net::RequestBuilder(method, target)
                 .Header("X-Environment-Key", key)
                 .Header("Content-Type", "application/json")
                 .Body(body)
                 .Build());
}

std::optional<std::string> SdkTestCase::StoredTraits(const std::string& identifier) {
  std::optional<std::string> text;
  const Result<> read = store_.Read([&](store::Reader& reader) -> Result<> {
    FLAGSTREAM_ASSIGN(const auto identity,
                      store::FindOne(reader, store::Select<store::Identity>().Where(
                                                 &store::Identity::identifier, identifier)));
    if (!identity) return {};
    text = "";
    FLAGSTREAM_ASSIGN(const auto traits,
                      store::Find(reader, store::Select<store::Trait>()
                                              .Where(&store::Trait::identity_id, identity->id)
                                              .OrderBy(&store::Trait::id)));
    for (const store::Trait& trait : traits) {
      if (!text->empty()) *text += " ";
      *text += trait.trait_key + "=" + trait.value;
    }
    return {};
  });
  FLAGSTREAM_ASSERT(read.ok());
  return text;
}

int64_t SdkTestCase::StoredIdentities() {
  int64_t count = 0;
  const Result<> read = store_.Read([&](store::Reader& reader) -> Result<> {
    FLAGSTREAM_ASSIGN(count, store::Count(reader, store::Select<store::Identity>()));
    return {};
  });
  FLAGSTREAM_ASSERT(read.ok());
  return count;
}

}  // namespace flagstream::api
