// SPDX-License-Identifier: Apache-2.0
#include "wire/json_place.h"

#include <utility>

namespace flagstream::wire {
namespace {

// What `read` gives for a member that is there and not null.
template <class T>
Result<std::optional<T>> IfAny(const JsonPlace& place, std::string_view name,
                               Result<T> (JsonPlace::*read)() const) {
  const std::optional<JsonPlace> member = place.MemberIfAny(name);
  if (!member) return std::optional<T>();
  FLAGSTREAM_ASSIGN(T value, ((*member).*read)());
  return std::optional<T>(std::move(value));
}

}  // namespace

std::string JsonPlace::PathOf(std::string_view name) const {
  return path_.empty() ? std::string(name) : path_ + "." + std::string(name);
}

Error JsonPlace::Wrong(std::string_view sentence) const {
  return {ErrorCode::kInvalidArgument,
          (path_.empty() ? "it" : path_) + " " + std::string(sentence)};
}

Result<JsonPlace> JsonPlace::Member(std::string_view name) const {
  if (value_->AsObject() == nullptr) return Wrong("must be an object");
  const Json* member = value_->Find(name);
  if (member == nullptr) {
    return Error(ErrorCode::kInvalidArgument, PathOf(name) + " is missing");
  }
  return JsonPlace(*member, PathOf(name));
}

std::optional<JsonPlace> JsonPlace::MemberIfAny(std::string_view name) const {
  const Json* member = value_->Find(name);
  if (member == nullptr || member->IsNull()) return std::nullopt;
  return JsonPlace(*member, PathOf(name));
}

Result<std::vector<JsonPlace>> JsonPlace::Elements() const {
  const Json::Array* array = value_->AsArray();
  if (array == nullptr) return Wrong("must be a list");
  std::vector<JsonPlace> places;
  places.reserve(array->size());
  for (size_t i = 0; i < array->size(); ++i) {
    places.emplace_back((*array)[i], path_ + "[" + std::to_string(i) + "]");
  }
  return places;
}

Result<std::string> JsonPlace::Text() const {
  const std::string* text = value_->AsString();
  if (text == nullptr) return Wrong("must be a text");
  return *text;
}

Result<bool> JsonPlace::Boolean() const {
  const bool* boolean = value_->AsBool();
  if (boolean == nullptr) return Wrong("must be true or false");
  return *boolean;
}

Result<int64_t> JsonPlace::Integer() const {
  const int64_t* integer = value_->AsInteger();
  if (integer == nullptr) return Wrong("must be an integer");
  return *integer;
}

Result<double> JsonPlace::Number() const {
  if (const int64_t* integer = value_->AsInteger()) return static_cast<double>(*integer);
  const double* number = value_->AsDouble();
  if (number == nullptr) return Wrong("must be a number");
  return *number;
}

Result<std::string> JsonPlace::Text(std::string_view name) const {
  FLAGSTREAM_ASSIGN(const JsonPlace member, Member(name));
  return member.Text();
}

Result<bool> JsonPlace::Boolean(std::string_view name) const {
  FLAGSTREAM_ASSIGN(const JsonPlace member, Member(name));
  return member.Boolean();
}

Result<int64_t> JsonPlace::Integer(std::string_view name) const {
  FLAGSTREAM_ASSIGN(const JsonPlace member, Member(name));
  return member.Integer();
}

Result<double> JsonPlace::Number(std::string_view name) const {
  FLAGSTREAM_ASSIGN(const JsonPlace member, Member(name));
  return member.Number();
}

Result<std::vector<JsonPlace>> JsonPlace::Elements(std::string_view name) const {
  FLAGSTREAM_ASSIGN(const JsonPlace member, Member(name));
  return member.Elements();
}

Result<std::optional<std::string>> JsonPlace::TextIfAny(std::string_view name) const {
  return IfAny<std::string>(*this, name, &JsonPlace::Text);
}

Result<std::optional<bool>> JsonPlace::BooleanIfAny(std::string_view name) const {
  return IfAny<bool>(*this, name, &JsonPlace::Boolean);
}

Result<std::optional<int64_t>> JsonPlace::IntegerIfAny(std::string_view name) const {
  return IfAny<int64_t>(*this, name, &JsonPlace::Integer);
}

}  // namespace flagstream::wire
