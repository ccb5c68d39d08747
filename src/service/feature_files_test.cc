// SPDX-License-Identifier: Apache-2.0
// Goal: what goes out of one environment comes into another as the reference says, with one stamp,
// and a file that is wrong anywhere changes nothing.
#include "service/feature_files.h"

#include <gtest/gtest.h>

#include "service/feature_file_format.h"
#include "testing/management_world.h"

namespace flagstream::service {
namespace {

using store::FeatureState;
using store::MultivariateFeatureStateValue;
using store::MultivariateOption;
using store::Select;
using testing::ManagementWorld;
using testing::Must;

class FeatureFilesTest : public ::testing::Test {
 protected:
  std::string Export(const store::Environment& environment, const std::vector<int64_t>& tags = {}) {
    return Must(files_.Export(world_.admin, {environment.id}, tags)).value.content;
  }
  Result<Written<store::FeatureImport>> Import(const std::string& file, ImportStrategy strategy) {
    world_.bus.published.clear();
    return files_.Import(world_.admin, {world_.prod.id}, strategy, file);
  }

  MultivariateOption AddOption(const store::Feature& feature, const std::string& value) {
    MultivariateOption option;
    option.uuid = "option " + value;
    option.feature_id = feature.id;
    option.value_type = "unicode";
    option.value = value;
    option.default_percentage_allocation = 10;
    Must(store::WriteAndWait(world_.store, [&](store::Transaction& tx) {
      option.id = 0;
      return store::Insert(tx, option);
    }));
    return option;
  }
  void Weigh(const FeatureState& state, const MultivariateOption& option, double percentage) {
    Must(store::WriteAndWait(world_.store, [&](store::Transaction& tx) {
      MultivariateFeatureStateValue row;
      row.uuid = "weight";
      row.feature_state_id = state.id;
      row.multivariate_option_id = option.id;
      row.percentage_allocation = percentage;
      return store::Insert(tx, row);
    }));
  }
  double WeightOf(const FeatureState& state, int64_t option) {
    const auto rows =
        world_.All(Select<MultivariateFeatureStateValue>()
                       .Where(&MultivariateFeatureStateValue::feature_state_id, state.id)
                       .Where(&MultivariateFeatureStateValue::multivariate_option_id, option));
    return rows.size() == 1 ? rows[0].percentage_allocation : -1;
  }
  void OverrideForSegment(const store::Environment& environment) {
    Must(store::WriteAndWait(world_.store, [&](store::Transaction& tx) -> Result<void> {
      store::Segment segment;
      segment.uuid = "segment";
      segment.project_id = world_.project.value;
      segment.name = "beta";
      FLAGSTREAM_TRY(store::Insert(tx, segment));
      store::FeatureSegment link;
      link.uuid = "link";
      link.feature_id = world_.banner.id;
      link.segment_id = segment.id;
      link.environment_id = environment.id;
      FLAGSTREAM_TRY(store::Insert(tx, link));
      FeatureState state = world_.DefaultOf(environment, world_.banner);
      state.id = 0;
      state.feature_segment_id = link.id;
      return store::Insert(tx, state);
    }));
  }

  ManagementWorld world_;
  FeatureFiles files_{world_.context};
};

TEST_F(FeatureFilesTest, TheFileIsTheReferences) {
  const MultivariateOption option = AddOption(world_.banner, "red");
  Weigh(world_.DefaultOf(world_.dev, world_.banner), option, 30);
  EXPECT_EQ(
      Export(world_.dev),
      R"([{"name":"banner","default_enabled":true,"is_server_key_only":false,"initial_value":"hello",)"
      R"("value":"hello","type":"MULTIVARIATE","enabled":true,"multivariate":[)"
      R"({"percentage_allocation":30.0,"default_percentage_allocation":10.0,"value":"red","type":"unicode"}]},)"
      R"({"name":"limit","default_enabled":true,"is_server_key_only":false,"initial_value":"20",)"
      R"("value":20,"type":"STANDARD","enabled":true,"multivariate":[]}])");
}

TEST_F(FeatureFilesTest, ArchivedAndUntaggedFeaturesStay) {
  Must(Features(world_.context)
           .Update(world_.admin, world_.project, {world_.limit.id}, {.is_archived = true}));
  EXPECT_EQ(Must(ParseFeatureFile(Export(world_.dev))).size(), 1U);
  EXPECT_EQ(Export(world_.dev, {4}), "[]");
}

TEST_F(FeatureFilesTest, AnUnknownFeatureIsMadeEverywhereWithItsStateInTheTarget) {
  const auto written = Must(Import(
      R"([{"name":"fresh","default_enabled":false,"initial_value":"5","value":"blue","enabled":true,
           "multivariate":[{"percentage_allocation":60,"default_percentage_allocation":25.5,
                            "value":"red","type":"unicode"}]}])",
      ImportStrategy::kSkip));
  EXPECT_EQ(written.changes.size(), 2U);  // both environments, once each
  const store::Feature fresh = world_.All<store::Feature>().back();
  EXPECT_EQ(fresh.type, "MULTIVARIATE");
  const FeatureState target = world_.DefaultOf(world_.prod, fresh);
  EXPECT_EQ(target.value, "blue");
  EXPECT_TRUE(target.enabled);
  const FeatureState other = world_.DefaultOf(world_.dev, fresh);
  EXPECT_EQ(other.value, "5");
  EXPECT_EQ(other.value_type, "int");
  EXPECT_FALSE(other.enabled);
  const MultivariateOption option = world_.All<MultivariateOption>().back();
  EXPECT_EQ(WeightOf(target, option.id), 60);
  EXPECT_EQ(WeightOf(other, option.id), 25.5);
}

TEST_F(FeatureFilesTest, SkipLeavesWhatIsThereAlone) {
  const auto written =
      Must(Import(R"([{"name":"BANNER","value":"other","enabled":false}])", ImportStrategy::kSkip));
  EXPECT_TRUE(written.changes.empty());
  EXPECT_EQ(world_.DefaultOf(world_.prod, world_.banner).value, "hello");
}

TEST_F(FeatureFilesTest, OverwriteChangesTheTargetAlone) {
  const MultivariateOption red = AddOption(world_.banner, "red");
  const MultivariateOption blue = AddOption(world_.banner, "blue");
  for (const store::Environment* one : {&world_.dev, &world_.prod}) {
    Weigh(world_.DefaultOf(*one, world_.banner), red, 40);
    Weigh(world_.DefaultOf(*one, world_.banner), blue, 40);
  }
  OverrideForSegment(world_.prod);
  const auto written = Must(Import(
      R"([{"name":"banner","value":7,"enabled":false,"multivariate":[
           {"percentage_allocation":50,"default_percentage_allocation":50,"value":"red"},
           {"percentage_allocation":20,"default_percentage_allocation":20,"value":"green"}]}])",
      ImportStrategy::kOverwrite));
  EXPECT_EQ(written.changes.size(), 2U);
  const MultivariateOption green = world_.All<MultivariateOption>().back();
  EXPECT_EQ(green.value, "green");
  const FeatureState target = world_.DefaultOf(world_.prod, world_.banner);
  EXPECT_EQ(target.value, "7");
  EXPECT_EQ(target.value_type, "int");
  EXPECT_FALSE(target.enabled);
  EXPECT_EQ(WeightOf(target, red.id), 50);
  EXPECT_EQ(WeightOf(target, blue.id), 0);
  EXPECT_EQ(WeightOf(target, green.id), 20);
  EXPECT_TRUE(world_.All<store::FeatureSegment>().empty());
  const FeatureState other = world_.DefaultOf(world_.dev, world_.banner);
  EXPECT_EQ(other.value, "hello");
  EXPECT_EQ(WeightOf(other, red.id), 40);
  EXPECT_EQ(WeightOf(other, blue.id), 40);
  EXPECT_EQ(WeightOf(other, green.id), 0);
}

TEST_F(FeatureFilesTest, AFileComesBackAsItWent) {
  const MultivariateOption red = AddOption(world_.banner, "red");
  Weigh(world_.DefaultOf(world_.dev, world_.banner), red, 30);
  const std::string file = Export(world_.dev);
  Must(Import(file, ImportStrategy::kOverwrite));
  EXPECT_EQ(Export(world_.prod), file);
}

TEST_F(FeatureFilesTest, AFileThatIsWrongAnywhereChangesNothing) {
  const std::string before = world_.Fingerprint();
  for (const char* file : {
           "",
           "{}",
           "[1]",
           "[{}]",
           R"([{"name":""}])",
           R"([{"name":5}])",
           R"([{"name":"fresh"},{"name":"Fresh"}])",
           R"([{"name":"fresh"},{"name":"x","enabled":"yes"}])",
           R"([{"name":"fresh"},{"name":"x","value":[]}])",
           R"([{"name":"fresh"},{"name":"x","multivariate":{}}])",
           R"([{"name":"fresh"},{"name":"x","multivariate":[{"value":"a"}]}])",
           R"([{"name":"x","multivariate":[
                {"value":"a","percentage_allocation":60,"default_percentage_allocation":1},
                {"value":"b","percentage_allocation":60,"default_percentage_allocation":1}]}])",
           R"([{"name":"x","multivariate":[
                {"value":"a","percentage_allocation":101,"default_percentage_allocation":1}]}])",
       }) {
    const auto written = Import(file, ImportStrategy::kOverwrite);
    ASSERT_FALSE(written) << file;
    EXPECT_EQ(written.error().code(), ErrorCode::kInvalidArgument) << file;
    EXPECT_EQ(world_.Fingerprint(), before) << file;
  }
}

TEST_F(FeatureFilesTest, NamesOfNewFeaturesFollowThePatternOfTheProject) {
  Must(Projects(world_.context)
           .Update(world_.admin, world_.project, {.feature_name_regex = "[a-z]+"}));
  const std::string before = world_.Fingerprint();
  const auto refused = Import(R"([{"name":"fine"},{"name":"Not Fine"}])", ImportStrategy::kSkip);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().fields().front(),
            (FieldError{"file", R"("Not Fine": Feature name must match regex: [a-z]+)"}));
  EXPECT_EQ(world_.Fingerprint(), before);
  // What is there is found by its name, not made.
  Must(
      Import(R"([{"name":"BANNER","value":"other"},{"name":"fine"}])", ImportStrategy::kOverwrite));
  EXPECT_EQ(world_.DefaultOf(world_.prod, world_.banner).value, "other");
}

TEST_F(FeatureFilesTest, SizeAndNumberAreLimited) {
  EXPECT_FALSE(Import(std::string(kFeatureFileBytesMax + 1, ' '), ImportStrategy::kSkip));
  EXPECT_TRUE(Import("[]" + std::string(kFeatureFileBytesMax - 2, ' '), ImportStrategy::kSkip));
  world_.context.limits.features_per_project_max = 2;
  EXPECT_FALSE(Import(R"([{"name":"third"}])", ImportStrategy::kSkip));
  for (int i = 0; i < 25; ++i) Export(world_.dev);
  EXPECT_EQ(world_.All<store::FeatureExport>().size(), 20U);
}

TEST_F(FeatureFilesTest, ListsHaveWhatTheCallerAdministers) {
  Export(world_.dev);
  Export(world_.prod);
  Must(Import("[]", ImportStrategy::kSkip));
  EXPECT_EQ(Must(files_.ListExports(world_.admin, world_.project, {})).count, 2);
  EXPECT_EQ(Must(files_.ListImports(world_.admin, world_.project, {})).count, 1);
  EXPECT_FALSE(files_.ListExports(world_.member, world_.project, {}));
}

}  // namespace
}  // namespace flagstream::service
