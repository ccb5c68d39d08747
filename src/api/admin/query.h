// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "base/result.h"
#include "net/request.h"

// Parameters of the query that are more than text. One that is missing or empty is unset.
namespace flagstream::api {

// kInvalidArgument in the parameter's name if it is no whole number.
Result<std::optional<int64_t>> ReadQueryInteger(const net::Request& request, std::string_view name);
// Unset as well if it is neither true nor false.
std::optional<bool> ReadQueryBoolean(const net::Request& request, std::string_view name);

template <class AnyId>
Result<std::optional<AnyId>> ReadQueryId(const net::Request& request, std::string_view name) {
  FLAGSTREAM_ASSIGN(const std::optional<int64_t> value, ReadQueryInteger(request, name));
  return value ? std::optional(AnyId{*value}) : std::optional<AnyId>();
}

// Where the parameter must be there.
template <class AnyId>
Result<AnyId> RequireQueryId(const net::Request& request, std::string_view name) {
  FLAGSTREAM_ASSIGN(const std::optional<int64_t> value, ReadQueryInteger(request, name));
  if (!value) return Error::InvalidField(std::string(name), "This field is required.");
  return AnyId{*value};
}

}  // namespace flagstream::api
