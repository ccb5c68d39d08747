// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/result.h"

namespace flagstream::wire {

// An integer beyond int64, as its digits with their sign.
struct JsonBigInteger {
  std::string text;

  bool operator==(const JsonBigInteger&) const = default;
};

// A JSON value that keeps what evaluation and compatibility need: the order of members, and the
// difference of 5 and 5.0. Integers beyond int64 become doubles unless the parser is told to keep
// them.
class Json {
 public:
  using Array = std::vector<Json>;
  using Member = std::pair<std::string, Json>;
  // In the order given; of duplicate names the last wins when looked up.
  using Object = std::vector<Member>;

  Json() = default;  // null
  // NOLINTBEGIN(google-explicit-constructor): a literal is a value.
  Json(bool value) : value_(value) {}
  Json(int value) : value_(int64_t{value}) {}
  Json(int64_t value) : value_(value) {}
  Json(double value) : value_(value) {}
  Json(JsonBigInteger value) : value_(std::move(value)) {}
  Json(std::string value) : value_(std::move(value)) {}
  Json(std::string_view value) : value_(std::string(value)) {}
  Json(const char* value) : value_(std::string(value)) {}
  Json(Array value) : value_(std::move(value)) {}
  Json(Object value) : value_(std::move(value)) {}
  // NOLINTEND(google-explicit-constructor)
  // A pointer is no boolean.
  template <class T>
  Json(T*) = delete;
  // Null where there is none.
  template <class T>
  static Json From(const std::optional<T>& value) {
    return value ? Json(*value) : Json();
  }

  bool IsNull() const { return std::holds_alternative<std::monostate>(value_); }
  const bool* AsBool() const { return std::get_if<bool>(&value_); }
  const int64_t* AsInteger() const { return std::get_if<int64_t>(&value_); }
  const JsonBigInteger* AsBigInteger() const { return std::get_if<JsonBigInteger>(&value_); }
  const double* AsDouble() const { return std::get_if<double>(&value_); }
  const std::string* AsString() const { return std::get_if<std::string>(&value_); }
  const Array* AsArray() const { return std::get_if<Array>(&value_); }
  const Object* AsObject() const { return std::get_if<Object>(&value_); }

  // The member `name` of an object; null pointer if this is no object or has no such member.
  const Json* Find(std::string_view name) const;
  // Appends a member; this must be an object (or null, which becomes one).
  Json& Set(std::string_view name, Json value);

  bool operator==(const Json&) const = default;

  // Compact JSON text: shortest decimals that read back exactly, floats always with a fraction or
  // an exponent. Requires that all numbers are finite.
  std::string Dump() const;

 private:
  std::variant<std::monostate, bool, int64_t, JsonBigInteger, double, std::string, Array, Object>
      value_;
};

struct JsonOptions {
  size_t depth_max = 64;
  bool keeps_big_integers = false;
  bool allows_comments = false;  // in the style of C and C++, and commas before a closing bracket
};

// kInvalidArgument with a sentence "JSON parse error - ..." that says where. UTF-8 must be valid,
// and nothing but white space may follow the value.
Result<Json> ParseJson(std::string_view text, JsonOptions options = {});

// Appends `text`, which is valid UTF-8, as a JSON string with its quotes.
void AppendJsonString(std::string& out, std::string_view text);
// Appends the digits.
void AppendJsonInteger(std::string& out, int64_t value);
// Appends the shortest text that reads back as exactly this double, always with a point or an
// exponent ("25.0", "1e+22"). Requires a finite number.
void AppendJsonDouble(std::string& out, double value);

}  // namespace flagstream::wire
