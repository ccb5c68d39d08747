// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "wire/json.h"

namespace flagstream::wire {

// A value of a JSON text that was written by a program, with the way to it for sentences about what
// is wrong there ("feature_states[3].enabled must be true or false"). Reads strictly: nothing is
// taken for another type. Borrows the value. All errors are kInvalidArgument.
class JsonPlace {
 public:
  JsonPlace(const Json& value, std::string path) : value_(&value), path_(std::move(path)) {}

  const Json& value() const { return *value_; }
  const std::string& path() const { return path_; }
  bool Has(std::string_view name) const { return value_->Find(name) != nullptr; }
  bool IsNull() const { return value_->IsNull(); }

  // A member, which must be there; of what is no object, too.
  Result<JsonPlace> Member(std::string_view name) const;
  // Unset if it is missing or null.
  std::optional<JsonPlace> MemberIfAny(std::string_view name) const;
  Result<std::vector<JsonPlace>> Elements() const;

  Result<std::string> Text() const;
  Result<bool> Boolean() const;
  Result<int64_t> Integer() const;
  Result<double> Number() const;

  // Of a member.
  Result<std::string> Text(std::string_view name) const;
  Result<bool> Boolean(std::string_view name) const;
  Result<int64_t> Integer(std::string_view name) const;
  Result<double> Number(std::string_view name) const;
  Result<std::vector<JsonPlace>> Elements(std::string_view name) const;
  // Unset if it is missing or null.
  Result<std::optional<std::string>> TextIfAny(std::string_view name) const;
  Result<std::optional<bool>> BooleanIfAny(std::string_view name) const;
  Result<std::optional<int64_t>> IntegerIfAny(std::string_view name) const;

  Error Wrong(std::string_view sentence) const;

 private:
  std::string PathOf(std::string_view name) const;

  const Json* value_;
  std::string path_;
};

}  // namespace flagstream::wire
