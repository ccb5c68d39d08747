// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "service/transfer/export_file.h"
#include "service/transfer/exporter.h"
#include "service/transfer/importer.h"
#include "store/environment_loader.h"
#include "testing/management_world.h"
#include "wire/sdk.h"

// What tests of imports and exports share: an installation with a row in every table, and both
// commands on memory.
namespace flagstream::service {

using flagstream::testing::ManagementWorld;
using flagstream::testing::Must;

template <class Record>
Record Put(ManagementWorld& world, Record record) {
  Must(store::WriteAndWait(world.store, [&](store::Transaction& tx) {
    record.id = 0;
    return store::Insert(tx, record);
  }));
  return record;
}

// Segments with nested rules and a percentage split, a multivariate feature with variants
// everywhere, tags, traits, owners, a token, a master key and a count.
struct FullWorld : ManagementWorld {
  FullWorld() {
    Put(*this, store::Token{.user_id = admin.user.value, .key_hash = "hash", .created_at = 5});
    Put(*this, store::EnvironmentApiKey{.environment_id = dev.id, .key = "ser.one", .name = "s"});
    Put(*this, store::MasterApiKey{.organisation_id = organisation.value,
                                   .prefix = "AbCd1234",
                                   .key_hash = "key hash",
                                   .name = "ci",
                                   .created_by_id = admin.user.value});
    const auto tag = Put(*this, store::Tag{.uuid = "tag-uuid",
                                           .project_id = project.value,
                                           .label = "ui",
                                           .color = "#fff",
                                           .type = "NONE"});
    Put(*this, store::FeatureTag{.feature_id = banner.id, .tag_id = tag.id});
    split = AddSegment("split");
    const auto top = Put(*this, store::SegmentRule{.segment_id = split.id, .type = "ALL"});
    const auto sub =
        Put(*this, store::SegmentRule{.segment_id = split.id, .parent_id = top.id, .type = "ANY"});
    Put(*this, store::SegmentCondition{.segment_id = split.id,
                                       .rule_id = sub.id,
                                       .operator_name = "PERCENTAGE_SPLIT",
                                       .value = "30"});
    Variants();
    Put(*this,
        store::Trait{
            .identity_id = alice.id, .trait_key = "age", .value_type = "float", .value = "1.5"});
    Put(*this, store::AnalyticsCount{
                   .environment_id = dev.id, .feature_id = banner.id, .day = 9, .count = 3});
    Put(*this,
        store::RequestCount{.environment_id = dev.id, .day = 9, .flags = 4, .identities = 1});
  }

  void Variants() {
    store::Feature feature = banner;
    feature.type = "MULTIVARIATE";
    Must(store::WriteAndWait(store,
                             [&](store::Transaction& tx) { return store::Update(tx, feature); }));
    const auto option = Put(*this, store::MultivariateOption{.uuid = "option-uuid",
                                                             .feature_id = banner.id,
                                                             .value_type = "unicode",
                                                             .value = "red",
                                                             .default_percentage_allocation = 30,
                                                             .key = "r"});
    const auto link = Put(*this, store::FeatureSegment{.uuid = "link-uuid",
                                                       .feature_id = banner.id,
                                                       .segment_id = split.id,
                                                       .environment_id = dev.id});
    overridden = Put(*this, store::FeatureState{.uuid = "override-uuid",
                                                .environment_id = dev.id,
                                                .feature_id = banner.id,
                                                .enabled = true,
                                                .value_type = "int",
                                                .value = "7",
                                                .feature_segment_id = link.id,
                                                .hash_seed = 41});
    Put(*this, store::FeatureState{.uuid = "alice-uuid",
                                   .environment_id = dev.id,
                                   .feature_id = limit.id,
                                   .identity_id = alice.id,
                                   .value_type = "unicode"});
    Put(*this, store::MultivariateFeatureStateValue{.uuid = "weight-uuid",
                                                    .feature_state_id = overridden.id,
                                                    .multivariate_option_id = option.id,
                                                    .percentage_allocation = 12.5});
  }

  store::Segment split;
  store::FeatureState overridden;
};

// A store with nobody in it.
struct EmptyWorld {
  flagstream::testing::FakeClock clock;
  store::MemoryStore store{clock};
  flagstream::testing::RecordingBus bus;
  Context context{store, bus, clock};
};

inline std::string ExportOf(store::Store& store, const ExportOptions& options = {}) {
  std::string text;
  Must(store.Read([&](store::Reader& reader) {
    return Export(reader, options, [&](std::string_view bytes) {
      text += bytes;
      return Result<void>();
    });
  }));
  return text;
}

inline Result<Bundle> BundleOf(const std::string& text) {
  size_t from = 0;
  return ReadExport([&]() -> Result<std::optional<std::string>> {
    if (from >= text.size()) return std::optional<std::string>();
    const size_t end = std::min(text.find('\n', from), text.size());
    std::string line = text.substr(from, end - from);
    from = end + 1;
    return std::optional(std::move(line));
  });
}

inline ImportOptions OwnExport() {
  return {.source = "test", .brings_log = true, .password_hash = "none"};
}

template <class Record>
std::vector<Record> AllOf(store::Store& store, store::Select<Record> select = {}) {
  std::vector<Record> records;
  Must(store.Read([&](store::Reader& reader) -> Result<void> {
    FLAGSTREAM_ASSIGN(records, store::Find(reader, select));
    return {};
  }));
  return records;
}

// The environment document of the environment with the key, its stamp left out.
inline std::string DocumentOf(store::Store& store, const std::string& key) {
  const auto found =
      AllOf(store, store::Select<store::Environment>().Where(&store::Environment::api_key, key));
  if (found.size() != 1) return "there is no environment " + key;
  std::string document;
  Must(store.Read([&](store::Reader& reader) -> Result<void> {
    FLAGSTREAM_ASSIGN(auto environment, store::LoadEnvironment(reader, {found.front().id}));
    environment->stamp = Stamp();
    document = wire::EncodeEnvironmentDocument(*environment);
    return {};
  }));
  return document;
}

}  // namespace flagstream::service
