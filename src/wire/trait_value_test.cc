// SPDX-License-Identifier: Apache-2.0
#include "wire/trait_value.h"

#include <gtest/gtest.h>

#include <cmath>

namespace flagstream::wire {
namespace {

// Goal: every trait value that an SDK sends is stored as what its user meant.

using flags::TraitValue;
using namespace std::string_literals;

std::optional<TraitValue> Read(std::string_view json) { return ReadTraitValue(*ParseJson(json)); }

TEST(ReadTraitValueTest, Scalars) {
  EXPECT_EQ(Read("null"), std::nullopt);
  EXPECT_EQ(Read("true"), TraitValue(true));
  EXPECT_EQ(Read("5"), TraitValue(int64_t{5}));
  EXPECT_EQ(Read("5.0"), TraitValue(5.0));
  EXPECT_EQ(Read("9223372036854775807"), TraitValue(INT64_MAX));
  EXPECT_EQ(Read("9223372036854775808"), TraitValue(9223372036854775808.0));
  EXPECT_EQ(Read(R"("42")"), TraitValue("42"s));
  EXPECT_EQ(Read(R"("")"), TraitValue(""s));
}

TEST(ReadTraitValueTest, ElixirsTypedObjects) {
  EXPECT_EQ(Read(R"({"type":"string","value":"10"})"), TraitValue("10"s));
  EXPECT_EQ(Read(R"({"type":"decimal","value":"10"})"), TraitValue(int64_t{10}));
  EXPECT_EQ(Read(R"({"value":"1.5","type":"decimal"})"), TraitValue(1.5));
  EXPECT_EQ(Read(R"({"type":"decimal","value":"-3"})"), TraitValue(int64_t{-3}));
  EXPECT_EQ(Read(R"({"type":"decimal","value":2})"), TraitValue(int64_t{2}));
  EXPECT_EQ(Read(R"({"type":"decimal","value":2.5})"), TraitValue(2.5));
  EXPECT_EQ(Read(R"({"type":"boolean","value":false})"), TraitValue(false));
  EXPECT_EQ(Read(R"({"type":"semver","value":{"major":1,"minor":20,"patch":3}})"),
            TraitValue("1.20.3:semver"s));
  EXPECT_EQ(
      Read(R"({"type":"semver","value":{"major":1,"minor":2,"patch":3,"pre":[],"build":null}})"),
      TraitValue("1.2.3:semver"s));
}

TEST(ReadTraitValueTest, WhatIsUnexpectedIsStoredAsText) {
  EXPECT_EQ(Read(R"({"a":1})"), TraitValue("{'a': 1}"s));
  EXPECT_EQ(Read(R"([1,"x"])"), TraitValue("[1, 'x']"s));
  EXPECT_EQ(Read("{}"), TraitValue("{}"s));
  EXPECT_EQ(Read(R"({"type":"decimal","value":"ten"})"),
            TraitValue("{'type': 'decimal', 'value': 'ten'}"s));
  EXPECT_EQ(Read(R"({"type":"decimal","value":""})"),
            TraitValue("{'type': 'decimal', 'value': ''}"s));
  EXPECT_EQ(Read(R"({"type":"string","value":null})"),
            TraitValue("{'type': 'string', 'value': None}"s));
  EXPECT_EQ(Read(R"({"type":"string","value":"x","extra":1})"),
            TraitValue("{'type': 'string', 'value': 'x', 'extra': 1}"s));
  EXPECT_EQ(Read(R"({"type":"semver","value":{"major":1,"minor":2,"patch":3,"pre":["rc"]}})"),
            TraitValue("{'type': 'semver', 'value': {'major': 1, 'minor': 2, 'patch': 3, 'pre': "
                       "['rc']}}"s));
}

std::string Written(const TraitValue& value) {
  std::string out;
  AppendTraitValue(out, value);
  return out;
}

TEST(AppendTraitValueTest, KeepsTypes) {
  EXPECT_EQ(Written(true), "true");
  EXPECT_EQ(Written(int64_t{-5}), "-5");
  EXPECT_EQ(Written(5.0), "5.0");
  EXPECT_EQ(Written("5\n"s), R"("5\n")");
}

TEST(AppendTraitValueTest, WhatJsonHasNoNumberForIsText) {
  EXPECT_EQ(Written(static_cast<double>(INFINITY)), R"("inf")");
  EXPECT_EQ(Written(static_cast<double>(NAN)), R"("nan")");
}

}  // namespace
}  // namespace flagstream::wire
