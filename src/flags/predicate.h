// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string_view>
#include <variant>

#include <boost/unordered/unordered_flat_set.hpp>

#include "flags/environment.h"
#include "flags/regex.h"
#include "flags/scalar.h"
#include "flags/version.h"

namespace flagstream::flags {

// What the operator of a condition and its value say of one value, prepared so that testing parses
// nothing. Borrows the condition. Immutable.
class Predicate {
 public:
  explicit Predicate(const Condition& condition);

  // `value` is typed. `segment_key` is what percentage splits hash it with.
  bool IsTrueOf(const Scalar& value, std::string_view segment_key) const;

 private:
  struct Never {};
  enum class Relation { kEqual, kNotEqual, kGreater, kGreaterOrEqual, kLess, kLessOrEqual };
  // The condition's text as each type that the value may have; unset: it is none of that type.
  struct Comparison {
    Relation relation;
    std::string_view text;
    bool boolean;
    std::optional<Scalar> integer;
    std::optional<double> number;
    bool is_version;
    std::optional<Version> version;
  };
  struct Contains {
    std::string_view text;
    bool negated;
  };
  // The text ends in `:semver`: the reference then looks for it among the parts of a version.
  struct ContainsInVersion {
    std::string_view text;
  };
  struct In {
    boost::unordered_flat_set<std::string_view> texts;
  };
  struct Modulo {
    double divisor;
    double remainder;
  };
  struct IsSet {
    bool wanted;
  };
  struct Split {
    double percentage;
  };
  using Operation =
      std::variant<Never, Comparison, Contains, ContainsInVersion, In, Regex, Modulo, IsSet, Split>;

  static Operation Prepare(const Condition& condition);
  static Operation PrepareComparison(Relation relation, std::string_view text);
  static Operation PrepareContains(std::string_view text);
  static Operation PrepareIn(const Condition& condition, std::string_view text);
  static Operation PrepareRegex(std::string_view text);
  static Operation PrepareModulo(std::string_view text);
  static Operation PrepareSplit(std::string_view text);

  static bool Test(const Comparison& comparison, const Scalar& value);
  static bool Test(const Contains& contains, const Scalar& value);
  static bool Test(const ContainsInVersion& contains, const Scalar& value);
  static bool Test(const In& in, const Scalar& value);
  static bool Test(const Regex& regex, const Scalar& value);
  static bool Test(const Modulo& modulo, const Scalar& value);

  Operation operation_;
};

}  // namespace flagstream::flags
