// SPDX-License-Identifier: Apache-2.0
#include "store/sqlite/migrations.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "store/mapping.h"
#include "testing/temporary_folder.h"

namespace flagstream::store::sqlite {
namespace {

// Goal: the schema is what store/columns.h says, a migration happens whole or not at all, and a
// later schema is left alone.

using flagstream::testing::TemporaryFolder;
using ::testing::HasSubstr;

class MigrationsTest : public ::testing::Test {
 protected:
  // The first column of every row that `sql` answers.
  std::vector<std::string> Texts(const std::string& sql, int column = 0) {
    auto statement = connection_->Prepare(sql);
    EXPECT_TRUE(statement.ok()) << sql;
    std::vector<std::string> texts;
    while ((*statement)->Step().value()) {
      texts.emplace_back((*statement)->ReadText(column));
    }
    return texts;
  }

  const TemporaryFolder folder_;
  const std::unique_ptr<Connection> connection_ =
      *Connection::Open(folder_.path() + "/test.db", Access::kWrite);
};

std::string TypeName(ColumnType type) {
  switch (type) {
    case ColumnType::kInteger:
      return "INTEGER";
    case ColumnType::kReal:
      return "REAL";
    case ColumnType::kText:
      return "TEXT";
  }
  return "";
}

class SchemaTest : public MigrationsTest {
 protected:
  SchemaTest() { EXPECT_TRUE(Migrate(*connection_, BuiltinMigrations()).ok()); }

  template <class... Records>
  void ExpectTables() {
    (ExpectTable(TableOf<Records>()), ...);
    // And no table that nobody knows: these, the store's own and AUTOINCREMENT's.
    EXPECT_EQ(Texts("SELECT name FROM sqlite_schema WHERE type = 'table'").size(),
              sizeof...(Records) + 2);
  }

  void ExpectTable(const Table& table) {
    const std::string info = "pragma_table_info('" + std::string(table.name) + "') ORDER BY cid";
    std::vector<std::string> wanted;
    for (const Column& column : table.columns) {
      // A primary key of integers is never null, whether it says so or not.
      const bool not_null = !column.nullable && column.name != "id";
      wanted.push_back(std::string(column.name) + " " + TypeName(column.type) +
                       (not_null ? " NOT NULL" : ""));
    }
    EXPECT_EQ(Texts("SELECT name || ' ' || type || iif(\"notnull\", ' NOT NULL', '') FROM " + info),
              wanted)
        << table.name;
    ExpectReferences(table);
    for (const UniqueKey& key : table.unique_keys) ExpectUnique(table, key);
    EXPECT_THAT(
        Texts("SELECT sql FROM sqlite_schema WHERE name = '" + std::string(table.name) + "'").at(0),
        HasSubstr("AUTOINCREMENT"));
  }

  void ExpectReferences(const Table& table) {
    std::vector<std::string> wanted;
    for (const Reference& reference : table.references) {
      wanted.push_back(std::string(table.columns[reference.column].name) + " -> " +
                       std::string(reference.parent) + " CASCADE");
    }
    std::sort(wanted.begin(), wanted.end());
    EXPECT_EQ(Texts("SELECT \"from\" || ' -> ' || \"table\" || ' ' || on_delete FROM "
                    "pragma_foreign_key_list('" +
                    std::string(table.name) + "') ORDER BY 1"),
              wanted)
        << table.name;
    for (const Reference& reference : table.references) {
      EXPECT_THAT(Plan("DELETE FROM " + std::string(table.name) + " WHERE " +
                       std::string(table.columns[reference.column].name) + " = 1"),
                  HasSubstr("USING"))
          << table.name << ": deleting a parent would read the whole table";
    }
  }

  // An index may be on fewer columns, for those rows where the others are null.
  void ExpectUnique(const Table& table, const UniqueKey& key) {
    std::vector<std::string> wanted;
    for (const size_t column : key.columns) wanted.emplace_back(table.columns[column].name);
    std::sort(wanted.begin(), wanted.end());
    bool found = false;
    const std::string list = "pragma_index_list('" + std::string(table.name) + "')";
    for (const std::string& index : Texts("SELECT name FROM " + list + " WHERE \"unique\"")) {
      const std::vector<std::string> columns =
          Texts("SELECT name FROM pragma_index_info('" + index + "') ORDER BY 1");
      found = found || std::ranges::includes(wanted, columns);
    }
    EXPECT_TRUE(found) << table.name << " lacks a unique index";
  }

  std::string Plan(const std::string& sql) {
    std::string plan;
    for (const std::string& step : Texts("EXPLAIN QUERY PLAN " + sql, 3)) plan += step + "\n";
    return plan;
  }
};

TEST_F(SchemaTest, IsWhatTheColumnListsSay) {
  ExpectTables<User, Token, Organisation, Membership, Project, Environment, EnvironmentApiKey,
               Feature, FeatureOwner, FeatureState, Identity, DeletedIdentity, Trait, AuditLog,
               AnalyticsCount, Tag, FeatureTag, MultivariateOption, Segment, SegmentRule,
               SegmentCondition, FeatureSegment, MultivariateFeatureStateValue, UserPermission,
               MasterApiKey, FeatureExport, FeatureImport, RequestCount>();
}

TEST_F(SchemaTest, QueriesThatMatterUseAnIndexAndDoNotSort) {
  for (const char* const sql : {
           "SELECT id, revision FROM environment ORDER BY id",
           "SELECT stamp FROM identity WHERE environment_id = ? ORDER BY stamp DESC, id DESC LIMIT "
           "1",
           "SELECT * FROM identity WHERE environment_id = ? AND identifier = ? ORDER BY id LIMIT 1",
           "SELECT * FROM environment WHERE api_key = ? ORDER BY id LIMIT 1",
           "SELECT * FROM environment_api_key WHERE key = ? ORDER BY id LIMIT 1",
           "SELECT * FROM feature WHERE project_id = ? ORDER BY id",
           "SELECT * FROM feature_state WHERE environment_id = ? AND identity_id IS NULL AND "
           "feature_segment_id IS NULL ORDER BY feature_id, id",
           "SELECT * FROM feature_state WHERE environment_id = ? AND identity_id IS NOT NULL "
           "ORDER BY identity_id, feature_id, id",
           "SELECT * FROM audit_log WHERE project_id = ? ORDER BY created_date DESC, id DESC",
       }) {
    const std::string plan = Plan(sql);
    EXPECT_THAT(plan, HasSubstr("INDEX")) << sql;
    EXPECT_THAT(plan, ::testing::Not(HasSubstr("TEMP B-TREE"))) << sql << "\n" << plan;
  }
}

TEST_F(MigrationsTest, RunsEachOnceInOrder) {
  const Migration steps[] = {{1, "0001_a.sql", "CREATE TABLE a (x INTEGER)"},
                             {2, "0002_b.sql", "INSERT INTO a VALUES (1)"}};
  ASSERT_TRUE(Migrate(*connection_, std::span(steps).first(1)).ok());
  EXPECT_EQ(connection_->QueryInteger("PRAGMA user_version").value(), 1);
  ASSERT_TRUE(Migrate(*connection_, steps).ok());
  ASSERT_TRUE(Migrate(*connection_, steps).ok());
  EXPECT_EQ(connection_->QueryInteger("PRAGMA user_version").value(), 2);
  EXPECT_EQ(connection_->QueryInteger("SELECT count(*) FROM a").value(), 1);
  EXPECT_EQ(connection_->QueryInteger("PRAGMA foreign_keys").value(), 1);
}

TEST_F(MigrationsTest, OneThatFailsLeavesNothing) {
  const Migration steps[] = {
      {1, "0001_a.sql", "CREATE TABLE a (x INTEGER)"},
      {2, "0002_b.sql", "CREATE TABLE b (x INTEGER); INSERT INTO missing VALUES (1)"}};
  const Result<void> migrated = Migrate(*connection_, steps);
  ASSERT_FALSE(migrated.ok());
  EXPECT_THAT(migrated.error().message(), HasSubstr("0002_b.sql"));
  EXPECT_EQ(connection_->QueryInteger("PRAGMA user_version").value(), 1);
  EXPECT_EQ(connection_->QueryInteger("SELECT count(*) FROM sqlite_schema").value(), 1);
}

TEST_F(MigrationsTest, OneThatBreaksAReferenceIsRefused) {
  const Migration steps[] = {
      {1, "0001_a.sql",
       "CREATE TABLE a (id INTEGER PRIMARY KEY); CREATE TABLE b (a INTEGER REFERENCES a (id));"
       "INSERT INTO b VALUES (7)"}};
  const Result<void> migrated = Migrate(*connection_, steps);
  ASSERT_FALSE(migrated.ok());
  EXPECT_EQ(migrated.error().code(), ErrorCode::kCorrupt);
  EXPECT_EQ(connection_->QueryInteger("PRAGMA user_version").value(), 0);
}

TEST_F(MigrationsTest, ALaterSchemaIsRefusedWithBothVersions) {
  ASSERT_TRUE(connection_->Execute("PRAGMA user_version = 41").ok());
  const Migration steps[] = {{1, "0001_a.sql", "CREATE TABLE a (x INTEGER)"}};
  const Result<void> migrated = Migrate(*connection_, steps);
  ASSERT_FALSE(migrated.ok());
  EXPECT_EQ(migrated.error().code(), ErrorCode::kConflict);
  EXPECT_THAT(migrated.error().message(), HasSubstr("version 41"));
  EXPECT_THAT(migrated.error().message(), HasSubstr("up to 1"));
}

}  // namespace
}  // namespace flagstream::store::sqlite
