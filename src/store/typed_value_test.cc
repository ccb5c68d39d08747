// SPDX-License-Identifier: Apache-2.0
#include "store/typed_value.h"

#include <gtest/gtest.h>

#include <limits>

namespace flagstream::store {
namespace {

// Goal: every flag and trait value comes back from its columns exactly, and text of another type is
// told.

using flags::FlagValue;
using flags::TraitValue;

TEST(TypedValueTest, FlagValuesComeBack) {
  const std::pair<FlagValue, FlagColumns> all[] = {
      {FlagValue(), {"unicode", std::nullopt}},
      {FlagValue(true), {"bool", "true"}},
      {FlagValue(false), {"bool", "false"}},
      {FlagValue(int64_t{-7}), {"int", "-7"}},
      {FlagValue(std::numeric_limits<int64_t>::min()), {"int", "-9223372036854775808"}},
      {FlagValue(std::string()), {"unicode", ""}},
      {FlagValue(std::string("12")), {"unicode", "12"}},
  };
  for (const auto& [value, columns] : all) {
    EXPECT_EQ(ToColumns(value), columns);
    const auto back = ReadFlagValue(columns.value_type, columns.value);
    ASSERT_TRUE(back.ok()) << back.error().ToString();
    EXPECT_EQ(*back, value);
  }
}

TEST(TypedValueTest, TraitValuesComeBack) {
  const std::pair<TraitValue, TraitColumns> all[] = {
      {TraitValue(true), {"bool", "true"}},
      {TraitValue(int64_t{5}), {"int", "5"}},
      {TraitValue(5.0), {"float", "5"}},
      {TraitValue(0.1), {"float", "0.1"}},
      {TraitValue(1e300), {"float", "1e+300"}},
      {TraitValue(-2.2250738585072014e-308), {"float", "-2.2250738585072014e-308"}},
      {TraitValue(std::string("é")), {"unicode", "é"}},
  };
  for (const auto& [value, columns] : all) {
    EXPECT_EQ(ToColumns(value), columns);
    const auto back = ReadTraitValue(columns.value_type, columns.value);
    ASSERT_TRUE(back.ok()) << back.error().ToString();
    EXPECT_EQ(*back, value);
  }
}

TEST(TypedValueTest, WhatIsNotOfItsTypeIsCorrupt) {
  EXPECT_EQ(ReadFlagValue("int", "").error().code(), ErrorCode::kCorrupt);
  EXPECT_EQ(ReadFlagValue("int", "1x").error().code(), ErrorCode::kCorrupt);
  EXPECT_EQ(ReadFlagValue("int", "9223372036854775808").error().code(), ErrorCode::kCorrupt);
  EXPECT_EQ(ReadFlagValue("bool", "True").error().code(), ErrorCode::kCorrupt);
  EXPECT_EQ(ReadFlagValue("float", "1.5").error().code(), ErrorCode::kCorrupt);
  EXPECT_EQ(ReadTraitValue("float", "one").error().code(), ErrorCode::kCorrupt);
  EXPECT_EQ(ReadTraitValue("colour", "red").error().code(), ErrorCode::kCorrupt);
}

}  // namespace
}  // namespace flagstream::store
