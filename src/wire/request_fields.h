// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "wire/json.h"

// Reads the members of a request as the reference does, with its sentences about what is wrong.
namespace flagstream::wire {

struct TextRule {
  bool required = false;
  bool may_be_null = false;
  bool may_be_blank = false;
  size_t characters_max = SIZE_MAX;
};

// What is wrong with `text` itself by `rule`; empty if nothing is.
std::string TextProblem(std::string_view text, const TextRule& rule);

// What the reference takes for a text, a boolean or an integer in a request: numbers are texts as
// well, "yes" and 1 are true, "5" is an integer. Unset if the value is nothing of the kind.
std::optional<std::string> AsText(const Json& value);
std::optional<bool> AsBoolean(const Json& value);
std::optional<int64_t> AsInteger(const Json& value);

// Collects what is wrong with a request.
class FieldErrors {
 public:
  void Add(std::string field, std::string sentence) {
    errors_.push_back({std::move(field), std::move(sentence)});
  }
  size_t size() const { return errors_.size(); }
  // Requires that there is one.
  Error ToError() && { return Error::InvalidFields(std::move(errors_)); }

 private:
  std::vector<FieldError> errors_;
};

// One object of a request. `path` is where it is: "" for the body, "traits.1" for an element.
// Borrows both.
class RequestFields {
 public:
  // Says so in `errors` if `value` is no object; it then reads like an empty one without
  // required members.
  RequestFields(const Json& value, std::string path, FieldErrors& errors);

  const Json* Find(std::string_view name) const { return value_.Find(name); }
  // Null if it is missing, and that is said in the errors.
  const Json* FindRequired(std::string_view name);
  // Empty if it is missing, null or wrong. Numbers count as their text.
  std::string ReadText(std::string_view name, const TextRule& rule);
  // False if it is missing, null or wrong.
  bool ReadBoolean(std::string_view name);
  // Required.
  int64_t ReadInteger(std::string_view name);
  // The elements of a list; none if it is missing, null or wrong. The first two are wrong only if
  // it is required.
  const Json::Array& ReadList(std::string_view name, bool required, size_t elements_max);

  std::string PathOf(std::string_view name) const;
  void AddError(std::string_view name, std::string sentence);

 private:
  const Json& value_;
  const std::string path_;
  FieldErrors& errors_;
  const bool is_object_;
};

// The elements of a list that is at `path`; none if it is wrong.
const Json::Array& ReadElements(const Json& value, const std::string& path, size_t elements_max,
                                FieldErrors& errors);

}  // namespace flagstream::wire
